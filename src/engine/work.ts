import type { Refusal } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import type { Effect } from '../model/effect.ts'
import type { Cause } from '../model/event.ts'
import { deepFreeze } from '../model/json.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket, TicketDraft } from '../model/ticket.ts'
import type { AnyTicketEvent, TicketEventType } from '../model/ticket-event.ts'
import { isAnyTried } from '../rules/due.ts'
import { type EffectOrigin, repeatKey } from '../rules/effect.ts'
import type { CauseExplanation } from '../rules/explain.ts'
import type { RulePass } from '../rules/pass.ts'
import { factsChanged, targetFacts } from '../sla/allowance.ts'
import { startMissing, switchTargets, takeEvents } from '../sla/clocks.ts'
import { matchRules, rulesReadChange } from '../sla/match.ts'
import { setPriority, withoutSource } from '../workflow/priority.ts'
import { eventRows } from './event.ts'
import { applyEvent, replay, stages } from './evolve.ts'
import type { EnginePass } from './pass.ts'
import { type Envelope, RuleRun } from './rule-run.ts'
import { explainRest, type Ran } from './time-trial.ts'
import type { Timeline } from './timeline.ts'

/** Is it in work again, and did its level come while it was not? */
function reopenedUnderNewLevel(before: TicketDraft, { kind, sla, openedAt }: TicketDraft): boolean {
  if (sla === null || !isOutOfWork(before.kind) || isOutOfWork(kind)) return false
  const leftAt = before.resolvedAt ?? before.closedAt ?? openedAt
  return sla.appliedAt >= leftAt && sla.appliedAt > openedAt
}

export interface WorkOptions {
  readonly timeline: Timeline
  readonly tenant: string
  readonly recordedAt: number | undefined
  /** The log of the ticket, where it was asked for (`history_needed`). */
  readonly history: readonly unknown[] | undefined
  /** Tell which rules were tried, and why they did what they did. */
  readonly explain?: boolean | undefined
}

/**
 * One ticket being worked on: a private copy, changed event by event through the rows, frozen once at
 * the end. Rows replace what they change and never write inside it, so a shallow copy is private enough.
 */
export class Work {
  readonly draft: TicketDraft
  readonly events: AnyTicketEvent[] = []
  readonly options: WorkOptions
  readonly #explained: (() => readonly CauseExplanation[])[] = []
  /** The last cause, until it is known what time made of it. */
  #ran: Ran | undefined
  /** The ticket as it stood after so many events, kept for explanations. */
  #kept: { readonly ticket: Ticket; readonly events: number } | undefined
  /** What time tries in vain up to here has been told. */
  #restedUntil: number
  #effects: ReadonlyMap<string, Effect> = new Map()
  readonly #from: Ticket | null

  constructor(ticket: Ticket | null, options: WorkOptions) {
    this.draft = { ...ticket } as TicketDraft
    this.#from = ticket
    this.#restedUntil = ticket?.lastAt ?? 0
    this.options = options
  }

  /**
   * Works out one cause (SEMANTICS §6): (1) what it does, (2) triggers until all is quiet, (3) and (4) what the SLA
   * makes of that, (5) triggers on what the clocks did, whose changes go through (3) and (4) once more.
   */
  run(
    cause: Cause,
    ticketId: string,
    actor: Actor,
    at: number,
    revision: number,
    act: (pass: EnginePass, rules: RuleRun) => Refusal | undefined,
  ): Refusal | undefined {
    const { draft, events } = this
    const before = { ...draft }
    const first = events.length
    const envelope = { cause, ticketId, actor, at, revision }
    const rules: RuleRun = new RuleRun(this, envelope, draft.version === undefined ? null : (before as Ticket))
    const { pass } = rules
    const refusal = act(pass, rules)
    if (refusal || events.length === first) return refusal
    rules.quiet(first)
    const ledger = events.length
    this.#clocks(rules, before, first)
    if (pass.definition.triggers.length > 0) {
      const after = { ...draft }
      const next = events.length
      if (next > ledger) rules.quiet(ledger)
      const last = events.length
      if (last > next) this.#clocks(rules, after, next)
      rules.close(last)
    }
    if (this.options.explain) this.#ran = { cause, at, trials: rules.trials }
    return undefined
  }

  /** Nothing else happens before the instant `next`, nor up to `now`: what time tries until then is tried in vain. */
  rest(next: number | undefined, now: number): void {
    const { timeline, explain } = this.options
    if (!explain) return
    const ran = this.#ran
    const from = ran ? ran.at : this.#restedUntil + 1
    this.#ran = undefined
    this.#restedUntil = Math.max(this.#restedUntil, next === undefined ? now : Math.min(now, next - 1))
    const span = [from, Math.max(this.#restedUntil, ran?.at ?? 0)] as const
    const ticket = isAnyTried(timeline.timeRules, this.draft, span) ? this.snapshot() : null
    if (ran || ticket) this.#explained.push(() => explainRest(timeline, ticket, ran, span))
  }

  /** The ticket as it stands now, for explanations; rows replace what they change, so a shallow copy keeps it all. */
  snapshot(): Ticket {
    const { draft, events } = this
    if (this.#kept?.events !== events.length) this.#kept = { ticket: { ...draft }, events: events.length }
    return this.#kept.ticket
  }

  /** Which rules were tried, cause by cause, if that was asked for. */
  explanation(): readonly CauseExplanation[] {
    return this.#explained.flatMap((explain) => explain()).filter(({ rules }) => rules.length > 0)
  }

  /** What the SLA makes of the events from the `first`-th on: which level, then the clocks. */
  #clocks(rules: RuleRun, before: TicketDraft, first: number): void {
    const { draft, events } = this
    const { pass } = rules
    const happened = events.slice(first)
    const { seenBySlaRules, definition } = pass
    if (happened[0]?.type === 'ticket_opened') {
      this.#match(rules)
      // with the priority that a rule gave, if one did
      const opening = events.slice(first)
      takeEvents(pass, stages(before, opening, draft), targetFacts(draft), true)
      return
    }
    const facts = targetFacts(before)
    takeEvents(pass, stages(before, happened, draft), facts)
    if (rulesReadChange(definition, seenBySlaRules(before), seenBySlaRules(draft))) {
      const [matching, from] = [{ ...draft }, events.length]
      this.#match(rules)
      takeEvents(pass, stages(matching, events.slice(from), draft), facts)
    }
    if (factsChanged(before, draft)) switchTargets(pass, facts)
    if (reopenedUnderNewLevel(before, draft)) startMissing(pass)
  }

  #match(rules: RuleRun): void {
    const from = this.events.length
    const tell = rules.slaTrial()
    matchRules(rules.pass)
    tell?.(this.events.slice(from))
  }

  /** A way back to where the ticket stands now. */
  mark(): () => void {
    const { draft, events } = this
    const then = { ...draft }
    const length = events.length
    const effects = this.#effects
    return () => {
      for (const key of Object.keys(draft)) if (!Object.hasOwn(then, key)) delete draft[key as keyof TicketDraft]
      Object.assign(draft, then)
      events.length = length
      this.#effects = effects
      this.#kept = undefined
    }
  }

  /** Keeps an effect. Of repeats that come to light together only the last is kept. */
  ask(effect: Effect, origin: EffectOrigin): void {
    const key = repeatKey(origin) ?? effect.id
    const effects = new Map(this.#effects)
    effects.delete(key)
    this.#effects = effects.set(key, effect)
  }

  /** The effects asked for, without those that were no longer worth doing at `now`. */
  effectsAt(now: number): readonly Effect[] {
    return deepFreeze([...this.#effects.values()].filter(({ staleAfter }) => staleAfter === null || staleAfter >= now))
  }

  /** The ticket so far, frozen: nothing may be added after this. */
  finish(): Ticket {
    for (const event of this.events) deepFreeze(event)
    return deepFreeze(this.draft as Ticket, Object.isFrozen(this.#from) ? this.#from : null)
  }

  /** What a room is given while a cause is worked out. */
  pass({ cause, ticketId, actor, at, revision }: Envelope, asked: RulePass): EnginePass {
    const { draft, events, options } = this
    const by = { kind: actor.kind, id: actor.id }
    const definition = options.timeline.at(at)
    const { history } = options
    const pass: EnginePass = {
      definition,
      versions: options.timeline,
      ticketId,
      ticket: draft,
      at,
      actor,
      cause,
      ...asked,
      seenBySlaRules: (ticket) => withoutSource(definition, ticket, 'sla'),
      saySlaPriority: (priority, reason) => void setPriority(pass, 'sla', priority, reason),
      past: history && (() => replay([...history, ...events])),
      emit: (type: TicketEventType, data: unknown, personal?: unknown) => {
        const version = (draft.version ?? 0) + 1
        const event = {
          id: `${ticketId}:${version}`,
          ticketId,
          tenant: options.tenant,
          version,
          revision,
          type,
          v: eventRows[type].v,
          at,
          recordedAt: options.recordedAt ?? at,
          actor: by,
          cause,
          definitionVersion: definition.version,
          data,
          ...(personal === undefined ? undefined : { personal }),
        } as unknown as AnyTicketEvent
        events.push(event)
        applyEvent(draft, event)
      },
    }
    return pass
  }
}
