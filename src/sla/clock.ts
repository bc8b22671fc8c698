import { isDeskError } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { Allowance } from './allowance.ts'

/**
 * The arithmetic of one clock: pure steps from clock to clock. Each stretch is counted once, in the
 * calendar in force during it. A clock is late when elapsed > target, and then it is breached.
 */

/** Open time used up by `at`. */
const elapsedAt = (clock: SlaClock, calendar: BusinessCalendar, at: number): number =>
  clock.elapsedMs + (clock.runningSince === null ? 0 : calendar.between(clock.runningSince, at))

export function startClock(metric: string, cycle: number, allowance: Allowance, at: number, paused: boolean): SlaClock {
  const clock: SlaClock = {
    metric,
    cycle,
    application: 1,
    state: 'paused',
    ending: null,
    endedBy: null,
    leftWork: false,
    ...termsOf(allowance),
    startedAt: at,
    runningSince: null,
    elapsedMs: 0,
    dueAt: null,
    lateFrom: null,
    breachedAt: null,
    endedAt: null,
    latenessMs: null,
  }
  return paused ? clock : run(clock, allowance.calendar.calendar, at)
}

export const termsOf = ({ level, priority, targetMs, calendar }: Allowance) => ({
  level: level.id,
  levelVersion: level.version,
  calendar: calendar.id,
  calendarVersion: calendar.version,
  priority,
  targetMs,
})

/** Running from `at`. Due and late-from stay as they are once breached. */
export function run(clock: SlaClock, calendar: BusinessCalendar, at: number): SlaClock {
  const running: SlaClock = {
    ...clock,
    state: 'running',
    ending: null,
    endedBy: null,
    leftWork: false,
    endedAt: null,
    latenessMs: null,
    runningSince: at,
  }
  if (clock.breachedAt !== null) return running
  const remaining = clock.targetMs - clock.elapsedMs
  return { ...running, ...(remaining < 0 ? { dueAt: at, lateFrom: at } : dueAfter(calendar, at, remaining)) }
}

/** Standing still from `at`; there is no due until it runs again, unless it is breached. */
export function pause(clock: SlaClock, calendar: BusinessCalendar, at: number): SlaClock {
  const paused: SlaClock = {
    ...clock,
    state: 'paused',
    ending: null,
    endedBy: null,
    leftWork: false,
    endedAt: null,
    latenessMs: null,
    elapsedMs: elapsedAt(clock, calendar, at),
    runningSince: null,
  }
  return clock.breachedAt === null ? { ...paused, dueAt: null, lateFrom: null } : paused
}

export function end(
  clock: SlaClock,
  calendar: BusinessCalendar,
  at: number,
  ending: 'fulfilled' | 'cancelled',
  endedBy: string,
  leftWork: boolean,
): SlaClock {
  const elapsedMs = elapsedAt(clock, calendar, at)
  return {
    ...clock,
    state: 'ended',
    ending,
    endedBy,
    leftWork,
    elapsedMs,
    runningSince: null,
    endedAt: at,
    latenessMs: Math.max(0, elapsedMs - clock.targetMs),
  }
}

/** Under other terms from `at` on. A target that is no longer exceeded takes the breach back. */
export function retarget(clock: SlaClock, calendar: BusinessCalendar, allowance: Allowance, at: number): SlaClock {
  const elapsedMs = elapsedAt(clock, calendar, at)
  const late = elapsedMs > allowance.targetMs
  const moved: SlaClock = {
    ...clock,
    ...termsOf(allowance),
    application: clock.application + 1,
    elapsedMs,
    runningSince: null,
    ...(late && clock.breachedAt !== null ? {} : { breachedAt: null, dueAt: null, lateFrom: null }),
  }
  return clock.state === 'running' ? run(moved, allowance.calendar.calendar, at) : moved
}

/** True when more than the target is used and no breach says so: a smaller target, or a paused clock given one. */
export const isOverdueUnbreached = (clock: SlaClock): boolean =>
  clock.breachedAt === null && clock.elapsedMs > clock.targetMs

/** Breached at `at`; where no due time led there, the instant itself is due and late-from. */
export const breach = (clock: SlaClock, at: number): SlaClock => ({
  ...clock,
  breachedAt: at,
  dueAt: clock.dueAt ?? at,
  lateFrom: clock.lateFrom ?? at,
})

/** When `remaining` is used up, and the last instant still in time; null where the calendar runs out. */
function dueAfter(
  calendar: BusinessCalendar,
  at: number,
  remaining: number,
): { dueAt: number | null; lateFrom: number | null } {
  const dueAt = unlessExhausted(() => calendar.add(at, remaining))
  return { dueAt, lateFrom: dueAt === null ? null : unlessExhausted(() => calendar.nextOpening(dueAt)) }
}

function unlessExhausted(ask: () => number): number | null {
  try {
    return ask()
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted')) return null
    throw error
  }
}
