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
  /** Tickets looked at. */
  readonly tickets: number
  /** Events written: facts of time that had not been made visible yet. */
  readonly events: number
  /** The limit was reached; more may be due. */
  readonly more: boolean
  /**
   * Tickets that could not be advanced, and why (`definition_missing`, `event_too_new`, `ticket_damaged`). They are put
   * off, so that the others are not held up by them, and tried again when they have lain as long again (a minute at
   * least, a day at most) or when the desk has other definitions.
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
  const done: Done = { tickets: 0, events: 0, failed: [] }
  for (let inCompany = false; done.tickets < limit; inCompany = true) {
    const left = limit - done.tickets
    const most = inCompany ? Math.min(maxDueTickets, left * roomInCompany) : left
    const listed = await desk.store.due(desk.tenant, { now, plannedBy: desk.plannedBy, limit: most })
    const ids = inCompany ? begunElsewhere(desk, listed).slice(0, left) : listed
    const end = await runOver(desk, ids, { now, inCompany, signal }, done)
    if (end === 'told to stop') return { ...done, more: true }
    if (end === 'all looked at') return { ...done, more: listed.length >= left }
  }
  return { ...done, more: true }
}

interface Done {
  tickets: number
  events: number
  readonly failed: { ticketId: string; error: Refusal }[]
}

/** Tickets advanced at once, since a store may save them together: few to begin with, and where others are at it too. */
const stretch = { first: 5, longest: 50 } as const

/** Whoever meets others looks at a list so many times as long: there is room for a stretch of one's own. */
const roomInCompany = 5

interface Run {
  readonly now: number
  readonly inCompany: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Where several work at once, all are given the same list, and would do each other's work step by step. Whoever finds
 * that somebody was quicker looks anew, and begins at another place; alone, everybody begins with what is due first.
 */
async function runOver(
  desk: DeskContext,
  ids: readonly string[],
  { now, inCompany, signal }: Run,
  done: Done,
): Promise<'all looked at' | 'told to stop' | 'beaten'> {
  let size: number = stretch.first
  for (let from = 0; from < ids.length; ) {
    if (signal?.aborted) return 'told to stop'
    const looked = ids.slice(from, from + size)
    done.tickets += looked.length
    // all of them come to their end, also where the store fails; the list was true when it was given: its first is due
    const outcomes = await Promise.allSettled(looked.map((id, i) => advanceOne(desk, id, now, from + i === 0)))
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      const ticketId = looked[i] as string
      const { events, error } = outcome.value
      if (error) done.failed.push({ ticketId, error })
      done.events += events.length
      if (events.length > 0) await desk.routeAfter(ticketId, events)
    }
    if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value.beaten)) return 'beaten'
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

/** What time had caused for a ticket; or why nobody can tell, and it is put off. `isSure`: it is due, whatever its row says. */
async function advanceOne(desk: DeskContext, ticketId: string, now: number, isSure: boolean): Promise<AdvancedOne> {
  try {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    if (!row) return { events: [], beaten: false }
    return isSure || isDue(desk, row, now) ? await catchUp(desk, row.ticket, now) : { events: [], beaten: true }
  } catch (error) {
    if (!isRefusal(error)) throw error
    await putOff(desk, ticketId, now)
    const told = refuse(error.code, error.facts as never, error.path) as Refusal
    return { events: [], beaten: false, error: told }
  }
}

const isDue = ({ plannedBy }: DeskContext, row: TicketRow, now: number): boolean =>
  (row.nextAt !== null && row.nextAt <= now) || row.plannedBy !== plannedBy
