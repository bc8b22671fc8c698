import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readSnapshots } from '../../examples/replay-incidents/snapshot.ts'
import { line, summary } from '../../examples/shift/print.ts'
import { incidentsOf, workShift } from '../../examples/shift/work.ts'

const file = fileURLToPath(new URL('../../examples/data/incidents-2000.jsonl.gz', import.meta.url))

describe('a shift on the incidents of a day', () => {
  it('gives everybody what they may take, and nobody’s ticket to another', async () => {
    const shift = await workShift('2016-03-22', incidentsOf(await readSnapshots(file), '2016-03-22'))
    expect(shift.taken.length).toBeGreaterThan(30)
    const ids = shift.taken.map(({ next }) => next.ticket.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { agent, at, next } of shift.taken) {
      const { category } = next.ticket
      if (agent === 'ben') expect(['Category 26', 'Category 46']).not.toContain(category)
      if (agent === 'eva') expect(['Category 42', 'Category 53']).not.toContain(category)
      if (agent === 'jaan') expect(new Date(at).getUTCHours()).toBeLessThan(12)
    }
    const passedOver = shift.taken.filter(({ rank, next }) => rank > 0 && next.reason.passedOver.length > 0)
    expect(passedOver.length).toBeGreaterThan(0)
    for (const { rank, next } of shift.taken) expect(next.reason.passedOver.length).toBe(rank)
    expect(shift.taken.map(line).join('\n')).toMatch(/passed over \d+ by skill/)
    expect(summary(shift)).toMatch(/^\d+ incidents taken/)
  }, 60_000)
})
