/** Generated histories: a desk with its promises, and what people do there, mostly where something may change. */
import fc from 'fast-check'
import { promises } from './promise.ts'
import type { Setting } from './setting.ts'
import { type Draft, openings, type Step, stepsAtEdges } from './step.ts'
import { type Run, run, type Under } from './trial.ts'

export interface History {
  readonly setting: Setting
  readonly start: number
  readonly opening: Draft
  readonly steps: readonly Step[]
}

export const histories: fc.Arbitrary<History> = promises.chain((setting) =>
  fc.record({
    setting: fc.constant(setting),
    start: fc.constantFrom(...setting.starts),
    opening: openings(setting),
    steps: fc.array(stepsAtEdges(setting), { minLength: 1, maxLength: 25, size: 'max' }),
  }),
)

/** Tells a history to the library and to the plain model. @throws Parted where they differ */
export const tell = ({ setting, start, opening, steps }: History, under?: Partial<Under>): Run =>
  run(setting, start, opening, steps, under)
