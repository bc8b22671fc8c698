import type { Query, Tally, TallyQuery, TicketRow } from '../../store.ts'
import { Tallying } from '../tally.ts'

/** What no SQL decides is asked of the tickets: rows come page by page, in any order, each once. */
type Pages = AsyncIterable<readonly TicketRow[]>

/** In an order that no column has: no more is held than a page and the best so far. */
export async function bestOf(pages: Pages, query: Query): Promise<readonly TicketRow[]> {
  let found: readonly TicketRow[] = []
  for await (const rows of pages) found = best([...found, ...rows], query)
  return found
}

/** Of rows in any order those that a query asks for, in its own: by its functions alone. */
export function best(
  rows: readonly TicketRow[],
  { matches, position, compare, after, limit }: Query,
): readonly TicketRow[] {
  return rows
    .filter(({ ticket }) => matches(ticket))
    .map((row) => ({ row, position: position(row.ticket) }))
    .filter((one) => after === undefined || compare(one.position, after) > 0)
    .sort((a, b) => compare(a.position, b.position))
    .slice(0, limit)
    .map(({ row }) => row)
}

/** How many match. */
export async function countOf(pages: Pages, { matches }: Pick<Query, 'matches'>): Promise<number> {
  let count = 0
  for await (const rows of pages) for (const { ticket } of rows) if (matches(ticket)) count += 1
  return count
}

/** How many match, by the values of fields. */
export async function talliesOf(pages: Pages, query: TallyQuery): Promise<Tally[]> {
  const tallying = new Tallying(query)
  for await (const rows of pages) for (const { ticket } of rows) tallying.count(ticket)
  return tallying.result()
}
