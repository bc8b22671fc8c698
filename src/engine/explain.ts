import { fail, shown } from '../errors.ts'
import { optionsGiven } from '../model/given.ts'
import type { Ticket, TicketDraft } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { explainCycle } from '../sla/explain.ts'
import type { ClockExplanation } from '../sla/explanation.ts'
import { cyclesOf, ledgerOf } from '../sla/ledger.ts'
import { isInstant } from '../time/instant.ts'
import { advance } from './advance.ts'
import { replay } from './evolve.ts'
import { replayGiven } from './log.ts'
import { type Definitions, timelineOf } from './timeline.ts'

export interface ExplainOptions {
  /** What had happened by this instant, time's own facts included; the last event of the log unless said. */
  readonly now?: number
}

/**
 * Every minute of one cycle of a clock, the latest unless said: stretches from its start to its end, or to `now`, each
 * with the reason it counted or not. The counted ones sum to `elapsedMs`. `history` is the whole log of the ticket.
 * @throws DeskError `unknown_name` for a metric that has no clock, or a cycle it has not had; `invalid_definition`;
 * `event_malformed`, `event_too_new` with the place of the event (`history[3]`); `invalid_command`, `invalid_instant`
 * for other arguments; `definition_missing` when the log rests on a revision that was not given
 */
export function explainClock(
  definitions: Definitions,
  history: Iterable<unknown>,
  metric: string,
  cycle?: number,
  options: ExplainOptions = {},
): ClockExplanation {
  const { now } = optionsGiven(options, ['now'])
  checkArguments(metric, cycle, now)
  const timeline = timelineOf(definitions)
  const { ticket, events } = logUntil(definitions, history, now)
  const ledger = ledgerOf(events, metric)
  const cycles = cyclesOf(ledger)
  if (ledger.length === 0)
    throw fail('unknown_name', { what: 'clock', name: metric, known: metricsOf(ticket) }, 'metric')
  const [first, ...more] = ledger.filter(({ data }) => data.clock.cycle === (cycle ?? Math.max(...cycles.keys())))
  if (!first)
    throw fail('unknown_name', { what: 'cycle', name: String(cycle), known: [...cycles.keys()].map(String) }, 'cycle')
  const log = {
    ticketId: ticket.id,
    reference: ticket.reference,
    events,
    versions: timeline,
    before: (version: number) => replay(events.slice(0, version - 1)),
  }
  return explainCycle(log, [first, ...more], now ?? ticket.lastAt)
}

/** The events up to an instant, with those that time alone has caused by then, and the ticket after them. */
function logUntil(definitions: Definitions, history: Iterable<unknown>, now: number | undefined) {
  const events: AnyTicketEvent[] = []
  let ticket: TicketDraft | undefined
  for (const stage of replayGiven(history, 'history')) {
    if (now !== undefined && stage.event.at > now) {
      if (!ticket) throw fail('clock_went_back', { at: now, lastAt: stage.event.at }, 'now')
      break
    }
    events.push(stage.event)
    ticket = stage.ticket
  }
  if (now === undefined) return { ticket: ticket as Ticket, events }
  const advanced = advance(definitions, ticket as Ticket, now, { history: events, limit: Number.POSITIVE_INFINITY })
  return { ticket: advanced.ticket, events: [...events, ...advanced.events] }
}

const metricsOf = (ticket: Ticket): string[] => Object.keys(ticket.clocks).sort()

function checkArguments(metric: unknown, cycle: unknown, now: unknown): void {
  if (typeof metric !== 'string')
    throw fail('invalid_command', { reason: `a metric is a name, not ${shown(metric)}` }, 'metric')
  if (cycle !== undefined && !(Number.isInteger(cycle) && (cycle as number) >= 1))
    throw fail('invalid_command', { reason: `a cycle is a whole number from 1, not ${shown(cycle)}` }, 'cycle')
  if (now !== undefined && !isInstant(now))
    throw fail(
      'invalid_instant',
      { value: shown(now), reason: 'it must be a whole number of milliseconds within 1970–2199' },
      'now',
    )
}
