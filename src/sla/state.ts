import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Terms, takeStep } from './clock.ts'
import { elapsedBy, remainingBy } from './measure.ts'

/** A clock at an instant. */
export interface ClockState
  extends Pick<
    SlaClock,
    | 'metric'
    | 'cycle'
    | 'state'
    | 'ending'
    | 'endedBy'
    | 'level'
    | 'calendar'
    | 'priority'
    | 'targetMs'
    | 'dueAt'
    | 'lateFrom'
    | 'breachedAt'
  > {
  /** Why it stands still: in a status, or held by a signal; null unless paused. */
  readonly pausedBy: { readonly kind: 'status'; readonly status: string } | { readonly kind: 'signal' } | null
  readonly breached: boolean
  /** Open time used. */
  readonly elapsedMs: number
  /** Open time left until the target is used up, or until the due time set by hand; negative when late. */
  readonly remainingMs: number
  /** Share of the target that is used, in per mille, rounded down; a due time set by hand does not change it. */
  readonly usedPerMille: number
  /**
   * The last instant still in time, if nothing else happens to the ticket: also of a paused clock, where the ticket
   * wakes by itself into a status in which the clock runs. Null when it ends or never
   * runs again, or the calendar runs out.
   */
  readonly lateFromIfUnchanged: number | null
  /** The step that fires next while it runs; null while paused, and when none is left. `repetition` from 0. */
  readonly nextStep: NextStep | null
}

export interface NextStep {
  readonly id: string
  readonly repetition: number
  readonly at: number
}

/** All clocks of a ticket at an instant. */
export interface SlaState {
  readonly ticketId: string
  /** The instant. */
  readonly at: number
  readonly level: string | null
  /** By metric. */
  readonly clocks: { readonly [metric: string]: ClockState }
}

/** What a clock shows at `now`; `woken` is the clock at `wakesAt`, at which the ticket wakes by itself. */
export function clockState(
  clock: SlaClock,
  { status }: Pick<Ticket, 'status'>,
  terms: Terms,
  now: number,
  woken: SlaClock | undefined,
  wakesAt: number | null,
): ClockState {
  const { metric, cycle, state, ending, endedBy, level, priority, targetMs, dueAt, lateFrom, breachedAt } = clock
  const { calendar } = terms
  const elapsedMs = elapsedBy(clock, calendar, now)
  return {
    metric,
    cycle,
    state,
    ending,
    endedBy,
    pausedBy: state === 'paused' ? (clock.held ? { kind: 'signal' } : { kind: 'status', status }) : null,
    level,
    calendar: clock.calendar,
    priority,
    targetMs,
    breached: breachedAt !== null,
    breachedAt,
    elapsedMs,
    remainingMs: remainingBy(clock, calendar, now),
    dueAt,
    lateFrom,
    usedPerMille: Math.floor((elapsedMs * 1_000) / targetMs),
    lateFromIfUnchanged: lateFromOf(clock, woken, wakesAt),
    nextStep: nextStepOf(clock, terms),
  }
}

function nextStepOf(clock: SlaClock, terms: Terms): NextStep | null {
  const at = clock.nextStepAt ?? null
  const taken = at === null ? undefined : takeStep(clock, terms, at)
  return at !== null && taken ? { id: taken.step, repetition: taken.repetition, at } : null
}

/** The last instant in time if the ticket does no more than wake as planned. */
function lateFromOf(clock: SlaClock, woken: SlaClock | undefined, wakesAt: number | null): number | null {
  const { state, cycle, lateFrom, breachedAt, manualDueAt } = clock
  if (state === 'ended') return null
  const stays = breachedAt !== null || manualDueAt !== undefined || wakesAt === null
  if (stays || (lateFrom !== null && lateFrom < wakesAt)) return lateFrom
  return woken?.cycle === cycle && woken.state !== 'ended' ? woken.lateFrom : null
}
