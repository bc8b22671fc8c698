import { isDeskError } from '../errors.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import { MAX_DURATION_MS } from '../time/duration.ts'

/** Searches in a calendar that answer null where it runs out (SEMANTICS §5: such a clock has no due time). */

/** Also null beyond the longest duration there is: a step that lies so far ahead never fires. */
export const dueAfter = (calendar: BusinessCalendar, at: number, amount: number): number | null =>
  amount > MAX_DURATION_MS ? null : unlessExhausted(() => calendar.add(at, amount))

export const subtracted = (calendar: BusinessCalendar, at: number, amount: number): number | null =>
  unlessExhausted(() => calendar.subtract(at, amount))

export const nextOpeningAt = (calendar: BusinessCalendar, at: number): number | null =>
  unlessExhausted(() => calendar.nextOpening(at))

export function unlessExhausted<T>(ask: () => T): T | null {
  try {
    return ask()
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted')) return null
    throw error
  }
}
