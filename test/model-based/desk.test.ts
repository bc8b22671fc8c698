import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deskSteps, runDesk } from './desk-trial.ts'
import { settings } from './settings.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261122)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000) / 10

describe('A desk with several tickets and the plain model agree after every command', () => {
  it.each(settings)('$name', { timeout: 60_000 + goal * 20 }, async (setting) => {
    const history = fc.record({
      start: fc.constantFrom(...setting.starts),
      steps: fc.array(deskSteps(setting), { minLength: 1, maxLength: 80, size: 'max' }),
    })
    let commands = 0
    for (let batch = 0; commands < goal / settings.length; batch++)
      await fc.assert(
        fc.asyncProperty(history, async ({ start, steps }) => {
          commands += await runDesk(setting, start, steps)
        }),
        { seed: seed + batch, numRuns: 25 },
      )
    expect(commands).toBeGreaterThanOrEqual(goal / settings.length)
  })
})
