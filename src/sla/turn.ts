import type { SlaClock } from '../model/clock.ts'
import type { Json } from '../model/json.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Allowance, targetFrom } from './allowance.ts'
import {
  breach,
  end,
  isOverdueUnbreached,
  letGo,
  pause,
  retarget,
  run,
  startClock,
  type Terms,
  takeUp,
  termsOf,
} from './clock.ts'
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
  /** Of a breach. */
  readonly penalty?: Json
}

/** What a turn may look at: the ticket after the event, and what the metric is allowed. */
export interface TurnView {
  readonly metric: string
  /** How it starts: by the target in force, else by its definition. */
  readonly row: Metric
  readonly ticket: Readonly<Ticket>
  readonly clocks: { readonly [metric: string]: SlaClock | undefined }
  readonly at: number
  readonly allowance: Allowance | null
  /** What an open clock runs under. */
  readonly termsOf: (clock: SlaClock) => Terms
}

/** What a signal does to the clock of one metric: nothing, or entries for the ledger in order. */
export function takeSignal(view: TurnView, clock: SlaClock | undefined, signal: Signal): LedgerChange[] {
  if (clock && clock.state !== 'ended') {
    const changes = whileOpen(view, clock, signal)
    const last = changes.at(-1)?.clock
    // what ends a cycle may start the next
    return last?.state === 'ended' && !last.leftWork ? [...changes, ...whileEnded(view, last, signal)] : changes
  }
  const again = signal.name === 'reopened' ? onReopen(view, clock) : []
  return again.length > 0 ? again : whileEnded(view, clock, signal)
}

function whileEnded(view: TurnView, clock: SlaClock | undefined, signal: Signal): LedgerChange[] {
  const { row, ticket, allowance } = view
  if (clock && !row.recurs) return []
  if (!signal.opening && isOutOfWork(ticket.kind)) return []
  const by = allowance?.target.startedBy
  if (by && signal.by !== undefined && !by.has(signal.by)) return []
  const starts = row.starts.some((start) => start.on === signal.name && holds(view, start.if))
  return starts ? begin(view, (clock?.cycle ?? 0) + 1, signal.name) : []
}

const nothingElse = { bots: false, answering: false, resolving: false } as const

export function holds({ ticket, clocks, allowance }: TurnView, facts: readonly StartFact[] = []): boolean {
  const counts = allowance?.target.counts ?? nothingElse
  return facts.every((fact) => startFacts[fact]({ ticket, clocks, counts }))
}

export function begin(view: TurnView, cycle: number, reason: string, held?: true): LedgerChange[] {
  const { allowance, metric, ticket, at } = view
  if (!allowance) return []
  const paused = held === true || allowance.target.pausesIn(ticket.status, ticket.kind)
  const clock = startClock(metric, cycle, allowance, at, paused)
  return [{ type: 'sla_started', clock: held ? { ...clock, held } : clock, reason }]
}

function whileOpen(view: TurnView, clock: SlaClock, signal: Signal): LedgerChange[] {
  const { row } = view.termsOf(clock).target
  const hears = (signals: readonly Signal['name'][] | undefined) => signals?.includes(signal.name) ?? false
  const leaves = signal.leaves === true
  if (hears(row.fulfilledBy)) return finish(view, clock, 'fulfilled', signal.name, leaves)
  if (hears(row.cancelledBy)) return finish(view, clock, 'cancelled', signal.name, leaves)
  if (signal.name === 'leftWork') {
    const fulfils = row.onLeavingWork === 'fulfil' && !signal.cancels
    return finish(view, clock, fulfils ? 'fulfilled' : 'cancelled', signal.to ?? 'closed', true)
  }
  if (hears(row.pausedBy)) return hold(view, clock, signal.name)
  if (hears(row.resumedBy)) return release(view, clock, signal.name)
  return signal.name === 'statusChanged' ? followStatus(view, clock) : []
}

/** Ends a clock; one that is late by then is breached first. */
export function finish(
  view: TurnView,
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
      clock: end(last, view.termsOf(clock), view.at, ending, by, leftWork),
      reason: by,
    },
  ]
}

/** Pauses or resumes a clock as its pause list says of the ticket's status; one that a signal holds stands still. */
export function followStatus(view: TurnView, clock: SlaClock): LedgerChange[] {
  const { at, ticket } = view
  const terms = view.termsOf(clock)
  const stands = clock.held === true || terms.target.pausesIn(ticket.status, ticket.kind)
  if (stands === (clock.state === 'paused')) return []
  if (stands) return standStill(view, clock, (late) => pause(late, terms, at), ticket.status)
  return resumed(view, run(clock, terms, at), ticket.status)
}

function hold(view: TurnView, clock: SlaClock, reason: string): LedgerChange[] {
  if (clock.held) return []
  const paused = (late: SlaClock) => (clock.state === 'paused' ? late : pause(late, view.termsOf(clock), view.at))
  return standStill(view, clock, (late) => ({ ...paused(late), held: true }), reason)
}

/** One that is late when it pauses is breached first. */
function standStill(
  view: TurnView,
  clock: SlaClock,
  paused: (clock: SlaClock) => SlaClock,
  reason: string,
): LedgerChange[] {
  const before = clock.state === 'running' ? breachIfLate(view, clock) : []
  return [...before, { type: 'sla_paused', clock: paused(before[0]?.clock ?? clock), reason }]
}

function release(view: TurnView, clock: SlaClock, reason: string): LedgerChange[] {
  if (!clock.held) return []
  const free = letGo(clock)
  const { ticket, at } = view
  const terms = view.termsOf(clock)
  if (!terms.target.pausesIn(ticket.status, ticket.kind)) return resumed(view, run(free, terms, at), reason)
  return [{ type: 'sla_paused', clock: free, reason: ticket.status }]
}

function resumed(view: TurnView, clock: SlaClock, reason: string): LedgerChange[] {
  return [{ type: 'sla_resumed', clock, reason }, ...breachIfLate(view, clock)]
}

/** A clock whose target shrank below what is used breaches when it runs again or ends. */
export function breachIfLate(view: TurnView, clock: SlaClock): LedgerChange[] {
  return isOverdueUnbreached(clock, view.at) ? [breachOf(view.termsOf(clock), breach(clock, view.at), 'late')] : []
}

/** The entry of a breach, with what the target says it costs. */
export function breachOf({ target }: Terms, clock: SlaClock, reason: string): LedgerChange {
  const entry = { type: 'sla_breached', clock, reason } as const
  return target.penalty === undefined ? entry : { ...entry, penalty: target.penalty }
}

function onReopen(view: TurnView, clock: SlaClock | undefined): LedgerChange[] {
  const { onReopen } = view.row
  if (onReopen.mode === 'ignore') return []
  if (onReopen.mode === 'restart')
    return holds(view, onReopen.if) ? begin(view, (clock?.cycle ?? 0) + 1, 'reopened') : []
  const interrupted = clock !== undefined && (clock.leftWork || clock.endedBy === 'no_target')
  return interrupted ? continueCycle(view, clock, 'reopened') : []
}

/**
 * Takes an ended cycle up again, under the terms now in force, unless it was met meanwhile; the time in between was a
 * pause. `held`: a signal holds it.
 */
export function continueCycle(view: TurnView, clock: SlaClock, reason: string, held?: true): LedgerChange[] {
  const { allowance, at, row, ticket } = view
  if (!allowance || (row.onReopen.mode === 'continue' && !holds(view, row.onReopen.if))) return []
  const terms = termsOf(allowance)
  const stands = held === true || terms.target.pausesIn(ticket.status, ticket.kind)
  const taken = takeUp(held ? { ...clock, held } : clock, terms, at)
  const switched =
    clock.targetMs !== targetFrom(allowance, clock.startedAt).targetMs ||
    clock.level !== allowance.level.id ||
    clock.calendarVersion !== allowance.calendar.version
  const under = switched
    ? retarget(taken, terms, allowance, at)
    : { ...taken, levelVersion: allowance.level.version, priority: allowance.priority }
  if (stands) return [{ type: 'sla_paused', clock: under, reason }]
  return resumed(view, run(under, terms, at), reason)
}
