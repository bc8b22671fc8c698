import { fail } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { DeskContext } from './options.ts'

/**
 * The ticket at the end of a chain of merges, from `into` on.
 * @throws DeskError `merge_cycle` for a chain that leads back to the source, or to itself; `ticket_not_found`
 */
export async function endOfChain(
  { store, tenant }: DeskContext,
  source: string,
  into: string,
  path = 'into',
): Promise<Ticket> {
  const passed = new Set([source])
  for (let id = into; ; ) {
    if (passed.has(id)) throw fail('merge_cycle', { ticketId: source, into }, path)
    passed.add(id)
    const { row } = await store.load(tenant, id)
    if (!row) throw fail('ticket_not_found', { ticketId: id }, path)
    if (row.ticket.links.mergedInto === null) return row.ticket
    id = row.ticket.links.mergedInto
  }
}
