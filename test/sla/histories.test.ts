/** Clocks of generated promises over generated histories, against the plain model at every instant. */
import fc from 'fast-check'
import { advance, type BusinessCalendar, type Definition, type Definitions, decide, defineDesk } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import type { PlainTarget } from '../model-based/plain/definition.ts'
import { promises } from '../model-based/promise.ts'
import type { Setting } from '../model-based/setting.ts'
import { openings, type Step, stepsAtEdges } from '../model-based/step.ts'
import { replay, run, type Under, withoutRecording } from '../model-based/trial.ts'

/** `scripts/fuzz` sets both; a failure names the seed. */
const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261126)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_HISTORIES ?? 5_000)
const patience = 120_000 + goal * 100

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
    const heard = new Set<string>()
    fc.assert(
      fc.property(histories, (history) => {
        for (const { type, data } of told(history).subject.events)
          if ('clock' in data) heard.add(`${data.clock.metric} ${type}`)
        count++
      }),
      { seed, numRuns: goal },
    )
    expect(count).toBeGreaterThanOrEqual(goal)
    // every metric met with everything that may become of a clock
    if (goal >= 5_000) expect(heard.size).toBeGreaterThan(60)
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

type Fault = (definition: Definition) => Definition

/** Calendars that are wrong in one point. */
const calendars =
  (fault: (calendar: BusinessCalendar) => Partial<BusinessCalendar>): Fault =>
  (definition) => ({
    ...definition,
    calendars: new Map(
      [...definition.calendars].map(([id, named]) => [
        id,
        { ...named, calendar: { ...named.calendar, ...fault(named.calendar) } },
      ]),
    ),
  })

/** Targets that are read wrongly. */
const targets =
  (fault: (target: PlainTarget) => object): Fault =>
  ({ json }) =>
    defineDesk({
      ...json,
      levels: json.levels?.map((level) => ({
        ...level,
        targets: level.targets.map((target) => ({ ...target, ...fault(target as PlainTarget) })),
      })),
    } as never)

/** A library with a fault: it decides by definitions that are not those it was given. */
function faulty(fault: Fault): Partial<Under> {
  const known = new WeakMap<object, Definition[]>()
  const wrong = (definitions: Definitions): Definition[] => {
    const made = known.get(definitions) ?? [definitions].flat().map((one) => fault(one as Definition))
    known.set(definitions, made)
    return made
  }
  return {
    decide: (definitions, ...rest) => decide(wrong(definitions), ...rest),
    advance: (definitions, ...rest) => advance(wrong(definitions), ...rest),
  }
}

describe('A fault put in on purpose is found', () => {
  const faults: readonly (readonly [string, Fault])[] = [
    ['a millisecond too many is added', calendars(({ add }) => ({ add: (at, ms) => add(at, ms + 1) }))],
    ['the closing instant counts', calendars(({ between }) => ({ between: (a, b) => between(a, b + 1) }))],
    ['late from the due time on, whether open or not', calendars(() => ({ nextOpening: (at) => at }))],
    ['a business day too many', calendars((one) => ({ addBusinessDays: (at, n) => one.addBusinessDays(at, n + 1) }))],
    ['pauses are forgotten', targets(() => ({ pauses: [] }))],
    ['bots always count', targets(() => ({ botsCount: true }))],
    ['resolving never counts', targets(() => ({ resolvingCounts: false }))],
    ['everybody starts the clock', targets(() => ({ startedBy: undefined }))],
    ['a switch never begins anew', targets(() => ({ restartFrom: 'opening' }))],
    ['the target’s own calendar is passed over', targets(() => ({ calendar: undefined }))],
  ]
  it.each(faults)('%s', { timeout: patience }, (_what, fault) => {
    const under = faulty(fault)
    const { failed } = fc.check(
      fc.property(histories, (history) => {
        told(history, under)
      }),
      { seed, numRuns: 500, endOnFailure: true },
    )
    expect(failed).toBe(true)
  })
})
