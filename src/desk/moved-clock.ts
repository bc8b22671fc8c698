import { evolve, rebuild } from '../engine/evolve.ts'
import { timelineOf } from '../engine/timeline.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { termsUnder } from '../sla/clocks.ts'
import { elapsedBy } from '../sla/measure.ts'
import type { Versions } from '../sla/slice.ts'
import type { DeskContext, Outcome } from './options.ts'

/** Where a clock stands, as far as a new count can move it. `elapsedMs` is counted up to the instant of the count. */
export type ClockStanding = Pick<
  SlaClock,
  'state' | 'ending' | 'level' | 'calendar' | 'targetMs' | 'elapsedMs' | 'dueAt' | 'lateFrom' | 'breachedAt'
>

/**
 * A cycle of a clock that a new count moved: its state, target, elapsed time, due time or breach is another.
 * Null: there was no such cycle.
 */
export interface MovedClock {
  readonly ticketId: string
  readonly metric: string
  readonly cycle: number
  readonly before: ClockStanding | null
  readonly after: ClockStanding
}

const moving = ['state', 'ending', 'targetMs', 'elapsedMs', 'dueAt', 'lateFrom', 'breachedAt'] as const

/**
 * What a command itself moved, and rules in answer to it: by metric, then by cycle. Neither what time had caused until
 * then, nor what others did since `seen` was read.
 */
export async function movedClocks(desk: DeskContext, seen: Ticket, outcome: Outcome): Promise<readonly MovedClock[]> {
  const { commandId, events } = outcome
  const own = events.filter(({ cause }) => cause.kind === 'command' && cause.id === commandId)
  const [first] = own
  if (!first) return []
  const before = await ticketBefore(desk, seen, events, first)
  const versions = timelineOf(desk.definitions)
  const standing = (clock: SlaClock) => standingAt(clock, versions, first.at)
  return [...lastOfCycles(own).values()].sort(byMetricThenCycle).flatMap((clock) => {
    const { metric, cycle } = clock
    const was = before.clocks[metric]
    const [one, other] = [was?.cycle === cycle ? standing(was) : null, standing(clock)]
    if (one && moving.every((key) => one[key] === other[key])) return []
    return [{ ticketId: before.id, metric, cycle, before: one, after: other }]
  })
}

/** The ticket as the command found it: time had gone on for it, and what was read of it before may be old. */
async function ticketBefore(
  { store, tenant }: DeskContext,
  seen: Ticket,
  events: readonly AnyTicketEvent[],
  first: AnyTicketEvent,
): Promise<Ticket> {
  const passed = events.slice(0, events.indexOf(first))
  const version = first.version - 1 - passed.length
  const loaded = seen.version === version ? seen : rebuild(await store.history(tenant, seen.id, { limit: version }))
  return passed.reduce((ticket, event) => evolve(ticket, event), loaded as Ticket)
}

function lastOfCycles(events: readonly AnyTicketEvent[]): ReadonlyMap<string, SlaClock> {
  const last = new Map<string, SlaClock>()
  for (const { data } of events) if ('clock' in data) last.set(`${data.clock.metric}/${data.clock.cycle}`, data.clock)
  return last
}

const byMetricThenCycle = (a: SlaClock, b: SlaClock): number =>
  a.metric === b.metric ? a.cycle - b.cycle : a.metric < b.metric ? -1 : 1

function standingAt(clock: SlaClock, versions: Versions, at: number): ClockStanding {
  const { state, ending, level, calendar, targetMs, dueAt, lateFrom, breachedAt } = clock
  const elapsedMs = elapsedBy(clock, termsUnder(versions, clock).calendar, at)
  return { state, ending, level, calendar, targetMs, elapsedMs, dueAt, lateFrom, breachedAt }
}
