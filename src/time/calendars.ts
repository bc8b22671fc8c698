import { type Refusal, refuse, type TimeCode } from '../errors.ts'
import { calendarOf, planOf } from './business-calendar.ts'
import type { BusinessCalendar, CalendarDefinition } from './calendar.ts'
import { throwFound } from './fail.ts'
import { planReader } from './plan-reading.ts'

/** Everything wrong with a calendar's JSON; empty when it is fine. `others` as in {@link businessCalendar}. */
export function checkCalendar(
  json: unknown,
  path = '',
  others: Iterable<CalendarDefinition | BusinessCalendar> = [],
): Refusal[] {
  const issues: Refusal<TimeCode>[] = []
  planReader(others, planOf, issues).read(json, path)
  return issues
}

/**
 * The calendars of a definition by id, ready for arithmetic; unions and intersections may name calendars of the list,
 * in any order. Findings are added to `issues`; where there are any, the map lacks the calendars concerned.
 */
export function readCalendars(
  list: readonly unknown[],
  path: string,
  issues: Refusal[],
  version?: (json: unknown) => string,
): Map<string, BusinessCalendar> {
  const calendars = new Map<string, BusinessCalendar>()
  // a name given twice is found below, where it stands
  const others = [...new Map(list.map((json) => [(json as { id?: unknown } | null)?.id, json])).values()]
  list.forEach((json, i) => {
    const at = `${path}[${i}]`
    const found: Refusal<TimeCode>[] = []
    // each is read with its own list of findings: the fault of a part is reported where the part stands, once
    const plan = planReader(others, planOf, found).read(json, at)
    issues.push(...found.filter((issue) => !isOfPart(issue, at)))
    if (!plan || found.length) return
    if (calendars.has(plan.id)) issues.push(refuse('duplicate_name', { what: 'calendar', name: plan.id }, `${at}.id`))
    else calendars.set(plan.id, calendarOf(plan, version?.(json)))
  })
  return calendars
}

/** Calendars by id; throws one `DeskError` with everything found wrong in `issues`. */
export function businessCalendars(
  list: readonly CalendarDefinition[],
  path = 'calendars',
): ReadonlyMap<string, BusinessCalendar> {
  const issues: Refusal<TimeCode>[] = []
  const calendars = readCalendars(list, path, issues)
  throwFound(issues)
  return calendars
}

/** A finding below `calendars[2].union[0]` is one about the calendar named there. */
function isOfPart(issue: Refusal, at: string): boolean {
  const below = issue.path?.startsWith(at) ? issue.path.slice(at.length) : ''
  return /^\.(union|intersection)\[\d+\]./.test(below)
}
