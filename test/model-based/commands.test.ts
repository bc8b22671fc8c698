import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settings } from './settings.ts'
import { openings, steps } from './step.ts'
import { run } from './trial.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261122)
const numRuns = Number(process.env.TICKETWRIGHT_FUZZ_RUNS ?? 200)

describe.each(settings)('$name', (setting) => {
  it('the library and the plain model agree at every instant', () => {
    let commands = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...setting.starts),
        openings(setting),
        fc.array(steps(setting), { maxLength: 40, size: 'max' }),
        (start, opening, list) => {
          commands += run(setting, start, opening, list).commands
        },
      ),
      { seed, numRuns },
    )
    expect(commands).toBeGreaterThan(numRuns)
  })
})
