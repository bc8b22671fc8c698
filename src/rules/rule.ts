import type { Predicate } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import type { Subject } from '../condition/field.ts'
import type { LeafVerdict } from '../condition/verdict.ts'
import type { JsonObject } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { TicketEventType } from '../model/ticket-event.ts'
import type { EffectAction, EffectPlan } from './effect.ts'
import type { CountedFrom } from './since.ts'

/** Event types that may wake a trigger: all but those that tell of rules. */
export type TriggerEvent = Exclude<TicketEventType, `${string}rule_${string}`>

interface RuleDefinition<Action, K extends string, AtDelivery> {
  /** One among all triggers, time rules and macros. */
  readonly id: string
  readonly name?: string | undefined
  /** False: it stays in the definition, and does nothing. */
  readonly active?: boolean | undefined
  /** In order. Commands, and effects. */
  readonly do: readonly (Action | EffectAction<K, AtDelivery>)[]
}

/** What follows by itself when something happens. */
export interface TriggerDefinition<
  Action = unknown,
  K extends string = string,
  When = Condition,
  AtDelivery = Condition,
> extends RuleDefinition<Action, K, AtDelivery> {
  /** It is tried when one of these has happened. */
  readonly on: readonly TriggerEvent[]
  /** Always, unless said. */
  readonly when?: When | undefined
  /** Once it has fired, later triggers are not tried any more for this cause. */
  readonly stop?: boolean | undefined
}

/** What follows by itself when time has passed. */
export type TimeRuleDefinition<
  Action = unknown,
  K extends string = string,
  M extends string = string,
  C extends string = string,
  When = Condition,
> = TimeRuleDetails<Action, K, C, When> & CountedFrom<M>

interface TimeRuleDetails<Action, K extends string, C extends string, When> extends RuleDefinition<Action, K, When> {
  /** Real time unless given. */
  readonly calendar?: C | undefined
  readonly when?: When | undefined
  /** For instants past when the rule (or its change) comes into force: fire then, once. No unless said. */
  readonly catchUp?: boolean | undefined
}

/** What somebody does by hand, all or nothing. */
export interface MacroDefinition<
  Id extends string = string,
  Action = unknown,
  K extends string = string,
  When = Condition,
> extends Omit<RuleDefinition<Action, K, When>, 'id'> {
  readonly id: Id
  /** Tickets that it is meant for: on others it is refused. */
  readonly when?: When | undefined
}

/** A command as a rule gives it, checked; a canned message takes the place of a body. */
export interface CommandPlan {
  readonly type: string
  /** What the definition calls it, where that is another name. */
  readonly written?: string | undefined
  readonly input: JsonObject
  readonly canned?: string | undefined
}

export type Action = { readonly command: CommandPlan } | { readonly effect: EffectPlan }

interface Rule {
  readonly id: string
  readonly condition: Condition | null
  readonly matches: Predicate
  /** The leaves that decide it; slower than `matches`. */
  readonly explain: (subject: Subject) => readonly LeafVerdict[]
  readonly actions: readonly Action[]
}

/** A trigger ready for use. */
export interface Trigger extends Rule {
  readonly kind: 'trigger'
  readonly on: ReadonlySet<string>
  readonly stop: boolean
  /** It asks for the event at hand, so each one is tried. */
  readonly readsEvent: boolean
}

/** A time rule ready for use. */
export interface TimeRule extends Rule {
  readonly kind: 'time_rule'
  /** Hash of what it says: another one is another rule of the same name. */
  readonly version: string
  readonly since: (ticket: Readonly<Ticket>) => number | null
  readonly afterMs: number
  readonly calendar: string | null
  readonly catchUp: boolean
}

export interface Macro extends Rule {
  readonly kind: 'macro'
  readonly name: string
}

export type AnyRule = Trigger | TimeRule | Macro
