import { DeskError, type ErrorFacts, refuse } from '../../errors.ts'
import { deepFreeze } from '../../model/json.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import type { Tally, TicketRow } from '../../store.ts'

export interface StoredRow {
  readonly id: string
  readonly ticket: string
  readonly next_at: number | null
  readonly planned_by: string
}

export const rowOf = ({ id, ticket, next_at, planned_by }: StoredRow): TicketRow => ({
  ticket: ticketOf(id, ticket),
  nextAt: next_at,
  plannedBy: planned_by,
})

/** @throws DeskError `ticket_damaged` */
export const ticketOf = (id: string, text: string): Ticket =>
  deepFreeze(partOf<Ticket>({ ticketId: id, what: 'ticket', id }, text))

/** @throws DeskError `ticket_damaged` */
export const eventOf = (ticketId: string, version: number, text: string): AnyTicketEvent =>
  deepFreeze(partOf<AnyTicketEvent>({ ticketId, what: 'event', id: `${ticketId}:${version}` }, text))

/** An event that says itself whose it is; undefined where it is none. */
export function someEvent(text: string): AnyTicketEvent | undefined {
  try {
    const event = JSON.parse(text) as AnyTicketEvent
    return event.id === `${event.ticketId}:${event.version}` ? deepFreeze(event) : undefined
  } catch {
    return undefined
  }
}

/**
 * A part of a ticket that was saved as text, with its id in it.
 * @throws DeskError `ticket_damaged` where it is no such part: somebody else has written to the table, or the disk has
 */
export function partOf<Kept extends { readonly id: string }>(
  part: Omit<ErrorFacts['ticket_damaged'], 'reason'>,
  text: string,
): Kept {
  let kept: unknown
  let cause: unknown
  try {
    kept = JSON.parse(text)
  } catch (error) {
    cause = error
  }
  if ((kept as Kept | null | undefined)?.id === part.id) return kept as Kept
  const reason = cause ? String(cause).slice(0, 100) : 'it is something else'
  throw new DeskError(refuse('ticket_damaged', { ...part, reason }), undefined, { cause })
}

/**
 * What was saved as text, and is of no ticket.
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
