import * as z from 'zod'
import { concerns, erasureOf } from '../engine/erase.ts'
import { fail, type Refusal, refuse, unwrap } from '../errors.ts'
import { Actor } from '../model/actor.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { again, attempts } from './again.ts'
import { catchUp } from './catch-up.ts'
import { commandInstant } from './instant.ts'
import { type DeskContext, Signal } from './options.ts'
import { breathe } from './pace.ts'
import { isHeld, isRefusal } from './store-failure.ts'

/** Who erases, unless said: the desk itself. */
const eraser = { kind: 'system', id: 'erasure' } as const satisfies Actor

/** What an erasure did. */
export interface ErasureRun {
  /** Tickets from which something was removed. */
  readonly tickets: readonly string[]
  /** Events looked at, to find them. */
  readonly events: number
  /**
   * Tickets from which nothing could be removed, and why (`event_too_new`,
   * `ticket_damaged`, `version_conflict`): the others went on.
   */
  readonly failed: readonly { readonly ticketId: string; readonly error: Refusal }[]
  /** False when it was stopped, or a ticket failed: run it again, it goes on with what is left. */
  readonly complete: boolean
}

const EraseAsk = z.strictObject({ signal: Signal.optional(), by: Actor.optional() })

/** Events read at once. */
const pageEvents = 1_000

/**
 * Removes what is personal of somebody from events, tickets, and the ids by which their mails are found; states,
 * clocks and order stay, and replay to the same. Reads all events once that are saved when it begins; what is left to do shows in the events
 * themselves, so it can be stopped and run again.
 */
export async function erase(
  desk: DeskContext,
  person: string,
  ask: { readonly signal?: AbortSignal | undefined; readonly by?: Actor | undefined } = {},
): Promise<ErasureRun> {
  const { signal, by = eraser } = unwrap(parse(EraseAsk, ask, 'invalid_command'))
  const who = unwrap(parse(Id, person, 'invalid_command', 'person'))
  const concerned = new Set<string>()
  // those of an earlier run that was stopped, too
  const erased = new Set<string>()
  let events = 0
  for (let position = 0, more = true; more; await breathe()) {
    if (signal?.aborted) return { tickets: [], events, failed: [], complete: false }
    const page = await desk.store.changes(desk.tenant, position, pageEvents, { mayPass: true })
    for (const event of page.events) {
      if (concerns(event, who)) concerned.add(event.ticketId)
      if (event.type === 'personal_erased' && event.data.person === who) erased.add(event.ticketId)
    }
    events += page.events.length
    position = page.position
    more = page.events.length > 0
  }
  const tickets: string[] = []
  const failed: { ticketId: string; error: Refusal }[] = []
  for (const ticketId of concerned) {
    if (signal?.aborted) return { tickets, events, failed, complete: false }
    try {
      if (await desk.turn(ticketId, () => eraseOn(desk, ticketId, who, by))) tickets.push(ticketId)
    } catch (error) {
      if (!isRefusal(error)) throw error
      failed.push({ ticketId, error: refuse(error.code, error.facts as never, error.path) as Refusal })
    }
    await breathe()
  }
  await forgetReasons(desk, new Set([...erased, ...tickets]))
  return { tickets, events, failed, complete: failed.length === 0 }
}

/** False if nothing was left to erase. */
const eraseOn = (desk: DeskContext, ticketId: string, person: string, actor: Actor): Promise<boolean> =>
  attempts(async () => {
    const { store, tenant, clock } = desk
    const loaded = await store.load(tenant, ticketId)
    if (!loaded.row) throw fail('ticket_not_found', { ticketId }, 'ticketId')
    const now = commandInstant(undefined, [loaded.row.ticket], clock.now(), loaded.now)
    const at = await caughtUpTo(desk, loaded.row.ticket, now)
    if (at === null) return again(ticketId, 0, 0)
    const history = await store.history(tenant, ticketId)
    const { nextAt, plannedBy, ticket } = loaded.row
    if (history.length !== ticket.version) return again(ticketId, ticket.version, history.length)
    const erased = erasureOf(history, { person, actor, at, recordedAt: clock.now(), commandId: desk.ids() })
    if (!erased) return false
    const { event, redacted, forgottenExternalIds } = erased
    const change = { ticketId, expectedVersion: ticket.version, events: [event], ticket: erased.ticket }
    const kept = { nextAt, plannedBy, externalIds: [], redacted, forgottenExternalIds }
    const committed = await store.commit({ tenant, changes: [{ ...change, ...kept }], effects: [] })
    return committed.ok || again(ticketId, ticket.version, 0)
  })

/**
 * Where an erasure stands in a log: now, what time alone has caused by then before it, as before any command (null:
 * that was something). Where nobody can tell what time has caused, it stands with what happened last, before all that.
 */
async function caughtUpTo(desk: DeskContext, ticket: Ticket, now: number): Promise<number | null> {
  try {
    return (await catchUp(desk, ticket, now)).events.length > 0 ? null : now
  } catch (error) {
    if (!isRefusal(error) || isHeld(error)) throw error
    return ticket.lastAt
  }
}

/** Dead letters asked for at first; twice as many as long as there are more. */
const lettersAtOnce = 10_000
const forgotten = 'erased'

/** What a far end said may repeat an address. */
async function forgetReasons({ store, tenant }: DeskContext, tickets: ReadonlySet<string>): Promise<void> {
  if (tickets.size === 0) return
  for (let limit = lettersAtOnce, seen = 0; ; limit *= 2) {
    const letters = await store.buried(tenant, limit)
    for (const { id, ticketId, reason } of letters.slice(seen))
      if (tickets.has(ticketId) && reason !== forgotten) await store.bury(tenant, id, forgotten)
    if (letters.length < limit) return
    seen = letters.length
  }
}
