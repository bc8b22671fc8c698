import { fail } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Allowance, allowanceChanged, allowanceOf, levelInForce, type TargetFacts } from './allowance.ts'
import { asOf, breach, retarget, type Terms, takeStep, termsOf } from './clock.ts'
import { allowancesByName, firstMetric, recount } from './recount.ts'
import { type Signal, signalsOf } from './signal.ts'
import type { SlaPass, Stage } from './slice.ts'
import {
  begin,
  breachIfLate,
  breachOf,
  continueCycle,
  finish,
  followStatus,
  holds,
  type LedgerChange,
  type TurnView,
  takeSignal,
} from './turn.ts'

/** Gives the clocks the events of a cause, in order, under the targets that `facts` put in force. */
export function takeEvents(pass: SlaPass, stages: Iterable<Stage>, facts: TargetFacts, opening = false): void {
  const hearers = hearersOf(pass, facts)
  if (!hearers) return
  for (const { event, ticket } of stages) {
    const { department } = ticket
    // who takes a department counts in its calendar from the start
    const inForce = opening || department === facts.department ? facts : { ...facts, department }
    for (const signal of signalsOf(event))
      for (const metric of hearers(signal)) {
        const view = viewOf(pass, ticket, metric, inForce)
        if (view) record(pass, takeSignal(view, pass.ticket.clocks[metric], signal))
      }
  }
}

const nobody: readonly string[] = []

/**
 * Who hears a signal, by name: the metrics of the level in force, and open clocks of other versions by those. Undefined
 * where nobody would.
 */
function hearersOf(pass: SlaPass, facts: TargetFacts): ((signal: Signal) => readonly string[]) | undefined {
  const { ticket, definition, versions } = pass
  const level = levelInForce(definition, versions, facts)
  const clocks = Object.values(ticket.clocks)
  if (clocks.every((clock) => !isOpen(clock) || clock.levelVersion === level?.version))
    return level && level.metrics.length > 0 ? ({ name }) => level.listeners.get(name) ?? nobody : undefined
  const metrics = metricsInPlay(pass, facts)
  return ({ name }) =>
    metrics.filter((metric) => {
      const clock = ticket.clocks[metric]
      const target = isOpen(clock) ? termsUnder(versions, clock).target : level?.targets.get(metric)
      return target?.hears.has(name)
    })
}

export const isOpen = (clock: SlaClock | undefined): clock is SlaClock => clock !== undefined && clock.state !== 'ended'

/**
 * After the events: clocks whose level, allowance or calendar changed with the facts of
 * the ticket go over to the new one.
 */
export function switchTargets(pass: SlaPass, before: TargetFacts): void {
  for (const metric of metricsInPlay(pass, pass.ticket)) {
    const view = viewOf(pass, pass.ticket, metric, pass.ticket)
    if (view) record(pass, switchClock(pass, view, pass.ticket.clocks[metric], before))
  }
}

function switchClock(pass: SlaPass, view: TurnView, clock: SlaClock | undefined, before: TargetFacts): LedgerChange[] {
  const { allowance, ticket, metric } = view
  if (!clock || clock.state === 'ended') {
    // a target may have been there without a clock of its own: another level may start one, or go on with what waits
    const otherLevel = before.sla?.level !== ticket.sla?.level && (!clock || clock.endedBy === 'no_target')
    const appears = otherLevel || !allowanceOf(pass.definition, pass.versions, before, metric)
    return allowance && appears ? targetAppears(pass, view, allowance, clock) : []
  }
  if (!allowanceChanged(pass.definition, pass.versions, clock, before, ticket)) return []
  if (!allowance) return finish(view, clock, 'cancelled', 'no_target', false)
  // a due time set by hand stays with its cycle, whatever is switched; a cycle that began at this very instant and has
  // fired a step is not begun again: it would fire the step again, and rules that answer it would never come to rest
  const stays = clock.manualDueAt !== undefined || (clock.startedAt === view.at && clock.stepsReached !== undefined)
  if (allowance.target.restartFrom === 'switch' && !stays)
    return [
      ...finish(view, clock, 'cancelled', 'switched', false),
      ...begin(view, clock.cycle + 1, 'switched', clock.held),
    ]
  return underNewTerms(view, retarget(clock, view.termsOf(clock), allowance, view.at), allowance, 'switch')
}

/**
 * A clock that goes over to an allowance: late at once if that is used up, and standing where the new target stands.
 */
export function underNewTerms(
  view: TurnView,
  clock: SlaClock,
  allowance: Allowance,
  reason: 'switch' | 'due_cleared' | 'reapply',
): LedgerChange[] {
  const inForce: TurnView = { ...view, termsOf: () => termsOf(allowance) }
  const changes: LedgerChange[] = [{ type: 'sla_retargeted', clock, reason }]
  if (clock.state === 'running') changes.push(...breachIfLate(inForce, clock))
  return [...changes, ...followStatus(inForce, changes.at(-1)?.clock ?? clock)]
}

/**
 * A target where there was none. The cycle that its want had cancelled goes on; a metric that never had one, or that
 * may have begun to count again meanwhile, is counted from the log.
 */
function targetAppears(
  pass: SlaPass,
  view: TurnView,
  allowance: Allowance,
  clock: SlaClock | undefined,
): LedgerChange[] {
  const lacked = clock?.endedBy === 'no_target'
  // no clock starts while the ticket is out of work
  if (isOutOfWork(view.ticket.kind) || (clock && !lacked && !view.row.recurs)) return []
  const first = allowanceOf(pass.definition, pass.versions, pass.ticket, firstMetric)
  const allowances = allowancesByName([
    [firstMetric, first],
    [view.metric, allowance],
  ])
  const counted = recount(pastOf(pass, view.metric), allowances)[view.metric]
  if (!counted || isTooSoon(view, counted)) return []
  if (!clock) return startCounted(view, counted, allowance)
  if (counted.state === 'ended') return [] // what was done while there was no target is done
  const { startedAt } = counted
  const sameWait = startedAt === clock.startedAt || startedAt < (clock.endedAt ?? 0)
  if (lacked && (!view.row.recurs || sameWait)) return continueCycle(view, clock, 'target_returned', counted.held)
  return startCounted(view, { ...counted, cycle: clock.cycle + 1 }, allowance)
}

/**
 * Counted to run, though nothing starts it as the ticket and its other clocks now stand:
 * no next response before the first.
 */
export function isTooSoon(view: TurnView, counted: SlaClock): boolean {
  const { mode, if: facts } = view.row.onReopen
  return counted.state !== 'ended' && mode === 'restart' && !holds(view, facts)
}

/** The log so far. @throws DeskError `history_needed` where the caller did not bring it */
export function pastOf({ past, ticket }: SlaPass, metric: string): Iterable<Stage> {
  if (!past) throw fail('history_needed', { ticketId: ticket.id, metric })
  return past()
}

/** Starts a clock with what the past has used up already. */
export function startCounted(view: TurnView, counted: SlaClock, allowance: Allowance): LedgerChange[] {
  const terms = termsOf(allowance)
  const clock = asOf(counted, terms, view.at)
  const started: LedgerChange = { type: 'sla_started', clock, reason: 'history' }
  const late = clock.state !== 'paused' && clock.elapsedMs > clock.targetMs
  return late ? [started, breachOf(terms, lateBefore(clock, view.at), 'history')] : [started]
}

/** Late before anybody knew of it: it is so from the instant at which it is known, and was due by its end. */
function lateBefore(clock: SlaClock, at: number): SlaClock {
  const due = clock.endedAt ?? at
  return { ...breach(clock, at), dueAt: due, lateFrom: due }
}

/** A level that came while the ticket was out of work starts its clocks when work goes on, and they count the log. */
export function startMissing(pass: SlaPass): void {
  for (const metric of metricsInPlay(pass, pass.ticket)) {
    const view = pass.ticket.clocks[metric] ? undefined : viewOf(pass, pass.ticket, metric, pass.ticket)
    if (view?.allowance) record(pass, targetAppears(pass, view, view.allowance, undefined))
  }
}

/** What time alone does to a clock. */
export interface ClockFact {
  readonly at: number
  readonly clock: SlaClock
}

/**
 * When the next clock is breached; ties by metric. A breach is a fact of the millisecond after the last one in time.
 */
export const nextBreach = (ticket: Readonly<Ticket>): ClockFact | undefined => earliest(ticket, breachAt)

function breachAt({ state, manualDueAt, breachedAt, lateFrom }: SlaClock): number | null {
  const counts = state === 'running' || (state === 'paused' && manualDueAt !== undefined)
  return counts && breachedAt === null && lateFrom !== null ? lateFrom + 1 : null
}

/** When the next step of a clock fires; ties by metric. */
export const nextStepOf = (ticket: Readonly<Ticket>): ClockFact | undefined => earliest(ticket, stepAt)

const stepAt = ({ nextStepAt = null }: SlaClock): number | null => nextStepAt

function earliest(ticket: Readonly<Ticket>, atOf: (clock: SlaClock) => number | null): ClockFact | undefined {
  let first: SlaClock | undefined
  let when = Number.POSITIVE_INFINITY
  for (const metric in ticket.clocks) {
    const clock = ticket.clocks[metric] as SlaClock
    const at = atOf(clock)
    if (at === null || at > when || (at === when && first && metric > first.metric)) continue
    first = clock
    when = at
  }
  return first && { at: when, clock: first }
}

/** Names a breach once and for all: what is processed twice by it is processed once. */
export const breachKey = ({ metric, cycle, application }: SlaClock): string => `${metric}/${cycle}/${application}`

/** Names the next firing of a step: the key of a breach with step and repetition. */
export function stepKey(versions: SlaPass['versions'], clock: SlaClock): string {
  const taken = takeStep(clock, termsUnder(versions, clock), clock.nextStepAt ?? 0)
  return taken ? `${breachKey(clock)}/${taken.step}/${taken.repetition}` : breachKey(clock)
}

export function breachClock(pass: SlaPass, clock: SlaClock): void {
  record(pass, [breachOf(termsUnder(pass.versions, clock), breach(clock, pass.at), 'time')])
}

export function fireStep(pass: SlaPass, clock: SlaClock): void {
  const taken = takeStep(clock, termsUnder(pass.versions, clock), pass.at)
  if (!taken) return
  const { step, repetition } = taken
  pass.emit('sla_step_reached', { clock: frozen(taken.clock), reason: step, step, repetition })
}

/** Metrics with a clock or a target, by name. */
export function metricsInPlay({ ticket, definition, versions }: SlaPass, facts: TargetFacts): readonly string[] {
  const promised = levelInForce(definition, versions, facts)?.metrics ?? []
  const more = Object.keys(ticket.clocks).filter((metric) => !promised.includes(metric))
  return more.length === 0 ? promised : [...promised, ...more].sort()
}

/**
 * What a turn of one metric looks at, under the targets that `facts` put in force;
 * undefined where nobody knows the metric.
 */
export function viewOf(
  { at, versions, definition, ticket: present }: SlaPass,
  ticket: Readonly<Ticket>,
  metric: string,
  facts: TargetFacts,
): TurnView | undefined {
  const allowance = allowanceOf(definition, versions, facts, metric)
  const { clocks } = present
  const clock = clocks[metric]
  // a metric that the definition has dropped lives on in the clocks that run by it
  const row =
    allowance?.target.row ??
    definition.metrics.get(metric) ??
    (isOpen(clock) ? termsUnder(versions, clock).target.row : undefined)
  if (!row) return undefined
  return { metric, row, ticket, clocks, at, allowance, termsOf: (clock) => termsUnder(versions, clock) }
}

/** What a clock runs under: its own level and calendar, in the versions it was started or switched under. */
export function termsUnder(versions: SlaPass['versions'], clock: SlaClock): Terms {
  const target = versions.level(clock.level, clock.levelVersion).targets.get(clock.metric)
  if (!target) throw fail('definition_missing', { what: 'target', name: clock.metric, version: clock.levelVersion })
  return { calendar: versions.calendar(clock.calendar, clock.calendarVersion), target }
}

export function record(pass: SlaPass, changes: readonly LedgerChange[]): void {
  for (const { type, clock: changed, reason, penalty } of changes) {
    const clock = frozen(changed)
    if (type === 'sla_breached' && penalty !== undefined) pass.emit(type, { clock, reason, penalty })
    else pass.emit(type, { clock, reason })
  }
}

/** A clock is flat but for its count of steps: frozen here, its many keys are walked no more. */
function frozen(clock: SlaClock): SlaClock {
  if (clock.stepsReached) Object.freeze(clock.stepsReached)
  return Object.freeze(clock)
}
