import { produce } from 'immer'
import { fail } from '../errors.ts'
import { deepFreeze } from '../model/json.ts'
import type { EventRow } from '../model/pass.ts'
import type { Ticket, TicketDraft } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { eventRows, upcastEvent } from './event.ts'

/** Writes an event to a draft: the one place where a ticket changes. */
export function applyEvent(draft: TicketDraft, event: AnyTicketEvent): void {
  draft.id = event.ticketId
  draft.version = event.version
  draft.revision = event.revision
  draft.lastAt = event.at
  const row = eventRows[event.type] as unknown as EventRow<AnyTicketEvent['data'], AnyTicketEvent['personal']>
  row.apply(draft, event.data, event.personal, event.at)
  if (row.format !== undefined && row.format > (draft.format ?? 1)) draft.format = row.format
}

/** As `applyEvent`, for an event from outside: it must follow on the ticket, and carry what its type carries. */
function applyStored(draft: TicketDraft, event: AnyTicketEvent): void {
  const expected = (draft.version ?? 0) + 1
  if (event.version !== expected)
    throw fail('event_malformed', { reason: `version ${event.version} stands where ${expected} is expected` })
  if (draft.id !== undefined && draft.id !== event.ticketId)
    throw fail('event_malformed', { reason: `an event of ticket ${event.ticketId} stands in the log of ${draft.id}` })
  if ((expected === 1) !== (event.type === 'ticket_opened'))
    throw fail('event_malformed', { reason: 'a log begins with ticket_opened, once' })
  try {
    applyEvent(draft, event)
  } catch {
    throw fail('event_malformed', { reason: `${event.type} lacks what it should carry` })
  }
}

/**
 * The ticket after an event; null is the ticket before its first one. Total: needs no definition, no
 * calendar and no clock. The ticket given is not changed, the one returned is frozen.
 * @throws DeskError `event_too_new`, `event_malformed`
 */
export function evolve(ticket: Ticket | null, event: unknown): Ticket {
  const known = upcastEvent(event)
  return produce((ticket ?? {}) as Ticket, (draft) => applyStored(draft as TicketDraft, known))
}

/**
 * The ticket that a whole log gives, equal to the stored one byte for byte; null for an empty log.
 * @throws DeskError `event_too_new`; `event_malformed` also when versions have gaps or tickets are mixed
 */
export function rebuild(events: Iterable<unknown>): Ticket | null {
  let draft: TicketDraft | null = null
  for (const { ticket } of replay(events)) draft = ticket
  return draft && deepFreeze(draft as Ticket)
}

/**
 * The ticket after each event of one cause, from where it stood before to where it stands now. Up to the last event one
 * object, changed in place, as in `replay`.
 */
export function* stages(
  before: TicketDraft,
  events: readonly AnyTicketEvent[],
  now: TicketDraft,
): Generator<{ readonly event: AnyTicketEvent; readonly ticket: TicketDraft }> {
  const last = events.at(-1)
  const ticket = events.length > 1 ? { ...before } : now
  for (const event of events) {
    if (event !== last) applyEvent(ticket, event)
    yield { event, ticket: event === last ? now : ticket }
  }
}

/** The ticket after each event of a log. The ticket is one object, changed in place: look, do not keep. */
export function* replay(
  events: Iterable<unknown>,
): Generator<{ readonly event: AnyTicketEvent; readonly ticket: TicketDraft }> {
  const ticket = {} as TicketDraft
  for (const stored of events) {
    const event = upcastEvent(stored)
    applyStored(ticket, event)
    yield { event, ticket }
  }
}
