import { deepFreeze } from '../../model/json.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { Query, TicketRow } from '../../store.ts'
import type { Database } from './database.ts'

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

/**
 * Rows of a query. Only the tenant and the leases are asked of SQL; the rest is the residue that a later release
 * pushes down (`when` and `keys` as columns): every ticket of the tenant is read, filtered and sorted here.
 */
export function findIn(db: Database, query: Query, now: number): readonly TicketRow[] {
  const { after, limit } = query
  return matchingIn(db, query, now)
    .map((row) => ({ row, position: query.position(row.ticket) }))
    .filter(({ position }) => after === undefined || query.compare(position, after) > 0)
    .sort((a, b) => query.compare(a.position, b.position))
    .slice(0, limit)
    .map(({ row }) => row)
}

export function matchingIn(
  db: Database,
  { tenant, matches, freeFor }: Pick<Query, 'tenant' | 'matches' | 'freeFor'>,
  now: number,
): TicketRow[] {
  const all = 'SELECT ticket, next_at, planned_by FROM ticketwright_tickets AS own WHERE tenant = ?'
  const held = `SELECT 1 FROM ticketwright_leases
    WHERE tenant = own.tenant AND ticket_id = own.id AND until > ? AND holder <> ?`
  const rows =
    freeFor === undefined
      ? db.rows<StoredRow>(all, tenant)
      : db.rows<StoredRow>(`${all} AND NOT EXISTS (${held})`, tenant, now, freeFor)
  return rows.map(rowOf).filter(({ ticket }) => matches(ticket))
}

/** Ids of tickets to advance; each part of the union is a stretch of an index. */
export function dueIn(
  db: Database,
  tenant: string,
  { now, plannedBy, limit }: { readonly now: number; readonly plannedBy: string; readonly limit: number },
): string[] {
  const otherPlan = (sign: '<' | '>') =>
    `SELECT id, next_at FROM ticketwright_tickets WHERE tenant = ? AND planned_by ${sign} ? AND kind <> 'closed'`
  const rows = db.rows<{ id: string }>(
    `SELECT id FROM (
       SELECT id, next_at FROM ticketwright_tickets WHERE tenant = ? AND next_at <= ?
       UNION ${otherPlan('<')} UNION ${otherPlan('>')}
     ) ORDER BY coalesce(next_at, ?), id LIMIT ?`,
    tenant,
    now,
    tenant,
    plannedBy,
    tenant,
    plannedBy,
    now,
    limit,
  )
  return rows.map(({ id }) => id)
}
