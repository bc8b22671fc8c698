import type { Condition } from '../../condition/condition.ts'
import { deepFreeze } from '../../model/json.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { Query, Tally, TallyQuery, TicketRow } from '../../store.ts'
import { candidatesSql, countSql, findSql, from, namedBy, tallySql } from '../sql/find.ts'
import { Tallying } from '../tally.ts'
import type { Database } from './database.ts'
import { breathe } from './turn.ts'

export interface StoredRow {
  readonly ticket: string
  readonly next_at: number | null
  readonly planned_by: string
}

export const rowOf = ({ ticket, next_at, planned_by }: StoredRow): TicketRow => ({
  ticket: deepFreeze(JSON.parse(ticket) as Ticket),
  nextAt: next_at,
  plannedBy: planned_by,
})

/** Rows read at once where some of them may not be in the answer: enough to pay for the question, few enough to hold. */
const pageRows = 200

/** Pages after which everybody else gets a turn: what few tickets meet may be looked for among hundreds of thousands. */
const pagesInTurn = 5

/**
 * Rows of a query. The database decides and sorts what it can; what is left over is looked at here, page by page, and
 * others have a turn in between: a ticket that moves meanwhile is found where it is met first.
 */
export async function findIn(db: Database, query: Query, now: number): Promise<readonly TicketRow[]> {
  const { limit } = query
  const { page, ordered, decided } = findSql(query, now, tableFor(query.when))
  const rowsOf = (after: Query['after'], most: number): TicketRow[] => {
    const { text, params } = page(after, most)
    return db.rows<StoredRow>(text, ...params).map(rowOf)
  }
  if (!ordered) return sorted(rowsOf(undefined, limit), query)
  if (decided) return rowsOf(query.after, limit)
  const found = new Map<string, TicketRow>()
  for (let [after, pages] = [query.after, 1]; ; pages++) {
    const rows = rowsOf(after, pageRows)
    for (const row of rows) if (!found.has(row.ticket.id) && query.matches(row.ticket)) found.set(row.ticket.id, row)
    const last = rows.at(-1)
    if (found.size >= limit || rows.length < pageRows || !last) return [...found.values()].slice(0, limit)
    after = query.position(last.ticket)
    if (pages % pagesInTurn === 0) await breathe()
  }
}

/** Somebody's tickets are few: they are looked up and sorted, instead of read in order until enough are somebody's. */
const people: readonly (readonly [field: string, index: string])[] = [
  ['assignee', 'ticketwright_tickets_assignee'],
  ['requester.id', 'ticketwright_tickets_requester'],
]

/** SQLite has no statistics here that would tell it; a hint does. */
function tableFor(when: Condition | null): string {
  const leaves = when && 'all' in when ? when.all : [when]
  const asked = (field: string) =>
    leaves.some((leaf) => leaf && 'field' in leaf && leaf.field === field && namedBy(leaf).length > 0)
  const index = people.find(([field]) => asked(field))?.[1]
  return index === undefined ? from : `${from} INDEXED BY ${index}`
}

/** By the functions of the query alone. */
function sorted(rows: readonly TicketRow[], { matches, position, compare, after, limit }: Query): readonly TicketRow[] {
  return rows
    .filter(({ ticket }) => matches(ticket))
    .map((row) => ({ row, position: position(row.ticket) }))
    .filter((one) => after === undefined || compare(one.position, after) > 0)
    .sort((a, b) => compare(a.position, b.position))
    .slice(0, limit)
    .map(({ row }) => row)
}

/** How many tickets match. */
export async function countIn(db: Database, query: Pick<Query, 'tenant' | 'when' | 'matches'>): Promise<number> {
  const whole = countSql(query)
  if (whole) return db.row<{ found: number }>(whole.text, ...whole.params)?.found ?? 0
  let count = 0
  for await (const rows of candidates(db, query)) for (const { ticket } of rows) if (query.matches(ticket)) count += 1
  return count
}

/** How many match, by the values of fields. */
export async function tallyIn(db: Database, query: TallyQuery): Promise<Tally[]> {
  const whole = tallySql(query)
  if (whole)
    return db
      .rows<Record<string, string | number | null>>(whole.text, ...whole.params)
      .map((row) => Object.values(row))
      .map((cells) => ({ values: cells.slice(0, -1), count: Number(cells.at(-1)) }))
  const tallying = new Tallying(query)
  for await (const rows of candidates(db, query)) for (const { ticket } of rows) tallying.count(ticket)
  return tallying.result()
}

/** Pages of rows that a condition may hold for, in the order of ids: each is met once, whatever moves. */
async function* candidates(db: Database, query: Pick<Query, 'tenant' | 'when'>): AsyncGenerator<readonly TicketRow[]> {
  for (let [after, pages] = ['', 1]; ; pages++) {
    const { text, params } = candidatesSql(query, after, pageRows)
    const rows = db.rows<StoredRow>(text, ...params).map(rowOf)
    yield rows
    const last = rows.at(-1)
    if (rows.length < pageRows || !last) return
    after = last.ticket.id
    if (pages % pagesInTurn === 0) await breathe()
  }
}
