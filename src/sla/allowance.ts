import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import { MAX_DURATION_MS } from '../time/duration.ts'
import type { Level } from './level.ts'
import { unlessExhausted } from './search.ts'
import type { NamedCalendar, SlaSlice, Versions } from './slice.ts'
import type { Target } from './target.ts'
import { type Amount, isBusinessDays, sameAmount } from './within.ts'

/** The facts of a ticket that decide which targets are in force. */
export type TargetFacts = Pick<Ticket, 'sla' | 'priority' | 'requester' | 'department'>

export const targetFacts = ({ sla, priority, requester, department }: TargetFacts): TargetFacts => ({
  sla,
  priority,
  requester,
  department,
})

export const factsChanged = (before: TargetFacts, after: TargetFacts): boolean =>
  before.sla !== after.sla ||
  before.priority !== after.priority ||
  before.requester !== after.requester ||
  before.department !== after.department

/** What a clock is allowed: target, time, and the calendar it is counted in. */
export interface Allowance {
  readonly level: Level
  readonly target: Target
  readonly priority: string
  readonly amount: Amount
  readonly calendar: NamedCalendar
}

/** The allowance of a metric in force; null when there is none. */
export function allowanceOf(slice: SlaSlice, versions: Versions, facts: TargetFacts, metric: string): Allowance | null {
  const level = levelInForce(slice, versions, facts)
  const target = level?.targets.get(metric)
  const amount = target?.within(facts.priority) ?? null
  const calendar = target && level ? calendarOf(slice, facts, target, level) : undefined
  return level && target && amount !== null && calendar
    ? { level, target, priority: facts.priority, amount, calendar }
    : null
}

/** Milliseconds allowed to a cycle that started at an instant: business days are counted from there, once. */
export function targetFrom({ amount, calendar: { calendar } }: Allowance, startedAt: number) {
  if (!isBusinessDays(amount)) return { targetMs: amount }
  const { businessDays } = amount
  const targetMs = unlessExhausted(() => calendar.between(startedAt, calendar.addBusinessDays(startedAt, businessDays)))
  // where the calendar has no such day left, nothing is ever due
  return { targetMs: targetMs ?? MAX_DURATION_MS, businessDays }
}

/** The level of a ticket as now defined; one that was removed since stays in the version it was applied in. */
export const levelInForce = (slice: SlaSlice, versions: Versions, { sla }: TargetFacts): Level | undefined =>
  sla === null ? undefined : (slice.levels.get(sla.level) ?? versions.level(sla.level, sla.levelVersion))

/** The calendar of the target, else of the requester or the department, else of the level, else of the desk. */
function calendarOf(
  slice: SlaSlice,
  { requester, department }: TargetFacts,
  target: Target,
  level: Level,
): NamedCalendar | undefined {
  const party =
    target.row.calendarOf === 'requester'
      ? requester?.calendar
      : department === null
        ? undefined
        : slice.departments.get(department)?.calendar
  const named = (id: string | null | undefined) => (id == null ? undefined : slice.calendars.get(id))
  return named(target.calendar) ?? named(party) ?? named(level.calendar) ?? named(slice.defaultCalendar)
}

/** Did the clock's own allowance or calendar change with these facts, by the level version it runs under? */
export function allowanceChanged(
  slice: SlaSlice,
  versions: Versions,
  clock: SlaClock,
  before: TargetFacts,
  after: TargetFacts,
): boolean {
  if (before.sla?.level !== after.sla?.level && clock.level !== after.sla?.level) return true
  if (!factsChanged({ ...before, sla: null }, { ...after, sla: null })) return false
  const level = versions.level(clock.level, clock.levelVersion)
  const target = level.targets.get(clock.metric)
  if (!target) return true
  if (!sameAmount(target.within(before.priority), target.within(after.priority))) return true
  const calendar = calendarOf(slice, after, target, level)?.id
  // a cycle that started in this very cause already has the calendar of the new department
  return calendar !== clock.calendar && calendar !== calendarOf(slice, before, target, level)?.id
}
