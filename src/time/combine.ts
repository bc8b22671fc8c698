import { type Refusal, shown, type TimeCode } from '../errors.ts'
import { calendarOf, planOf } from './business-calendar.ts'
import type { BusinessCalendar } from './calendar.ts'
import { wrongId } from './calendar-reading.ts'
import { checkOpens, combinedPlan } from './combined-plan.ts'
import { finder, throwFound } from './fail.ts'
import type { Plan } from './plan.ts'
import { utc, zoneNamed } from './zone.ts'

/** How a combined calendar is called, and the zone whose midnights divide its business days. */
export interface CombinedName {
  /** As in JSON: ASCII letters, digits and `. _ : -`, at most 64. */
  readonly id: string
  /** An IANA name; the zone of the first calendar where none is given. */
  readonly zone?: string
  readonly version?: string
}

/**
 * Open when one of the calendars is: teams that follow the sun. Throws what the same union as JSON would get:
 * `unknown_zone`, `invalid_definition` for a bad id or an empty list, `too_large` beyond 100 calendars, and
 * `duplicate_name` for two that bear one id, since explanations tell parts apart by it. One given twice counts once.
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

/**
 * Open when all of the calendars are. Throws as {@link unionCalendars}, and `calendar_never_open` if they never meet.
 */
export function intersectCalendars(calendars: readonly BusinessCalendar[], name: CombinedName): BusinessCalendar {
  return combine('intersection', calendars, name)
}

function combine(
  kind: 'union' | 'intersection',
  calendars: readonly BusinessCalendar[],
  { id, zone: zoneName = calendars[0]?.zone ?? 'UTC', version }: CombinedName,
): BusinessCalendar {
  const issues: Refusal<TimeCode>[] = []
  const find = finder(issues)
  const reason = wrongId(id)
  if (reason) find('invalid_definition', { reason }, 'id')
  const zone = typeof zoneName === 'string' ? zoneNamed(zoneName) : undefined
  if (!zone) find('unknown_zone', { zone: shown(zoneName) }, 'zone')
  const parts = new Map<string, Plan>()
  for (const [i, calendar] of calendars.entries()) {
    const plan = planOf(calendar)
    if (!plan) find('invalid_definition', { reason: 'this is no calendar made by businessCalendar' }, `${kind}[${i}]`)
    else if ((parts.get(plan.id) ?? plan) !== plan) {
      find('duplicate_name', { what: 'calendar', name: plan.id }, `${kind}[${i}]`)
    } else parts.set(plan.id, plan)
  }
  throwFound(issues)
  const plan = combinedPlan(id, zone ?? utc, kind, [...parts.values()], find, kind)
  throwFound(issues)
  if (kind !== 'union') checkOpens(plan, find, '')
  throwFound(issues)
  return calendarOf(plan, version)
}
