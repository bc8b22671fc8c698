import { DAY_MS } from './day.ts'
import { fail } from './fail.ts'
import { LAST_INSTANT } from './instant.ts'
import { dayAt, midnight, type Plan, turn } from './plan.ts'
import { SEARCH_LIMIT_MS } from './table.ts'

/** The most business days that can be added. */
export const MAX_BUSINESS_DAYS = 3650

/** Of an opening `at`, moved by `days` business days; see {@link BusinessCalendar.addBusinessDays}. */
export function addBusinessDays(plan: Plan, at: number, days: number): number {
  const { zone } = plan
  if (days === 0) return at
  const exhausted = () => fail('calendar_exhausted', { calendar: plan.id, at, direction: 'forward' })
  const owner = ownerOf(plan, at)
  let day = owner
  let closing = turn(plan, owner).at(-1) as number
  for (let left = days; left > 0; ) {
    day++
    const open = turn(plan, day)
    // as long as nextOpening would look on from the closing
    if ((open[0] ?? midnight(zone, day)) - closing > SEARCH_LIMIT_MS) throw exhausted()
    if (day * DAY_MS > LAST_INSTANT) throw exhausted()
    if (!open.length) continue
    closing = open.at(-1) as number
    left--
  }
  const wall = zone.wall(at)
  const nextDate = Math.floor(wall / DAY_MS) > owner ? 1 : 0
  const wanted = zone.instant((day + nextDate) * DAY_MS + (((wall % DAY_MS) + DAY_MS) % DAY_MS))
  const open = turn(plan, day)
  let result = open[0] as number
  for (let i = 0; i < open.length; i += 2) {
    if (wanted >= (open[i] as number)) result = Math.min(wanted, open[i + 1] as number)
  }
  if (result > LAST_INSTANT) throw exhausted()
  return result
}

/** The date whose turn an open instant lies in. */
function ownerOf(plan: Plan, at: number): number {
  let day = dayAt(plan.zone, at) + 1
  while ((plan.owned(day)[0] ?? Number.POSITIVE_INFINITY) > at) day--
  return day
}
