import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork, type StatusKind } from '../model/names.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { PartReason } from '../time/calendar.ts'
import { CalendarReader } from './calendar-reader.ts'
import type { ClockReason, ClockStretch } from './explanation.ts'
import type { Versions } from './slice.ts'

/** An entry of the ledger, or one that a recount of the log makes up for it. */
export interface ClockEntry {
  readonly at: number
  readonly clock: SlaClock
  readonly reason: string
}

/** A status of the ticket, from an instant until the next one. */
export interface StatusSpan {
  readonly at: number
  readonly status: string
  readonly kind: StatusKind
}

/** A clock in one state, `[from, to)`. */
interface Phase {
  readonly from: number
  readonly to: number
  readonly entry: ClockEntry
}

/** The statuses of a ticket over time. */
export const statusesOf = (events: readonly AnyTicketEvent[]): StatusSpan[] =>
  events.flatMap(({ at, type, data }) =>
    type === 'ticket_opened' || type === 'status_changed' ? [{ at, status: data.status, kind: data.kind }] : [],
  )

/** The stretches of a cycle whose clock went through these entries, until `to`. */
export function stretchesOf(
  entries: readonly ClockEntry[],
  statuses: readonly StatusSpan[],
  versions: Versions,
  to: number,
): ClockStretch[] {
  const stretches: ClockStretch[] = []
  const calendars = new CalendarReader(versions, to)
  for (const phase of phasesOf(entries, to))
    for (const stretch of ofPhase(phase, statuses, calendars)) {
      const last = stretches.at(-1)
      if (last && stretch.from > phase.from && isContinued(last, stretch))
        stretches[stretches.length - 1] = { ...last, to: stretch.to }
      else stretches.push(stretch)
    }
  return stretches
}

/** What happens to a clock at one instant or without stopping it (a breach, a step) makes no phase. */
function phasesOf(entries: readonly ClockEntry[], end: number): Phase[] {
  const phases: Phase[] = []
  for (const [i, entry] of entries.entries()) {
    const from = i === 0 ? entry.clock.startedAt : entry.at
    // a clock that counts the log may find that it had ended before
    const to = Math.min(entries[i + 1]?.at ?? end, end)
    const last = phases.at(-1)
    if (from >= to) continue
    if (last?.to === from && isSameState(last.entry.clock, entry.clock)) phases[phases.length - 1] = { ...last, to }
    else phases.push({ from, to, entry })
  }
  return phases
}

const isSameState = (a: SlaClock, b: SlaClock): boolean =>
  a.state === b.state && a.held === b.held && (a.state !== 'running' || a.calendarVersion === b.calendarVersion)

function ofPhase(phase: Phase, statuses: readonly StatusSpan[], calendars: CalendarReader): Iterable<ClockStretch> {
  const { from, to, entry } = phase
  const { clock, reason } = entry
  if (clock.state === 'running') return calendars.read(clock, from, to)
  if (clock.held) return [{ from, to, counted: false, reason: { kind: 'held', signal: reason } }]
  return byStatus(phase, statuses, (span) => standstill(clock, span))
}

/** Why a clock that is held by nothing does not run. */
function standstill({ state, leftWork, endedBy }: SlaClock, { status, kind }: StatusSpan): ClockReason {
  if (state === 'paused') return { kind: 'paused', status }
  const interrupted = leftWork || endedBy === 'no_target'
  if (!interrupted) return { kind: 'ended', by: endedBy ?? '' }
  return isOutOfWork(kind) ? { kind: 'outOfWork', status } : { kind: 'noTarget' }
}

/** A phase cut where the status changes. */
function* byStatus(
  { from, to }: Phase,
  statuses: readonly StatusSpan[],
  reasonIn: (span: StatusSpan) => ClockReason,
): Generator<ClockStretch> {
  for (let i = lastBefore(statuses, from); i < statuses.length; i++) {
    const span = statuses[i] as StatusSpan
    if (span.at >= to) return
    const start = Math.max(from, span.at)
    const end = Math.min(to, statuses[i + 1]?.at ?? to)
    if (start < end) yield { from: start, to: end, counted: false, reason: reasonIn(span) }
  }
}

/** Index of the last status set by an instant. */
function lastBefore(statuses: readonly StatusSpan[], at: number): number {
  let low = 0
  for (let high = statuses.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if ((statuses[middle] as StatusSpan).at <= at) low = middle
    else high = middle
  }
  return low
}

/** Is it the same again? A calendar cuts at midnights; people do not. Each day of a holiday stays by itself. */
const isContinued = (before: ClockStretch, after: ClockStretch): boolean =>
  before.counted === after.counted && isSameReason(before.reason, after.reason)

function isSameReason(a: ClockReason, b: ClockReason): boolean {
  switch (a.kind) {
    case 'holiday':
      return false
    case 'union':
    case 'intersection':
      return a.kind === b.kind && a.parts.every((part, i) => isSamePart(part, b.parts[i]))
    case 'paused':
    case 'outOfWork':
      return a.kind === b.kind && a.status === b.status
    case 'hours':
    case 'specialHours':
    case 'closure':
    case 'always':
    case 'held':
    case 'noTarget':
    case 'ended':
      return a.kind === b.kind
    default:
      return a satisfies never
  }
}

const isSamePart = (a: PartReason, b: PartReason | undefined): boolean =>
  b !== undefined && a.calendar === b.calendar && a.open === b.open && isSameReason(a.reason, b.reason)
