import type { SortKey, SortPosition, SortValue } from '../../condition/sort-key.ts'
import { columnOf, isActionable, type SqlValue } from './column.ts'

/** An ordering as SQL: terms that are never null and all ascend, ended by the id. */
export interface OrderSql {
  readonly terms: readonly string[]
  /** Values bound in the terms, in order. */
  readonly params: readonly SqlValue[]
  /** A position as the terms have it. */
  readonly bound: (position: SortPosition) => readonly SqlValue[]
}

/** Beyond every number a ticket keeps; SQLite and PostgreSQL both take it as infinity. */
const beyond = '9e999'

interface Term {
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** Never null. */
  readonly always: boolean
}

/**
 * Orderings that views have by name, as columns of their own: what an index holds must be a column for a page to
 * begin in its midst. By the term each stands for.
 */
const ready: ReadonlyMap<string, string> = new Map([
  ['-priority_rank', 'by_priority'],
  [`coalesce(effort_minutes, ${beyond})`, 'by_effort'],
  [`coalesce(waiting_since, ${beyond})`, 'by_waiting'],
  ['coalesce(sla_due_at, (coalesce(waiting_since, opened_at) + 604800000))', 'by_due'],
])

/** Undefined where a key asks for what is no column: then the functions of the query put the rows in order. */
export function orderSql(keys: readonly SortKey[]): OrderSql | undefined {
  const terms = keys.map(termOf)
  if (!terms.every((term) => term !== undefined)) return undefined
  return {
    terms: [...terms.map(({ sql }) => ready.get(sql) ?? sql), 'id'],
    params: terms.flatMap(({ params }) => params),
    bound: ({ values, id }) => [...keys.map((key, i) => boundValue(key, values[i] ?? null)), id],
  }
}

/** Descending is ascending by the negative; a missing value stands at the end that the key names. */
function termOf({ by, direction, nulls }: SortKey): Term | undefined {
  const value = valueSql(by)
  if (!value) return undefined
  const sql = direction === 'ascending' ? value.sql : `-${value.sql}`
  return value.always
    ? { ...value, sql }
    : { ...value, sql: `coalesce(${sql}, ${nulls === 'last' ? '' : '-'}${beyond})` }
}

function boundValue({ direction, nulls }: SortKey, value: number | null): number {
  if (value === null) return nulls === 'last' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return direction === 'ascending' ? value : -value
}

function valueSql(value: SortValue): Term | undefined {
  if ('field' in value) return numberOf(value.field)
  if ('coalesce' in value) return firstOf(value.coalesce)
  if ('plus' in value) return sumOf(value.plus)
  if ('among' in value) return amongOf(value.among)
  return undefined
}

function numberOf(field: string): Term | undefined {
  const column = columnOf(field)
  if (!column || column.type === 'TEXT' || column.form !== 'plain') return undefined
  return { sql: column.column, params: [], always: column.always === true }
}

function firstOf(values: readonly SortValue[]): Term | undefined {
  const terms = values.map(valueSql)
  if (!terms.every((term) => term !== undefined)) return undefined
  const [only] = terms
  if (only && terms.length === 1) return only
  return {
    sql: `coalesce(${terms.map(({ sql }) => sql).join(', ')})`,
    params: terms.flatMap(({ params }) => params),
    always: terms.some(({ always }) => always),
  }
}

/** Whole numbers stand in the text, so that an index fits; others are bound. */
function sumOf([value, constant]: readonly [SortValue, number]): Term | undefined {
  const term = valueSql(value)
  if (!term || !Number.isFinite(constant)) return undefined
  return Number.isSafeInteger(constant)
    ? { ...term, sql: `(${term.sql} + ${constant})` }
    : { ...term, sql: `(${term.sql} + ?)`, params: [...term.params, constant] }
}

function amongOf({ field, names }: { readonly field: string; readonly names: readonly string[] }): Term | undefined {
  const column = columnOf(field)
  if (column?.type !== 'TEXT' || column.form !== 'plain') return undefined
  if (field === 'kind' && isActionable(names) && new Set(names).size === 2)
    return { sql: 'actionable', params: [], always: true }
  const marks = names.map(() => '?').join(', ')
  return { sql: `CASE WHEN ${column.column} IN (${marks}) THEN 0 ELSE 1 END`, params: names, always: true }
}
