import { type Refusal, refuse } from '../errors.ts'
import { bounds } from '../model/bounds.ts'
import { utf8Bytes } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** Events that add to a ticket what adds up; all others replace one small fact by another. */
const growing: ReadonlySet<string> = new Set([
  'ticket_opened',
  'fields_changed',
  'tags_changed',
  'people_changed',
  'requester_changed',
  'linked',
])

/** Without custom fields and with lists no longer than this, a ticket stays far below its bound: no need to measure. */
const smallList = 10

/**
 * Is a ticket larger than tickets may be, and larger than it was before these events? One that is too large already
 * may still be worked on, and made smaller. To be asked of each doing by itself, so that what a rule adds refuses the
 * rule's action and never the command that woke it.
 */
export function tooLarge(
  before: Readonly<Partial<Ticket>>,
  ticket: Readonly<Ticket>,
  events: readonly AnyTicketEvent[],
): Refusal | undefined {
  const lists = [ticket.tags, ticket.followers, ticket.collaborators, ticket.links.related]
  const small = Object.keys(ticket.fields).length === 0 && lists.every((list) => list.length <= smallList)
  if (small || !events.some((event) => growing.has(event.type))) return undefined
  const text = JSON.stringify(ticket)
  const actual = utf8Bytes(text, bounds.ticketBytes)
  if (actual <= bounds.ticketBytes || bytesOf(text) <= bytesOf(JSON.stringify(before))) return undefined
  return refuse('too_large', { limit: bounds.ticketBytes, actual, unit: 'bytes' })
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length
