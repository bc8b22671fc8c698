import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import { columnOf, type SqlValue } from '../sql/column.ts'
import { actionableOf, isKindOpen, namedBy, type Sql, unlessActionable } from '../sql/find.ts'
import { traitsAsked } from '../sql/trait.ts'
import type { Database } from './database.ts'
import type { Asked } from './way.ts'

/** A stretch of an index that holds every ticket a condition may hold for: the tickets' places, and what to count. */
interface Piece {
  readonly places: Sql
  readonly entries: Sql
}

/** Columns with an index of their own. */
const indexes: Readonly<Record<string, string>> = {
  assignee: 'assignee',
  department: 'department',
  'requester.id': 'requester',
  status: 'status',
  kind: 'kind',
}

/** The most values that one look into an index is given, and the most ways of looking that are weighed. */
const [maxValues, maxWays] = [1_000, 8]

/**
 * The smallest stretch of an index that holds all tickets a condition may hold for, if it holds no more than so many:
 * what stands after FROM to look them up. Undefined where no index does.
 */
export function fewest(db: Database, { tenant, when }: Asked, most: number): Sql | undefined {
  if (when === null) return undefined
  let [best, bestCount]: [readonly Piece[] | undefined, number] = [undefined, most + 1]
  for (const pieces of waysTo(tenant, when, actionableOf(when) === 0).slice(0, maxWays)) {
    const count = pieces.reduce((sum, { entries }) => sum + countUpTo(db, entries, bestCount), 0)
    if (count < bestCount) [best, bestCount] = [pieces, count]
  }
  return best && lookedUpBy(best)
}

function countUpTo(db: Database, { text, params }: Sql, most: number): number {
  return db.row<{ n: number }>(`SELECT count(*) AS n FROM (${text} LIMIT ?)`, ...params, most)?.n ?? 0
}

const lookedUpBy = (pieces: readonly Piece[]): Sql => ({
  text: `(${pieces.map(({ places }) => places.text).join(' UNION ')}) AS hit
    CROSS JOIN ticketwright_tickets AS own ON own.rowid = hit.place`,
  params: pieces.flatMap(({ places }) => places.params),
})

/** Each way is a union of pieces. */
function waysTo(tenant: string, condition: Condition, open: boolean): readonly (readonly Piece[])[] {
  if ('field' in condition) return isKindOpen(condition) ? [] : leafPieces(tenant, condition, open)
  if ('all' in condition) return condition.all.flatMap((part) => waysTo(tenant, part, open))
  if ('none' in condition) return []
  const ways = childrenOf(condition).map((part) => waysTo(tenant, part, open)[0])
  const pieces = ways.every((way) => way !== undefined) ? ways.flat() : []
  const values = pieces.reduce((sum, { places }) => sum + places.params.length, 0)
  return pieces.length > 0 && pieces.length <= maxWays && values <= maxValues ? [pieces] : []
}

function leafPieces(tenant: string, leaf: Leaf, open: boolean): readonly (readonly Piece[])[] {
  const index = Object.hasOwn(indexes, leaf.field) ? indexes[leaf.field] : undefined
  const column = columnOf(leaf.field)?.column
  const named = namedBy(leaf)
  if (index !== undefined && column !== undefined && fits(named))
    return [[columnPiece(tenant, index, column, named, open)]]
  const traits = traitsAsked(leaf)
  return traits && fits(traits) ? [[traitPiece(tenant, traits)]] : []
}

const fits = (values: readonly unknown[]): values is readonly string[] =>
  values.length > 0 && values.length <= maxValues && values.every((value) => typeof value === 'string')

function columnPiece(tenant: string, index: string, column: string, names: readonly string[], open: boolean): Piece {
  const where = `FROM ticketwright_tickets INDEXED BY ticketwright_tickets_${index}
    WHERE tenant = ? AND ${column} IN (${marks(names)})${open ? ' AND actionable = 0' : ''}`
  const params: readonly SqlValue[] = [tenant, ...names]
  return {
    places: { text: `SELECT rowid AS place ${where}`, params },
    entries: { text: `SELECT 1 ${where}`, params },
  }
}

function traitPiece(tenant: string, traits: readonly string[]): Piece {
  const where = `WHERE t.tenant = ? AND t.trait IN (${marks(traits)})`
  const params: readonly SqlValue[] = [tenant, ...traits]
  return {
    places: {
      text: `SELECT DISTINCT at.rowid AS place FROM ticketwright_traits AS t
        CROSS JOIN ticketwright_tickets AS at ON at.tenant = t.tenant AND at.id = t.ticket_id ${where}`,
      params,
    },
    entries: { text: `SELECT 1 FROM ticketwright_traits AS t ${where}`, params },
  }
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

/** Is a count answered by an index alone, whatever it counts? */
export function isOfOneIndex(when: Condition | null, by: readonly string[]): boolean {
  const rest = unlessActionable(when)
  if (rest === null) return by.every((field) => Object.hasOwn(indexes, field)) && by.length < 2
  const only = 'all' in rest && rest.all.length === 1 ? rest.all[0] : rest
  return (
    by.length === 0 &&
    only !== undefined &&
    'field' in only &&
    Object.hasOwn(indexes, only.field) &&
    namedBy(only).length > 0
  )
}
