import { type Refusal, refuse, type TimeCode } from '../errors.ts'
import type { BusinessCalendar } from './calendar.ts'
import { type CalendarRules, MAX_PARTS, readCalendar } from './calendar-reading.ts'
import { alwaysPlan, combinedPlan } from './combined-plan.ts'
import { DAY_MS } from './day.ts'
import { hoursPlan } from './hours-plan.ts'
import type { Plan } from './plan.ts'
import type { Zone } from './zone.ts'

/** Unions and intersections within each other. */
const MAX_DEPTH = 16

/**
 * Reads calendars that may name each other. What is found wrong is added to `issues`; a calendar with issues has no
 * plan. `others` are read when they are named, their own faults being reported as those of whoever names them.
 */
export function planReader(
  others: Iterable<unknown>,
  planOf: (calendar: BusinessCalendar) => Plan | undefined,
  issues: Refusal<TimeCode>[],
) {
  const plans = new Map<string, Plan | undefined>([[alwaysPlan.id, alwaysPlan]])
  const waiting = new Map<string, unknown>()
  const open = new Set<string>()
  for (const other of others) {
    const plan = planOf(other as BusinessCalendar)
    const id = plan?.id ?? (other as { id?: unknown } | null)?.id
    if (plan) plans.set(plan.id, plan)
    else if (typeof id === 'string') waiting.set(id, other)
  }

  function read(json: unknown, path: string): Plan | undefined {
    const before = issues.length
    const rules = readCalendar(json, path, issues)
    if (issues.length > before) return undefined
    open.add(rules.id)
    const plan = rules.parts ? combine(rules, path) : hoursPlan(rules, rules.zone as Zone)
    open.delete(rules.id)
    if (issues.length > before || !plan) return undefined
    if (!opensEver(plan)) issues.push(refuse('calendar_never_open', { calendar: plan.id }, path || undefined))
    return plan
  }

  function combine(rules: CalendarRules, path: string): Plan {
    const parts = (rules.parts ?? []).map((id, i) => part(id, `${path ? `${path}.` : ''}${rules.kind}[${i}]`))
    const kind = rules.kind as 'union' | 'intersection'
    const actual = parts.reduce((sum, plan) => sum + (plan?.size ?? 0), 0)
    if (actual > MAX_PARTS)
      issues.push(refuse('too_large', { limit: MAX_PARTS, actual, unit: 'entries' }, path || undefined))
    return combinedPlan(
      rules.id,
      rules.zone as Zone,
      kind,
      parts.filter((plan) => plan !== undefined),
    )
  }

  let outermost = ''

  function part(id: string, path: string): Plan | undefined {
    if (open.size === 1) outermost = path
    if (open.size > MAX_DEPTH) {
      issues.push(refuse('too_large', { limit: MAX_DEPTH, actual: open.size, unit: 'levels' }, outermost))
      return undefined
    }
    if (open.has(id)) {
      issues.push(refuse('invalid_definition', { reason: `calendar ${id} would contain itself` }, outermost))
    } else if (!plans.has(id) && !waiting.has(id)) {
      const known = [...plans.keys(), ...waiting.keys()]
      issues.push(refuse('unknown_name', { what: 'calendar', name: id.slice(0, 64), known }, path))
    } else if (!plans.has(id)) plans.set(id, read(waiting.get(id), path))
    return plans.get(id)
  }

  return { read }
}

/** Looks through 1970–2199 for any open time, from 2001 on, for want of a better place to begin. */
export function opensEver(plan: Plan): boolean {
  const [first, days, step] = [11_323, 84_006, 63]
  const opens = (from: number, to: number) => plan.open(from * DAY_MS, Math.min(from + step, to) * DAY_MS).length > 0
  for (let day = first; day < days; day += step) if (opens(day, days)) return true
  for (let day = 0; day < first; day += step) if (opens(day, first)) return true
  return false
}
