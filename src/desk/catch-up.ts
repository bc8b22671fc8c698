import { type Advanced, advance } from '../engine/advance.ts'
import { type Decision, decide } from '../engine/decide.ts'
import { isDeskError, unwrap } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Waiting } from '../store.ts'
import { type Again, again } from './again.ts'
import { changeOf, type Submission } from './commit.ts'
import type { DeskContext } from './options.ts'
import { heldElsewhere } from './store-failure.ts'

/** Decides; brings the log if a clock must count the past, and catches up first if too much fell due at once. */
export async function decideWithHistory(
  desk: DeskContext,
  ticket: Ticket | null,
  command: Submission,
  at: number,
  waiting: Waiting = {},
): Promise<Decision | Again> {
  const options = { tenant: desk.tenant, recordedAt: desk.clock.now(), guard: desk.guard, explain: true }
  let result = decide(desk.definitions, ticket, command, at, options)
  if (!result.ok && result.error.code === 'history_needed' && ticket) {
    const history = await desk.store.history(desk.tenant, ticket.id)
    if (history.length !== ticket.version) return again(ticket.id, ticket.version, history.length)
    result = decide(desk.definitions, ticket, command, at, { ...options, history })
  }
  if (!result.ok && result.error.code === 'advance_needed' && ticket) {
    const { events, end } = await catchUp(desk, ticket, at, waiting)
    if (end === 'held') throw heldElsewhere(ticket.id)
    return again(ticket.id, ticket.version, ticket.version + events.length)
  }
  return unwrap(result)
}

/**
 * What was saved of time alone. `beaten`: somebody else was quicker, and has most likely saved the rest. `held`:
 * somebody's transaction has the ticket, and the rest is left to whoever comes next.
 */
export interface CaughtUp {
  readonly events: readonly AnyTicketEvent[]
  readonly end: 'done' | 'beaten' | 'held'
}

/**
 * Saves what time alone has caused, commit by commit, until nothing is due at `now` or somebody else was quicker. Who
 * has something to do with the ticket waits for the end of a transaction that has it; who only passes by does not.
 */
export async function catchUp(
  desk: DeskContext,
  ticket: Ticket,
  now: number,
  { waits = true, waitedMs }: Waiting = {},
): Promise<CaughtUp> {
  const events: AnyTicketEvent[] = []
  for (let current = ticket, more = true; more; ) {
    const advanced = await advanceWithHistory(desk, current, now)
    const committed = await desk.store.commit({
      tenant: desk.tenant,
      changes: [changeOf(desk, current, advanced)],
      effects: advanced.effects,
      waits,
      waitedMs,
    })
    if (!committed.ok) return { events, end: committed.conflict === 'held' ? 'held' : 'beaten' }
    events.push(...advanced.events)
    current = advanced.ticket
    more = advanced.more
  }
  return { events, end: 'done' }
}

/** What time alone has caused up to `now`; brings the log if a clock must count the past. */
export async function advanceWithHistory(
  desk: DeskContext,
  ticket: Ticket,
  now: number,
  limit?: number,
): Promise<Advanced> {
  const options = { tenant: desk.tenant, recordedAt: desk.clock.now(), ...(limit === undefined ? {} : { limit }) }
  try {
    return advance(desk.definitions, ticket, now, options)
  } catch (error) {
    if (!isDeskError(error, 'history_needed')) throw error
    const history = await desk.store.history(desk.tenant, ticket.id, { limit: ticket.version })
    return advance(desk.definitions, ticket, now, { ...options, history })
  }
}
