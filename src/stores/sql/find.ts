import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import type { SortPosition } from '../../condition/sort-key.ts'
import type { Query, TallyQuery } from '../../store.ts'
import { columnOf, isActionable, type SqlValue } from './column.ts'
import { conditionSql } from './condition.ts'
import type { Means } from './leaf.ts'
import { type OrderSql, orderSql } from './order.ts'

export interface Sql {
  readonly text: string
  readonly params: readonly SqlValue[]
}

/** How a question to the store is put to a database, and what of it is left over. */
export interface FindSql {
  /** The rows that may be in the answer: the next ones after a position, at most `limit` if they come in order. */
  page(after: Query['after'], limit: number): Sql
  /** They come in the order asked for. */
  readonly ordered: boolean
  /** The condition is decided: none needs to be looked at again. */
  readonly decided: boolean
}

/** Where the rows are, and how they are asked for. */
export interface Place extends Means {
  /** The table of tickets under the name `own`: what stands after FROM. */
  readonly tickets: string
  readonly leases: string
}

export const row = 'id, ticket, next_at, planned_by'
const held = ({ dialect, leases }: Place) => `SELECT 1 FROM ${leases} AS held
  WHERE held.tenant = own.tenant AND held.ticket_id = own.id AND held.until > ${dialect.now} AND held.holder <> ?`

/** Which rows a question is about, before it says where in the order. */
export function asked({ tenant, when }: Pick<Query, 'tenant' | 'when'>, means: Means): readonly Sql[] {
  const { sql, params } = conditionSql(unlessActionable(when), means)
  const side = actionableOf(when)
  return [
    { text: 'tenant = ?', params: [tenant] },
    ...(side === undefined ? [] : [{ text: `actionable = ${means.dialect.double(String(side))}`, params: [] }]),
    ...(sql === undefined ? [] : [{ text: `(${sql})`, params }]),
  ]
}

/** What the column `actionable` is in every ticket that a condition holds for: the indexes of views begin with it. */
export function actionableOf(condition: Condition | null): 0 | 1 | undefined {
  if (condition === null) return undefined
  if ('field' in condition) {
    const kinds = condition.field === 'kind' ? namedBy(condition) : []
    return isActionable(kinds) ? 0 : kinds.length > 0 && !kinds.some((kind) => isActionable([kind])) ? 1 : undefined
  }
  const sides = childrenOf(condition).map(actionableOf)
  const every = (side: 0 | 1) => sides.length > 0 && sides.every((other) => other === side)
  if ('all' in condition) return sides.includes(0) ? 0 : sides.includes(1) ? 1 : undefined
  return 'none' in condition ? undefined : every(0) ? 0 : every(1) ? 1 : undefined
}

/** A condition without what the column `actionable` says as well, so that an index alone can answer a count. */
export function unlessActionable(condition: Condition | null): Condition | null {
  if (condition === null || isKindOpen(condition)) return null
  if (!('all' in condition)) return condition
  const all = condition.all.filter((part) => !isKindOpen(part))
  return all.length === 0 ? null : { all }
}

export const isKindOpen = (condition: Condition): boolean =>
  'field' in condition &&
  condition.field === 'kind' &&
  isActionable(namedBy(condition)) &&
  new Set(namedBy(condition)).size === 2

/** The names of which a field must have one; none where that is not what is asked. */
export function namedBy({ op, value }: Leaf): readonly unknown[] {
  return op === 'is' ? [value] : op === 'oneOf' && Array.isArray(value) ? value : []
}

export const select = (what: string, parts: readonly Sql[], table: string): Sql => ({
  text: `SELECT ${what} FROM ${table} WHERE ${parts.map(({ text }) => text).join(' AND ')}`,
  params: parts.flatMap(({ params }) => params),
})

/** The same, and whether somebody else holds it. `now` judges leases; null: the database's own clock does. */
export function askedFree(
  query: Pick<Query, 'tenant' | 'when' | 'freeFor'>,
  now: number | null,
  place: Place,
): readonly Sql[] {
  const free = { text: `NOT EXISTS (${held(place)})`, params: [now, query.freeFor ?? ''] }
  return query.freeFor === undefined ? asked(query, place) : [...asked(query, place), free]
}

/** Rows of a query. */
export function findSql(query: Query, now: number | null, place: Place): FindSql {
  const order = orderSql(query.keys, place.dialect)
  const decided = conditionSql(query.when, place).residue === null
  const parts = askedFree(query, now, place)
  if (!order) return { page: () => select(row, parts, place.tickets), ordered: false, decided }
  const terms = order.terms.join(', ')
  return {
    page: (after, limit) => {
      const { text, params } = select(row, after ? [...parts, beyond(order, after, query.when)] : parts, place.tickets)
      return { text: `${text} ORDER BY ${terms} LIMIT ?`, params: [...params, ...order.params, limit] }
    },
    ordered: true,
    decided,
  }
}

/** What stands after a position. A first term that all rows share is left out: an index is used from what differs. */
function beyond({ terms, params, bound }: OrderSql, after: SortPosition, when: Condition | null): Sql {
  const values = bound(after)
  const from = terms[0] === 'actionable' && values[0] === actionableOf(when) ? 1 : 0
  const marks = values.slice(from).map(() => '?')
  return {
    text: `(${terms.slice(from).join(', ')}) > (${marks.join(', ')})`,
    params: [...params, ...values.slice(from)],
  }
}

/**
 * How many match, by the values of columns that hold what the fields hold: of no fields, all of them together.
 * Undefined where the functions of the query must look at the rows.
 */
export function tallySql(query: Pick<TallyQuery, 'tenant' | 'when' | 'by'>, place: Place): Sql | undefined {
  const asColumns = query.by.map(columnOf)
  if (conditionSql(query.when, place).residue !== null || asColumns.some((found) => found?.form !== 'plain'))
    return undefined
  const names = asColumns.map((found) => found?.column ?? '')
  const { text, params } = select([...names, 'count(*) AS found'].join(', '), asked(query, place), place.tickets)
  return { text: names.length > 0 ? `${text} GROUP BY ${names.join(', ')}` : text, params }
}
