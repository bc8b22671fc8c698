import type { SlaClock } from 'ticketwright'
import { definition, officeHours } from './definition.ts'
import type { History } from './history.ts'

/** How one metric was kept for the tickets of one priority: that which the clocks were judged by. */
export interface Compliance {
  readonly priority: string
  readonly metric: string
  /** Fulfilled in time. */
  readonly met: number
  /** More than the target was used, whether the clock has ended or not. */
  readonly late: number
  /** Still in time when the replay ended. */
  readonly open: number
  /** Ended without an answer, in time: an incident resolved before anybody was assigned. */
  readonly cancelled: number
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
  readonly verdict: 'met' | 'late' | 'open' | 'cancelled'
}

export function complianceOf({ tickets }: History, endsAt: number) {
  const judged = [...tickets].flatMap(([ticket, { clocks }]) =>
    [...clocks.values()].map(({ clock, priority }) => judge(ticket, clock, priority, endsAt)),
  )
  return { compliance: byPriority(judged), worst: worstOf(judged) }
}

function judge(ticket: string, clock: SlaClock, priority: string, endsAt: number): Judged {
  const { metric, targetMs, elapsedMs, runningSince, ending } = clock
  const running = runningSince === null ? 0 : (officeHours?.between(runningSince, endsAt) ?? 0)
  const latenessMs = Math.max(0, elapsedMs + running - targetMs)
  const verdict = latenessMs > 0 ? 'late' : ending === 'fulfilled' ? 'met' : (ending ?? 'open')
  const latenessHours = Math.round(latenessMs / 36_000) / 100
  return { ticket, metric, priority, targetMs, latenessMs, latenessHours, ended: clock.state === 'ended', verdict }
}

/** The most urgent priority first, metrics in the order of the level. */
function byPriority(judged: readonly Judged[]): readonly Compliance[] {
  const ranked = [...definition.priorities].sort((a, b) => b.rank - a.rank)
  const metrics = [...(definition.levels.get('standard')?.targets.keys() ?? [])]
  return ranked.flatMap(({ name: priority }) =>
    metrics.map((metric) => {
      const these = judged.filter((one) => one.priority === priority && one.metric === metric)
      const count = (verdict: Judged['verdict']) => these.filter((one) => one.verdict === verdict).length
      const [met, late, open, cancelled] = [count('met'), count('late'), count('open'), count('cancelled')]
      return { priority, metric, met, late, open, cancelled }
    }),
  )
}

const worstOf = (judged: readonly Judged[]): readonly Breach[] =>
  judged
    .filter((one) => one.verdict === 'late')
    .sort((a, b) => b.latenessMs - a.latenessMs || (a.ticket + a.metric < b.ticket + b.metric ? -1 : 1))
    .slice(0, 10)
    .map(({ verdict: _verdict, ...breach }) => breach)
