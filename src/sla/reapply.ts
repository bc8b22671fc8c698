import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Allowance } from './allowance.ts'
import { end, recounted, standAlike, termsOf } from './clock.ts'
import { isOpen, metricsInPlay, pastOf, record, startCounted, underNewTerms, viewOf } from './clocks.ts'
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
  const views = metricsInPlay(pass, pass.ticket).flatMap((metric) => {
    const clock = pass.ticket.clocks[metric]
    const view = viewOf(pass, pass.ticket, metric, pass.ticket)
    return view && (!clock || isOpen(clock)) ? [view] : []
  })
  const allowances = views.flatMap(({ metric, allowance }) => (allowance ? [[metric, allowance] as const] : []))
  const counted = recount(pastOf(pass, views[0]?.metric ?? ''), new Map(allowances))
  for (const view of views) {
    const { metric, allowance } = view
    const clock = pass.ticket.clocks[metric]
    const anew = counted.get(metric)
    if (clock) record(pass, countedAnew(view, clock, anew))
    else if (anew && allowance) record(pass, startCounted(view, anew, allowance))
  }
}

function countedAnew(view: TurnView, clock: SlaClock, counted: SlaClock | undefined): LedgerChange[] {
  const { allowance, at } = view
  if (!allowance) return finish(view, clock, 'cancelled', 'no_target', false)
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
