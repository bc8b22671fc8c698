import type { Query, TicketRow } from '../../store.ts'

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
