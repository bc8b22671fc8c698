import pg from 'pg'
import { createDesk, defineDesk } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { readTables } from '../postgres/tables.ts'
import { judge } from './judge.ts'
import { crashPostgres } from './postgres-trial.ts'

/** What is killed here is the tests' own: other files go on with theirs. */
describePostgres('whoever looks at what is left in PostgreSQL', ({ url }) => {
  it('compares the traits by which searches find a ticket with the ticket', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const desk = createDesk({ definition: defineDesk({}), store: postgresStore(pool, { mayLoseCommits: true }) })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    await ana.open({ ticketId: 't1', subject: 'Help', tags: ['vip'], category: 'access' })
    expect(judge(await readTables(url), [])).toEqual([])
    for (const traits of [
      `'{}'`,
      `array_append(traits, 'x')`,
      `array_replace(traits, traits[1], 'other' || traits[1])`,
    ]) {
      const { rows } = await pool.query('SELECT traits FROM ticketwright.tickets')
      await pool.query(`UPDATE ticketwright.tickets SET traits = ${traits}`)
      expect(judge(await readTables(url), []).join()).toMatch(/traits are kept/)
      await pool.query('UPDATE ticketwright.tickets SET traits = $1', [rows[0].traits])
    }
    await ana.resolve('t1')
    expect(judge(await readTables(url), [])).toEqual([])
    await pool.end()
  })
})

describePostgres('a PostgreSQL server whose clients are killed, or which is killed (hazard 35)', () => {
  let server: PostgresServer | undefined
  afterAll(() => server?.stop())

  it('loses no acknowledged command, and leaves ticket, events, outbox and receipts in agreement', async () => {
    server = await startPostgres({})
    const told = await crashPostgres(server, { clients: 5, server: 1 }, 7)
    expect(told.wrong).toEqual([])
    expect([told.clientKills, told.serverKills]).toEqual([5, 1])
    expect(told.acknowledged).toBeGreaterThan(5)
  }, 300_000)

  it('would be found out if a commit and its effects were two pieces', async () => {
    server ??= await startPostgres({})
    const { wrong } = await crashPostgres(server, { clients: 10, server: 0 }, 7, { control: true })
    expect(wrong.join()).toMatch(/asked for an effect that is not in the outbox/)
  }, 300_000)

  describe('that does not wait for its disk', () => {
    it('would be found out', async () => {
      const careless = await startPostgres({ synchronous_commit: 'off' })
      try {
        const { wrong } = await crashPostgres(careless, { clients: 0, server: 10 }, 7, { mayLose: true })
        expect(wrong.join()).toMatch(/was acknowledged and has no receipt|was claimed with token/)
      } finally {
        await careless.stop()
      }
    }, 300_000)
  })
})
