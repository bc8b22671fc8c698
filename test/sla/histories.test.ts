/** Clocks of generated promises over generated histories, against the plain model at every instant. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { promises } from '../model-based/promise.ts'
import type { Setting } from '../model-based/setting.ts'
import { openings, type Step, stepsAtEdges } from '../model-based/step.ts'
import { replay, run, type Under, withoutRecording } from '../model-based/trial.ts'

/** `scripts/fuzz` sets both; a failure names the seed. */
const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261126)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_HISTORIES ?? 5_000)
const patience = 60_000 + goal * 100

interface History {
  readonly setting: Setting
  readonly opening: Parameters<typeof run>[2]
  readonly steps: readonly Step[]
}

const histories: fc.Arbitrary<History> = promises.chain((setting) =>
  fc.record({
    setting: fc.constant(setting),
    opening: openings(setting),
    steps: fc.array(stepsAtEdges(setting), { minLength: 1, maxLength: 25, size: 'max' }),
  }),
)

const told = ({ setting, opening, steps }: History, under?: Partial<Under>) =>
  run(setting, setting.starts[0] as number, opening, steps, under)

describe('Clocks of generated promises', () => {
  it('agree with the plain model at every instant', { timeout: patience }, () => {
    let count = 0
    fc.assert(
      fc.property(histories, (history) => {
        told(history)
        count++
      }),
      { seed, numRuns: goal },
    )
    expect(count).toBeGreaterThanOrEqual(goal)
  })

  it('are the same however often somebody polls', { timeout: patience }, () => {
    const pauses = [1, 7 * 60_000, 999, 26 * 3_600_000, 3_600_000]
    fc.assert(
      fc.property(histories, (history) => {
        const never = told({ ...history, steps: history.steps.filter((step) => 'command' in step) })
        never.subject.poll(never.end)
        let n = 0
        const polled = replay(history.setting, never, () => pauses[n++ % pauses.length] as number)
        expect(withoutRecording(polled.events)).toBe(withoutRecording(never.subject.events))
      }),
      { seed, numRuns: Math.ceil(goal / 20) },
    )
  })
})
