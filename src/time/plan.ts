import type { Stretch } from './calendar.ts'
import { DAY_MS } from './day.ts'
import type { Spans } from './span.ts'
import type { Zone } from './zone.ts'

/** When a calendar is open, worked out from its rules and remembered nowhere: tables are made from plans. */
export interface Plan {
  readonly id: string
  readonly zone: Zone
  /** How many calendars with hours of their own it asks. */
  readonly size: number
  /** Open time within `[from, to)`. */
  open(from: number, to: number): Spans
  /** Open time that a local date owns; it may end on the next date. */
  owned(day: number): Spans
  stretches(from: number, to: number): IterableIterator<Stretch>
}

/** The instant a local date begins. A date the zone does not have begins when the next one does. */
export function midnight(zone: Zone, day: number): number {
  return zone.instant(day * DAY_MS)
}

/** The local date an instant lies in, by midnights: an hour repeated across midnight belongs to the later date. */
export function dayAt(zone: Zone, at: number): number {
  const day = Math.floor(zone.wall(at) / DAY_MS)
  return midnight(zone, day + 1) <= at ? day + 1 : day
}

/**
 * The open time of a date's turn: from its first opening until a later date's first opening. So where shifts overlap
 * the latest owner counts, and turns follow each other in the order of their dates.
 */
export function turn(plan: Plan, day: number): Spans {
  const first = plan.owned(day)[0]
  if (first === undefined) return []
  // what a date owns ends on the next one, or on the one after where the zone skips that
  const later = [day + 1, day + 2].map((date) => plan.owned(date)[0] ?? Number.POSITIVE_INFINITY)
  const next = Math.min(midnight(plan.zone, day + 3), ...later)
  return plan.open(first, next)
}
