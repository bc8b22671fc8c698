import type { SlaClock } from '../model/clock.ts'
import type { ClockEntry } from './phase.ts'
import { type Allowances, allowancesByName, firstMetric, recountLedger } from './recount.ts'
import type { Stage, Versions } from './slice.ts'

/** Reasons of entries whose clock counted the log anew: what it had used by then stands in no entry before. */
const countedFromLog: ReadonlySet<string> = new Set(['history', 'reapply'])

export const countsTheLog = ({ reason }: { readonly reason: string }): boolean => countedFromLog.has(reason)

/**
 * What the latest cycle of a clock would have gone through, had it run under the terms it has now from the beginning.
 */
export function recountedEntries(past: Iterable<Stage>, clock: SlaClock, versions: Versions): ClockEntry[] {
  let entries: ClockEntry[] = []
  for (const change of recountLedger(past, allowancesOf(clock, versions))) {
    if (change.clock.metric !== clock.metric) continue
    if (change.type === 'sla_started') entries = []
    entries.push({ at: change.at, clock: change.clock, reason: change.reason })
  }
  return entries
}

/**
 * The terms that a clock carries, as what it was allowed; beside it the first response,
 * which decides what starts others.
 */
function allowancesOf(clock: SlaClock, versions: Versions): Allowances {
  const level = versions.level(clock.level, clock.levelVersion)
  const target = level.targets.get(clock.metric)
  if (!target) throw new Error(`level ${level.id} has no target ${clock.metric}, and a clock of it`)
  const calendar = versions.calendar(clock.calendar, clock.calendarVersion)
  const terms = {
    level,
    priority: clock.priority,
    calendar: { id: clock.calendar, version: clock.calendarVersion, calendar },
  }
  const amount = clock.businessDays === undefined ? clock.targetMs : { businessDays: clock.businessDays }
  const first = level.targets.get(firstMetric)
  const firstAmount = first?.within(clock.priority) ?? null
  return allowancesByName([
    // when it is due does not matter here, so neither does its calendar
    [firstMetric, first && firstAmount !== null ? { ...terms, target: first, amount: firstAmount } : null],
    [clock.metric, { ...terms, target, amount }],
  ])
}
