import { timeActor } from '../model/actor.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Effect } from '../model/effect.ts'
import { ticketGiven } from '../model/given.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { type DueTimeRule, nextTimeRule } from '../rules/due.ts'
import { breachClock, breachKey, fireStep, nextBreach, nextStepOf, stepKey } from '../sla/clocks.ts'
import { wake } from '../workflow/command/status.ts'
import { changeStatus } from '../workflow/move.ts'
import { subjectAt } from './subject.ts'
import { timeRuleKey } from './time-trial.ts'
import { type Definitions, type Timeline, timelineOf } from './timeline.ts'
import { Work } from './work.ts'

/** Something that time alone will cause, at its exact instant. */
interface TimeFact {
  readonly at: number
  readonly fact: 'breach' | 'wake' | 'auto_close' | 'step' | 'time_rule'
  /** Of a breach or a step. */
  readonly clock?: SlaClock
  /** Of a time rule. */
  readonly rule?: DueTimeRule
}

/**
 * The earliest fact of time ahead of a ticket, if nothing else happens to it; undefined if there is none.
 * Ties: breaches (they are facts of the millisecond before), wake, auto-close, steps, time rules; within a kind by id.
 */
function nextFact(timeline: Timeline, ticket: Readonly<Ticket>): TimeFact | undefined {
  let next: TimeFact | undefined
  const consider = (fact: TimeFact['fact'], found: Omit<TimeFact, 'fact'> | undefined) => {
    if (found && (!next || found.at < next.at)) next = { fact, ...found }
  }
  consider('breach', nextBreach(ticket))
  if (ticket.kind === 'postponed' && ticket.postponedUntil !== null) consider('wake', { at: ticket.postponedUntil })
  if (ticket.kind === 'resolved') consider('auto_close', nextAutoClose(timeline, ticket))
  consider('step', nextStepOf(ticket))
  if (timeline.timeRules.length > 0) consider('time_rule', timeRuleFact(timeline, ticket))
  return next
}

/**
 * Names a fact of time once and for all: a breach by metric, cycle and application, a step by step and repetition,
 * too; a time rule by its id and the instant it counts from.
 */
function keyOf(timeline: Timeline, { fact, clock, rule }: TimeFact): string {
  if (rule) return timeRuleKey(rule)
  if (!clock) return fact
  return fact === 'step' ? stepKey(timeline, clock) : breachKey(clock)
}

function timeRuleFact(timeline: Timeline, ticket: Readonly<Ticket>): Omit<TimeFact, 'fact'> | undefined {
  const rule = nextTimeRule(timeline.timeRules, ticket, (at) => subjectAt(timeline, ticket, at))
  return rule && { at: rule.at, rule }
}

/** When a resolved ticket closes by itself: each revision decides for the time in which it holds. */
function nextAutoClose(timeline: Timeline, ticket: Readonly<Ticket>): Omit<TimeFact, 'fact'> | undefined {
  if (ticket.resolvedAt === null) return undefined
  for (const [i, { workflow, since }] of timeline.revisions.entries()) {
    const until = timeline.revisions[i + 1]?.since ?? Number.POSITIVE_INFINITY
    if (until <= ticket.lastAt || workflow.autoCloseAfterMs === null || !workflow.defaultOf('closed')) continue
    // a revision that shortens the time closes what is past it when it comes into force, not before
    const at = Math.max(ticket.resolvedAt + workflow.autoCloseAfterMs, i === 0 ? 0 : (since ?? 0), ticket.lastAt)
    if (at < until) return { at }
  }
  return undefined
}

/** Adds what time alone has caused up to `now`; `complete` is false if the limit was hit and more is due. */
export function advanceWork(
  work: Work,
  now: number,
  limit: number,
): { readonly complete: boolean; readonly next: TimeFact | undefined } {
  const { draft, options } = work
  for (let done = 0; ; done++) {
    const next = nextFact(options.timeline, draft)
    work.rest(next?.at, now)
    if (!next || next.at > now) return { complete: true, next }
    if (done === limit) return { complete: false, next }
    const cause = { kind: 'time', fact: next.fact, key: keyOf(options.timeline, next) } as const
    // where a log that came from elsewhere has left one out, it follows on what is there
    work.run(cause, draft.id, timeActor, Math.max(next.at, draft.lastAt), draft.revision, (pass, rules) => {
      switch (next.fact) {
        case 'breach':
          if (next.clock) breachClock(pass, next.clock)
          return undefined
        case 'step':
          if (next.clock) fireStep(pass, next.clock)
          return undefined
        case 'wake':
          return wake(pass, 'wake')
        case 'auto_close': {
          const closed = pass.definition.workflow.defaultOf('closed')
          if (closed) changeStatus(pass, closed, 'auto_close')
          return undefined
        }
        case 'time_rule':
          if (next.rule) rules.fireTimeRule(next.rule)
          return undefined
        default:
          return next.fact satisfies never
      }
    })
  }
}

/** What `advance` found: the ticket at `now`, and the events that lead there. */
export interface Advanced {
  readonly ticket: Ticket
  readonly events: readonly AnyTicketEvent[]
  /** What rules asked for on the way. */
  readonly effects: readonly Effect[]
  /** When time alone changes it next; null: never. */
  readonly nextAt: number | null
  /** The limit of one commit was reached and more is due: save these events, then advance again. */
  readonly more: boolean
}

/**
 * Everything that time alone has caused up to `now`: wakes, automatic closing, breaches, time rules, each at its
 * exact instant. The same events whether asked each minute, once a day or never before.
 * @throws DeskError `definition_missing` when a clock runs under a revision that was not given; `history_needed` when
 * a wake gives the ticket its first target, which counts the past: ask again with `history`, all its events so far;
 * `invalid_definition`, `invalid_command` for what is no definition or no ticket
 */
export function advance(
  definitions: Definitions,
  ticket: Ticket,
  now: number,
  options: {
    readonly tenant?: string
    readonly recordedAt?: number
    readonly limit?: number
    readonly history?: readonly unknown[] | undefined
  } = {},
): Advanced {
  const timeline = timelineOf(definitions)
  const due = nextFact(timeline, ticketGiven(ticket))
  if (!due || due.at > now) return { ticket, events: [], effects: [], nextAt: due?.at ?? null, more: false }
  const work = new Work(ticket, {
    timeline,
    tenant: options.tenant ?? 'default',
    recordedAt: options.recordedAt ?? now,
    history: options.history,
  })
  const { complete, next } = advanceWork(work, now, options.limit ?? maxFactsPerAdvance)
  const advanced = work.finish()
  return {
    ticket: advanced,
    events: work.events,
    effects: work.effectsAt(now),
    nextAt: next?.at ?? null,
    more: !complete,
  }
}
