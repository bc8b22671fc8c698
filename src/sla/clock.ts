import type { SlaClock } from '../model/clock.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import { type Allowance, targetFrom } from './allowance.ts'
import { elapsedBy, latenessBy } from './measure.ts'
import { dueAfter, nextOpeningAt } from './search.ts'
import { nextFiring, withNextStep, withoutNextStep, withStepsAfterSwitch } from './step.ts'
import type { Target } from './target.ts'

/**
 * The arithmetic of one clock: pure steps from clock to clock. Each stretch is counted once, in the
 * calendar in force during it. A clock is late when elapsed > target, and then it is breached.
 */

/** What a clock runs under: the target of its level version, and its calendar. */
export interface Terms {
  readonly calendar: BusinessCalendar
  readonly target: Target
}

const counting = ({ calendar, target }: Terms) => ({ calendar, steps: target.steps })

export const termsOf = ({ calendar, target }: Allowance): Terms => ({ calendar: calendar.calendar, target })

export function startClock(metric: string, cycle: number, allowance: Allowance, at: number, paused: boolean): SlaClock {
  const clock: SlaClock = {
    metric,
    cycle,
    application: 1,
    state: 'paused',
    ending: null,
    endedBy: null,
    leftWork: false,
    ...promised(allowance, at),
    startedAt: at,
    runningSince: null,
    elapsedMs: 0,
    dueAt: null,
    lateFrom: null,
    breachedAt: null,
    endedAt: null,
    latenessMs: null,
  }
  return paused ? clock : run(clock, termsOf(allowance), at)
}

/** What an allowance promises a cycle that started at an instant, as the clock keeps it. */
const promised = (allowance: Allowance, startedAt: number) => ({
  level: allowance.level.id,
  levelVersion: allowance.level.version,
  calendar: allowance.calendar.id,
  calendarVersion: allowance.calendar.version,
  priority: allowance.priority,
  ...targetFrom(allowance, startedAt),
})

const open = { ending: null, endedBy: null, leftWork: false, endedAt: null, latenessMs: null } as const

/** Running from `at`. Due and late-from stay as they are once breached, and where the due time was set by hand. */
export function run(clock: SlaClock, terms: Terms, at: number): SlaClock {
  const running: SlaClock = {
    ...clock,
    ...open,
    state: 'running',
    runningSince: at,
    ...dueWhileRunning(clock, terms, at),
  }
  return withNextStep(running, counting(terms), at)
}

function dueWhileRunning(clock: SlaClock, { calendar }: Terms, at: number): Pick<SlaClock, 'dueAt' | 'lateFrom'> {
  const { breachedAt, manualDueAt, dueAt: due, lateFrom: last } = clock
  if (breachedAt !== null || manualDueAt !== undefined) return { dueAt: due, lateFrom: last }
  const remaining = clock.targetMs - clock.elapsedMs
  if (remaining < 0) return { dueAt: at, lateFrom: at }
  const dueAt = dueAfter(calendar, at, remaining)
  return { dueAt, lateFrom: dueAt === null ? null : nextOpeningAt(calendar, dueAt) }
}

/** Standing still from `at`; there is no due until it runs again, unless it is breached or was set by hand. */
export function pause(clock: SlaClock, terms: Terms, at: number): SlaClock {
  const stays = clock.breachedAt !== null || clock.manualDueAt !== undefined
  return {
    ...withoutNextStep(clock),
    ...open,
    state: 'paused',
    elapsedMs: elapsedBy(clock, terms.calendar, at),
    runningSince: null,
    dueAt: stays ? clock.dueAt : null,
    lateFrom: stays ? clock.lateFrom : null,
  }
}

export function end(
  clock: SlaClock,
  { calendar }: Terms,
  at: number,
  ending: 'fulfilled' | 'cancelled',
  endedBy: string,
  leftWork: boolean,
): SlaClock {
  return {
    ...letGo(withoutNextStep(clock)),
    state: 'ended',
    ending,
    endedBy,
    leftWork,
    elapsedMs: elapsedBy(clock, calendar, at),
    runningSince: null,
    endedAt: at,
    latenessMs: latenessBy(clock, calendar, at),
  }
}

/** Held by no signal any more. */
export function letGo(clock: SlaClock): SlaClock {
  if (clock.held === undefined) return clock
  const { held: _held, ...free } = clock
  return free
}

/** Taken up again at `at`: a due time by hand that passed while it had ended is late from then on, not before. */
export function takeUp(clock: SlaClock, terms: Terms, at: number): SlaClock {
  const paused = pause(clock, terms, at) // nothing accrued since it ended
  const { breachedAt, manualDueAt, lateFrom } = paused
  const passed = manualDueAt !== undefined && breachedAt === null && lateFrom !== null && lateFrom < at
  return passed ? { ...paused, lateFrom: at } : paused
}

/** Under other terms from `at` on. A target that is no longer exceeded takes the breach back. */
export function retarget(clock: SlaClock, terms: Terms, allowance: Allowance, at: number): SlaClock {
  const { businessDays: _days, ...settled } = settle(clock, terms, at)
  return resumeUnder({ ...settled, ...promised(allowance, clock.startedAt) }, termsOf(allowance), at, clock.state)
}

/** The running stretch counted, as a new application. */
const settle = (clock: SlaClock, terms: Terms, at: number): SlaClock => ({
  ...clock,
  application: clock.application + 1,
  elapsedMs: elapsedBy(clock, terms.calendar, at),
  runningSince: null,
})

function resumeUnder(clock: SlaClock, terms: Terms, at: number, state: SlaClock['state']): SlaClock {
  const late = clock.elapsedMs > clock.targetMs && clock.breachedAt !== null
  const stands = late || clock.manualDueAt !== undefined
  const switched: SlaClock = stands ? clock : { ...clock, breachedAt: null, dueAt: null, lateFrom: null }
  const stepped = withStepsAfterSwitch(switched, counting(terms), at)
  return state === 'running' ? run(stepped, terms, at) : withoutNextStep(stepped)
}

/**
 * What the log gives under an allowance, as a new application of an open clock's cycle;
 * breach, steps and manual due stay its own.
 */
export function recounted(clock: SlaClock, counted: SlaClock, allowance: Allowance, at: number): SlaClock {
  const terms = termsOf(allowance)
  const { businessDays: _days, held: _held, ...own } = clock
  const anew: SlaClock = {
    ...own,
    ...promised(allowance, counted.startedAt),
    ...(counted.held ? { held: true } : {}),
    state: counted.state,
    application: clock.application + 1,
    startedAt: counted.startedAt,
    elapsedMs: elapsedBy(counted, terms.calendar, at),
    runningSince: null,
  }
  return resumeUnder(anew, terms, at, counted.state)
}

/** Do two clocks of one cycle stand alike at an instant, under the same terms? */
export function standAlike(a: SlaClock, under: Terms, b: SlaClock, at: number): boolean {
  const keys = [
    'state',
    'held',
    'startedAt',
    'targetMs',
    'level',
    'levelVersion',
    'calendar',
    'calendarVersion',
  ] as const
  return keys.every((key) => a[key] === b[key]) && elapsedBy(a, under.calendar, at) === b.elapsedMs
}

/** With a due time set by hand, for this cycle; an instant in the past is late from `at` on. */
export function setDueByHand(clock: SlaClock, terms: Terms, dueAt: number, at: number): SlaClock {
  const opening = nextOpeningAt(terms.calendar, dueAt)
  const lateFrom = opening === null ? null : Math.max(opening, at)
  const byHand = { ...settle(clock, terms, at), manualDueAt: dueAt, dueAt, lateFrom, breachedAt: null }
  return resumeUnder(byHand, terms, at, clock.state)
}

/** Back to the target: a switch. */
export function clearDueByHand(clock: SlaClock, terms: Terms, allowance: Allowance, at: number): SlaClock {
  const { manualDueAt: _due, ...byTarget } = clock
  return retarget({ ...byTarget, breachedAt: null, dueAt: null, lateFrom: null }, terms, allowance, at)
}

/**
 * Late at an instant, and no breach says so: a smaller target, a paused clock given one, or a breach of this very
 * instant whose turn has not come.
 */
export function isOverdueUnbreached({ breachedAt, manualDueAt, lateFrom, elapsedMs, targetMs }: SlaClock, at: number) {
  if (breachedAt !== null) return false
  return (lateFrom !== null && at > lateFrom) || (manualDueAt === undefined && elapsedMs > targetMs)
}

/** Breached at `at`; where no due time led there, the instant itself is due and late-from. */
export const breach = (clock: SlaClock, at: number): SlaClock => ({
  ...clock,
  breachedAt: at,
  dueAt: clock.dueAt ?? at,
  lateFrom: clock.lateFrom ?? at,
})

/** A clock counted from the log, as it stands when that is known. */
export const asOf = (counted: SlaClock, terms: Terms, at: number): SlaClock =>
  counted.state === 'running'
    ? run({ ...counted, elapsedMs: elapsedBy(counted, terms.calendar, at), runningSince: null }, terms, at)
    : counted

/** After its next step has fired; which one that was. */
export function takeStep(
  clock: SlaClock,
  terms: Terms,
  at: number,
): { readonly clock: SlaClock; readonly step: string; readonly repetition: number } | undefined {
  const firing = nextFiring(clock, counting(terms), at)
  if (!firing) return undefined
  const { step, repetition } = firing
  const reached = { ...clock, stepsReached: { ...clock.stepsReached, [step.id]: repetition + 1 } }
  return { clock: withNextStep(reached, counting(terms), at), step: step.id, repetition }
}
