import { fail, isDeskError, type Refusal, refuse } from '../errors.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import { catchUp } from './catch-up.ts'
import type { DeskContext } from './options.ts'

/** What a run over due tickets did. */
export interface DueRun {
  /** Tickets looked at. */
  readonly tickets: number
  /** Events written: facts of time that had not been made visible yet. */
  readonly events: number
  /** The limit was reached; more may be due. */
  readonly more: boolean
  /** Tickets that could not be advanced, and why (`definition_missing`): the others are not held up by them. */
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
  for (const ticketId of ids) {
    if (signal?.aborted) return { tickets, events, more: true, failed }
    const { row } = await desk.store.load(desk.tenant, ticketId)
    if (!row) continue
    tickets += 1
    try {
      const happened = await catchUp(desk, row.ticket, now)
      events += happened.length
      if (happened.length > 0) await desk.routeAfter(ticketId, happened)
    } catch (error) {
      if (!isDeskError(error, 'definition_missing')) throw error
      failed.push({ ticketId, error: refuse(error.code, error.facts) })
    }
  }
  return { tickets, events, more: ids.length === limit, failed }
}
