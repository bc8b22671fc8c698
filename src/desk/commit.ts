import type { Command } from '../engine/command.ts'
import type { Decision } from '../engine/decide.ts'
import { fail } from '../errors.ts'
import { contentHash } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Receipt, TicketChange } from '../store.ts'
import type { DeskContext } from './options.ts'

/** A command on its way through the desk. */
export interface Submission extends Command {
  /** What the caller said, where the desk has added to it what it read elsewhere (a follow-up, a split). */
  readonly asked?: unknown
  /** The ticket the caller named: not the one the command was sent on to, nor a new one that the desk named. */
  readonly addressedTo: string | null
}

/** What a command id stands for: who asked for what on which ticket. */
const payloadHash = ({ type, addressedTo, actor: { kind, id }, input, asked = input }: Submission): string =>
  contentHash({ type, ticketId: addressedTo, actor: { kind, id }, asked })

/** A decision as a store takes it. */
export function changeOf(
  { plannedBy }: DeskContext,
  before: Ticket | null,
  { ticket, events, nextAt }: Pick<Decision, 'ticket' | 'events' | 'nextAt'>,
): TicketChange {
  const externalIds = events.flatMap((event) =>
    event.type === 'message_added' && event.personal?.externalId ? [event.personal.externalId] : [],
  )
  return {
    ticketId: ticket.id,
    expectedVersion: before?.version ?? 0,
    events,
    ticket,
    nextAt,
    plannedBy,
    externalIds,
  }
}

export function receiptOf(
  command: Submission,
  ticketId: string,
  changes: readonly TicketChange[],
  unchanged: boolean,
  at: number,
): Receipt {
  const tickets = changes.map((change) => ({
    ticketId: change.ticketId,
    from: change.expectedVersion,
    to: change.ticket.version,
  }))
  return { commandId: command.id, hash: payloadHash(command), ticketId, tickets, unchanged, at }
}

/** @throws DeskError `idempotency_mismatch` when the id was used for something else */
export function checkSamePayload(receipt: Receipt, command: Submission): void {
  if (receipt.hash !== payloadHash(command))
    throw fail('idempotency_mismatch', { commandId: command.id }, 'options.commandId')
}
