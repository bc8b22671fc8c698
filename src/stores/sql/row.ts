import { deepFreeze } from '../../model/json.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { TicketRow } from '../../store.ts'

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
