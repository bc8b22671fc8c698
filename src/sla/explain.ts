import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { ClockExplanation, ClockTerms } from './explanation.ts'
import type { LedgerEvent } from './ledger.ts'
import { marksOf } from './mark.ts'
import { elapsedBy, latenessBy } from './measure.ts'
import { type ClockEntry, statusesOf, stretchesOf } from './phase.ts'
import { countsTheLog, recountedEntries } from './recounted.ts'
import type { Stage, Versions } from './slice.ts'

/** What a ticket's log is asked about: its events in order, and what the clocks in them were counted by. */
export interface Log {
  readonly ticketId: string
  readonly reference: string
  readonly events: readonly AnyTicketEvent[]
  readonly versions: Versions
  /** The ticket after each event before a version of the log. */
  readonly before: (version: number) => Iterable<Stage>
}

/** Every stretch of a cycle from its start to its end, or to `now`; `ledger` holds at least one entry. */
export function explainCycle(
  log: Log,
  ledger: readonly [LedgerEvent, ...LedgerEvent[]],
  now: number,
): ClockExplanation {
  const { ticketId, reference, events, versions } = log
  const clock = (ledger.at(-1) ?? ledger[0]).data.clock
  const to = clock.endedAt ?? now
  const entries = entriesOf(log, ledger)
  const stretches = stretchesOf(entries, statusesOf(events), versions, to)
  const calendar = versions.calendar(clock.calendar, clock.calendarVersion)
  const elapsedMs = elapsedBy(clock, calendar, to)
  const counted = stretches.reduce((sum, stretch) => sum + (stretch.counted ? stretch.to - stretch.from : 0), 0)
  return {
    ticketId,
    reference,
    metric: clock.metric,
    cycle: clock.cycle,
    from: clock.startedAt,
    to,
    clock,
    elapsedMs,
    latenessMs: clock.latenessMs ?? latenessBy(clock, calendar, to),
    unexplainedMs: elapsedMs - counted,
    stretches,
    terms: termsOf(entries, versions),
    marks: marksOf(events, ledger, to),
  }
}

/** The ledger, with what a clock that counted the log went through in place of the entries before. */
function entriesOf({ before, versions }: Log, ledger: readonly LedgerEvent[]): ClockEntry[] {
  let entries: ClockEntry[] = []
  for (const { at, version, data } of ledger) {
    const counted = countsTheLog(data) ? recountedEntries(before(version), data.clock, versions) : []
    if (counted.length > 0) entries = counted
    entries.push({ at, clock: data.clock, reason: data.reason })
  }
  return entries
}

/** The terms in force, one entry for each change. */
function termsOf(entries: readonly ClockEntry[], versions: Versions): ClockTerms[] {
  const terms: ClockTerms[] = []
  for (const { at, clock } of entries) {
    const next: ClockTerms = {
      from: terms.length === 0 ? clock.startedAt : at,
      application: clock.application,
      level: clock.level,
      levelVersion: clock.levelVersion,
      calendar: clock.calendar,
      calendarVersion: clock.calendarVersion,
      priority: clock.priority,
      targetMs: clock.targetMs,
      zone: versions.calendar(clock.calendar, clock.calendarVersion).zone,
    }
    const last = terms.at(-1)
    if (!last || !isSameTerms(last, next)) terms.push(next)
  }
  return terms
}

const isSameTerms = (a: ClockTerms, b: ClockTerms): boolean =>
  a.application === b.application &&
  a.levelVersion === b.levelVersion &&
  a.calendarVersion === b.calendarVersion &&
  a.priority === b.priority &&
  a.targetMs === b.targetMs
