import { fail, isDeskError, type Refusal, refuse } from '../errors.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Store } from '../store.ts'
import { catchUp } from './catch-up.ts'
import type { DeskContext } from './options.ts'
import { isRefusal } from './store-failure.ts'

/** What a run over due tickets did. */
export interface DueRun {
  /** Tickets looked at. */
  readonly tickets: number
  /** Events written: facts of time that had not been made visible yet. */
  readonly events: number
  /** The limit was reached; more may be due. */
  readonly more: boolean
  /**
   * Tickets that could not be advanced, and why (`definition_missing`, `event_too_new`, `ticket_damaged`). They are put off, so that
   * the others are not held up by them, and tried again when they have lain as long again (a minute at least, a day at
   * most) or when the desk has other definitions.
   */
  readonly failed: readonly { readonly ticketId: string; readonly error: Refusal }[]
}

/** Tickets that one run may look at. */
const maxDueTickets = 100_000

/**
 * Writes what time alone has caused. Never needed to be right: the facts and their instants are the same
 * whenever this runs. Reads of views do the same for what they show.
 */
export async function runDue(
  desk: DeskContext,
  { limit = maxFactsPerAdvance, signal }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<DueRun> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxDueTickets))
    throw fail('invalid_command', { reason: `a limit is a whole number from 1 to ${maxDueTickets}` }, 'limit')
  const now = await desk.store.now()
  const ids = await desk.store.due(desk.tenant, { now, plannedBy: desk.plannedBy, limit })
  const failed: { ticketId: string; error: Refusal }[] = []
  let tickets = 0
  let events = 0
  for (let from = 0; from < ids.length; from += stretch) {
    if (signal?.aborted) return { tickets, events, more: true, failed }
    const looked = ids.slice(from, from + stretch)
    tickets += looked.length
    // all of them come to their end, also where the store fails
    const outcomes = await Promise.allSettled(looked.map((ticketId) => advanceOne(desk, ticketId, now)))
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      const ticketId = looked[i] as string
      const { happened, error } = outcome.value
      if (error) failed.push({ ticketId, error })
      events += happened.length
      if (happened.length > 0) await desk.routeAfter(ticketId, happened)
    }
  }
  return { tickets, events, more: ids.length === limit, failed }
}

/** Tickets advanced at once: a store may save them together. */
const stretch = 50

/** What time had caused for a ticket; or why nobody can tell, and it is put off. */
async function advanceOne(
  desk: DeskContext,
  ticketId: string,
  now: number,
): Promise<{ readonly happened: readonly AnyTicketEvent[]; readonly error?: Refusal }> {
  try {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    return { happened: row ? await catchUp(desk, row.ticket, now) : [] }
  } catch (error) {
    if (!isRefusal(error)) throw error
    await putOff(desk, ticketId, now)
    return { happened: [], error: refuse(error.code, error.facts as never, error.path) as Refusal }
  }
}

const shortestMs = 60_000
const longestMs = 24 * 3_600_000
/** One of which nobody knows how long it has lain. */
const damagedMs = 3_600_000

/**
 * Moves a ticket that cannot be advanced out of the way: what is due is asked for earliest first, and it would stand
 * there for ever. It waits as long as it has lain, so each time twice as long, without anything to remember. That
 * touches no more than the index: whoever reads the ticket, or gives it a command, learns the same as before.
 */
async function putOff({ unread, tenant, plannedBy }: DeskContext, ticketId: string, now: number): Promise<void> {
  const ticket = await ticketOrDamaged(unread, tenant, ticketId)
  if (!ticket) return
  const lainMs = ticket === 'damaged' ? damagedMs : Math.min(longestMs, Math.max(shortestMs, now - ticket.lastAt))
  const plan = { ticketId, events: [], ticket: unseen, nextAt: now + lainMs, plannedBy, externalIds: [] }
  const put = (expectedVersion: number) =>
    unread.commit({ tenant, changes: [{ ...plan, expectedVersion }], effects: [] })
  if (ticket !== 'damaged') return void (await put(ticket.version)) // whoever was quicker has planned it anew
  // its version is read off the conflict: no ticket that is there is at 0
  const told = await put(0)
  if (!told.ok && told.conflict === 'version') await put(told.actual)
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
