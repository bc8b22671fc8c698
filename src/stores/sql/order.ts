import { type SortKey, type SortPosition, type SortValue, valueWritten } from '../../condition/sort-key.ts'
import { isUnstorable } from '../nul.ts'
import { type Column, columnOf, isActionable, type SqlValue } from './column.ts'
import { type Dialect, sqlite } from './dialect.ts'

/** An ordering as SQL: terms that are never null and all ascend, ended by the id. */
export interface OrderSql {
  readonly terms: readonly string[]
  /** Values bound in the terms, in order. */
  readonly params: readonly SqlValue[]
  /** A position as the terms have it. */
  readonly bound: (position: SortPosition) => readonly SqlValue[]
}

interface Term {
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** Never null. */
  readonly always: boolean
  /** Held as a double, as all numbers of JavaScript are: sums with whole numbers would be exact for longer. */
  readonly double: boolean
}

const waitingOrOpened = 'coalesce(waiting_since, opened_at)'

/**
 * What orderings that have a name ask for, as columns of their own: an index holds them, and a page can begin in its
 * midst. By the term each stands for.
 */
export function readyIn({ double, infinity }: Dialect): ReadonlyMap<string, string> {
  const due = `coalesce(sla_due_at, (${waitingOrOpened} + ${double('604800000.0')}))`
  return new Map([
    ['-priority_rank', 'by_priority'],
    [`coalesce(effort_minutes, ${infinity})`, 'by_effort'],
    [`coalesce(waiting_since, ${infinity})`, 'by_waiting'],
    [due, 'by_due'],
    [`CASE WHEN sla_rank IN (${double('0')}, ${double('1')}) THEN 0 ELSE 1 END`, 'by_standing'],
    [`coalesce((${due} + (effort_minutes * ${double('-60000.0')})), ${due})`, 'by_slack'],
    [`coalesce(-requester_revenue, ${infinity})`, 'by_value'],
    [`CASE WHEN requester_previous IN (${double('0')}) THEN 0 ELSE 1 END`, 'by_contact'],
    [`(${waitingOrOpened} + (priority_rank * ${double('-86400000.0')}))`, 'by_age'],
  ])
}

const readyOf = new Map<Dialect, ReadonlyMap<string, string>>()

const readyFor = (dialect: Dialect): ReadonlyMap<string, string> => {
  const known = readyOf.get(dialect) ?? readyIn(dialect)
  readyOf.set(dialect, known)
  return known
}

/** Undefined where a key asks for what is no column: then the functions of the query put the rows in order. */
export function orderSql(keys: readonly SortKey[], dialect: Dialect = sqlite): OrderSql | undefined {
  const terms = keys.map((key) => termOf(key, dialect))
  const ready = readyFor(dialect)
  if (!terms.every((term) => term !== undefined)) return undefined
  return {
    terms: [...terms.map(({ sql }) => ready.get(sql) ?? sql), 'id'],
    params: terms.flatMap(({ params }) => params),
    bound: ({ values, id }) => [...keys.map((key, i) => boundValue(key, values[i] ?? null)), id],
  }
}

/** Descending is ascending by the negative; a missing value stands at the end that the key names. */
function termOf({ by, direction, nulls }: SortKey, dialect: Dialect): Term | undefined {
  const value = valueSql(by, dialect)
  if (!value) return undefined
  const sql = direction === 'ascending' ? value.sql : `-${value.sql}`
  return value.always
    ? { ...value, sql }
    : { ...value, sql: `coalesce(${sql}, ${nulls === 'last' ? '' : '-'}${dialect.infinity})` }
}

function boundValue({ direction, nulls }: SortKey, value: number | null): number {
  if (value === null) return nulls === 'last' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return direction === 'ascending' ? value : -value
}

function valueSql(value: SortValue, dialect: Dialect): Term | undefined {
  if ('field' in value) return numberSql(value.field)
  if ('coalesce' in value)
    return joined(
      value.coalesce.map((part) => valueSql(part, dialect)),
      (parts) => `coalesce(${parts.join(', ')})`,
      'any',
    )
  if ('plus' in value) return sumSql(value.plus, dialect)
  if ('times' in value) return combined([bounded(value.times[0], dialect), constant(value.times[1], dialect)], '*')
  if ('among' in value) return amongSql(value.among, dialect)
  if ('pick' in value) return pickSql(value.pick, dialect)
  return undefined
}

function numberSql(field: string): Term | undefined {
  const column = columnOf(field)
  if (!column || column.type === 'TEXT' || column.form !== 'plain') return undefined
  return { sql: column.column, params: [], always: column.always === true, double: column.type === 'REAL' }
}

/** Of doubles: one side is one. */
function sumSql([value, more]: readonly [SortValue, SortValue | number], dialect: Dialect): Term | undefined {
  const [a, b] = [bounded(value, dialect), typeof more === 'number' ? constant(more, dialect) : bounded(more, dialect)]
  return combined([a, b && !b.double ? { ...b, sql: `(${b.sql} + ${dialect.double('0.0')})` } : b], '+')
}

/** A number that no sum of a few makes endless; others are put in order by the functions of the query. */
function bounded(value: SortValue, dialect: Dialect): Term | undefined {
  return readsUnbounded(value) ? undefined : valueSql(value, dialect)
}

function readsUnbounded(value: SortValue): boolean {
  if ('field' in value) return columnOf(value.field)?.unbounded === true
  if ('coalesce' in value) return value.coalesce.some(readsUnbounded)
  if ('plus' in value) return value.plus.some((part) => typeof part !== 'number' && readsUnbounded(part))
  return 'times' in value && readsUnbounded(value.times[0])
}

/** Written out, so that an index fits; always as a double. */
function constant(number: number, { double }: Dialect): Term | undefined {
  if (!Number.isFinite(number)) return undefined
  const text = String(number)
  return { sql: double(/[.e]/.test(text) ? text : `${text}.0`), params: [], always: true, double: true }
}

const combined = (terms: readonly (Term | undefined)[], operator: '+' | '*'): Term | undefined =>
  joined(terms, (parts) => `(${parts.join(` ${operator} `)})`, 'all')

/** Missing is what has a missing part, or (`any`) what has no other. */
function joined(
  terms: readonly (Term | undefined)[],
  join: (parts: readonly string[]) => string,
  needs: 'all' | 'any',
): Term | undefined {
  if (!terms.every((term) => term !== undefined)) return undefined
  const [only] = terms
  if (only && terms.length === 1) return only
  return {
    sql: join(terms.map(({ sql }) => sql)),
    params: terms.flatMap(({ params }) => params),
    always: needs === 'all' ? terms.every(({ always }) => always) : terms.some(({ always }) => always),
    double: terms[needs === 'all' ? 'some' : 'every'](({ double }) => double),
  }
}

/** Names are bound; numbers and truths stand in the text, so that an index fits. */
function amongSql(
  { field, names }: Extract<SortValue, { among: unknown }>['among'],
  { double }: Dialect,
): Term | undefined {
  const column = columnOf(field)
  const type = column && typeIn(column)
  if (!column || !type) return undefined
  if (field === 'kind' && isActionable(names) && new Set(names).size === 2)
    return { sql: 'actionable', params: [], always: true, double: false }
  const fitting = names.filter((name) => typeof name === typeOf[type] && !isUnstorable(name))
  const ofText = type === 'name'
  const marks = ofText ? fitting.map(() => '?') : fitting.map((name) => double(String(Number(name))))
  const isOne = marks.length > 0 ? `${column.column} IN (${marks.join(', ')})` : '1 = 0'
  return {
    sql: `CASE WHEN ${isOne} THEN 0 ELSE 1 END`,
    params: ofText ? (fitting as string[]) : [],
    always: true,
    double: false,
  }
}

function pickSql(
  { field, values, otherwise }: Extract<SortValue, { pick: unknown }>['pick'],
  dialect: Dialect,
): Term | undefined {
  const written = (number: number) => constant(number, dialect)?.sql
  const column = columnOf(field)
  const type = column && typeIn(column)
  if (!column || !type) return undefined
  const rows = Object.entries(values).flatMap(([key, number]) => {
    const value = valueWritten(key, type)
    return value === undefined || isUnstorable(value) ? [] : [{ value, number }]
  })
  if (rows.length === 0) return undefined
  const ofText = type === 'name'
  const cases = rows.map(({ value, number }) => `WHEN ${ofText ? '?' : written(Number(value))} THEN ${written(number)}`)
  return {
    sql: `CASE ${column.column} ${cases.join(' ')} ELSE ${otherwise === null ? 'NULL' : written(otherwise)} END`,
    params: ofText ? rows.map(({ value }) => value as string) : [],
    always: otherwise !== null,
    double: true,
  }
}

const typeOf = { name: 'string', number: 'number', boolean: 'boolean' } as const

/** What is in a column, as a field has it; undefined of what stands there folded, or as a set. */
const typeIn = ({ form, type }: Column): keyof typeof typeOf | undefined =>
  form === 'truth' ? 'boolean' : form !== 'plain' ? undefined : type === 'TEXT' ? 'name' : 'number'
