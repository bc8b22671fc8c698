import type { Definition } from '../engine/definition.ts'
import { definitionGiven, definitionsGiven } from '../engine/given.ts'
import { type Definitions, type Timeline, timelineOf } from '../engine/timeline.ts'
import { isDeskError } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { optionsGiven } from '../model/given.ts'
import { deepFreeze } from '../model/json.ts'
import { elapsedBy } from '../sla/measure.ts'
import type { SlaEvent } from './ledger-event.ts'
import { replayed } from './recompute.ts'

/** Kept, late (also while it is still open), ended without an answer, or still open and in time. */
export type ClockVerdict = 'met' | 'late' | 'cancelled' | 'open'

const verdictOf = ({ ending, breachedAt }: Pick<SlaClock, 'ending' | 'breachedAt'>): ClockVerdict =>
  ending === 'cancelled' ? 'cancelled' : breachedAt !== null ? 'late' : ending === 'fulfilled' ? 'met' : 'open'

/** One cycle of a clock, as it stands at an instant. */
export interface PreviewedClock
  extends Pick<
    SlaClock,
    'state' | 'ending' | 'level' | 'calendar' | 'priority' | 'targetMs' | 'dueAt' | 'breachedAt' | 'latenessMs'
  > {
  /** Open time used; null where it runs in a calendar that was not given. */
  readonly elapsedMs: number | null
  readonly verdict: ClockVerdict
}

/** One cycle, as it is and as it would be; null: there is none. */
export interface CyclePreview {
  readonly metric: string
  readonly cycle: number
  readonly before: PreviewedClock | null
  readonly after: PreviewedClock | null
  /** It would come out otherwise: due, breach, elapsed or verdict differ, or only one of them has it. */
  readonly differs: boolean
}

export interface LevelPreview {
  readonly ticketId: string
  /** The instant of the last event. */
  readonly at: number
  readonly level: { readonly before: string | null; readonly after: string | null }
  /** By metric, then by cycle. */
  readonly cycles: readonly CyclePreview[]
}

/**
 * What the clocks of a ticket would be, had another definition been in force from the beginning: every cycle as it is
 * by the log and as it would be, at the instant of the last event. What people and rules did stays as it was: messages,
 * statuses, due times and levels set by hand. `under` are the definitions that the log was written under, where the
 * other one lacks calendars that clocks of the log still run in.
 * @throws DeskError `invalid_definition`, `invalid_command` for arguments; `event_malformed`,
 * `event_too_new` with the place of the event (`history[3]`)
 */
export function previewLevel(
  history: Iterable<unknown>,
  definition: Definition,
  options: { readonly under?: Definitions | undefined } = {},
): LevelPreview {
  const other = definitionGiven(definition)
  const { under } = optionsGiven(options, ['under'])
  const timelines = [...(under === undefined ? [] : [definitionsGiven(under, 'under')]), other].map((one) =>
    timelineOf(one),
  )
  const { replay, stored } = replayed(other, history, 'history')
  const { id, lastAt: at, sla } = replay.ticket
  const [before, after] = [lastOfCycles(stored), lastOfCycles(replay.ledger)]
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  const cycles = keys
    .map((key) => cycleOf(before.get(key) ?? null, after.get(key) ?? null, at, timelines))
    .sort((a, b) => (a.metric === b.metric ? a.cycle - b.cycle : a.metric < b.metric ? -1 : 1))
  const level = { before: levelBefore(stored), after: sla?.level ?? null }
  return deepFreeze({ ticketId: id, at, level, cycles })
}

function cycleOf(
  before: SlaClock | null,
  after: SlaClock | null,
  at: number,
  timelines: readonly Timeline[],
): CyclePreview {
  const { metric, cycle } = (before ?? after) as SlaClock
  const [one, other] = [before && shown(before, at, timelines), after && shown(after, at, timelines)]
  const keys = ['dueAt', 'breachedAt', 'elapsedMs', 'verdict'] as const
  const differs = one === null || other === null || keys.some((key) => one[key] !== other[key])
  return { metric, cycle, before: one, after: other, differs }
}

function shown(clock: SlaClock, at: number, timelines: readonly Timeline[]): PreviewedClock {
  const { state, ending, level, calendar, priority, targetMs, dueAt, breachedAt, latenessMs } = clock
  const facts = { state, ending, level, calendar, priority, targetMs, dueAt, breachedAt, latenessMs }
  return { ...facts, elapsedMs: elapsedAt(clock, at, timelines), verdict: verdictOf(clock) }
}

function elapsedAt(clock: SlaClock, at: number, timelines: readonly Timeline[]): number | null {
  if (clock.runningSince === null) return clock.elapsedMs
  for (const timeline of timelines)
    try {
      return elapsedBy(clock, timeline.calendar(clock.calendar, clock.calendarVersion), at)
    } catch (error) {
      if (!isDeskError(error, 'definition_missing')) throw error
    }
  return null
}

/** The last entry of each cycle of a ledger. */
function lastOfCycles(ledger: readonly SlaEvent[]): ReadonlyMap<string, SlaClock> {
  const last = new Map<string, SlaClock>()
  for (const { data } of ledger) if ('clock' in data) last.set(`${data.clock.metric}/${data.clock.cycle}`, data.clock)
  return last
}

function levelBefore(ledger: readonly SlaEvent[]): string | null {
  const applied = ledger.findLast((event) => event.type === 'sla_applied')
  return applied?.type === 'sla_applied' ? applied.data.level : null
}
