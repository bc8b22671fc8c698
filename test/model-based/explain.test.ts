import fc from 'fast-check'
import { type AnyTicketEvent, advance, type ClockExplanation, explainClock } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { faultOf } from './explanation.ts'
import { type History, histories } from './history.ts'
import type { Cycle } from './plain/state.ts'
import { PlainTicket } from './plain/ticket.ts'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'
import { openings, steps } from './step.ts'
import { Parted, run, Subject } from './trial.ts'

/** `scripts/fuzz` sets both; a failure names the seed. */
const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261122)
const numRuns = Math.ceil(Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000) / 2_500)

const historiesOf = (setting: Setting): fc.Arbitrary<History> =>
  fc.record({
    setting: fc.constant(setting),
    start: fc.constantFrom(...setting.starts),
    opening: openings(setting),
    steps: fc.array(steps(setting), { minLength: 1, maxLength: 40, size: 'max' }),
  })

type Explain = (
  setting: Setting,
  events: readonly AnyTicketEvent[],
  metric: string,
  cycle: number,
  now: number,
) => ClockExplanation
const library: Explain = ({ definitions }, events, metric, cycle, now) =>
  explainClock(definitions, events, metric, cycle, { now })

/** The log, and what time alone has caused by then. */
const eventsUntil = ({ setting, ticket, events }: Subject, now: number): readonly AnyTicketEvent[] =>
  ticket ? [...events, ...advance(setting.definitions, ticket, now, { history: events }).events] : events

/** Explains every clock after every command and long after the last; says how many it explained. */
function explains(histories: fc.Arbitrary<History>, runs = numRuns, explain = library): number {
  let explained = 0
  fc.assert(
    fc.property(histories, ({ setting, ...history }) => {
      const { given, end } = run(setting, history.start, history.opening, history.steps)
      const subject = new Subject(setting)
      const model = new PlainTicket(setting.plain)
      const look = (cycle: Cycle, now: number) => {
        const explanation = explain(setting, subject.events, cycle.metric, cycle.cycle, now)
        const fault = faultOf(explanation, cycle, eventsUntil(subject, now), now)
        if (fault)
          throw new Parted(
            `${cycle.metric} ${cycle.cycle}: ${fault}`,
            given.map((one) => JSON.stringify(one)),
          )
        explained += 1
      }
      const lookAtAll = (now: number) => {
        model.advance(now)
        for (const cycle of model.state?.cycles ?? []) look(cycle, now)
      }
      for (const [i, { command, at }] of given.entries()) {
        const done = subject.perform(command, at, `c${i}`)
        model.perform(command, at)
        if (done === 'changed') lookAtAll(at)
      }
      lookAtAll(end)
      for (const cycle of model.state?.past ?? []) look(cycle, end)
    }),
    { seed, numRuns: runs },
  )
  return explained
}

describe('Every minute of a clock is explained as the plain model lived it', { timeout: 120_000 }, () => {
  it.each(settings)('$name', (setting) => {
    expect(explains(historiesOf(setting))).toBeGreaterThan(numRuns * 10)
  })
})

describe('Explain sums to the millisecond, and every minute is right, under generated promises', {
  timeout: 300_000,
}, () => {
  it('own metrics, edits, steps, holds, due times and levels by hand, counting anew', () => {
    expect(explains(histories, 10 * numRuns)).toBeGreaterThan(numRuns * 10)
  })
})

describe('An error put in on purpose is found', { timeout: 60_000 }, () => {
  const office = settings.find(({ name }) => name.startsWith('office')) as Setting
  const found = (spoil: (explanation: ClockExplanation) => ClockExplanation) => {
    const trial = () => explains(historiesOf(office), 60, (...args) => spoil(library(...args)))
    try {
      trial()
      return ''
    } catch (error) {
      return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    }
  }
  /** A change of the first stretch that was not counted, and of the one before it. */
  const at = (
    explanation: ClockExplanation,
    change: (stretches: ClockExplanation['stretches'][number][], i: number) => void,
  ) => {
    const stretches = [...explanation.stretches]
    const i = stretches.findIndex(({ counted }, i) => !counted && i > 0)
    if (i > 0) change(stretches, i)
    return { ...explanation, stretches }
  }

  it('a stretch that ends a millisecond late', () => {
    const late = (explanation: ClockExplanation) =>
      at(explanation, (stretches, i) => {
        const [a, b] = [stretches[i - 1], stretches[i]]
        if (!a || !b) return
        stretches.splice(i - 1, 2, { ...a, to: a.to + 1 }, { ...b, from: b.from + 1 })
      })
    expect(found(late)).toMatch(/counted \d+, elapsed/)
  })

  it('a gap', () => {
    expect(found((explanation) => at(explanation, (stretches, i) => stretches.splice(i, 1)))).toMatch(
      /does not (reach|follow)|do not reach/,
    )
  })

  it('a pause under another name', () => {
    const renamed = (explanation: ClockExplanation): ClockExplanation => ({
      ...explanation,
      stretches: explanation.stretches.map((one) =>
        one.reason.kind === 'paused' ? { ...one, reason: { ...one.reason, status: 'Open' } } : one,
      ),
    })
    expect(found(renamed)).toContain('paused in Open')
  })

  it('closed time said to be a pause', () => {
    const mistaken = (explanation: ClockExplanation): ClockExplanation => ({
      ...explanation,
      stretches: explanation.stretches.map((one) =>
        !one.counted && one.reason.kind === 'hours' ? { ...one, reason: { kind: 'noTarget' } } : one,
      ),
    })
    expect(found(mistaken)).toContain('it runs, and is said to be noTarget')
  })
})
