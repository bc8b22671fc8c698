import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Level, Target } from './level.ts'
import type { NamedCalendar, SlaSlice, Versions } from './slice.ts'

/** The facts of a ticket that decide which targets are in force. */
export type TargetFacts = Pick<Ticket, 'sla' | 'priority' | 'requester'>

export const targetFacts = ({ sla, priority, requester }: TargetFacts): TargetFacts => ({ sla, priority, requester })

/** What a clock is allowed: target, time, and the calendar it is counted in. */
export interface Allowance {
  readonly level: Level
  readonly target: Target
  readonly priority: string
  readonly targetMs: number
  readonly calendar: NamedCalendar
}

/** The allowance of a metric in force; null when there is none. */
export function allowanceOf(slice: SlaSlice, versions: Versions, facts: TargetFacts, metric: string): Allowance | null {
  const level = levelInForce(slice, versions, facts)
  const target = level?.targets.get(metric)
  const targetMs = target?.withinMs(facts.priority) ?? null
  const calendar = target && level ? calendarOf(slice, facts, target, level) : undefined
  return level && target && targetMs !== null && calendar
    ? { level, target, priority: facts.priority, targetMs, calendar }
    : null
}

/** The level of a ticket as now defined; one that was removed since stays in the version it was applied in. */
export const levelInForce = (slice: SlaSlice, versions: Versions, { sla }: TargetFacts): Level | undefined =>
  sla === null ? undefined : (slice.levels.get(sla.level) ?? versions.level(sla.level, sla.levelVersion))

/** The calendar of the target, else of the requester, else of the level, else of the desk. */
function calendarOf(
  slice: SlaSlice,
  { requester }: TargetFacts,
  target: Target,
  level: Level,
): NamedCalendar | undefined {
  for (const id of [target.calendar, requester?.calendar, level.calendar, slice.defaultCalendar]) {
    const found = id == null ? undefined : slice.calendars.get(id)
    if (found) return found
  }
  return undefined
}

/** Did the clock's own allowance or calendar change with these facts, by the level version it runs under? */
export function allowanceChanged(
  slice: SlaSlice,
  versions: Versions,
  clock: SlaClock,
  before: TargetFacts,
  after: TargetFacts,
): boolean {
  if (before.sla?.level !== after.sla?.level) return true
  if (before.priority === after.priority && before.requester === after.requester) return false
  const level = versions.level(clock.level, clock.levelVersion)
  const target = level.targets.get(clock.metric)
  if (!target) return true
  return (
    target.withinMs(before.priority) !== target.withinMs(after.priority) ||
    calendarOf(slice, before, target, level)?.id !== calendarOf(slice, after, target, level)?.id
  )
}
