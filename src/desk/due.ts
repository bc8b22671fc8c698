import { maxFactsPerAdvance } from '../model/bounds.ts'
import type { DeskContext } from './options.ts'
import { catchUp } from './perform.ts'

/** What a run over due tickets did. */
export interface DueRun {
  /** Tickets looked at. */
  readonly tickets: number
  /** Events written: facts of time that had not been made visible yet. */
  readonly events: number
  /** The limit was reached; more may be due. */
  readonly more: boolean
}

/**
 * Writes what time alone has caused. Never needed to be right: the facts and their instants are the same
 * whenever this runs. Reads of views do the same for what they show.
 */
export async function runDue(
  desk: DeskContext,
  { limit = maxFactsPerAdvance, signal }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<DueRun> {
  const now = await desk.store.now()
  const ids = await desk.store.due(desk.tenant, { now, plannedBy: desk.latest.version, limit })
  let tickets = 0
  let events = 0
  for (const id of ids) {
    if (signal?.aborted) return { tickets, events, more: true }
    const { row } = await desk.store.load(desk.tenant, id)
    if (!row) continue
    events += (await catchUp(desk, row.ticket, now)).length
    tickets += 1
  }
  return { tickets, events, more: ids.length === limit }
}
