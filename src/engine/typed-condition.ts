import type { FieldClass, FieldType } from '../condition/field.ts'
import type { Operator, OperatorRows, Shape } from '../condition/operator.ts'
import type { TicketEventType } from '../model/ticket-event.ts'
import type { FieldRows } from './field.ts'

/** The names that a condition may use. */
export interface ConditionNames {
  readonly status: string
  readonly priority: string
  readonly metric: string
  readonly level: string
  readonly calendar: string
}

// Made of the tables that the check at run time asks, too: which fields there are (`FieldRows`), and which operators
// fit a type and take a value of which shape (`OperatorRows`). A test asks both about every field, operator and place.

type Row = keyof FieldRows

/** Operators that ask what an event changed, and all others. */
type Changes = { [O in Operator]: OperatorRows[O] extends { readonly change: string } ? O : never }[Operator]
type Asks = Exclude<Operator, Changes>

/** Of some operators those that fit a type and take a value of a shape. */
type Fitting<T extends FieldType, S extends Shape, O extends Operator> = {
  [K in O]: T extends OperatorRows[K]['on'][number] ? (OperatorRows[K]['takes'] extends S ? K : never) : never
}[O]

interface Valued<F extends string, O extends string, V> {
  readonly field: F
  readonly op: O
  readonly value: V
}
interface Unvalued<F extends string, O extends string> {
  readonly field: F
  readonly op: O
  readonly value?: undefined
}
/**
 * Fields of a type, and those operators among `O` that take a value of one of these
 * shapes; never, where there are none.
 */
type Leaf<F extends string, T extends FieldType, O extends Operator, S extends Shape, V> = [F] extends [never]
  ? never
  : [Fitting<T, S, O>] extends [never]
    ? never
    : Valued<F, Fitting<T, S, O>, V>

/** An instant in milliseconds, or as ISO 8601 with `Z` or an offset. */
type Instant = number | string
type OwnValue = string | number | boolean

/** The fields that a row stands for: of a family, with every part there is. */
type Fields<K extends Row, X extends ConditionNames> = K extends `${infer Before}<${infer Part}>${infer After}`
  ? `${Before}${PartOf<Part, X>}${After}`
  : K
type PartOf<Part extends string, X extends ConditionNames> = Part extends 'metric' | 'calendar'
  ? X[Part]
  : Part extends 'instant'
    ? Fields<RowsOf<'stored', 'instant'>, X>
    : string

/** The rows of a class and type. */
type RowsOf<C extends FieldClass, T extends FieldType = FieldType> = {
  [K in Row]: FieldRows[K] extends { readonly type: T; readonly class: C } ? K : never
}[Row]

/** The values of a row, where they are known or are names of the definition; never, where any of its type will do. */
type ValuesOf<K extends Row, X extends ConditionNames> = FieldRows[K] extends {
  readonly known: readonly (infer V extends string)[]
}
  ? V
  : FieldRows[K] extends { readonly names: infer N }
    ? N extends keyof ConditionNames
      ? X[N]
      : N extends 'event'
        ? TicketEventType
        : never
    : never
type NamedRow = { [K in Row]: [ValuesOf<K, ConditionNames>] extends [never] ? never : K }[Row]

/**
 * What some operators may ask of the rows of a class: as few members as there are kinds of values, for of each leaf in
 * a definition the compiler asks every member; and in one table, for it walks through unions of unions again and again.
 */
interface LeafTable<X extends ConditionNames, C extends FieldClass, O extends Operator, But extends Row> {
  readonly text: Leaf<TextField<X, C, But>, 'text' | 'name', O, 'one' | 'text' | 'pattern', string>
  readonly texts: Leaf<TextField<X, C, But>, 'text' | 'name', O, 'many' | 'texts', readonly string[]>
  readonly textOrNull: Leaf<TextField<X, C, But>, 'text' | 'name', O, 'oneOrNull', string | null>
  readonly number: Leaf<FieldOf<X, C, But, 'number'>, 'number', O, 'one' | 'number', number>
  readonly numbers: Leaf<FieldOf<X, C, But, 'number'>, 'number', O, 'many', readonly number[]>
  readonly numberRange: Leaf<FieldOf<X, C, But, 'number'>, 'number', O, 'range', readonly [number, number]>
  readonly numberOrNull: Leaf<FieldOf<X, C, But, 'number'>, 'number', O, 'oneOrNull', number | null>
  readonly instant: Leaf<FieldOf<X, C, But, 'instant'>, 'instant', O, 'one' | 'number', Instant>
  readonly instants: Leaf<FieldOf<X, C, But, 'instant'>, 'instant', O, 'many', readonly Instant[]>
  readonly instantRange: Leaf<FieldOf<X, C, But, 'instant'>, 'instant', O, 'range', readonly [Instant, Instant]>
  readonly instantOrNull: Leaf<FieldOf<X, C, But, 'instant'>, 'instant', O, 'oneOrNull', Instant | null>
  readonly boolean: Leaf<FieldOf<X, C, But, 'boolean'>, 'boolean', O, 'one', boolean>
  readonly booleans: Leaf<FieldOf<X, C, But, 'boolean'>, 'boolean', O, 'many', readonly boolean[]>
  readonly booleanOrNull: Leaf<FieldOf<X, C, But, 'boolean'>, 'boolean', O, 'oneOrNull', boolean | null>
  readonly set: Leaf<FieldOf<X, C, But, 'tags' | 'names'>, 'tags' | 'names', O, 'keys', readonly string[]>
  readonly any: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'one', OwnValue>
  readonly anys: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'many', readonly OwnValue[]>
  readonly anyOrNull: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'oneOrNull', OwnValue | null>
  readonly anyNumber: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'number', number>
  readonly anyRange: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'range', readonly [number, number]>
  readonly anyText: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'text' | 'pattern', string>
  readonly anyTexts: Leaf<FieldOf<X, C, But, 'any'>, 'any', O, 'texts' | 'keys', readonly string[]>
  /** Parts of a name need be none themselves. */
  readonly part: Leaf<NamedField<X, C, But>, 'name', O, 'text' | 'pattern', string>
  readonly parts: Leaf<NamedField<X, C, But>, 'name', O, 'texts', readonly string[]>
  readonly name: OfNames<X, C, But, O, 'one'>
  readonly names: OfNames<X, C, But, O, 'many'>
  readonly nameOrNull: OfNames<X, C, But, O, 'oneOrNull'>
  readonly bare: Unvalued<Fields<Exclude<RowsOf<C>, But>, X>, Fitting<FieldType, 'nothing', O>>
}

type FieldOf<X extends ConditionNames, C extends FieldClass, But extends Row, T extends FieldType> = Fields<
  Exclude<RowsOf<C, T>, But>,
  X
>
type TextField<X extends ConditionNames, C extends FieldClass, But extends Row> = Fields<
  Exclude<RowsOf<C, 'text' | 'name'>, NamedRow | But>,
  X
>
type NamedField<X extends ConditionNames, C extends FieldClass, But extends Row> = Fields<
  Exclude<RowsOf<C> & NamedRow, But>,
  X
>
/** Of fields whose values are known, or are names of the definition: a member for each. */
type OfNames<
  X extends ConditionNames,
  C extends FieldClass,
  But extends Row,
  O extends Operator,
  S extends 'one' | 'many' | 'oneOrNull',
> = {
  [K in Exclude<RowsOf<C> & NamedRow, But>]: Leaf<Fields<K, X>, 'name', O, S, OfShape<S, ValuesOf<K, X>>>
}[Exclude<RowsOf<C> & NamedRow, But>]
type OfShape<S extends 'one' | 'many' | 'oneOrNull', V> = S extends 'one'
  ? V
  : S extends 'many'
    ? readonly V[]
    : V | null

/** Questions of classes, each by some operators. */
type Leaves<X extends ConditionNames, Q, But extends Row = never> = Q extends readonly [
  infer C extends FieldClass,
  infer O extends Operator,
]
  ? LeafTable<X, C, O, But>[keyof LeafTable<X, C, O, But>]
  : never

type Stored = readonly ['stored', Asks]

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

/** What views and routing may ask, with the names of one definition: only what is kept on the ticket. */
export type StoredCondition<X extends ConditionNames = ConditionNames> = Grouped<Leaves<X, Stored>>

/** What SLA rules may ask: what is kept on the ticket, and not the clocks that they decide. */
export type SlaRuleCondition<X extends ConditionNames = ConditionNames> = Grouped<
  Leaves<X, Stored, Extract<Row, `sla.${string}`>>
>

/** What triggers may ask: also of the event at hand. */
export type EventCondition<X extends ConditionNames = ConditionNames> = Grouped<
  Leaves<X, Stored | readonly ['event', Asks] | readonly ['stored', Changes]>
>

/** What time rules, macros and effects at their delivery may ask: also what moves with time alone. */
export type TimeCondition<X extends ConditionNames = ConditionNames> = Grouped<
  Leaves<X, Stored | readonly ['clock', Asks]>
>
