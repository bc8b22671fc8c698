import { type FieldTable, fieldNamed } from '../condition/field.ts'
import { decisiveKey, type SortKey, type SortPosition, type SortValue } from '../condition/sort-key.ts'
import type { CompiledOrdering } from './ordering.ts'

/** An ordering in words, strongest key first: `kind new or open first, then earliest openedAt, then lowest id`. */
export const describeKeys = (keys: readonly SortKey[], fields: FieldTable): string =>
  [...keys.map((key) => keyInWords(key, fields)), 'lowest id'].join(', then ')

/** Which of two tickets comes first, and what decided it. */
export interface OrderExplanation {
  /** Id of the ticket that comes first. */
  readonly first: string
  /** The key that decided, counted from 0; null: all keys are equal, and the id decided. */
  readonly key: number | null
  /** The key in words: `earliest openedAt`. */
  readonly by: string
  /** What the key is on the first and on the second of the two tickets asked about; null: nothing. */
  readonly values: readonly [number | string | null, number | string | null]
}

export function explainPositions(
  { keys, compare }: CompiledOrdering,
  fields: FieldTable,
  a: SortPosition,
  b: SortPosition,
): OrderExplanation {
  const first = compare(a, b) <= 0 ? a.id : b.id
  const decisive = decisiveKey(keys, a, b)
  const key = keys[decisive]
  if (!key) return { first, key: null, by: 'lowest id', values: [a.id, b.id] }
  const values = [a.values[decisive] ?? null, b.values[decisive] ?? null] as const
  return { first, key: decisive, by: keyInWords(key, fields), values }
}

function keyInWords({ by, direction, nulls }: SortKey, fields: FieldTable): string {
  const ascending = direction === 'ascending'
  if ('among' in by) return `${by.among.field} ${by.among.names.join(' or ')} ${ascending ? 'first' : 'last'}`
  const [low, high] = isInstant(by, fields) ? ['earliest', 'latest'] : ['lowest', 'highest']
  return `${ascending ? low : high} ${inWords(by, fields)}${nulls === 'first' ? ' (without one first)' : ''}`
}

/** Does it stay an instant, whatever is added to it? */
function isInstant(value: SortValue, fields: FieldTable): boolean {
  if ('field' in value) return fieldNamed(fields, value.field)?.type === 'instant'
  if ('coalesce' in value) return value.coalesce.some((part) => isInstant(part, fields))
  return 'plus' in value && isInstant(value.plus[0], fields)
}

/** `amount` writes a number: as such, or as an amount of time. */
function inWords(value: SortValue, fields: FieldTable, amount: (n: number) => string = String): string {
  if ('field' in value) return value.field
  if ('coalesce' in value) return value.coalesce.map((part) => inWords(part, fields)).join(', else ')
  if ('plus' in value) return `${bracketed(value.plus[0], fields)} ${addedInWords(value, fields)}`
  if ('times' in value) return `${bracketed(value.times[0], fields)} × ${amount(value.times[1])}`
  if ('among' in value) return `(${value.among.field} ${value.among.names.join(' or ')}: 0, else 1)`
  const { field, values, otherwise } = value.pick
  const rows = Object.entries(values).map(([name, number]) => `${name} ${amount(number)}`)
  return `value of ${field} (${[...rows, `else ${otherwise === null ? 'none' : amount(otherwise)}`].join(', ')})`
}

const bracketed = (value: SortValue, fields: FieldTable): string =>
  'coalesce' in value || 'plus' in value ? `(${inWords(value, fields)})` : inWords(value, fields)

function addedInWords({ plus: [value, more] }: Extract<SortValue, { plus: unknown }>, fields: FieldTable): string {
  const amount = isInstant(value, fields) ? span : String
  const signed = (n: number, text: string) => `${n < 0 ? '−' : '+'} ${text}`
  if (typeof more === 'number') return signed(more, amount(Math.abs(more)))
  if (!('times' in more)) return `+ ${inWords(more, fields, amount)}`
  const [part, factor] = more.times
  return signed(factor, `${bracketed(part, fields)} × ${amount(Math.abs(factor))}`)
}

/** Hours where they come out even: `168 h`. */
const span = (ms: number): string =>
  ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms} ms`
