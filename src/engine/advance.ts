import { timeActor } from '../model/actor.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Effect } from '../model/effect.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { type DueTimeRule, nextTimeRule } from '../rules/due.ts'
import { breachClock, breachKey, fireStep, nextBreach, nextStepOf, stepKey } from '../sla/clocks.ts'
import { wake } from '../workflow/command/status.ts'
import { changeStatus } from '../workflow/move.ts'
import { subjectAt } from './subject.ts'
import { type Definitions, type Timeline, timelineOf } from './timeline.ts'
import { Work } from './work.ts'

/** Something that time alone will cause, at its exact instant. */
export interface TimeFact {
  readonly at: number
  readonly fact: 'breach' | 'wake' | 'auto_close' | 'step' | 'time_rule'
  /**
   * Of a breach: metric, cycle and application; of a step: step and repetition, too. Of a time rule: its id, and the
   * instant it counts from.
   */
  readonly key: string
  /** Of a breach or a step. */
  readonly clock?: SlaClock
  /** Of a time rule. */
  readonly rule?: DueTimeRule
}

/**
 * The earliest fact of time ahead of a ticket, if nothing else happens to it; undefined if there is none.
 * Ties: breaches (they are facts of the millisecond before), wake, auto-close, steps, time rules; within a kind by id.
 */
export function nextFact(timeline: Timeline, ticket: Readonly<Ticket>): TimeFact | undefined {
  const breach = nextBreach(ticket)
  const step = nextStepOf(ticket)
  const candidates: (TimeFact | undefined)[] = [
    breach && { at: breach.at, fact: 'breach', key: breachKey(breach.clock), clock: breach.clock },
    ticket.kind === 'postponed' && ticket.postponedUntil !== null
      ? { at: ticket.postponedUntil, fact: 'wake', key: 'wake' }
      : undefined,
    nextAutoClose(timeline, ticket),
    step && { at: step.at, fact: 'step', key: '', clock: step.clock },
    timeRuleFact(timeline, ticket),
  ]
  let next: TimeFact | undefined
  for (const candidate of candidates) if (candidate && (!next || candidate.at < next.at)) next = candidate
  return next?.fact === 'step' && next.clock ? { ...next, key: stepKey(timeline, next.clock) } : next
}

function timeRuleFact(timeline: Timeline, ticket: Readonly<Ticket>): TimeFact | undefined {
  if (timeline.timeRules.length === 0) return undefined
  const next = nextTimeRule(timeline.timeRules, ticket, (at) => subjectAt(timeline, ticket, at))
  return next && { at: next.at, fact: 'time_rule', key: `${next.rule.id}/${next.since}`, rule: next }
}

/** When a resolved ticket closes by itself: each revision decides for the time in which it holds. */
function nextAutoClose(timeline: Timeline, ticket: Readonly<Ticket>): TimeFact | undefined {
  if (ticket.kind !== 'resolved' || ticket.resolvedAt === null) return undefined
  for (const [i, { workflow, since }] of timeline.revisions.entries()) {
    const until = timeline.revisions[i + 1]?.since ?? Number.POSITIVE_INFINITY
    if (until <= ticket.lastAt || workflow.autoCloseAfterMs === null || !workflow.defaultOf('closed')) continue
    // a revision that shortens the time closes what is past it when it comes into force, not before
    const at = Math.max(ticket.resolvedAt + workflow.autoCloseAfterMs, i === 0 ? 0 : (since ?? 0), ticket.lastAt)
    if (at < until) return { at, fact: 'auto_close', key: 'auto_close' }
  }
  return undefined
}

/** Adds what time alone has caused up to `now`. False if the limit was hit and more is due. */
export function advanceWork(work: Work, now: number, limit: number): boolean {
  const { draft, options } = work
  for (let done = 0; ; done++) {
    const next = nextFact(options.timeline, draft)
    if (!next || next.at > now) return true
    if (done === limit) return false
    const cause = { kind: 'time', fact: next.fact, key: next.key } as const
    work.run(cause, draft.id, timeActor, next.at, draft.revision, (pass, rules) => {
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
 * a wake gives the ticket its first target, which counts the past: ask again with `history`, all its events so far
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
  const due = nextFact(timeline, ticket)
  if (!due || due.at > now) return { ticket, events: [], effects: [], nextAt: due?.at ?? null, more: false }
  const work = new Work(ticket, {
    timeline,
    tenant: options.tenant ?? 'default',
    recordedAt: options.recordedAt ?? now,
    history: options.history,
  })
  const complete = advanceWork(work, now, options.limit ?? maxFactsPerAdvance)
  const advanced = work.finish()
  return {
    ticket: advanced,
    events: work.events,
    effects: work.effectsAt(now),
    nextAt: nextFact(timeline, advanced)?.at ?? null,
    more: !complete,
  }
}
