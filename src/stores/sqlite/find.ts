import type { Query, Tally, TallyQuery, TicketRow } from '../../store.ts'
import { columnOf } from '../sql/column.ts'
import { conditionSql } from '../sql/condition.ts'
import { asked, findSql, row, type Sql, select, tallySql, unlessActionable } from '../sql/find.ts'
import { orderSql } from '../sql/order.ts'
import { type Group, rowOf, type StoredRow, tallyOf } from '../sql/row.ts'
import { best, bestOf, countOf, talliesOf } from '../sql/sweep.ts'
import { breathe } from '../turn.ts'
import type { Database } from './database.ts'
import { place } from './place.ts'
import { fewest, isOfOneIndex } from './source.ts'
import { type Asked, grouped, groupOf, pathOf, pathToAll, Way } from './way.ts'

/**
 * How a page is looked for: along the ordering past so many tickets, and then, if an index says that no more than so
 * many can be meant, by looking those up. So a short way makes a short answer, and a short list does.
 */
const budgets = [500, 5_000, 50_000]

/** Tickets that are looked at, and so held, at once at most. */
const heldAtOnce = 10_000

/** Nothing is asked of tickets but that somebody here has something to do. */
const isBare = ({ when }: Pick<Query, 'when'>): boolean => unlessActionable(when) === null

const isDecided = ({ when }: Pick<Query, 'when'>): boolean => conditionSql(when, place).residue === null

/** What to read instead of everything, where no more than so many can be meant. */
const listOf = (db: Database, query: Asked, most: number): Sql | undefined =>
  isBare(query) ? undefined : fewest(db, query, isDecided(query) ? most : Math.min(most, heldAtOnce))

/** What stands after FROM has its values first. */
const ofList = (list: Sql, { text, params }: Sql): Sql => ({ text, params: [...list.params, ...params] })

const rowsOf = (db: Database, { text, params }: Sql): TicketRow[] => db.rows<StoredRow>(text, ...params).map(rowOf)

/**
 * Rows of a query. The database decides and sorts what it can; what is left over is looked at here, stretch by stretch,
 * and others have a turn in between: a ticket that moves meanwhile is found where it is met first.
 */
export async function findIn(db: Database, query: Query, now: number): Promise<readonly TicketRow[]> {
  const { page, ordered, decided } = findSql(query, now, place)
  if (isBare(query) && ordered) return rowsOf(db, page(query.after, query.limit))
  const way = wayOf(db, query, now)
  if (way) return foundOn(db, query, now, way)
  const list = listOf(db, query, ordered ? everything : heldAtOnce)
  if (list) return lookedUp(db, query, now, list)
  return ordered && decided ? rowsOf(db, page(query.after, query.limit)) : bestOf(sweep(db, query, now), query)
}

const everything = Number.MAX_SAFE_INTEGER

/** The way along an ordering, if an index has it. */
function wayOf(db: Database, query: Query, now: number): Way | undefined {
  const order = orderSql(query.keys)
  const path = order && pathOf(order.terms)
  if (!order || !path) return undefined
  return new Way(db, query, now, { path, after: query.after && order.bound(query.after), decided: isDecided(query) })
}

async function foundOn(db: Database, query: Query, now: number, way: Way): Promise<readonly TicketRow[]> {
  const found = new Map<string, TicketRow>()
  for (const budget of budgets) {
    const list = listOf(db, query, budget)
    if (list) return lookedUp(db, query, now, list)
    await goOn(way, query, found, budget)
    if (way.ended || found.size >= query.limit) break
  }
  await goOn(way, query, found, everything)
  return [...found.values()].slice(0, query.limit)
}

/** Goes on until there is enough, or so many tickets were passed. */
async function goOn(way: Way, query: Query, found: Map<string, TicketRow>, budget: number): Promise<void> {
  const { matches, limit } = query
  const decided = isDecided(query)
  while (!way.ended && found.size < limit && way.passed < budget) {
    if (way.passed > 0) await breathe()
    // of those found already some may stand here again: as many are asked for as would do without them
    for (const one of way.next(decided ? limit : -1).map(rowOf)) {
      if (found.size >= limit) break
      if (!found.has(one.ticket.id) && (decided || matches(one.ticket))) found.set(one.ticket.id, one)
    }
  }
}

/** Of a list that an index gives. */
function lookedUp(db: Database, query: Query, now: number, list: Sql): readonly TicketRow[] {
  const { page, ordered, decided } = findSql(query, now, { ...place, tickets: list.text })
  const rows = (after: Query['after'], limit: number) => rowsOf(db, ofList(list, page(after, limit)))
  return ordered && decided ? rows(query.after, query.limit) : best(rows(undefined, heldAtOnce), query)
}

/** All rows that a condition may hold for, a stretch at a time, each once. */
async function* sweep(db: Database, query: Asked, now: number): AsyncGenerator<readonly TicketRow[]> {
  const way = new Way(db, query, now, { path: pathToAll(query.when), decided: false })
  while (!way.ended) {
    yield way.next().map(rowOf)
    await breathe()
  }
}

/** How many tickets match. */
export async function countIn(db: Database, query: Pick<Query, 'tenant' | 'when' | 'matches'>): Promise<number> {
  const groups = await groupsIn(db, query, [])
  if (groups) return groups.reduce((sum, { count }) => sum + count, 0)
  return countOf(looked(db, query), query)
}

/** How many match, by the values of fields. */
export async function tallyIn(db: Database, query: TallyQuery): Promise<Tally[]> {
  const groups = await groupsIn(db, query, query.by)
  if (groups) return groups
  return talliesOf(looked(db, query), query)
}

/** Groups of what matches as the database counts them; undefined where the tickets have to be looked at. */
async function groupsIn(
  db: Database,
  query: Pick<Query, 'tenant' | 'when'>,
  by: readonly string[],
): Promise<Tally[] | undefined> {
  const whole = tallySql({ ...query, by }, place)
  if (!whole) return undefined
  if (isOfOneIndex(query.when, by)) return db.rows<Group>(whole.text, ...whole.params).map(tallyOf)
  const columns = by.map((field) => columnOf(field)?.column ?? '')
  const list = listOf(db, query, budgets.at(-1) ?? 0)
  if (list) {
    const { text, params } = ofList(list, select(groupOf(columns), asked(query, place), list.text))
    return db.rows<Group>(text + grouped(columns), ...params).map(tallyOf)
  }
  const way = new Way(db, query, 0, { path: pathToAll(query.when), decided: true })
  const counts = new Map<string, number>()
  while (!way.ended) {
    for (const { values, count } of way.groups(columns).map(tallyOf)) {
      const key = JSON.stringify(values)
      counts.set(key, (counts.get(key) ?? 0) + count)
    }
    await breathe()
  }
  return [...counts].map(([key, count]) => ({ values: JSON.parse(key) as Tally['values'], count }))
}

/** The rows that a condition may hold for: of a list if an index has a short one, else all on the way. */
async function* looked(db: Database, query: Pick<Query, 'tenant' | 'when'>): AsyncGenerator<readonly TicketRow[]> {
  const list = listOf(db, query, heldAtOnce)
  if (list) yield rowsOf(db, ofList(list, select(row, asked(query, place), list.text)))
  else yield* sweep(db, query, 0)
}
