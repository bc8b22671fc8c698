import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { Allowance } from './allowance.ts'
import { breach, end, isOverdueUnbreached, pause, run, startClock, termsOf } from './clock.ts'
import { type Metric, type StartFact, startFacts } from './metric.ts'
import type { Signal } from './signal.ts'

/** One entry for the ledger. */
export interface LedgerChange {
  readonly type:
    | 'sla_started'
    | 'sla_paused'
    | 'sla_resumed'
    | 'sla_retargeted'
    | 'sla_breached'
    | 'sla_fulfilled'
    | 'sla_cancelled'
  readonly clock: SlaClock
  readonly reason: string
}

/** What a step may look at: the ticket after the event, and what the metric is allowed. */
export interface StepView {
  readonly metric: string
  readonly row: Metric
  readonly ticket: Readonly<Ticket>
  readonly at: number
  readonly allowance: Allowance | null
  /** The calendar a clock is counted in. */
  readonly calendarOf: (clock: SlaClock) => BusinessCalendar
  readonly pausesIn: (clock: SlaClock) => boolean
}

/** What a signal does to the clock of one metric: nothing, or entries for the ledger in order. */
export function takeSignal(view: StepView, clock: SlaClock | undefined, signal: Signal): LedgerChange[] {
  if (clock && clock.state !== 'ended') return whileOpen(view, clock, signal)
  if (signal.name === 'reopened' && (clock || view.row.onReopen.mode === 'restart')) return onReopen(view, clock)
  const starts = view.row.starts.some((start) => start.on === signal.name && holds(view, start.if))
  const again = clock === undefined || view.row.recurs
  const works = signal.name === 'opened' || !isOutOfWork(view.ticket.kind)
  return starts && again && works ? begin(view, (clock?.cycle ?? 0) + 1, signal.name) : []
}

const holds = ({ ticket }: StepView, facts: readonly StartFact[] = []): boolean =>
  facts.every((fact) => startFacts[fact](ticket))

export function begin(view: StepView, cycle: number, reason: string): LedgerChange[] {
  const { allowance, metric, ticket, at } = view
  if (!allowance) return []
  return [
    {
      type: 'sla_started',
      clock: startClock(metric, cycle, allowance, at, allowance.target.pausesIn(ticket.status, ticket.kind)),
      reason,
    },
  ]
}

function whileOpen(view: StepView, clock: SlaClock, signal: Signal): LedgerChange[] {
  if (view.row.fulfilledBy.includes(signal.name)) return finish(view, clock, 'fulfilled', signal.name, false)
  if (signal.name === 'leftWork')
    return finish(
      view,
      clock,
      view.row.onLeavingWork === 'fulfil' && !signal.cancels ? 'fulfilled' : 'cancelled',
      signal.by,
      true,
    )
  return signal.name === 'statusChanged' ? followStatus(view, clock) : []
}

/** Ends a clock; one that is late by then is breached first. */
export function finish(
  view: StepView,
  clock: SlaClock,
  ending: 'fulfilled' | 'cancelled',
  by: string,
  leftWork: boolean,
): LedgerChange[] {
  const before = breachIfLate(view, clock)
  const last = before[0]?.clock ?? clock
  return [
    ...before,
    {
      type: ending === 'fulfilled' ? 'sla_fulfilled' : 'sla_cancelled',
      clock: end(last, view.calendarOf(clock), view.at, ending, by, leftWork),
      reason: by,
    },
  ]
}

/** Pauses or resumes a clock as its pause list says of the ticket's status. */
export function followStatus(view: StepView, clock: SlaClock): LedgerChange[] {
  const { at, ticket } = view
  const stands = view.pausesIn(clock)
  if (stands === (clock.state === 'paused')) return []
  if (stands) return [{ type: 'sla_paused', clock: pause(clock, view.calendarOf(clock), at), reason: ticket.status }]
  return resumed(view, run(clock, view.calendarOf(clock), at), ticket.status)
}

function resumed(view: StepView, clock: SlaClock, reason: string): LedgerChange[] {
  return [{ type: 'sla_resumed', clock, reason }, ...breachIfLate(view, clock)]
}

/** A clock whose target shrank below what is used breaches when it runs again or ends. */
export function breachIfLate({ at }: StepView, clock: SlaClock): LedgerChange[] {
  return isOverdueUnbreached(clock) ? [{ type: 'sla_breached', clock: breach(clock, at), reason: 'late' }] : []
}

function onReopen(view: StepView, clock: SlaClock | undefined): LedgerChange[] {
  const { onReopen } = view.row
  if (onReopen.mode === 'ignore') return []
  if (onReopen.mode === 'restart')
    return holds(view, onReopen.if) ? begin(view, (clock?.cycle ?? 0) + 1, 'reopened') : []
  const interrupted = clock !== undefined && (clock.leftWork || clock.endedBy === 'no_target')
  return interrupted ? continueCycle(view, clock, 'reopened') : []
}

/** Takes an ended cycle up again, under the terms now in force, unless it was met meanwhile; the time in between was a pause. */
export function continueCycle(view: StepView, clock: SlaClock, reason: string): LedgerChange[] {
  const { allowance, at, row } = view
  if (!allowance || (row.onReopen.mode === 'continue' && !holds(view, row.onReopen.if))) return []
  const changed =
    clock.targetMs !== allowance.targetMs ||
    clock.level !== allowance.level.id ||
    clock.calendarVersion !== allowance.calendar.version
  const late = clock.elapsedMs > allowance.targetMs
  const taken: SlaClock = {
    ...clock,
    ...termsOf(allowance),
    application: clock.application + (changed ? 1 : 0),
    ...(late && clock.breachedAt !== null ? {} : { breachedAt: null, dueAt: null, lateFrom: null }),
  }
  const { calendar } = allowance.calendar
  if (allowance.target.pausesIn(view.ticket.status, view.ticket.kind))
    return [{ type: 'sla_paused', clock: pause(taken, calendar, at), reason }]
  return resumed(view, run(taken, calendar, at), reason)
}
