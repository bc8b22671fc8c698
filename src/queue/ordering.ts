import * as z from 'zod'
import { type Field, type FieldTable, type FieldType, fieldNamed, fieldsKnowing } from '../condition/field.ts'
import {
  comparePositions,
  compileSortKeys,
  type SortKey,
  type SortPosition,
  type SortValue,
  valueWritten,
} from '../condition/sort-key.ts'
import { type Refusal, refuse, shown } from '../errors.ts'
import { deepFreeze, joinPath } from '../model/json.ts'
import { type StatusKind, statusKinds, workKinds } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { type OrderingName, type OrderingWithOptions, orderingRows } from './named-ordering.ts'

/** A part of an ordering: a name, a name with what it is told, or a key of one's own. */
export type OrderingPart<P extends string = string> = OrderingName | OrderingWithOptions<P> | SortKey

/**
 * A named ordering, or a list of names and keys, strongest first. Tickets of kind new and open come before the rest,
 * unless other `kinds` are named; with none of them no kind comes first.
 */
export type Ordering<P extends string = string> =
  | OrderingName
  | OrderingWithOptions<P>
  | readonly OrderingPart<P>[]
  | { readonly kinds: readonly StatusKind[]; readonly keys: readonly OrderingPart<P>[] }

const limit = 1e15
const Constant = z.number().min(-limit).max(limit)
const SortValueSchema: z.ZodType<SortValue> = z.lazy(() =>
  z.union([
    z.strictObject({ field: z.string() }),
    z.strictObject({ coalesce: z.array(SortValueSchema).min(1).max(10) }),
    z.strictObject({ plus: z.tuple([SortValueSchema, z.union([Constant, SortValueSchema])]) }),
    z.strictObject({ times: z.tuple([SortValueSchema, Constant]) }),
    z.strictObject({
      among: z.strictObject({
        field: z.string(),
        names: z
          .array(z.union([z.string(), z.number(), z.boolean()]))
          .min(1)
          .max(100),
      }),
    }),
    z.strictObject({
      pick: z.strictObject({
        field: z.string(),
        values: z.record(z.string(), Constant),
        otherwise: Constant.nullable(),
      }),
    }),
  ]),
)

const names = Object.keys(orderingRows) as [OrderingName, ...OrderingName[]]
const Name = z.enum(names)
const WithOptions = z.discriminatedUnion(
  'by',
  names.map((name) => z.strictObject({ by: z.literal(name), ...orderingRows[name].options.shape })) as never,
) as z.ZodType<OrderingWithOptions>
const Key = z.strictObject({
  by: SortValueSchema,
  direction: z.enum(['ascending', 'descending']),
  nulls: z.enum(['first', 'last']),
})
const Parts = z
  .array(z.union([Name, Key, WithOptions]))
  .min(1)
  .max(20)

export const OrderingSchema: z.ZodType<Ordering> = z.union([
  Name,
  WithOptions,
  Parts,
  z.strictObject({ kinds: z.array(z.enum(statusKinds)).max(6), keys: Parts }),
])

const isKey = (part: OrderingPart): part is SortKey => typeof part === 'object' && typeof part.by === 'object'
const isList = (ordering: Ordering): ordering is readonly OrderingPart[] => Array.isArray(ordering)

/** Its parts, each with its path; the kinds that come first. */
function partsOf(
  ordering: Ordering,
  path = '',
): {
  readonly parts: readonly (readonly [OrderingPart, string])[]
  readonly kinds: readonly StatusKind[]
} {
  if (isList(ordering)) return { parts: ordering.map((part, i) => [part, `${path}[${i}]`]), kinds: workKinds }
  if (typeof ordering === 'string' || !('kinds' in ordering)) return { parts: [[ordering, path]], kinds: workKinds }
  const inKeys = path === '' ? 'keys' : `${path}.keys`
  return { parts: ordering.keys.map((part, i) => [part, `${inKeys}[${i}]`]), kinds: ordering.kinds }
}

function keysOf(ordering: Ordering): readonly SortKey[] {
  const { parts, kinds } = partsOf(ordering)
  const first: SortKey = { by: { among: { field: 'kind', names: kinds } }, direction: 'ascending', nulls: 'last' }
  return [...(kinds.length > 0 ? [first] : []), ...parts.flatMap(([part]) => keysOfPart(part))]
}

function keysOfPart(part: OrderingPart): readonly SortKey[] {
  if (isKey(part)) return [part]
  const { by, ...options } = typeof part === 'string' ? { by: part } : part
  return orderingRows[by].keys(options)
}

/** The keys of the named orderings, told nothing. Every ordering is ended by id, so it is total. */
export const namedOrderings: Readonly<Record<OrderingName, readonly SortKey[]>> = deepFreeze(
  Object.fromEntries(names.map((name) => [name, keysOf(name)])) as Record<OrderingName, readonly SortKey[]>,
)

/** Names that an ordering may use, where they are known. */
export interface OrderingNames {
  readonly priorities: readonly string[]
  /** Those of the definition; of a definition that has none they are free. */
  readonly plans: readonly string[]
}

/** What an ordering names that there is not, and values that a field can never hold, each with its path. */
export function checkOrdering(
  ordering: Ordering,
  fields: FieldTable,
  path: string,
  { priorities, plans }: Partial<OrderingNames> = {},
): Refusal[] {
  const known = plans?.length ? fieldsKnowing(fields, { plan: plans }) : fields
  return partsOf(ordering, path).parts.flatMap(([part, at]) =>
    isKey(part)
      ? checkValue(part.by, known, `${at}.by`)
      : [...checkBoost(part, priorities, `${at}.boost`), ...checkPlans(part, plans, `${at}.plans`)],
  )
}

function checkBoost(
  part: OrderingName | OrderingWithOptions,
  priorities: readonly string[] | undefined,
  path: string,
): Refusal[] {
  const { boost } = part as { readonly boost?: unknown } // a text has none
  if (priorities === undefined || typeof boost !== 'object' || boost === null) return []
  return Object.keys(boost)
    .filter((name) => name !== 'default' && !priorities.includes(name))
    .map((name) => refuse('unknown_name', { what: 'priority', name, known: priorities }, `${path}.${name}`))
}

function checkPlans(part: OrderingName | OrderingWithOptions, known: readonly string[] = [], path: string): Refusal[] {
  const { plans = [] } = part as { readonly plans?: readonly string[] }
  if (known.length === 0) return []
  return plans.flatMap((name, i) =>
    known.includes(name) ? [] : [refuse('unknown_name', { what: 'plan', name, known }, `${path}[${i}]`)],
  )
}

function checkValue(value: SortValue, fields: FieldTable, path: string): Refusal[] {
  if ('field' in value) return checkField(value.field, fields, numeric, `${path}.field`)
  if ('coalesce' in value)
    return value.coalesce.flatMap((part, i) => checkValue(part, fields, `${path}.coalesce[${i}]`))
  if ('plus' in value)
    return value.plus.flatMap((part, i) =>
      typeof part === 'number' ? [] : checkValue(part, fields, `${path}.plus[${i}]`),
    )
  if ('times' in value) return checkValue(value.times[0], fields, `${path}.times[0]`)
  if ('among' in value) return checkAmong(value.among, fields, `${path}.among`)
  return checkPick(value.pick, fields, `${path}.pick`)
}

function checkAmong({ field: name, names }: Among, fields: FieldTable, path: string): Refusal[] {
  const unfit = checkField(name, fields, single, `${path}.field`)
  const field = fieldNamed(fields, name)
  if (unfit.length > 0 || !field) return unfit
  return names.flatMap((value, i) => checkHeld(value, field, value, `${path}.names[${i}]`))
}

function checkPick({ field: name, values }: Pick, fields: FieldTable, path: string): Refusal[] {
  const unfit = checkField(name, fields, single, `${path}.field`)
  const field = fieldNamed(fields, name)
  if (unfit.length > 0 || !field) return unfit
  return Object.keys(values).flatMap((key) =>
    checkHeld(valueWritten(key, field.type), field, key, joinPath(`${path}.values`, key)),
  )
}

type Among = Extract<SortValue, { among: unknown }>['among']
type Pick = Extract<SortValue, { pick: unknown }>['pick']

/** A value that can never be in a field, as somebody has written it. */
function checkHeld(value: unknown, { type, known, names }: Field, written: unknown, path: string): Refusal[] {
  if (!holds[type](value))
    return [refuse('invalid_definition', { reason: `${shown(written)} is never in a field of type ${type}` }, path)]
  if (!known || known.includes(value as string)) return []
  return [refuse('unknown_name', { what: names ?? 'value', name: (value as string).slice(0, 100), known }, path)]
}

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number'
const holds: { readonly [T in FieldType]: (value: unknown) => boolean } = {
  text: isText,
  name: isText,
  number: isNumber,
  /** In milliseconds: what is compared here is what is kept. */
  instant: isNumber,
  boolean: (value) => typeof value === 'boolean',
  any: (value) => value !== undefined,
  names: () => false,
  tags: () => false,
}

function checkField(name: string, fields: FieldTable, fits: (field: Field) => boolean, path: string): Refusal[] {
  const field = fieldNamed(fields, name)
  if (field?.class === 'stored' && fits(field)) return []
  const known = Object.keys(fields).filter((one) => fits(fields[one] as Field))
  return [refuse('unknown_name', { what: 'field to order by', name, known }, path)]
}

const numeric = ({ type }: Field): boolean => type === 'number' || type === 'instant' || type === 'any'
/** One value, not a set of them. */
const single = ({ type }: Field): boolean => type !== 'names' && type !== 'tags'

/** An ordering ready for use: where a ticket stands, and who comes first. */
export interface CompiledOrdering {
  readonly keys: readonly SortKey[]
  readonly position: (ticket: Ticket) => SortPosition
  readonly compare: (a: SortPosition, b: SortPosition) => number
}

/** The ordering must have passed `OrderingSchema` and `checkOrdering`. */
export function compileOrdering(ordering: Ordering, fields: FieldTable): CompiledOrdering {
  const keys = keysOf(ordering)
  return { keys, position: compileSortKeys(keys, fields), compare: (a, b) => comparePositions(keys, a, b) }
}
