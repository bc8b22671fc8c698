import type { Ticket } from '../model/ticket.ts'
import { type FieldTable, type FieldType, fieldNamed } from './field.ts'

/**
 * A number kept on a ticket, as data, so that memory and SQL compute the same one. Sums and products are those of
 * double-precision numbers; of nothing they are nothing.
 */
export type SortValue =
  | { readonly field: string }
  /** The first that is there. */
  | { readonly coalesce: readonly SortValue[] }
  | { readonly plus: readonly [SortValue, SortValue | number] }
  | { readonly times: readonly [SortValue, number] }
  /** 0 where the field is one of the names, else 1. */
  | { readonly among: { readonly field: string; readonly names: readonly (string | number | boolean)[] } }
  /**
   * The number that belongs to what is in the field: a name, or a number or a truth as JSON writes it (`'2'`,
   * `'true'`). `otherwise` for anything else and for nothing.
   */
  | {
      readonly pick: {
        readonly field: string
        readonly values: { readonly [name: string]: number }
        readonly otherwise: number | null
      }
    }

/** One key of an ordering. Ties of all keys are broken by ticket id, ascending. */
export interface SortKey {
  readonly by: SortValue
  readonly direction: 'ascending' | 'descending'
  readonly nulls: 'first' | 'last'
}

/** Where a ticket stands in an ordering: the values of its keys, then its id. */
export interface SortPosition {
  readonly values: readonly (number | null)[]
  readonly id: string
}

export function compileSortKeys(keys: readonly SortKey[], fields: FieldTable): (ticket: Ticket) => SortPosition {
  const readers = keys.map((key) => compileValue(key.by, fields))
  return (ticket) => ({ values: readers.map((read) => read(ticket)), id: ticket.id })
}

function compileValue(value: SortValue, fields: FieldTable): (ticket: Ticket) => number | null {
  if ('coalesce' in value) {
    const readers = value.coalesce.map((part) => compileValue(part, fields))
    return (ticket) => {
      for (const read of readers) {
        const found = read(ticket)
        if (found !== null) return found
      }
      return null
    }
  }
  if ('plus' in value) {
    const [part, more] = value.plus
    const read = compileValue(part, fields)
    if (typeof more === 'number') return (ticket) => combined(read(ticket), more, (a, b) => a + b)
    const readMore = compileValue(more, fields)
    return (ticket) => combined(read(ticket), readMore(ticket), (a, b) => a + b)
  }
  if ('times' in value) {
    const [part, factor] = value.times
    const read = compileValue(part, fields)
    return (ticket) => combined(read(ticket), factor, (a, b) => a * b)
  }
  if ('among' in value) {
    const field = fieldNamed(fields, value.among.field)
    const names = new Set<unknown>(value.among.names)
    return (ticket) => (names.has(field?.read({ ticket })) ? 0 : 1)
  }
  if ('pick' in value) {
    const { values, otherwise } = value.pick
    const field = fieldNamed(fields, value.pick.field)
    const numbers = new Map<unknown, number>(Object.entries(values))
    return (ticket) => numbers.get(written(field?.read({ ticket }))) ?? otherwise
  }
  const field = fieldNamed(fields, value.field)
  return (ticket) => {
    const found = field?.read({ ticket })
    return typeof found === 'number' ? found : null
  }
}

/** A value as a key of `pick` writes it; of nothing, and of a set, there is no key. */
const written = (found: unknown): string | undefined =>
  typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : typeof found === 'string'
      ? found
      : undefined

/** What a key of `pick` stands for in a field of a type; undefined: nothing in such a field is written so. */
export function valueWritten(key: string, type: FieldType): string | number | boolean | undefined {
  if (type === 'boolean') return key === 'true' ? true : key === 'false' ? false : undefined
  if (type !== 'number' && type !== 'instant') return key
  const number = Number(key)
  return Number.isFinite(number) && String(number) === key ? number : undefined
}

/** Stays a number that can be written as JSON: what would be endless ends at the largest one. */
function combined(a: number | null, b: number | null, work: (a: number, b: number) => number): number | null {
  if (a === null || b === null) return null
  return Math.min(Math.max(work(a, b), -Number.MAX_VALUE), Number.MAX_VALUE) + 0
}

/** Compares two positions of one ordering. Total: 0 only for the same ticket. */
export function comparePositions(keys: readonly SortKey[], a: SortPosition, b: SortPosition): number {
  const decisive = decisiveKey(keys, a, b)
  const key = keys[decisive]
  if (key) return compareValues(key, a.values[decisive] ?? null, b.values[decisive] ?? null)
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Index of the first key in which two positions differ; the number of keys when only the id is left to decide. */
export function decisiveKey(keys: readonly SortKey[], a: SortPosition, b: SortPosition): number {
  let i = 0
  while (i < keys.length && (a.values[i] ?? null) === (b.values[i] ?? null)) i++
  return i
}

function compareValues(key: SortKey, a: number | null, b: number | null): number {
  if (a === b) return 0
  if (a === null) return key.nulls === 'first' ? -1 : 1
  if (b === null) return key.nulls === 'first' ? 1 : -1
  return (key.direction === 'ascending' ? a < b : a > b) ? -1 : 1
}
