import type { Actor, CommandOptions, RequesterMessage, RequesterTicket } from 'ticketwright'
import { messageIn } from './input.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** What requesters see: never a `Ticket`, always what the portal makes of it. */
export interface Shown {
  readonly ticket: RequesterTicket
  readonly messages: readonly RequesterMessage[]
}

/** Somebody else's ticket is `ticket_not_found`, as one that never was. */
export async function showTicket({ desk }: Service, actor: Actor, ticketId: string): Promise<Shown> {
  const portal = desk.portal(actor.id)
  return { ticket: await portal.get(ticketId), messages: await portal.messages(ticketId) }
}

/** Their tickets, latest first; `after` is what the page before gave as `next`. */
export async function showTickets({ desk }: Service, actor: Actor, after: string | null) {
  const page = await desk.portal(actor.id).tickets(after === null ? {} : { after: positionIn(after) })
  return { tickets: page.tickets, next: page.next && Buffer.from(JSON.stringify(page.next)).toString('base64url') }
}

function positionIn(text: string) {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw new Problem(400, 'no_such_page')
  }
}

/** Only on a ticket that they may see: whoever may write to which is the application's to say. */
export async function say(
  service: Service,
  actor: Actor,
  ticketId: string,
  input: unknown,
  options: CommandOptions,
): Promise<Shown> {
  const { desk } = service
  await desk.portal(actor.id).get(ticketId)
  const { ticket } = await desk.as(actor).message(ticketId, { ...messageIn(input, actor), channel: 'web' }, options)
  return showTicket(service, actor, ticket.id)
}
