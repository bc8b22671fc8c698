import type { Actor, CommandOptions, RequesterTicket } from 'ticketwright'
import { messageIn } from './input.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'
import { inTransaction } from './transaction.ts'

/** A table of the application's own, in the same database. */
export const orderTable = `CREATE TABLE IF NOT EXISTS orders (
  id text PRIMARY KEY,
  customer text NOT NULL,
  state text NOT NULL,
  ticket_id text
)`

type Options = CommandOptions & { readonly commandId: string }

/** A customer complains of an order: the order and the ticket change together, or not at all. */
export function complain(
  service: Service,
  actor: Actor,
  order: string,
  input: unknown,
  options: Options,
): Promise<RequesterTicket> {
  return inTransaction(service, async ({ client, desk }) => {
    const asked = { subject: `Order ${order.slice(0, 64)}`, ...messageIn(input, actor), channel: 'web' }
    const { ticket, repeated } = await desk.as(actor).open(asked, options)
    // the same request as before: the order was changed with the ticket then
    if (!repeated) {
      const { rowCount } = await client.query(
        `UPDATE orders SET state = 'complaint', ticket_id = $3 WHERE id = $1 AND customer = $2 AND state = 'delivered'`,
        [order, actor.id, ticket.id],
      )
      if (rowCount === 0) throw new Problem(409, 'order_not_open_to_complaints') // and the ticket never was
    }
    return desk.portal(actor.id).get(ticket.id)
  })
}

/** An agent pays the money back: the answer, the solution and the order, in one transaction. */
export function refund(service: Service, actor: Actor, order: string, options: Options) {
  if (actor.kind !== 'agent') throw new Problem(403, 'agents_only')
  return inTransaction(service, async ({ client, desk }) => {
    // locked until COMMIT, so that two agents cannot pay twice
    const { rows } = await client.query<{ ticket_id: string | null }>(
      `SELECT ticket_id FROM orders WHERE id = $1 FOR UPDATE`,
      [order],
    )
    const ticketId = rows[0]?.ticket_id
    if (!ticketId) throw new Problem(404, 'no_complaint')
    const answer = { message: { body: 'We have sent your money back.' }, status: 'Resolved' } as const
    const outcome = await desk.as(actor).update(ticketId, answer, options)
    if (!outcome.repeated) {
      const { rowCount } = await client.query(
        `UPDATE orders SET state = 'refunded' WHERE id = $1 AND state = 'complaint'`,
        [order],
      )
      if (rowCount === 0) throw new Problem(409, 'refunded_already')
    }
    return outcome
  })
}
