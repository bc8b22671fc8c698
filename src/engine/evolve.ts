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
}

/**
 * The ticket after an event; null is the ticket before its first one. Total: needs no definition, no
 * calendar and no clock. The ticket given is not changed, the one returned is frozen.
 * @throws DeskError `event_too_new`, `event_malformed`
 */
export function evolve(ticket: Ticket | null, event: unknown): Ticket {
  const known = upcastEvent(event)
  return produce((ticket ?? {}) as Ticket, (draft) => applyEvent(draft as TicketDraft, known))
}

/**
 * The ticket that a whole log gives, equal to the stored one byte for byte; null for an empty log.
 * @throws DeskError `event_too_new`; `event_malformed` also when versions have gaps
 */
export function rebuild(events: Iterable<unknown>): Ticket | null {
  let draft: TicketDraft | null = null
  for (const { ticket } of replay(events)) draft = ticket
  return draft && deepFreeze(draft as Ticket)
}

/** The ticket after each event of one cause, from where it stood before. One object, changed in place, as in `replay`. */
export function* stages(
  before: TicketDraft,
  events: readonly AnyTicketEvent[],
): Generator<{ readonly event: AnyTicketEvent; readonly ticket: TicketDraft }> {
  const ticket = { ...before }
  for (const event of events) {
    applyEvent(ticket, event)
    yield { event, ticket }
  }
}

/** The ticket after each event of a log. The ticket is one object, changed in place: look, do not keep. */
export function* replay(
  events: Iterable<unknown>,
): Generator<{ readonly event: AnyTicketEvent; readonly ticket: TicketDraft }> {
  const ticket = {} as TicketDraft
  let version = 0
  for (const stored of events) {
    const event = upcastEvent(stored)
    version += 1
    if (event.version !== version)
      throw fail('event_malformed', { reason: `version ${event.version} stands where ${version} is expected` })
    applyEvent(ticket, event)
    yield { event, ticket }
  }
}
