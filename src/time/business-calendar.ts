import { type Refusal, shown, type TimeCode } from '../errors.ts'
import { addBusinessDays, MAX_BUSINESS_DAYS } from './business-day.ts'
import type { BusinessCalendar, CalendarDefinition } from './calendar.ts'
import { DAY_MS } from './day.ts'
import { MAX_DURATION_MS } from './duration.ts'
import { fail, throwFound } from './fail.ts'
import { alwaysPlan } from './hours-plan.ts'
import { isInstant } from './instant.ts'
import type { Plan } from './plan.ts'
import { planReader } from './plan-reading.ts'
import { OpenTable } from './table.ts'

/** The longest span counted at once: 36,525 days, so that nobody can ask for tables of millennia. */
const MAX_SPAN_MS = 36_525 * DAY_MS

const plans = new WeakMap<BusinessCalendar, Plan>()

/** Its plan, when the calendar was made by this copy of the library. */
export function planOf(calendar: BusinessCalendar): Plan | undefined {
  return plans.get(calendar)
}

/**
 * The arithmetic of a calendar given as JSON. `others` are the calendars that a union or intersection names, as
 * definitions or as calendars, in any order. Throws one `DeskError` whose `issues` hold everything found wrong, each
 * with its path, such as `hours.mon[0]`. Share the result freely: it is frozen and its cache is bounded.
 *
 * @example
 * const office = businessCalendar({ id: 'office', zone: 'Europe/Tallinn', hours: { mon: [['09:00', '17:00']] } })
 * office.add(toInstant('2026-11-23T16:00:00+02:00'), toDuration('2h')) // => toInstant('2026-11-30T10:00:00+02:00')
 */
export function businessCalendar(
  definition: CalendarDefinition,
  others: Iterable<CalendarDefinition | BusinessCalendar> = [],
  version?: string,
): BusinessCalendar {
  const issues: Refusal<TimeCode>[] = []
  const plan = planReader(others, planOf, issues).read(definition, '')
  throwFound(issues)
  return calendarOf(plan as Plan, version)
}

/** A calendar over a plan: checks the arguments, and asks the table. */
export function calendarOf(plan: Plan, version?: string): BusinessCalendar {
  const table = new OpenTable(plan)

  const calendar: BusinessCalendar = Object.freeze({
    id: plan.id,
    zone: plan.zone.name,
    version,
    add(at: number, durationMs: number): number {
      check(at)
      checkCount(durationMs, MAX_DURATION_MS)
      return durationMs === 0 ? at : table.forward(at, durationMs)
    },
    subtract(at: number, durationMs: number): number {
      check(at)
      checkCount(durationMs, MAX_DURATION_MS)
      return durationMs === 0 ? at : table.backward(at, durationMs)
    },
    between(from: number, to: number): number {
      checkSpan(from, to)
      return table.count(to) - table.count(from)
    },
    isOpen(at: number): boolean {
      check(at)
      return table.isOpen(at)
    },
    nextOpening(at: number): number {
      check(at)
      return table.nextOpening(at)
    },
    nextClosing(at: number): number | null {
      check(at)
      return table.nextClosing(at)
    },
    intervals(from: number, to: number) {
      checkSpan(from, to)
      return plan.stretches(from, to)
    },
    addBusinessDays(at: number, days: number): number {
      check(at)
      checkCount(days, MAX_BUSINESS_DAYS)
      return addBusinessDays(plan, table.nextOpening(at), days)
    },
  })
  plans.set(calendar, plan)
  return calendar
}

/**
 * Open at every instant, 24 hours a day; its business days are UTC days. The id `alwaysOpen` names it in definitions.
 */
export const alwaysOpen: BusinessCalendar = /* @__PURE__ */ calendarOf(alwaysPlan)

function check(at: number): void {
  if (!isInstant(at))
    throw fail('invalid_instant', { value: shown(at), reason: 'give whole milliseconds of 1970–2199' })
}

function checkCount(count: number, limit: number): void {
  if (!(Number.isInteger(count) && count >= 0 && count <= limit)) {
    throw fail('invalid_duration', { value: shown(count), reason: `give a whole number from 0 to ${limit}` })
  }
}

function checkSpan(from: number, to: number): void {
  check(from)
  check(to)
  if (Math.abs(to - from) > MAX_SPAN_MS) throw fail('span_too_long', { from, to, limitMs: MAX_SPAN_MS })
}

export type { BusinessCalendar, CalendarDefinition } from './calendar.ts'
