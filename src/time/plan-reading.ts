import type { Refusal, TimeCode } from '../errors.ts'
import type { BusinessCalendar } from './calendar.ts'
import { type CalendarRules, MAX_PARTS, readCalendar } from './calendar-reading.ts'
import { checkOpens, combinedPlan } from './combined-plan.ts'
import { finder } from './fail.ts'
import { alwaysPlan, hoursPlan } from './hours-plan.ts'
import type { Plan } from './plan.ts'

/**
 * Reads calendars that may name each other. What is found wrong is added to `issues`; a calendar with issues has no
 * plan. `others` are read when they are named, their own faults being reported as those of whoever names them.
 */
export function planReader(
  others: Iterable<unknown>,
  planOf: (calendar: BusinessCalendar) => Plan | undefined,
  issues: Refusal<TimeCode>[],
) {
  const find = finder(issues)
  /** Calendars by id: plans, and what is to become one when it is named. */
  const known = new Map<string, unknown>([[alwaysPlan.id, alwaysPlan]])
  const plans = new Map<unknown, Plan | undefined>([[alwaysPlan, alwaysPlan]])
  const open = new Set<string>()
  let outermost = ''
  let index = 0
  for (const other of others) {
    const plan = planOf(other as BusinessCalendar)
    const value = plan ?? other
    const id = (value as { id?: unknown } | null)?.id
    if (typeof id === 'string') {
      if ((known.get(id) ?? value) !== value)
        find('duplicate_name', { what: 'calendar', name: id }, `others[${index}].id`)
      known.set(id, value)
    }
    if (plan) plans.set(plan, plan)
    index++
  }

  function read(json: unknown, path: string): Plan | undefined {
    const before = issues.length
    const rules = readCalendar(json, path, issues)
    if (issues.length > before) return undefined
    open.add(rules.id)
    const plan = rules.kind === 'hours' ? hoursPlan(rules) : combined(rules, path)
    open.delete(rules.id)
    // a union opens because its parts do
    if (plan && rules.kind !== 'union' && issues.length === before) checkOpens(plan, find, path)
    return issues.length > before ? undefined : plan
  }

  function combined({ id, zone, kind, parts }: CalendarRules, path: string): Plan | undefined {
    const below = `${path && `${path}.`}${kind}`
    const plans = new Set(parts.map((name, i) => part(name, `${below}[${i}]`)))
    return plans.has(undefined) ? undefined : combinedPlan(id, zone, kind as 'union', [...plans] as Plan[], find, below)
  }

  function part(id: string, path: string): Plan | undefined {
    if (open.size === 1) outermost = path
    const value = known.get(id)
    if (open.has(id)) find('invalid_definition', { reason: `calendar ${id} would contain itself` }, outermost)
    else if (open.size > MAX_PARTS)
      find('too_large', { limit: MAX_PARTS, actual: open.size, unit: 'levels' }, outermost)
    else if (!value) find('unknown_name', { what: 'calendar', name: id.slice(0, 64), known: [...known.keys()] }, path)
    else if (!plans.has(value)) plans.set(value, read(value, path))
    return plans.get(value)
  }

  return { read }
}
