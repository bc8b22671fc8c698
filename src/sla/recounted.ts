import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import type { ClockEntry } from './phase.ts'
import { recountLedger } from './recount.ts'
import type { Stage, Versions } from './slice.ts'

/** Reasons of entries whose clock counted the log anew: what it had used by then stands in no entry before. */
const countedFromLog: ReadonlySet<string> = new Set(['history', 'reapply'])

export const countsTheLog = ({ reason }: { readonly reason: string }): boolean => countedFromLog.has(reason)

/** What the latest cycle of a clock would have gone through, had it run under the terms it has now from the beginning. */
export function recountedEntries(past: Iterable<Stage>, clock: SlaClock, versions: Versions): ClockEntry[] {
  let entries: ClockEntry[] = []
  for (const change of recountLedger(past, clock.metric, allowanceOf(clock, versions))) {
    if (change.type === 'sla_started') entries = []
    entries.push({ at: change.at, clock: change.clock, reason: change.reason })
  }
  return entries
}

/** The terms that a clock carries, as what it was allowed. */
function allowanceOf(clock: SlaClock, versions: Versions): Allowance {
  const level = versions.level(clock.level, clock.levelVersion)
  const target = level.targets.get(clock.metric)
  if (!target) throw new Error(`level ${level.id} has no target ${clock.metric}, and a clock of it`)
  const calendar = versions.calendar(clock.calendar, clock.calendarVersion)
  return {
    level,
    target,
    priority: clock.priority,
    amount: clock.businessDays === undefined ? clock.targetMs : { businessDays: clock.businessDays },
    calendar: { id: clock.calendar, version: clock.calendarVersion, calendar },
  }
}
