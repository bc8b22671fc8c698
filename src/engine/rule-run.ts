import type { Subject } from '../condition/field.ts'
import { type Refusal, type Result, refuse } from '../errors.ts'
import { type Actor, ruleActor } from '../model/actor.ts'
import { maxFiringsPerCause, maxTimeRulesInARow } from '../model/bounds.ts'
import type { Effect } from '../model/effect.ts'
import type { Cause } from '../model/event.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CannedMessage } from '../rules/canned.ts'
import { type DueTimeRule, firingsOf } from '../rules/due.ts'
import { type EffectOrigin, effectOf, sendingOf } from '../rules/effect.ts'
import type { ActionTrial, RuleTrial } from '../rules/explain.ts'
import type { RulePass } from '../rules/pass.ts'
import { type Loop, type PassedOver, TriggerRun } from '../rules/quiet.ts'
import type { Action, AnyRule, CommandPlan, Trigger } from '../rules/rule.ts'
import { saying } from './action.ts'
import { type Command, commandRow } from './command.ts'
import type { EnginePass } from './pass.ts'
import { tooLarge } from './size.ts'
import { slaTrials } from './sla-trial.ts'
import { subjectAt } from './subject.ts'
import type { Timeline } from './timeline.ts'
import { type Told, toldOf, toldOnce } from './told.ts'

/** What one rule did. */
interface Firing {
  readonly did: readonly ActionTrial[]
  readonly effects: readonly { readonly id: string; readonly kind: string }[]
  readonly refused: readonly { readonly action: number; readonly code: string }[]
}

/** What all events of one cause have in common. */
export interface Envelope {
  readonly cause: Cause
  readonly ticketId: string
  readonly actor: Actor
  readonly at: number
  readonly revision: number
}

/** The ticket being worked on, as far as rules are concerned. */
interface RuleWork {
  readonly events: readonly AnyTicketEvent[]
  readonly options: { readonly timeline: Timeline; readonly explain?: boolean | undefined }
  readonly pass: (envelope: Envelope, asked: RulePass) => EnginePass
  readonly mark: () => () => void
  readonly snapshot: () => Ticket
  readonly ask: (effect: Effect, origin: EffectOrigin) => void
}

/** The rules of one cause on one ticket: gives their commands to the rows of the rooms, and keeps their effects. */
export class RuleRun {
  /** Of the cause itself. */
  readonly pass: EnginePass
  readonly #told: (() => readonly Told[])[] = []
  readonly #work: RuleWork
  readonly #asked: RulePass
  readonly #envelope: Envelope
  /** The ticket before the cause; null: there was none. */
  readonly #before: Ticket | null
  readonly #first: number
  readonly #triggers: TriggerRun

  constructor(work: RuleWork, envelope: Envelope, before: Ticket | null) {
    this.#asked = {
      fireMacro: (id, path, source) => this.#fireMacro(id, path, source),
      attempt: (act) => {
        const back = work.mark()
        const done = this.#within(act) === undefined
        if (!done) back()
        return done
      },
      sendCanned: (id) => this.#sendCanned(id),
    }
    this.pass = work.pass(envelope, this.#asked)
    this.#work = work
    this.#envelope = envelope
    this.#before = before
    this.#first = work.events.length
    this.#triggers = new TriggerRun({
      triggers: this.pass.definition.triggers,
      index: this.pass.definition.triggerIndex,
      events: work.events,
      subject: (event) => this.#subject(event),
      fire: (trigger, event) => this.#fire(trigger, event),
      act: (trigger) => this.#tryOut(trigger),
      trial: (run) => this.#trial(run),
      passed: (stretch) => this.#passOver(stretch),
      held: (trigger, event, outcome) => this.#tell(trigger, outcome, this.#why(trigger, event), []),
    })
  }

  /**
   * Which rules were tried, in order, and why each did what it did. Worked out from the ticket as it stood then, by
   * whoever reads it: most never do.
   */
  readonly trials = (): readonly RuleTrial[] => toldOnce(this.#told.flatMap((tell) => tell()))

  /** SLA rules are about to be tried; what comes back is to be told what came of it. */
  slaTrial(): ((happened: readonly AnyTicketEvent[]) => void) | undefined {
    const { definition, ticket, seenBySlaRules } = this.pass
    if (!this.#work.options.explain || definition.slaRulesInOrder.length === 0) return undefined
    const asSeen = seenBySlaRules(ticket as Ticket)
    const seen = asSeen === ticket ? this.#work.snapshot() : asSeen
    return (happened) =>
      this.#told.push(() =>
        slaTrials(definition.slaRulesInOrder, seen, happened).map((trial) => ({ trial: () => trial })),
      )
  }

  /** The ticket as it stands, as conditions ask about it. */
  #subject(event?: AnyTicketEvent): Subject {
    const { ticket, at } = this.pass
    return subjectAt(this.#work.options.timeline, ticket as Ticket, at, { event, before: this.#before })
  }

  /** Triggers, from the first event of the cause on. */
  quiet(from = this.#first): void {
    this.#triggers.quiet(from)
  }

  /** After the last of them: was there more that would have happened, on events from the `last`-th on too? */
  close(last: number): void {
    const loop = this.#triggers.loop()
    if (loop) this.#passAs(ruleActor).emit('rule_loop', loopFacts(loop))
    const late = this.#triggers.unheard(last)
    if (late) this.#passAs(ruleActor).emit('rule_loop', loopFacts(late))
  }

  #fire(trigger: Trigger, event: AnyTicketEvent): void {
    const pass = this.#passOf(trigger)
    const why = this.#why(trigger, event)
    const from = this.#work.events.length
    const { did, effects, refused } = this.#act(pass, trigger)
    this.#tell(trigger, 'fired', why, did)
    const came = this.#work.events.length > from || effects.length + refused.length > 0
    if (came) pass.emit('rule_fired', { rule: trigger.id, kind: 'trigger', effects, refused })
  }

  /** What a time rule does, as the fact of time that it is. */
  fireTimeRule({ rule, since }: DueTimeRule): void {
    const pass = this.#passOf(rule)
    const { ticket, definition } = pass
    const why = this.#why(rule)
    const firings = firingsOf(ticket) + 1
    if (firings > maxTimeRulesInARow) {
      pass.emit('rule_loop', { because: 'time_rules', limit: maxTimeRulesInARow, rules: [rule.id] })
      this.#tell(rule, 'limit', why, [])
      return
    }
    const { did, effects, refused } = this.#act(pass, rule)
    this.#tell(rule, 'fired', why, did)
    const known = new Set(definition.timeRules.map(({ id }) => id))
    const forgotten = Object.keys(ticket.timeRules?.fired ?? {}).filter((id) => !known.has(id))
    pass.emit('time_rule_fired', { rule: rule.id, since, firings, effects, refused, forgotten })
  }

  /** A macro is somebody's own doing, all or nothing; an advisor's sets no priority by hand. */
  #fireMacro(id: string, path: string, source?: 'advisor'): Refusal | undefined {
    const { macros } = this.pass.definition
    const macro = macros.get(id)
    if (!macro) return refuse('unknown_name', { what: 'macro', name: id, known: [...macros.keys()] }, path)
    const pass = this.#passOf(macro, this.#envelope.actor)
    const why = this.#why(macro)
    const subject = this.#subject()
    if (!macro.matches(subject)) {
      // a command refused for it is explained nowhere else; an advisor's that goes on without it is
      this.#tell(macro, 'not_met', why, [])
      const decidedBy = macro.explain(subject).map(({ path, leaf, holds }) => ({ path, leaf, holds }))
      return refuse('macro_not_applicable', { macro: macro.id, decidedBy }, path)
    }
    const from = this.#work.events.length
    const { did, effects, refused, refusal } = this.#act(pass, macro, source)
    if (refusal) return refusal
    this.#tell(macro, 'fired', why, did)
    const came = this.#work.events.length > from || effects.length > 0
    if (came) pass.emit('rule_fired', { rule: macro.id, kind: 'macro', effects, refused })
    return undefined
  }

  #passOf(rule: AnyRule, actor: Actor = ruleActor): EnginePass {
    return this.#passAs(actor, { ...this.#envelope.cause, rule: rule.id })
  }

  #passAs(actor: Actor, cause = this.#envelope.cause): EnginePass {
    return this.#work.pass({ ...this.#envelope, actor, cause }, this.#asked)
  }

  /** Each action by itself: one that is refused is left out, and leaves nothing behind. */
  #act(pass: EnginePass, rule: AnyRule, source?: 'advisor'): Firing & { readonly refusal?: Refusal } {
    const did: ActionTrial[] = []
    const effects: Firing['effects'][number][] = []
    const refused: Firing['refused'][number][] = []
    let refusal: Refusal | undefined
    for (const [i, action] of rule.actions.entries()) {
      if ('effect' in action) {
        const trial = this.#ask(action, rule, i)
        if (trial.asked) effects.push(trial.asked)
        did.push(trial.trial)
        continue
      }
      const back = this.#work.mark()
      const from = this.#work.events.length
      const no = this.#command(pass, source ? saying(source, action.command) : action.command)
      const type = action.command.written ?? action.command.type
      if (no) {
        back()
        refusal ??= refuse(no.code, no.facts as never, no.path ? `do[${i}].${no.path}` : `do[${i}]`)
        refused.push({ action: i, code: no.code })
        did.push({ type, result: 'refused', code: no.code })
        if (rule.kind === 'macro') break
      } else did.push({ type, result: this.#work.events.length > from ? 'changed' : 'unchanged' })
    }
    return { did, effects, refused, ...(refusal ? { refusal } : {}) }
  }

  #command(pass: EnginePass, plan: CommandPlan): Refusal | undefined {
    const { ticket, definition } = pass
    const row = commandRow(plan.type as Command['type'])
    if (ticket.kind === 'closed' && row.onClosed === 'refused')
      return refuse('ticket_closed', { ticketId: ticket.id, command: plan.type })
    const canned = plan.canned === undefined ? undefined : definition.cannedMessages.get(plan.canned)
    const words = canned ? written(canned, ticket) : undefined
    if (words && !words.ok) return words.error
    return this.#within(() => row.decide(pass, { ...plan.input, ...words?.value } as never))
  }

  /** Does something that must not make the ticket larger than tickets may be. */
  #within(act: () => Refusal | undefined): Refusal | undefined {
    const { ticket } = this.pass
    const [before, from] = [{ ...ticket }, this.#work.events.length]
    return act() ?? tooLarge(before, ticket, this.#work.events.slice(from))
  }

  #ask(
    action: Extract<Action, { effect: unknown }>,
    rule: AnyRule,
    index: number,
  ): { readonly trial: ActionTrial; readonly asked?: { readonly id: string; readonly kind: string } } {
    const { effect: plan } = action
    const { ticketId, cause, at } = this.pass
    if (plan.sends && this.#automatic()) return { trial: { type: plan.kind, result: 'suppressed' } }
    const origin: EffectOrigin = { ticketId, cause, at, rule: rule.id, action: index }
    const effect = effectOf(plan, origin)
    this.#work.ask(effect, origin)
    return { trial: { type: plan.kind, result: 'asked' }, asked: { id: effect.id, kind: effect.kind } }
  }

  /** On an advisor's word: as a rule of its name would. */
  #sendCanned(message: string): boolean {
    if (this.#automatic()) return false
    const { ticketId, cause, at, actor } = this.#envelope
    const origin: EffectOrigin = { ticketId, cause, at, rule: actor.id, action: 0 }
    this.#work.ask(effectOf(sendingOf(message), origin), origin)
    return true
  }

  /** Did a machine write, or somebody who said that it asks for nothing? */
  #automatic(): boolean {
    return this.#work.events
      .slice(this.#first)
      .some(
        (event) =>
          event.type === 'message_added' &&
          (event.data.message.automatic || (!event.data.counts && !event.data.opening)),
      )
  }

  #trial<T>(run: () => T): T {
    const back = this.#work.mark()
    try {
      return run()
    } finally {
      back()
    }
  }

  /** Its commands alone; true if they changed anything. */
  #tryOut(trigger: Trigger): boolean {
    const from = this.#work.events.length
    const pass = this.#passOf(trigger)
    for (const action of trigger.actions)
      if ('command' in action) {
        const undo = this.#work.mark()
        if (this.#command(pass, action.command)) undo()
      }
    return this.#work.events.length > from
  }

  /** What decides a rule, of the ticket as it stands now; to be asked when somebody wants to know. */
  #why(rule: AnyRule, event?: AnyTicketEvent): () => RuleTrial['decidedBy'] {
    const subject = this.#kept()
    return () => (subject ? rule.explain(subject(event)) : [])
  }

  /** The ticket as it stands now, kept for explanations. */
  #kept(): ((event?: AnyTicketEvent) => Subject) | undefined {
    const { timeline, explain } = this.#work.options
    if (!explain) return undefined
    const { at } = this.pass
    const [as, before] = [this.#work.snapshot(), this.#before]
    return (event) => subjectAt(timeline, as, at, { event, before })
  }

  #tell(rule: AnyRule, outcome: RuleTrial['outcome'], why: () => RuleTrial['decidedBy'], did: RuleTrial['did']): void {
    if (this.#work.options.explain)
      this.#told.push(() => [{ trial: () => ({ rule: rule.id, kind: rule.kind, outcome, decidedBy: why(), did }) }])
  }

  #passOver(stretch: PassedOver): void {
    const subject = this.#kept()
    if (!subject) return
    const { triggers } = this.pass.definition
    const happened = this.#work.events.slice(stretch.from)
    const fired = new Set(stretch.but.keys())
    this.#told.push(() => toldOf(stretch, triggers, happened, fired, subject))
  }
}

const loopFacts = ({ because, rules }: Loop) => ({
  because,
  limit: limits[because],
  rules: rules.slice(0, maxTold),
})

const limits: Readonly<Record<Loop['because'], number>> = { firings: maxFiringsPerCause, again: 1, passes: 2 }

/** Rules that a loop names. */
const maxTold = 20

/** What a canned message says in a note or an answer: something, and no more than people may write. */
function written(canned: CannedMessage, ticket: Readonly<Ticket>): Result<object> {
  const rendered = canned.render(ticket)
  if (!rendered.ok) return rendered
  const { body, format, language } = rendered.value
  if (body.trim() === '')
    return { ok: false, error: refuse('invalid_text', { reason: `${canned.id} says nothing of this ticket` }, 'body') }
  return { ok: true, value: { body, format, ...(language === null ? {} : { language }) } }
}
