import type { Ticket } from '../model/ticket.ts'
import { type FieldTable, fieldNamed } from './field.ts'

/** A number kept on a ticket, as data, so that memory and SQL compute the same one. */
export type SortValue =
  | { readonly field: string }
  | { readonly coalesce: readonly SortValue[] }
  | { readonly plus: readonly [SortValue, number] }
  /** 0 where the field is one of the names, else 1. */
  | { readonly among: { readonly field: string; readonly names: readonly string[] } }

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
    const [part, constant] = value.plus
    const read = compileValue(part, fields)
    return (ticket) => {
      const found = read(ticket)
      return found === null ? null : found + constant
    }
  }
  if ('among' in value) {
    const field = fieldNamed(fields, value.among.field)
    const names = new Set<unknown>(value.among.names)
    return (ticket) => (names.has(field?.read({ ticket })) ? 0 : 1)
  }
  const field = fieldNamed(fields, value.field)
  return (ticket) => {
    const found = field?.read({ ticket })
    return typeof found === 'number' ? found : null
  }
}

/** Compares two positions of one ordering. Total: 0 only for the same ticket. */
export function comparePositions(keys: readonly SortKey[], a: SortPosition, b: SortPosition): number {
  for (const [i, key] of keys.entries()) {
    const order = compareValues(key, a.values[i] ?? null, b.values[i] ?? null)
    if (order !== 0) return order
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function compareValues(key: SortKey, a: number | null, b: number | null): number {
  if (a === b) return 0
  if (a === null) return key.nulls === 'first' ? -1 : 1
  if (b === null) return key.nulls === 'first' ? 1 : -1
  return key.direction === 'ascending' ? a - b : b - a
}
