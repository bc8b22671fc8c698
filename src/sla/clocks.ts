import { fail } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { sameJson } from '../model/json.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Allowance, allowanceChanged, allowanceOf, levelInForce, type TargetFacts } from './allowance.ts'
import { breach, retarget } from './clock.ts'
import { recount } from './recount.ts'
import { signalsOf } from './signal.ts'
import type { SlaPass, SlaSlice, Stage } from './slice.ts'
import {
  begin,
  breachIfLate,
  continueCycle,
  finish,
  followStatus,
  type LedgerChange,
  type StepView,
  takeSignal,
} from './step.ts'

/** Gives the ticket the level of the first rule that matches, if that is another one. */
export function matchLevel(pass: SlaPass): void {
  const { definition, ticket, emit } = pass
  const index = definition.slaRules.findIndex((rule) => rule.matches({ ticket }))
  const level = definition.slaRules[index]?.level ?? null
  if (level === (ticket.sla?.level ?? null)) return
  const levelVersion = level === null ? null : (definition.levels.get(level)?.version ?? null)
  emit('sla_applied', {
    level,
    levelVersion,
    from: ticket.sla?.level ?? null,
    reason: index < 0 ? 'no rule matches' : `rule ${index + 1}`,
  })
}

/** Did a field that the SLA rules read change? */
export const rulesReadChange = (
  { fieldsOfSlaRules, fields }: SlaSlice,
  before: Readonly<Ticket>,
  after: Readonly<Ticket>,
): boolean =>
  fieldsOfSlaRules.some((name) => {
    const field = fields[name]
    return field
      ? !sameJson(field.read({ ticket: before }), field.read({ ticket: after }))
      : !sameJson(before.fields, after.fields)
  })

/** Gives the clocks the events of a cause, in order, under the targets that `facts` put in force. */
export function takeEvents(pass: SlaPass, stages: Iterable<Stage>, facts: TargetFacts): void {
  let metrics: readonly string[] | undefined
  for (const { event, ticket } of stages)
    for (const signal of signalsOf(event)) {
      metrics ??= metricsInPlay(pass, facts)
      for (const metric of metrics) {
        const view = viewOf(pass, ticket, metric, allowanceOf(pass.definition, pass.versions, facts, metric))
        if (view) record(pass, takeSignal(view, pass.ticket.clocks[metric], signal))
      }
    }
}

/** After the events: clocks whose level, allowance or calendar changed with the facts of the ticket go over to the new one. */
export function switchTargets(pass: SlaPass, before: TargetFacts): void {
  const { ticket, definition, versions } = pass
  for (const metric of metricsInPlay(pass, ticket)) {
    const allowance = allowanceOf(definition, versions, ticket, metric)
    const view = viewOf(pass, ticket, metric, allowance)
    if (view) record(pass, switchClock(pass, view, ticket.clocks[metric], before))
  }
}

function switchClock(pass: SlaPass, view: StepView, clock: SlaClock | undefined, before: TargetFacts): LedgerChange[] {
  const { allowance, ticket, metric } = view
  if (!clock || clock.state === 'ended') {
    const appears = allowance && !allowanceOf(pass.definition, pass.versions, before, metric)
    return appears ? targetAppears(pass, view, allowance, clock) : []
  }
  if (!allowanceChanged(pass.definition, pass.versions, clock, before, ticket)) return []
  if (!allowance) return finish(view, clock, 'cancelled', 'no_target', false)
  if (allowance.target.restartFrom === 'switch')
    return [...finish(view, clock, 'cancelled', 'switched', false), ...begin(view, clock.cycle + 1, 'switched')]
  return retargeted(view, clock, allowance)
}

function retargeted(view: StepView, clock: SlaClock, allowance: Allowance): LedgerChange[] {
  const next = retarget(clock, view.calendarOf(clock), allowance, view.at)
  const changes: LedgerChange[] = [{ type: 'sla_retargeted', clock: next, reason: 'switch' }]
  if (next.state === 'running') changes.push(...breachIfLate(view, next))
  const last = changes.at(-1)?.clock ?? next
  return [
    ...changes,
    ...followStatus({ ...view, pausesIn: () => allowance.target.pausesIn(view.ticket.status, view.ticket.kind) }, last),
  ]
}

/**
 * A target where there was none. The cycle that its want had cancelled goes on; a metric that never had one, or that
 * may have begun to count again meanwhile, is counted from the log.
 */
function targetAppears(
  pass: SlaPass,
  view: StepView,
  allowance: Allowance,
  clock: SlaClock | undefined,
): LedgerChange[] {
  const lacked = clock?.endedBy === 'no_target'
  if (clock && isOutOfWork(view.ticket.kind)) return []
  if (clock && !view.row.recurs) return lacked ? continueCycle(view, clock, 'target_returned') : []
  if (!pass.past) throw fail('history_needed', { ticketId: pass.ticket.id, metric: view.metric })
  const counted = recount(pass.past(), view, allowance)
  if (!counted) return []
  if (!clock) return startCounted(view, counted, allowance)
  if (counted.state === 'ended') return []
  if (lacked && counted.startedAt === clock.startedAt) return continueCycle(view, clock, 'target_returned')
  return startCounted(view, { ...counted, cycle: clock.cycle + 1 }, allowance)
}

/** Starts a clock with what the past has used up already. */
function startCounted(view: StepView, counted: SlaClock, allowance: Allowance): LedgerChange[] {
  const started: LedgerChange = { type: 'sla_started', clock: counted, reason: 'history' }
  const late =
    counted.state === 'running'
      ? counted.elapsedMs + allowance.calendar.calendar.between(counted.runningSince ?? view.at, view.at) >
        counted.targetMs
      : counted.elapsedMs > counted.targetMs && counted.state === 'ended'
  return late
    ? [
        started,
        {
          type: 'sla_breached',
          clock: { ...breach(counted, view.at), dueAt: view.at, lateFrom: view.at },
          reason: 'history',
        },
      ]
    : [started]
}

/** When the next clock is breached; ties by metric. A breach is a fact of the millisecond after the last one in time. */
export function nextBreach(ticket: Readonly<Ticket>): { readonly at: number; readonly clock: SlaClock } | undefined {
  let next: { at: number; clock: SlaClock } | undefined
  for (const clock of Object.values(ticket.clocks)) {
    if (clock?.state !== 'running' || clock.breachedAt !== null || clock.lateFrom === null) continue
    const at = clock.lateFrom + 1
    if (!next || at < next.at || (at === next.at && clock.metric < next.clock.metric)) next = { at, clock }
  }
  return next
}

/** Names a breach once and for all: what is processed twice by it is processed once. */
export const breachKey = ({ metric, cycle, application }: SlaClock): string => `${metric}/${cycle}/${application}`

export function breachClock(pass: SlaPass, clock: SlaClock): void {
  pass.emit('sla_breached', { clock: breach(clock, pass.at), reason: 'time' })
}

/** Metrics with a clock or a target, by name. */
function metricsInPlay({ ticket, definition, versions }: SlaPass, facts: TargetFacts): readonly string[] {
  const level = levelInForce(definition, versions, facts)
  return [...new Set([...Object.keys(ticket.clocks), ...(level?.targets.keys() ?? [])])].sort()
}

function viewOf(
  { at, versions, definition }: SlaPass,
  ticket: Readonly<Ticket>,
  metric: string,
  allowance: Allowance | null,
): StepView | undefined {
  const row = allowance?.target.row ?? definition.metrics.get(metric)
  if (!row) return undefined
  return {
    metric,
    row,
    ticket,
    at,
    allowance,
    calendarOf: (clock) => versions.calendar(clock.calendar, clock.calendarVersion),
    pausesIn: (clock) =>
      versions.level(clock.level, clock.levelVersion).targets.get(metric)?.pausesIn(ticket.status, ticket.kind) ??
      false,
  }
}

function record(pass: SlaPass, changes: readonly LedgerChange[]): void {
  for (const { type, clock, reason } of changes) pass.emit(type, { clock, reason })
}
