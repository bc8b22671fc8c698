import { fail, type Refusal, refuse } from '../errors.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import { contentHash } from '../model/json.ts'
import type { TicketRow } from '../store.ts'
import { type CaughtUp, catchUp } from './catch-up.ts'
import type { DeskContext } from './options.ts'
import { putOff } from './put-off.ts'
import { isRefusal } from './store-failure.ts'

/** What a run over due tickets did. */
export interface DueRun {
  /** Tickets looked at; not those that were held. */
  readonly tickets: number
  /** Events written: facts of time that had not been made visible yet. */
  readonly events: number
  /** The limit was reached, or it was told to stop; more may be due. What is held is no more: it would be in vain. */
  readonly more: boolean
  /**
   * Tickets that somebody else's transaction had: they are passed by, hold up no others, and are not counted by the
   * limit. What is due of them is written by whoever comes next.
   */
  readonly held: number
  /**
   * Tickets that could not be advanced, and why (`definition_missing`, `event_too_new`, `ticket_damaged`). They are put
   * off, so that the others are not held up by them, and tried again when they have lain as long again (a minute at
   * least, a day at most) or when the desk has other definitions.
   */
  readonly failed: readonly { readonly ticketId: string; readonly error: Refusal }[]
}

/** Tickets that one run may look at, and as many may be held. */
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
  return run(desk, { limit, maxHeld: maxDueTickets, signal })
}

/** The same for who reads and waits for it: a thousand tickets, and where as many are held `runDue` does the rest. */
export const lookAtDue = (desk: DeskContext): Promise<DueRun> =>
  run(desk, { limit: maxFactsPerAdvance, maxHeld: maxFactsPerAdvance })

interface Bounds {
  readonly limit: number
  readonly maxHeld: number
  readonly signal?: AbortSignal | undefined
}

async function run(desk: DeskContext, { limit, maxHeld, signal }: Bounds): Promise<DueRun> {
  const now = await desk.store.now()
  const done: Done = { tickets: 0, events: 0, held: 0, failed: [], routes: await desk.routeLeft() }
  const passed = new Set<string>()
  for (let inCompany = false; done.tickets < limit && done.held < maxHeld; ) {
    const left = limit - done.tickets
    const room = inCompany ? Math.min(maxDueTickets, left * roomInCompany) : left
    // twice those that were passed: however many they are, the list is asked for anew a few times
    const most = room + passed.size * 2
    const listed = await desk.store.due(desk.tenant, { now, plannedBy: desk.plannedBy, limit: most })
    const ahead = listed.filter((id) => !passed.has(id))
    const ids = inCompany ? begunElsewhere(desk, ahead) : ahead
    const end = await runOver(desk, ids, { now, inCompany, limit, signal }, done, passed)
    if (end === 'told to stop') return told(done, true)
    if (end === 'beaten') inCompany = true
    else if (done.tickets < limit && listed.length < most) return told(done, false)
  }
  return told(done, done.tickets >= limit)
}

const told = ({ routes: _, ...done }: Done, more: boolean): DueRun => ({ ...done, more })

interface Done {
  tickets: number
  events: number
  held: number
  readonly failed: { ticketId: string; error: Refusal }[]
  /** Nobody's transaction was in the way of routing yet: one that is does not hold up each ticket of a look anew. */
  routes: boolean
}

/**
 * Tickets advanced at once, since a store may save them together: few to begin with, and where others are at it too.
 */
const stretch = { first: 5, longest: 50 } as const

/** Whoever meets others looks at a list so many times as long: there is room for a stretch of one's own. */
const roomInCompany = 5

interface Look extends Pick<Bounds, 'limit' | 'signal'> {
  readonly now: number
  readonly inCompany: boolean
}

/**
 * Where several work at once, all are given the same list, and would do each other's work step by step. Whoever finds
 * that somebody was quicker looks anew, and begins at another place; alone, everybody begins with what is due first.
 * `passed` gets what may stand in the list again: held, or not to be advanced.
 */
async function runOver(
  desk: DeskContext,
  ids: readonly string[],
  { now, inCompany, limit, signal }: Look,
  done: Done,
  passed: Set<string>,
): Promise<'all looked at' | 'told to stop' | 'beaten'> {
  let size: number = stretch.first
  for (let from = 0; from < ids.length && done.tickets < limit; ) {
    if (signal?.aborted) return 'told to stop'
    const looked = ids.slice(from, from + Math.min(size, limit - done.tickets))
    // all of them come to their end, also where the store fails; the list was true when it was given: its first is due
    const outcomes = await Promise.allSettled(looked.map((id, i) => advanceOne(desk, id, now, from + i === 0)))
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      const ticketId = looked[i] as string
      const { events, end, error } = outcome.value
      if (end === 'held') done.held += 1
      else done.tickets += 1
      if (error) done.failed.push({ ticketId, error })
      if (error || end === 'held') passed.add(ticketId)
      done.events += events.length
      if (events.length === 0) continue
      const routed = await desk.routeAfter(ticketId, events, done.routes ? 'passing' : 'later')
      if (routed?.isLeft) done.routes = false
    }
    if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value.end === 'beaten')) return 'beaten'
    from += looked.length
    if (!inCompany) size = Math.min(stretch.longest, size * 2)
  }
  return 'all looked at'
}

/** From any place on, and then from the start: of several each most likely has a stretch of its own. */
function begunElsewhere({ ids: newId }: DeskContext, ids: readonly string[]): readonly string[] {
  const place = Number.parseInt(contentHash(newId()).slice(0, 8), 16) % Math.max(1, ids.length)
  return [...ids.slice(place), ...ids.slice(0, place)]
}

interface AdvancedOne extends CaughtUp {
  readonly error?: Refusal
}

/**
 * What time had caused for a ticket; or why nobody can tell, and it is put off. `isSure`: it is due, whatever its row
 * says.
 */
async function advanceOne(desk: DeskContext, ticketId: string, now: number, isSure: boolean): Promise<AdvancedOne> {
  try {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    if (!row) return { events: [], end: 'done' }
    if (!isSure && !isDue(desk, row, now)) return { events: [], end: 'beaten' }
    return await catchUp(desk, row.ticket, now, { waits: false })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const end = (await putOff(desk, ticketId, now)) ? 'done' : 'held'
    const told = refuse(error.code, error.facts as never, error.path) as Refusal
    return { events: [], end, error: told }
  }
}

const isDue = ({ plannedBy }: DeskContext, row: TicketRow, now: number): boolean =>
  (row.nextAt !== null && row.nextAt <= now) || row.plannedBy !== plannedBy
