import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { report } from '../../examples/replay-incidents/print.ts'
import { run } from '../../examples/replay-incidents/run.ts'
import { team } from '../../examples/replay-incidents/shift/team.ts'
import { busiestDay, type Shift, workShift } from '../../examples/replay-incidents/shift/work.ts'
import { readSnapshots, type Snapshot } from '../../examples/replay-incidents/snapshot.ts'
import { linesOf, log, temporaryFile } from './incidents.ts'

const day = '2016-03-22'
const onDay = log.filter(({ openedAt }) => openedAt.startsWith(day))

describe('the shift of the replay', () => {
  let shift: Shift
  let snapshots: readonly Snapshot[]
  beforeAll(async () => {
    snapshots = await readSnapshots(
      fileURLToPath(new URL('../../examples/data/incidents-2000.jsonl.gz', import.meta.url)),
    )
    shift = await workShift(snapshots, day)
  }, 60_000)

  it('gives everybody what they may take, while they are there, and nothing twice', () => {
    expect(shift.taken.length).toBeGreaterThan(30)
    expect(new Set(shift.taken.map(({ ticket }) => ticket)).size).toBe(shift.taken.length)
    for (const { agent, at, category } of shift.taken) {
      if (agent === 'ben') expect(['Category 26', 'Category 46']).not.toContain(category)
      if (agent === 'eva') expect(['Category 42', 'Category 53']).not.toContain(category)
      if (agent === 'jaan') expect(new Date(at).getUTCHours()).toBeLessThan(12)
    }
  })

  it('and whoever skips a ticket was not allowed to take it: the queue says how many stood before', () => {
    for (const { place, passedOver } of shift.taken)
      expect(Object.values(passedOver).reduce((a, b) => a + b, 0)).toBe(place - 1)
    expect(shift.taken.some(({ passedOver }) => 'skill' in passedOver)).toBe(true)
  })

  it('is told by the replay: who got what, when, and why', async () => {
    const file = temporaryFile('day.jsonl', linesOf(onDay))
    const { figures, remarks } = await run({ file, at: null, shift: null, sqliteFile: null })
    expect(figures.shift).toEqual(shift)
    const text = report(figures, remarks)
    expect(text).toContain(`A shift on ${day}, simulated`)
    for (const { at, agent, ticket } of shift.taken)
      expect(text).toMatch(
        new RegExp(`${at.slice(11, 16)} +${agent} +${ticket} .*(first in the queue|passed over \\d+ by)`),
      )
    for (const { id } of team) expect(text).toContain(`${id} ${shift.taken.filter(({ agent }) => agent === id).length}`)
  }, 60_000)

  it('takes the busiest day unless told', () => {
    const days = Map.groupBy(new Map(log.map((row) => [row.incident, row.openedAt.slice(0, 10)])).values(), (on) => on)
    const busy = busiestDay(snapshots)
    expect(days.get(busy as string)?.length).toBe(Math.max(...[...days.values()].map((list) => list.length)))
  })

  it('a day without incidents is a quiet one', async () => {
    expect(await workShift(snapshots, '2015-01-01')).toMatchObject({ taken: [], left: 0, idle: 0 })
  })
})
