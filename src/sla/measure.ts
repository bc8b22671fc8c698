import type { SlaClock } from '../model/clock.ts'
import type { BusinessCalendar } from '../time/calendar.ts'

/** What a clock shows at an instant, in the calendar that it runs in. */

/** Open time used by `at`; of a clock that has ended, by its end. */
export const elapsedBy = ({ elapsedMs, runningSince }: SlaClock, calendar: BusinessCalendar, at: number): number =>
  runningSince === null ? elapsedMs : elapsedMs + calendar.between(runningSince, at)

/** Open time left at `at` until the target is used up, or until the due time set by hand; negative when late. */
export function remainingBy(clock: SlaClock, calendar: BusinessCalendar, at: number): number {
  const { manualDueAt, targetMs, endedAt } = clock
  return manualDueAt === undefined
    ? targetMs - elapsedBy(clock, calendar, at)
    : calendar.between(endedAt ?? at, manualDueAt)
}

/** Open time beyond the target at `at`; by a due time set by hand, open time since then once it is late. */
export function latenessBy(clock: SlaClock, calendar: BusinessCalendar, at: number): number {
  const { manualDueAt, lateFrom, targetMs } = clock
  if (manualDueAt === undefined) return Math.max(0, elapsedBy(clock, calendar, at) - targetMs)
  return lateFrom !== null && at > lateFrom ? calendar.between(manualDueAt, at) : 0
}
