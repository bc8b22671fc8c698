import { isVisibleTo } from '../engine/requester-view.ts'
import { fail } from '../errors.ts'
import { isStaff } from '../model/actor.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Receipt } from '../store.ts'
import { checkSamePayload, type Submission } from './commit.ts'
import type { DeskContext, Outcome } from './options.ts'

/** What the command led to when it was first done. */
export async function repeated(desk: DeskContext, command: Submission, receipt: Receipt): Promise<Outcome> {
  checkSamePayload(receipt, command)
  return outcomeOf(desk, command, receipt.ticketId, receipt)
}

/**
 * A message whose external id is kept already: what it led to when it first came, however it is sent. The guard is
 * asked about the ticket it is on.
 */
export async function sameMessage(desk: DeskContext, command: Submission): Promise<Outcome | undefined> {
  const input = command.input as { externalId?: string; message?: { externalId?: string } }
  const externalId = input.externalId ?? input.message?.externalId
  const found = externalId === undefined ? null : await desk.store.lookup(desk.tenant, { externalId })
  if (!found) return undefined
  const { receipt } = await desk.store.load(desk.tenant, found.ticketId, found.commandId ?? undefined)
  const outcome = await outcomeOf(desk, command, found.ticketId, receipt)
  if (!(await mayKnow(desk, command, outcome.ticket, externalId as string)))
    throw fail('forbidden', { command: command.type, reason: 'a message with this external id is not theirs' })
  const reason = desk.guard?.(outcome.ticket, { ...command, ticketId: found.ticketId })
  if (reason !== undefined) throw fail('forbidden', { command: command.type, reason: reason.slice(0, 200) })
  return outcome
}

/** Somebody outside learns of a message only if the ticket is shown to them, or the message is theirs. */
async function mayKnow(
  { store, tenant }: DeskContext,
  { actor }: Submission,
  ticket: Ticket,
  externalId: string,
): Promise<boolean> {
  if (isStaff(actor) || isVisibleTo(ticket, actor.id)) return true
  const events = await store.history(tenant, ticket.id)
  return events.some(
    (event) =>
      event.type === 'message_added' && event.actor.id === actor.id && event.personal?.externalId === externalId,
  )
}

/** The ticket as it is now, with the events of then; an old receipt may be forgotten. */
async function outcomeOf(
  { store, tenant }: DeskContext,
  { id, addressedTo }: Submission,
  ticketId: string,
  receipt: Receipt | null,
): Promise<Outcome> {
  const { row } = await store.load(tenant, ticketId)
  if (!row) throw fail('ticket_not_found', { ticketId }, 'ticketId')
  const range = receipt?.tickets.find((one) => one.ticketId === ticketId)
  const events = range ? await store.history(tenant, ticketId, { after: range.from, limit: range.to - range.from }) : []
  return {
    ticket: row.ticket,
    commandId: receipt?.commandId ?? id,
    events,
    effects: [],
    unchanged: receipt?.unchanged ?? false,
    repeated: true,
    explanation: null,
    collision: null,
    routed: null,
    redirectedFrom: addressedTo === null || addressedTo === ticketId ? null : addressedTo,
  }
}
