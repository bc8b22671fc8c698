import { expect, it } from 'vitest'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { contest, findFault } from './contest.ts'
import { faults } from './faulty.ts'

/** Faults that are planted in every run; `scripts/contend` plants all, and so does this with TICKETWRIGHT_LONG set. */
const quick: readonly string[] = ['version', 'feed', 'within']

describePostgres('64 connections of four processes on the same tickets (hazards 36–39)', ({ url }) => {
  it('claim, reply, update and run due work as if one came after the other', async () => {
    const told = await contest(url, 5_000, 7)
    expect(told.wrong).toEqual([])
    expect([told.processes, told.connections]).toEqual([4, 64])
    expect(told.claims).toBeGreaterThanOrEqual(5_000)
    // they did get in each other's way
    for (const met of ['heldByOthers', 'conflicts', 'tooLate', 'raised', 'facts', 'delivered', 'pages'] as const)
      expect([met, told[met] > 0]).toEqual([met, true])
    for (const met of ['withRow', 'undone'] as const) expect([met, told[met] > 0]).toEqual([met, true])
    for (const met of ['calls', 'conflicts', 'held'] as const) expect([met, told.company[met] > 0]).toEqual([met, true])
  }, 600_000)

  it('do so under row security too, as a role that owns nothing', async () => {
    const setup = { processes: 2, connections: 8, rowSecurity: true }
    const told = await contest((await anotherDatabase()).url, 500, 7, setup)
    expect(told.wrong).toEqual([])
    for (const met of ['conflicts', 'facts', 'delivered', 'pages', 'withRow', 'undone'] as const)
      expect([met, told[met] > 0]).toEqual([met, true])
    expect(told.company.calls).toBeGreaterThan(0)
  }, 300_000)

  it.each(process.env.TICKETWRIGHT_LONG ? faults : faults.filter((fault) => quick.includes(fault)))(
    'a store that is careless with %s would be found out',
    async (fault) => {
      const wrong = await findFault(fault, async () => (await anotherDatabase()).url)
      expect(wrong).not.toEqual([])
    },
    300_000,
  )
})
