import type { Command } from '../engine/command.ts'
import type { Decision } from '../engine/decide.ts'
import { fail } from '../errors.ts'
import { contentHash } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Receipt, TicketChange } from '../store.ts'
import type { DeskContext } from './options.ts'

/** What a command id stands for: who asked for what on which ticket. A new ticket has no id of the caller's yet. */
const payloadHash = ({ type, ticketId, actor, input }: Command): string =>
  contentHash({ type, ticketId: type === 'open' ? null : ticketId, actor: { kind: actor.kind, id: actor.id }, input })

/** A decision as a store takes it. */
export function changeOf(
  { latest }: DeskContext,
  before: Ticket | null,
  { ticket, events, nextAt }: Pick<Decision, 'ticket' | 'events' | 'nextAt'>,
): TicketChange {
  const externalIds = events.flatMap((event) =>
    event.type === 'message_added' && event.data.message.externalId !== null ? [event.data.message.externalId] : [],
  )
  return {
    ticketId: ticket.id,
    expectedVersion: before?.version ?? 0,
    events,
    ticket,
    nextAt,
    plannedBy: latest.version,
    externalIds,
  }
}

export function receiptOf(command: Command, changes: readonly TicketChange[], unchanged: boolean, at: number): Receipt {
  const tickets = changes.map(({ ticketId, expectedVersion, ticket }) => ({
    ticketId,
    from: expectedVersion,
    to: ticket.version,
  }))
  return { commandId: command.id, hash: payloadHash(command), tickets, unchanged, at }
}

/** @throws DeskError `idempotency_mismatch` when the id was used for something else */
export function checkSamePayload(receipt: Receipt, command: Command): void {
  if (receipt.hash !== payloadHash(command)) throw fail('idempotency_mismatch', { commandId: command.id })
}
