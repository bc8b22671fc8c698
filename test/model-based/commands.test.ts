import fc from 'fast-check'
import {
  type DeskDefinition,
  decide,
  defineDesk,
  advance as libraryAdvance,
  type SlaClock,
  type Ticket,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'
import { openings, type Step, steps, stepsForwards, stepsWithinHours } from './step.ts'
import { Parted, replay, run, type Under, withoutRecording } from './trial.ts'

/** `scripts/fuzz` sets both; a failure names the seed. */
const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261122)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000)
const patience = 60_000 + goal * 5

const histories = (setting: Setting, step: fc.Arbitrary<Step> = steps(setting)) =>
  fc.record({
    start: fc.constantFrom(...setting.starts),
    opening: openings(setting),
    steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
  })

/** Runs fresh histories, a hundred at a time, until they held enough commands. */
function agree(setting: Setting, atLeast: number, under?: Partial<Under>): number {
  let commands = 0
  for (let batch = 0; commands < atLeast; batch++)
    fc.assert(
      fc.property(histories(setting), (history) => {
        commands += run(setting, history.start, history.opening, history.steps, under).given.length
      }),
      { seed: seed + batch, numRuns: 100 },
    )
  return commands
}

/** Where the two part; nothing when they agree. */
function partedBy(trial: () => unknown): string {
  try {
    trial()
    return ''
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  }
}

const named = (name: string): Setting => settings.find((setting) => setting.name.startsWith(name)) as Setting

describe('The library and the plain model agree at every instant', () => {
  it.each(settings)('$name', { timeout: patience }, (setting) => {
    const atLeast = Math.ceil(goal / settings.length)
    expect(agree(setting, atLeast)).toBeGreaterThanOrEqual(atLeast)
  })
})

const minute = 60_000

describe('Polled or not, the events are the same', () => {
  const same = (
    setting: Setting,
    step: fc.Arbitrary<Step>,
    pauses: readonly (() => number)[],
    under?: Partial<Under>,
  ) =>
    fc.assert(
      fc.property(histories(setting, step), (history) => {
        const never = run(setting, history.start, history.opening, history.steps)
        never.subject.poll(never.end)
        const expected = withoutRecording(never.subject.events)
        for (const pause of pauses) {
          const found = withoutRecording(replay(setting, never, pause, under).events)
          if (found !== expected) throw new Parted('polling changed the events', [expected, found])
        }
      }),
      { seed, numRuns: Math.ceil(goal / 4_000) },
    )

  it.each(settings)('every hour, once a day, now and then: $name', { timeout: patience }, (setting) => {
    let n = 0
    const nowAndThen = () => [1, 7 * minute, 999, 26 * 60 * minute, 3 * minute][n++ % 5] as number
    same(setting, stepsForwards(setting), [() => 60 * minute, () => 24 * 60 * minute, nowAndThen])
  })

  it.each(settings)('every minute: $name', { timeout: patience }, (setting) => {
    same(setting, stepsWithinHours(setting), [() => minute])
  })

  it('and a poller that dates facts by its own clock is caught', () => {
    const advance: Under['advance'] = (definition, ticket, now) => {
      const advanced = libraryAdvance(definition, ticket, now)
      return { ...advanced, events: advanced.events.map((event) => ({ ...event, at: now })) }
    }
    const standard = named('standard')
    const trial = () => same(standard, stepsForwards(standard), [() => 60 * minute], { advance })
    expect(partedBy(trial)).toContain('polling changed the events')
  })
})

describe('A bug put in on purpose is found', () => {
  it('a breach dated a millisecond late', () => {
    const late = (ticket: Ticket): Ticket => ({
      ...ticket,
      clocks: Object.fromEntries(
        Object.entries(ticket.clocks as Record<string, SlaClock>).map(([metric, clock]) => [
          metric,
          clock.breachedAt === null ? clock : { ...clock, breachedAt: clock.breachedAt + 1 },
        ]),
      ),
    })
    const advance: Under['advance'] = (...args) => {
      const advanced = libraryAdvance(...args)
      return { ...advanced, ticket: late(advanced.ticket) }
    }
    expect(partedBy(() => agree(named('office'), 2_000, { advance }))).toContain('breachedAt')
  })

  it('a reopen window that ends a millisecond early', () => {
    const { json } = named('office').definitions[0]
    const shorter = defineDesk({
      ...json,
      workflow: { ...(json.workflow as object), reopen: { within: 10 * minute - 1 } },
    } as DeskDefinition)
    const early: Under['decide'] = (_, ...rest) => decide(shorter, ...rest)
    expect(partedBy(() => agree(named('office'), 10_000, { decide: early }))).toContain('follow_up_required')
  })

  it('a refused command that stores what time had caused', () => {
    // the facts are right, but a refused command must leave nothing behind
    const careless: Under['decide'] = (definition, ticket, command, at, options) => {
      const decided = decide(definition, ticket, command, at, options)
      if (decided.ok || ticket === null || at < ticket.lastAt) return decided
      const { events, nextAt, ticket: advanced } = libraryAdvance(definition, ticket, at)
      return { ok: true, value: { ticket: advanced, events, effects: [], nextAt, unchanged: true, explanation: [] } }
    }
    expect(partedBy(() => agree(named('office'), 10_000, { decide: careless }))).toContain('the model {"refused"')
  })
})
