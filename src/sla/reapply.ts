import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Allowance } from './allowance.ts'
import { end, recounted, standAlike, termsOf } from './clock.ts'
import { metricsInPlay, pastOf, record, targetAppears, underNewTerms, viewOf } from './clocks.ts'
import { matchLevel } from './match.ts'
import { recount } from './recount.ts'
import type { SlaPass } from './slice.ts'
import { finish, type LedgerChange, type TurnView } from './turn.ts'

/**
 * Counts the open clocks of a ticket anew from its log, as if the level, its targets and calendars had always been
 * what they are now. What has ended stays as it ended.
 */
export function reapply(pass: SlaPass): void {
  if (isOutOfWork(pass.ticket.kind)) return
  matchLevel(pass)
  for (const metric of metricsInPlay(pass, pass.ticket)) {
    const view = viewOf(pass, pass.ticket, metric, pass.ticket)
    const clock = pass.ticket.clocks[metric]
    if (!view) continue
    if (clock && clock.state !== 'ended') record(pass, countedAnew(pass, view, clock))
    else if (!clock && view.allowance) record(pass, targetAppears(pass, view, view.allowance, clock))
  }
}

function countedAnew(pass: SlaPass, view: TurnView, clock: SlaClock): LedgerChange[] {
  const { allowance, metric, at } = view
  if (!allowance) return finish(view, clock, 'cancelled', 'no_target', false)
  const counted = recount(pastOf(pass, metric), metric, allowance)
  if (!counted) return finish(view, clock, 'cancelled', 'reapply', false)
  if (counted.state === 'ended') return [endedBefore(clock, counted, allowance, at)]
  const anew = recounted(clock, counted, allowance, at)
  return standAlike(clock, view.termsOf(clock), anew, at) ? [] : underNewTerms(view, anew, allowance, 'reapply')
}

/** By the terms of now it had ended already: it ends, with what it had used by then. */
function endedBefore(clock: SlaClock, counted: SlaClock, allowance: Allowance, at: number): LedgerChange {
  const ending = counted.ending ?? 'cancelled'
  const anew = { ...counted, cycle: clock.cycle, application: clock.application + 1, breachedAt: clock.breachedAt }
  return {
    type: ending === 'fulfilled' ? 'sla_fulfilled' : 'sla_cancelled',
    clock: end(anew, termsOf(allowance), at, ending, counted.endedBy ?? 'reapply', counted.leftWork),
    reason: 'reapply',
  }
}
