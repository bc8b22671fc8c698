import type { SlaClock } from 'ticketwright'
import { definition, officeHours } from './definition.ts'
import type { History } from './history.ts'

/**
 * How one metric was kept, by level and by the priority whose target it was measured by: worked out from the ledger
 * alone, whose entries carry all of it. Every clock is counted once.
 */
export interface Compliance {
  readonly level: string
  readonly priority: string
  readonly metric: string
  /** Fulfilled in time. */
  readonly met: number
  /** More than the target was used, whether the clock has ended or not. */
  readonly breached: number
  /** Ended without an answer, in time: an incident resolved before anybody was assigned. */
  readonly cancelled: number
  /** Still in time when the replay ended. */
  readonly open: number
  /** Open time that the fulfilled ones took, in time or late; null where there are none. */
  readonly elapsedMs: Spread | null
  /** Open time beyond the target, of those breached. */
  readonly latenessMs: Spread | null
}

/** By nearest rank: a value that occurs. */
interface Spread {
  readonly median: number
  readonly p90: number
  readonly most: number
}

/** A clock that used more than its target. */
export interface Breach {
  readonly ticket: string
  readonly metric: string
  readonly priority: string
  readonly targetMs: number
  /** Open time beyond the target; of a clock that has not ended, when the replay did. */
  readonly latenessMs: number
  /** The same in open hours, to two decimals. */
  readonly latenessHours: number
  readonly ended: boolean
}

interface Judged extends Breach {
  readonly level: string
  readonly elapsedMs: number
  readonly fulfilled: boolean
  readonly verdict: 'met' | 'breached' | 'open' | 'cancelled'
}

export function complianceOf({ tickets }: History, endsAt: number) {
  const judged = [...tickets].flatMap(([ticket, { clocks }]) =>
    [...clocks.values()].map((clock) => judge(ticket, clock, endsAt)),
  )
  return { compliance: byLevel(judged), worst: worstOf(judged) }
}

function judge(ticket: string, clock: SlaClock, endsAt: number): Judged {
  const { metric, level, priority, targetMs, runningSince, ending } = clock
  const elapsedMs = clock.elapsedMs + (runningSince === null ? 0 : (officeHours?.between(runningSince, endsAt) ?? 0))
  const latenessMs = Math.max(0, elapsedMs - targetMs)
  const verdict = latenessMs > 0 ? 'breached' : ending === 'fulfilled' ? 'met' : (ending ?? 'open')
  const latenessHours = Math.round(latenessMs / 36_000) / 100
  const [ended, fulfilled] = [clock.state === 'ended', ending === 'fulfilled']
  return { ticket, metric, priority, targetMs, latenessMs, latenessHours, ended, level, elapsedMs, fulfilled, verdict }
}

/** Level by level; the most urgent priority first, metrics in the order of the level. */
function byLevel(judged: readonly Judged[]): readonly Compliance[] {
  const ranked = [...definition.priorities].sort((a, b) => b.rank - a.rank)
  return [...definition.levels.values()].flatMap(({ id: level, targets }) =>
    ranked.flatMap(({ name: priority }) =>
      [...targets.keys()].map((metric): Compliance => {
        const these = judged.filter((one) => one.level === level && one.priority === priority && one.metric === metric)
        const count = (verdict: Judged['verdict']) => these.filter((one) => one.verdict === verdict).length
        const fulfilled = these.filter((one) => one.fulfilled)
        const late = these.filter((one) => one.verdict === 'breached')
        return {
          level,
          priority,
          metric,
          met: count('met'),
          breached: late.length,
          cancelled: count('cancelled'),
          open: count('open'),
          elapsedMs: spreadOf(fulfilled.map((one) => one.elapsedMs)),
          latenessMs: spreadOf(late.map((one) => one.latenessMs)),
        }
      }),
    ),
  )
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]
  const [median, p90, most] = [rank(0.5), rank(0.9), rank(1)]
  return median === undefined || p90 === undefined || most === undefined ? null : { median, p90, most }
}

const worstOf = (judged: readonly Judged[]): readonly Breach[] =>
  judged
    .filter((one) => one.verdict === 'breached')
    .sort((a, b) => b.latenessMs - a.latenessMs || (a.ticket + a.metric < b.ticket + b.metric ? -1 : 1))
    .slice(0, 10)
    .map(({ verdict: _verdict, level: _level, elapsedMs: _elapsed, fulfilled: _fulfilled, ...breach }) => breach)
