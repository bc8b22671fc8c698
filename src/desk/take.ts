import { checkCourse, checkedEvent } from '../engine/event-check.ts'
import { rebuild } from '../engine/evolve.ts'
import { tooLarge } from '../engine/size.ts'
import { DeskError, fail, unwrap } from '../errors.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CommitOutcome } from '../store.ts'
import { type Again, again, attempts } from './again.ts'
import { type DeskContext, maxSkewMs } from './options.ts'
import { breathe } from './pace.ts'
import { erasedSince } from './same-log.ts'

/** What taking a ticket did. */
export interface Taken {
  readonly tickets: number
  readonly events: number
  readonly unchanged: number
}
export const nothing: Taken = { tickets: 0, events: 0, unchanged: 0 }

/** Events checked at a stretch. */
const stretch = 500

/**
 * Takes a ticket with its log as it was, once all of it has been checked. What is here already is left alone, a log
 * that goes on from the one here is added to it, and what was erased in between is erased here.
 */
export async function takeTicket(desk: DeskContext, given: Readonly<Record<string, unknown>>): Promise<Taken> {
  const ticketId = unwrap(parse(Id, given.ticketId, 'event_malformed', 'ticketId'))
  const odd = Object.keys(given).find((key) => key !== 'ticketId' && key !== 'events')
  if (odd !== undefined)
    throw fail('event_malformed', { reason: 'a line has a ticketId and its events' }, odd.slice(0, 64))
  if (!Array.isArray(given.events) || given.events.length === 0)
    throw fail('event_malformed', { reason: 'a ticket comes with its events' }, 'events')
  const events: AnyTicketEvent[] = []
  for (const [i, event] of given.events.entries()) {
    events.push(ownEvent(desk, ticketId, event, `events[${i}]`))
    if (i % stretch === stretch - 1) await breathe()
  }
  checkCourse(events, 'events')
  const ticket = rebuild(events)
  if (!ticket) return nothing
  checkTicket(ticket, events)
  return desk.turn(ticketId, () => attempts(() => takeOnce(desk, ticket, events)))
}

/** An event as this desk keeps it: checked, in the form of this release, of this tenant. */
function ownEvent({ tenant }: DeskContext, ticketId: string, event: unknown, path: string): AnyTicketEvent {
  const known = checkedEvent(event, path)
  if (known.ticketId !== ticketId || known.id !== `${ticketId}:${known.version}`)
    throw fail('event_malformed', { reason: `an event of another ticket stands in the log of ${ticketId}` }, path)
  return { ...known, tenant }
}

function checkTicket(ticket: Ticket, events: readonly AnyTicketEvent[]): void {
  const large = tooLarge({}, ticket, events)
  if (large) throw new DeskError({ ...large, path: 'events' } as typeof large)
  if (ticket.links.mergedInto === ticket.id)
    throw fail('merge_cycle', { ticketId: ticket.id, into: ticket.id }, 'events')
  const seen = new Set<string>()
  for (const [i, event] of events.entries()) {
    const externalId = externalIdOf(event)
    if (externalId !== null && seen.has(externalId))
      throw fail('event_malformed', { reason: 'two messages with one external id' }, `events[${i}].personal.externalId`)
    if (externalId !== null) seen.add(externalId)
  }
}

async function takeOnce(desk: DeskContext, ticket: Ticket, events: readonly AnyTicketEvent[]): Promise<Taken | Again> {
  const { store, tenant } = desk
  const { id: ticketId } = ticket
  const { row, now } = await store.load(tenant, ticketId)
  // a ticket that lies ahead could be given no command until then
  const ahead = events.findIndex(({ at }) => at > now + maxSkewMs)
  if (ahead >= 0) {
    const { at } = events[ahead] as AnyTicketEvent
    throw fail('clock_ahead', { at, storeNow: now, maxSkewMs }, `events[${ahead}].at`)
  }
  const expectedVersion = row?.ticket.version ?? 0
  const kept = expectedVersion === 0 ? [] : await store.history(tenant, ticketId)
  if (kept.length !== expectedVersion) return again(ticketId, expectedVersion, kept.length)
  const redacted = erasedSince(kept, events)
  if (!redacted) throw fail('ticket_exists', { ticketId }, 'ticketId')
  const fresh = events.slice(kept.length)
  if (fresh.length === 0) return { ...nothing, unchanged: 1 }
  // no definition planned it: the next look at what is due does
  const plan = { nextAt: null, plannedBy: '' }
  const known = new Set(redacted.map(({ version }) => version))
  const brought = externalIdsOf(fresh)
  const gone = externalIdsOf(kept.filter(({ version }) => known.has(version)))
  // a mail that was erased and came again is found as it was
  const externalIds = [...brought].filter((id) => !gone.has(id))
  const forgottenExternalIds = [...gone].filter((id) => !brought.has(id))
  const change = {
    ...{ ticketId, expectedVersion, events: fresh, ticket, ...plan },
    ...{ externalIds, redacted, forgottenExternalIds },
  }
  const committed = await store.commit({ tenant, changes: [change], effects: [] })
  if (!committed.ok) return conflict(committed, ticketId, events)
  // as if it had been opened here: the next one to be opened does not find its number taken
  if (expectedVersion === 0) await store.nextNumber(tenant)
  return { tickets: 1, events: fresh.length, unchanged: 0 }
}

const externalIdOf = (event: AnyTicketEvent): string | null =>
  (event.type === 'message_added' && event.personal?.externalId) || null

const externalIdsOf = (events: readonly AnyTicketEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => externalIdOf(event) ?? []))

function conflict(found: CommitOutcome & { ok: false }, ticketId: string, events: readonly AnyTicketEvent[]): Again {
  switch (found.conflict) {
    case 'reference':
      throw fail('reference_taken', { reference: found.reference }, 'events[0].data.reference')
    case 'external_id': {
      // somebody else was quicker with this same ticket
      if (found.ticketId === ticketId) return again(ticketId, 0, 0)
      const at = events.findIndex((event) => externalIdOf(event) === found.externalId)
      throw fail('ticket_exists', { ticketId: found.ticketId }, `events[${at}].personal.externalId`)
    }
    case 'version':
      return again(ticketId, 0, found.actual)
    case 'receipt':
    case 'lease':
    case 'turn':
    case 'held':
      throw fail('ticket_exists', { ticketId }, 'ticketId')
    default:
      return found satisfies never
  }
}
