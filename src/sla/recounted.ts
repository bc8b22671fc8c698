import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import type { ClockEntry } from './phase.ts'
import { signalsOf } from './signal.ts'
import type { Stage, Versions } from './slice.ts'
import { takeSignal } from './step.ts'

/** Reasons of entries whose clock counted the log anew: what it had used by then stands in no entry before. */
const countedFromLog: ReadonlySet<string> = new Set(['history', 'reapply'])

export const countsTheLog = ({ reason }: { readonly reason: string }): boolean => countedFromLog.has(reason)

/** What the latest cycle of a clock would have gone through, had it run under the terms it has now from the beginning. */
export function recountedEntries(past: Iterable<Stage>, clock: SlaClock, versions: Versions): ClockEntry[] {
  const allowance = allowanceOf(clock, versions)
  let entries: ClockEntry[] = []
  for (const { event, ticket } of past)
    for (const signal of signalsOf(event)) {
      const view = {
        metric: clock.metric,
        row: allowance.target.row,
        ticket,
        at: event.at,
        allowance,
        calendarOf: () => allowance.calendar.calendar,
        pausesIn: () => allowance.target.pausesIn(ticket.status, ticket.kind),
      }
      for (const change of takeSignal(view, entries.at(-1)?.clock, signal)) {
        if (change.type === 'sla_started') entries = []
        entries.push({ at: event.at, clock: withoutBreach(change.clock), reason: change.reason })
      }
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
    targetMs: clock.targetMs,
    calendar: { id: clock.calendar, version: clock.calendarVersion, calendar },
  }
}

/** Whether it is breached is decided where the terms come into force, not in the past. */
const withoutBreach = (clock: SlaClock): SlaClock =>
  clock.breachedAt === null ? clock : { ...clock, breachedAt: null, dueAt: null, lateFrom: null }
