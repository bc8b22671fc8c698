import type { Query, Tally, TallyQuery, TicketRow } from '../../../store.ts'
import { postgres } from '../../sql/dialect.ts'
import { askedFree, findSql, type Place, row, select, tallySql } from '../../sql/find.ts'
import { type Group, rowOf, type StoredRow, tallyOf } from '../../sql/row.ts'
import { bestOf, countOf, talliesOf } from '../../sql/sweep.ts'
import type { Database } from '../connection/database.ts'
import { hasTrait } from './trait.ts'

const placeOf = ({ tenant }: Pick<Query, 'tenant'>): Place => ({
  dialect: postgres,
  tickets: '@tickets AS own',
  leases: '@leases',
  hasTrait: hasTrait(tenant),
})

/** Rows read at once where some of them may not be in the answer. */
const pageRows = 200

/**
 * Rows of a query. The database decides and sorts what it can; what is left over is looked at here, page by page: a
 * ticket that moves meanwhile is found where it is met first. `now` judges leases; null: the server's clock does.
 */
export async function findIn(db: Database, query: Query, now: number | null): Promise<readonly TicketRow[]> {
  const { limit } = query
  const { page, ordered, decided } = findSql(query, now, placeOf(query))
  const rowsOf = async (after: Query['after'], most: number): Promise<TicketRow[]> => {
    const { text, params } = page(after, most)
    return (await db.rows<StoredRow>(text, ...params)).map(rowOf)
  }
  if (!ordered) return bestOf(candidates(db, query, now), query)
  if (decided) return rowsOf(query.after, limit)
  const found = new Map<string, TicketRow>()
  for (let { after } = query; ; ) {
    const rows = await rowsOf(after, pageRows)
    for (const row of rows) if (!found.has(row.ticket.id) && query.matches(row.ticket)) found.set(row.ticket.id, row)
    const last = rows.at(-1)
    if (found.size >= limit || rows.length < pageRows || !last) return [...found.values()].slice(0, limit)
    after = query.position(last.ticket)
  }
}

/** How many tickets match. */
export async function countIn(db: Database, query: Pick<Query, 'tenant' | 'when' | 'matches'>): Promise<number> {
  const whole = tallySql({ ...query, by: [] }, placeOf(query))
  if (whole) return Number((await db.row<{ found: unknown }>(whole.text, ...whole.params))?.found ?? 0)
  return countOf(candidates(db, query), query)
}

/** How many match, by the values of fields. */
export async function tallyIn(db: Database, query: TallyQuery): Promise<Tally[]> {
  const whole = tallySql(query, placeOf(query))
  if (whole) return (await db.rows<Group>(whole.text, ...whole.params)).map(tallyOf)
  return talliesOf(candidates(db, query), query)
}

/** Pages of rows that a condition may hold for, in the order of ids: each is met once, whatever moves. */
async function* candidates(
  db: Database,
  query: Pick<Query, 'tenant' | 'when' | 'freeFor'>,
  now: number | null = null,
): AsyncGenerator<readonly TicketRow[]> {
  const place = placeOf(query)
  for (let after = ''; ; ) {
    const parts = [...askedFree(query, now, place), { text: 'id > ?', params: [after] }]
    const { text, params } = select(row, parts, place.tickets)
    const rows = (await db.rows<StoredRow>(`${text} ORDER BY id LIMIT ?`, ...params, pageRows)).map(rowOf)
    yield rows
    const last = rows.at(-1)
    if (rows.length < pageRows || !last) return
    after = last.ticket.id
  }
}
