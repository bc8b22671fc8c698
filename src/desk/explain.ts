import { explainClock } from '../engine/explain.ts'
import { slaState } from '../engine/sla-state.ts'
import { isDeskError } from '../errors.ts'
import type { ClockExplanation } from '../sla/explanation.ts'
import type { SlaState } from '../sla/state.ts'
import type { DeskContext } from './options.ts'
import { historyOf, loaded } from './read.ts'

/** A clock of a ticket up to now, every minute with its reason. */
export async function explanationOf(
  desk: DeskContext,
  ticketId: string,
  metric: string,
  cycle: number | undefined,
): Promise<ClockExplanation> {
  const { ticket, now } = await loaded(desk, ticketId)
  const history = await historyOf(desk, ticketId)
  const lastAt = history.at(-1)?.at ?? ticket.lastAt
  return explainClock(desk.definitions, history, metric, cycle, { now: Math.max(now, lastAt) })
}

/** The clocks of a ticket as they are now; brings the log if one must count the past. */
export async function slaStateOf(desk: DeskContext, ticketId: string): Promise<SlaState> {
  const { ticket, now } = await loaded(desk, ticketId)
  const at = Math.max(now, ticket.lastAt)
  try {
    return slaState(desk.definitions, ticket, at)
  } catch (error) {
    if (!isDeskError(error, 'history_needed')) throw error
    const history = await desk.store.history(desk.tenant, ticket.id, { limit: ticket.version })
    return slaState(desk.definitions, ticket, at, { history })
  }
}
