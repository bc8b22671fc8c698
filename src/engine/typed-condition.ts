import type { eventFields } from '../condition/event-field.ts'
import type { FieldTable, FieldType } from '../condition/field.ts'
import type { ticketFields } from '../condition/ticket-field.ts'
import type { StatusKind } from '../model/names.ts'
import type { TicketEventType } from '../model/ticket-event.ts'
import type { slaFields } from '../sla/fields.ts'
import type { Weekday } from '../time/calendar.ts'

/** The names that a condition may use. */
export interface ConditionNames {
  readonly status: string
  readonly priority: string
  readonly metric: string
  readonly level: string
  readonly calendar: string
}

interface Asks<F extends string, Op extends string, V> {
  readonly field: F
  readonly op: Op
  readonly value: V
}
interface AsksNothing<F extends string, Op extends string> {
  readonly field: F
  readonly op: Op
  readonly value?: undefined
}

type Equal = 'is' | 'isNot'
type Among = 'oneOf' | 'noneOf'
type Order = 'lt' | 'lte' | 'gt' | 'gte'
type Match = 'contains' | 'startsWith' | 'glob'
type Holds = 'hasAny' | 'hasAll' | 'hasNone'

/** An instant in milliseconds, or as ISO 8601 with `Z` or an offset. */
type InstantValue = number | string
type OwnValue = string | number | boolean

type TextLeaf<F extends string> = Asks<F, Equal | Match, string> | Asks<F, Among | 'containsAny', readonly string[]>
type NameLeaf<F extends string, N extends string> = Asks<F, Equal, N> | Asks<F, Among, readonly N[]>
/** Parts of a name need be none themselves. */
type PartLeaf<F extends string> = Asks<F, Match, string> | Asks<F, 'containsAny', readonly string[]>
type OrderLeaf<F extends string, V> =
  | Asks<F, Equal | Order, V>
  | Asks<F, Among, readonly V[]>
  | Asks<F, 'between', readonly [V, V]>
type BooleanLeaf<F extends string> = Asks<F, Equal, boolean> | Asks<F, Among, readonly boolean[]>
type SetLeaf<F extends string> = Asks<F, Holds, readonly string[]>
type OwnLeaf<F extends string> =
  | Asks<F, Equal, OwnValue>
  | Asks<F, Among, readonly OwnValue[]>
  | Asks<F, Order, number>
  | Asks<F, 'between', readonly [number, number]>
  | Asks<F, Match, string>
  | Asks<F, 'containsAny' | Holds, readonly string[]>
type PresenceLeaf<F extends string> = AsksNothing<F, 'present' | 'absent'>

/** Rows of a type; those of families and those whose names are known stand apart. */
type Rows<Table extends FieldTable, T extends FieldType, But = never> = {
  [K in keyof Table & string]: K extends `${string}<${string}` | But ? never : Table[K]['type'] extends T ? K : never
}[keyof Table & string]

type NamedTicketField = 'status' | 'kind' | 'priority' | 'requester.calendar'
type TextField = Rows<typeof ticketFields, 'text' | 'name', NamedTicketField>
type NumberField = Rows<typeof ticketFields, 'number'> | 'sla.rank'
type InstantField = Rows<typeof ticketFields, 'instant'> | 'sla.dueAt'
type BooleanField = Rows<typeof ticketFields, 'boolean'> | 'sla.breached'
type SetField = Rows<typeof ticketFields, 'tags' | 'names'>
type OwnField = `fields.${string}`

/** Of `sla.<metric>.…`: the last part of the names of a type and class. */
type ClockPart<T extends FieldType, C extends 'stored' | 'clock'> = {
  [K in keyof typeof slaFields]: K extends `sla.<metric>.${infer Part}`
    ? (typeof slaFields)[K] extends { readonly type: T; readonly class: C }
      ? Part
      : never
    : never
}[keyof typeof slaFields]
type OfClock<
  X extends ConditionNames,
  T extends FieldType,
  C extends 'stored' | 'clock',
> = `sla.${X['metric']}.${ClockPart<T, C>}`

type StoredField<X extends ConditionNames> =
  | Exclude<keyof typeof ticketFields, `${string}<${string}`>
  | 'sla.level'
  | 'sla.rank'
  | 'sla.dueAt'
  | 'sla.breached'
  | OwnField
  | OfClock<X, 'name' | 'instant' | 'boolean' | 'number', 'stored'>

type StoredLeaf<X extends ConditionNames> =
  | TextLeaf<TextField>
  | NameLeaf<'status', X['status']>
  | NameLeaf<'kind', StatusKind>
  | NameLeaf<'priority', X['priority']>
  | NameLeaf<'sla.level', X['level']>
  | NameLeaf<'requester.calendar', X['calendar']>
  | NameLeaf<`sla.${X['metric']}.state`, 'running' | 'paused' | 'ended'>
  | NameLeaf<`sla.${X['metric']}.ending`, 'fulfilled' | 'cancelled'>
  | PartLeaf<NamedTicketField | 'sla.level'>
  | OrderLeaf<NumberField | OfClock<X, 'number', 'stored'>, number>
  | OrderLeaf<InstantField | OfClock<X, 'instant', 'stored'>, InstantValue>
  | BooleanLeaf<BooleanField | OfClock<X, 'boolean', 'stored'>>
  | SetLeaf<SetField>
  | OwnLeaf<OwnField>
  | PresenceLeaf<StoredField<X>>

type Changing = 'changedTo' | 'changedFrom'

type ChangeLeaf<X extends ConditionNames> =
  | AsksNothing<StoredField<X>, 'changed'>
  | Asks<TextField, Changing, string | null>
  | Asks<'status', Changing, X['status'] | null>
  | Asks<'kind', Changing, StatusKind | null>
  | Asks<'priority', Changing, X['priority'] | null>
  | Asks<'sla.level', Changing, X['level'] | null>
  | Asks<NumberField, Changing, number | null>
  | Asks<InstantField, Changing, InstantValue | null>
  | Asks<BooleanField, Changing, boolean | null>
  | Asks<OwnField, Changing, OwnValue | null>

type EventRows = typeof eventFields
type Known<K extends keyof EventRows> = EventRows[K] extends { readonly known: readonly (infer N extends string)[] }
  ? N
  : never
type KnownEventField = {
  [K in keyof EventRows]: K extends `${string}<${string}`
    ? never
    : EventRows[K] extends { readonly known: readonly string[] }
      ? K
      : never
}[keyof EventRows]
type PlainEventField = Exclude<Rows<EventRows, 'text' | 'name'>, KnownEventField | 'event.type' | 'event.metric'>
type EventField =
  | Exclude<keyof EventRows, `${string}<${string}`>
  | `event.inBusinessHours.${string}`
  | `event.weekday.${string}`

type EventLeaf<X extends ConditionNames> =
  | TextLeaf<PlainEventField>
  | NameLeaf<'event.type', TicketEventType>
  | NameLeaf<'event.metric', X['metric']>
  | { [K in KnownEventField]: NameLeaf<K, Known<K>> }[KnownEventField]
  | NameLeaf<`event.weekday.${string}`, Weekday>
  | OrderLeaf<Rows<EventRows, 'number'>, number>
  | OrderLeaf<Rows<EventRows, 'instant'>, InstantValue>
  | BooleanLeaf<Rows<EventRows, 'boolean'> | `event.inBusinessHours.${X['calendar']}`>
  | SetLeaf<Rows<EventRows, 'tags' | 'names'>>
  | PresenceLeaf<EventField>
  | ChangeLeaf<X>

type ClockLeaf<X extends ConditionNames> =
  | OrderLeaf<'now', InstantValue>
  | OrderLeaf<`hoursSince.${InstantField | OfClock<X, 'instant', 'stored'>}` | OfClock<X, 'number', 'clock'>, number>
  | BooleanLeaf<`inBusinessHours.${X['calendar']}`>
  | NameLeaf<`weekday.${string}`, Weekday>
  | PresenceLeaf<`hoursSince.${InstantField}` | OfClock<X, 'number', 'clock'>>

/**
 * A list that the compiler takes as it is written. Without the second form it first compares each element of a literal
 * with every other, to find those that are alike: of a thousand rules, a million times.
 */
export type Written<T> = readonly T[] | readonly [T, ...T[]]

/** Groups of questions. */
type Grouped<L> =
  | L
  | { readonly all: Written<Grouped<L>> }
  | { readonly any: Written<Grouped<L>> }
  | { readonly none: Written<Grouped<L>> }

/** What views and SLA rules may ask, with the names of one definition: only what is kept on the ticket. */
export type StoredCondition<X extends ConditionNames = ConditionNames> = Grouped<StoredLeaf<X>>

/** What triggers may ask: also of the event at hand. */
export type EventCondition<X extends ConditionNames = ConditionNames> = Grouped<StoredLeaf<X> | EventLeaf<X>>

/** What time rules may ask: also what moves with time alone. */
export type TimeCondition<X extends ConditionNames = ConditionNames> = Grouped<StoredLeaf<X> | ClockLeaf<X>>
