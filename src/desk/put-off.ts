import { isDeskError } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Store } from '../store.ts'
import type { DeskContext } from './options.ts'

const shortestMs = 60_000
const longestMs = 24 * 3_600_000
/** One of which nobody knows how long it has lain. */
const damagedMs = 3_600_000

/**
 * Moves a ticket that cannot be advanced out of the way: what is due is asked for earliest first, and it would stand
 * there for ever. It waits as long as it has lain, so each time twice as long, without anything to remember. That
 * touches no more than the index: whoever reads the ticket, or gives it a command, learns the same as before. False if
 * somebody's transaction has it, and it stays where it is.
 */
export async function putOff(
  { unread, tenant, plannedBy }: DeskContext,
  ticketId: string,
  now: number,
): Promise<boolean> {
  const ticket = await ticketOrDamaged(unread, tenant, ticketId)
  if (!ticket) return true
  const lainMs = ticket === 'damaged' ? damagedMs : Math.min(longestMs, Math.max(shortestMs, now - ticket.lastAt))
  const plan = { ticketId, events: [], ticket: unseen, nextAt: now + lainMs, plannedBy, externalIds: [] }
  const put = (expectedVersion: number) =>
    unread.commit({ tenant, changes: [{ ...plan, expectedVersion }], effects: [], waits: false })
  let told = await put(ticket === 'damaged' ? 0 : ticket.version) // whoever was quicker has planned it anew
  // the version of a damaged one is read off the conflict: no ticket that is there is at 0
  if (ticket === 'damaged' && !told.ok && told.conflict === 'version') told = await put(told.actual)
  return told.ok || told.conflict !== 'held'
}

/** A store does not look at the ticket of a plan. */
const unseen = {} as Ticket

async function ticketOrDamaged(
  store: Store,
  tenant: string,
  ticketId: string,
): Promise<Ticket | 'damaged' | undefined> {
  try {
    return (await store.load(tenant, ticketId)).row?.ticket
  } catch (error) {
    if (isDeskError(error, 'ticket_damaged')) return 'damaged'
    throw error
  }
}
