import { fail, shown } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { optionsGiven, ticketGiven } from '../model/given.ts'
import type { Ticket } from '../model/ticket.ts'
import { termsUnder } from '../sla/clocks.ts'
import { type ClockState, clockState, type SlaState } from '../sla/state.ts'
import { isInstant } from '../time/instant.ts'
import { advance } from './advance.ts'
import { eventsGiven } from './given.ts'
import { type Definitions, timelineOf } from './timeline.ts'

export interface SlaStateOptions {
  /** The events of the ticket so far: needed only after `history_needed`. */
  readonly history?: readonly unknown[] | undefined
}

/**
 * All clocks of a ticket at `now`, once time has caused what it causes by then: running, paused and why, or ended and
 * how; used, left, due, late from, and "late from, if nothing changes". Nothing is stored.
 * @throws DeskError `invalid_definition`, `invalid_command`, `event_malformed` for what is no definition, ticket,
 * options or log; `invalid_instant`; `clock_went_back` when `now` lies before what happened last on the ticket;
 * `definition_missing` and `history_needed` as `advance`
 */
export function slaState(
  definitions: Definitions,
  ticket: Ticket,
  now: number,
  options: SlaStateOptions = {},
): SlaState {
  const timeline = timelineOf(definitions)
  const { history } = optionsGiven(options, ['history'])
  if (history !== undefined) eventsGiven(history, 'options.history')
  if (!isInstant(now))
    throw fail(
      'invalid_instant',
      { value: shown(now), reason: 'it must be a whole number of milliseconds within 1970–2199' },
      'now',
    )
  if (now < ticketGiven(ticket).lastAt) throw fail('clock_went_back', { at: now, lastAt: ticket.lastAt }, 'now')
  const { ticket: present, events } = advance(definitions, ticket, now, { limit: Number.POSITIVE_INFINITY, history })
  const log = history && [...history, ...events]
  const wakesAt = present.kind === 'postponed' ? present.postponedUntil : null
  const woken = wakesAt === null ? {} : wokenClocks(definitions, present, wakesAt, log)
  const clocks: { [metric: string]: ClockState } = {}
  for (const [metric, clock] of Object.entries(present.clocks).sort(byName))
    if (clock) clocks[metric] = clockState(clock, present, termsUnder(timeline, clock), now, woken[metric], wakesAt)
  return { ticketId: present.id, at: now, level: present.sla?.level ?? null, clocks }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

type Clocks = { readonly [metric: string]: SlaClock | undefined }

/** The clocks at the instant at which a postponed ticket wakes by itself. */
function wokenClocks(
  definitions: Definitions,
  ticket: Ticket,
  wakesAt: number,
  history: readonly unknown[] | undefined,
): Clocks {
  return advance(definitions, ticket, wakesAt, { limit: Number.POSITIVE_INFINITY, history }).ticket.clocks
}
