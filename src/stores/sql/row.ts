import { DeskError, refuse } from '../../errors.ts'
import { deepFreeze } from '../../model/json.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { Tally, TicketRow } from '../../store.ts'

export interface StoredRow {
  readonly ticket: string
  readonly next_at: number | null
  readonly planned_by: string
}

export const rowOf = ({ ticket, next_at, planned_by }: StoredRow): TicketRow => ({
  ticket: deepFreeze(parsed<Ticket>(ticket)),
  nextAt: next_at,
  plannedBy: planned_by,
})

/**
 * What was saved as text.
 * @throws DeskError `store_failed` where somebody else has written to the table
 */
export function parsed<Kept>(text: string): Kept {
  try {
    return JSON.parse(text) as Kept
  } catch (error) {
    const reason = `what is kept is damaged: ${String(error).slice(0, 100)}`
    throw new DeskError(refuse('store_failed', { reason }), undefined, { cause: error })
  }
}

/** Values of columns, and last how many rows have them. */
export type Group = Readonly<Record<string, string | number | null>>

export function tallyOf(group: Group): Tally {
  const cells = Object.values(group)
  return { values: cells.slice(0, -1), count: Number(cells.at(-1)) }
}
