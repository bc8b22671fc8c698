import { shown } from '../errors.ts'
import { calendarOf, planOf } from './business-calendar.ts'
import type { BusinessCalendar } from './calendar.ts'
import { combinedPlan } from './combined-plan.ts'
import { fail } from './fail.ts'
import { opensEver } from './plan-reading.ts'
import { zoneNamed } from './zone.ts'

/** How a combined calendar is called, and the zone whose midnights divide its business days. */
export interface CombinedName {
  readonly id: string
  /** An IANA name; the zone of the first calendar where none is given. */
  readonly zone?: string
  readonly version?: string
}

/**
 * Open when one of the calendars is: teams that follow the sun. Throws `unknown_zone`, and `invalid_definition` for an
 * empty list.
 *
 * @example
 * const early = businessCalendar({ id: 'early', zone: 'UTC', hours: { mon: [['06:00', '14:00']] } })
 * const late = businessCalendar({ id: 'late', zone: 'UTC', hours: { mon: [['12:00', '20:00']] } })
 * const monday = toInstant('2026-11-23T00:00:00Z')
 * unionCalendars([early, late], { id: 'both' }).between(monday, monday + 24 * 3_600_000) // => 14 * 3_600_000
 */
export function unionCalendars(calendars: readonly BusinessCalendar[], name: CombinedName): BusinessCalendar {
  return combine('union', calendars, name)
}

/** Open when all of the calendars are. Throws as {@link unionCalendars}, and `calendar_never_open` if they never meet. */
export function intersectCalendars(calendars: readonly BusinessCalendar[], name: CombinedName): BusinessCalendar {
  return combine('intersection', calendars, name)
}

function combine(
  kind: 'union' | 'intersection',
  calendars: readonly BusinessCalendar[],
  { id, zone: zoneName = calendars[0]?.zone ?? 'UTC', version }: CombinedName,
): BusinessCalendar {
  const zone = zoneNamed(zoneName)
  if (!zone) throw fail('unknown_zone', { zone: shown(zoneName) }, 'zone')
  const parts = calendars.map((calendar, i) => {
    const plan = planOf(calendar)
    if (!plan)
      throw fail('invalid_definition', { reason: 'this is no calendar made by businessCalendar' }, `${kind}[${i}]`)
    return plan
  })
  if (!parts.length) throw fail('invalid_definition', { reason: 'at least one calendar is needed' }, kind)
  const plan = combinedPlan(id, zone, kind, parts)
  if (!opensEver(plan)) throw fail('calendar_never_open', { calendar: id })
  return calendarOf(plan, version)
}
