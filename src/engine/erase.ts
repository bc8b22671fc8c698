import { type Actor, isStaff } from '../model/actor.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { evolve, rebuild } from './evolve.ts'

export interface ErasureOptions {
  /** Whose data: the id of a requester or of somebody else who wrote. */
  readonly person: string
  readonly actor: Actor
  readonly at: number
  readonly recordedAt: number
  readonly commandId: string
}

/** A log without what was personal of somebody, and the event that says so. */
export interface Erasure {
  readonly ticket: Ticket
  readonly event: AnyTicketEvent
  /** The events that change, as they stand from now on. */
  readonly redacted: readonly AnyTicketEvent[]
  readonly forgottenExternalIds: readonly string[]
}

/** Is an event about somebody, or by them as one who writes to the desk? */
export function concerns(event: AnyTicketEvent, person: string): boolean {
  return wrote(event, person) || asks(event, person)
}

const wrote = ({ actor }: AnyTicketEvent, person: string): boolean => actor.id === person && !isStaff(actor)

const isMessageOf = (event: AnyTicketEvent, person: string): boolean =>
  event.type === 'message_added' && wrote(event, person)

/** Does the later event say that what was personal of the earlier one was erased? */
export const isErasedBy = (earlier: AnyTicketEvent, later: AnyTicketEvent): boolean =>
  later.type === 'personal_erased' &&
  earlier.version < later.version &&
  (later.data.of === 'ticket' || isMessageOf(earlier, later.data.person))

const asks = (event: AnyTicketEvent, person: string): boolean =>
  (event.type === 'ticket_opened' || event.type === 'requester_changed') && event.data.requester?.id === person

/**
 * What erasing somebody does to a whole log; null when there is nothing left to erase. On a ticket that is or was
 * theirs all that is personal goes, whoever wrote it; on others what they wrote. No rule and no clock hears of it:
 * what was decided before stays as it was.
 */
export function erasureOf(history: readonly AnyTicketEvent[], options: ErasureOptions): Erasure | null {
  const { person, actor, at, recordedAt, commandId } = options
  const before = rebuild(history)
  const last = history.at(-1)
  if (!before || !last) return null
  const theirs = history.some(
    (event) => asks(event, person) || (event.type === 'ticket_opened' && wrote(event, person)),
  )
  const goes = (event: AnyTicketEvent) => event.personal !== undefined && (theirs || isMessageOf(event, person))
  const touched = history.filter(goes)
  if (touched.length === 0) return null
  const redacted = touched.map(({ personal: _personal, ...kept }) => kept as AnyTicketEvent)
  const event: AnyTicketEvent = {
    id: `${before.id}:${before.version + 1}`,
    ticketId: before.id,
    tenant: last.tenant,
    version: before.version + 1,
    revision: before.revision + 1,
    type: 'personal_erased',
    v: 1,
    at,
    recordedAt,
    actor: { kind: actor.kind, id: actor.id },
    cause: { kind: 'command', id: commandId },
    definitionVersion: last.definitionVersion,
    data: { person, of: theirs ? 'ticket' : 'messages' },
  }
  return {
    ticket: evolve(
      rebuild(history.map((event) => redacted.find(({ version }) => version === event.version) ?? event)),
      event,
    ),
    event,
    redacted,
    forgottenExternalIds: touched.flatMap((event) =>
      event.type === 'message_added' && event.personal?.externalId ? [event.personal.externalId] : [],
    ),
  }
}
