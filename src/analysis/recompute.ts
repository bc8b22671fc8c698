import { definitionsGiven } from '../engine/given.ts'
import type { Definitions } from '../engine/timeline.ts'
import { deepFreeze } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import { ClockReplay } from './clock-replay.ts'
import { differencesOf, type LedgerDifference, type LedgerFact } from './ledger-difference.ts'
import type { SlaEvent } from './ledger-event.ts'
import { loggedCauses } from './logged-cause.ts'

/** The clocks of one ticket, worked out afresh. */
export interface Recomputed {
  readonly ticketId: string
  /** The instant of the last event: everything due by then has happened. */
  readonly at: number
  /** The ledger as it comes out, in order. */
  readonly ledger: readonly LedgerFact[]
  readonly clocks: Ticket['clocks']
  readonly sla: Ticket['sla']
  /** Where that is not what the log says; empty while the definitions are those that were in force. */
  readonly differences: readonly LedgerDifference[]
}

/**
 * The SLA ledger of a ticket as it comes out of everything else in its log (SEMANTICS §5). `events` is the whole log,
 * in order; `definitions` one definition, or its revisions. What people and rules did is taken from the log, and so is
 * what people said of clocks by hand: due times, levels, `reapply`. Breaches and steps come at their own instants.
 * @throws DeskError `event_malformed`, `event_too_new` with the place of the event (`events[3]`); `invalid_definition`
 */
export function recompute(definitions: Definitions, events: Iterable<unknown>): Recomputed {
  const { replay, stored } = replayed(definitionsGiven(definitions), events, 'events')
  const { ticket } = replay
  const ledger = replay.ledger.map(factOf)
  const { id, lastAt, clocks, sla } = ticket
  const differences = differencesOf(stored.map(factOf), ledger)
  return deepFreeze({ ticketId: id, at: lastAt, ledger, clocks, sla, differences })
}

/** A log taken through its clocks again, up to its last event, and the ledger that it holds. */
export function replayed(definitions: Definitions, log: Iterable<unknown>, path: string) {
  const replay = new ClockReplay(definitions)
  const stored: SlaEvent[] = []
  let last = 0
  for (const { cause, ledger } of loggedCauses(log, path)) {
    replay.take(cause)
    stored.push(...ledger)
    last = cause.at
  }
  replay.advance(last)
  return { replay, stored }
}

const factOf = ({ type, at, cause, definitionVersion, data }: SlaEvent): LedgerFact =>
  ({ type, at, cause, definitionVersion, data }) as LedgerFact
