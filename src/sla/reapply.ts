import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import { type Allowance, allowanceOf } from './allowance.ts'
import { recounted, retarget, standAlike, termsOf } from './clock.ts'
import { isOpen, isTooSoon, metricsInPlay, pastOf, record, startCounted, underNewTerms, viewOf } from './clocks.ts'
import { matchRules } from './match.ts'
import { allowancesByName, firstMetric, recount } from './recount.ts'
import type { SlaPass } from './slice.ts'
import { finish, type LedgerChange, type TurnView } from './turn.ts'

/**
 * Counts the open clocks of a ticket anew from its log, as if the level, its targets and calendars had always been
 * what they are now. What has ended stays as it ended.
 */
export function reapply(pass: SlaPass): void {
  if (isOutOfWork(pass.ticket.kind)) return
  matchRules(pass)
  const views = metricsInPlay(pass, pass.ticket).flatMap((metric) => {
    const clock = pass.ticket.clocks[metric]
    const view = viewOf(pass, pass.ticket, metric, pass.ticket)
    return view && (!clock || isOpen(clock)) ? [view] : []
  })
  const first = allowanceOf(pass.definition, pass.versions, pass.ticket, firstMetric)
  const allowances = allowancesByName([
    [firstMetric, first],
    ...views.map(({ metric, allowance }) => [metric, allowance] as const),
  ])
  const counted = recount(pastOf(pass, views[0]?.metric ?? ''), allowances)
  for (const view of views) {
    const { metric, allowance } = view
    const clock = pass.ticket.clocks[metric]
    const anew = counted[metric]
    if (clock) record(pass, countedAnew(view, clock, anew))
    else if (anew && allowance && !isTooSoon({ ...view, clocks: pass.ticket.clocks }, anew))
      record(pass, startCounted(view, anew, allowance))
  }
}

function countedAnew(view: TurnView, clock: SlaClock, counted: SlaClock | undefined): LedgerChange[] {
  const { allowance, at } = view
  if (!allowance) return finish(view, clock, 'cancelled', 'no_target', false)
  if (!counted) return finish(view, clock, 'cancelled', 'reapply', false)
  if (counted.state === 'ended') return endedBefore(view, clock, counted, allowance)
  // a cycle that a switch began anew counts from there, not from what started the one before
  if (allowance.target.restartFrom === 'switch' && counted.startedAt < clock.startedAt)
    return sameTerms(clock, allowance)
      ? []
      : underNewTerms(view, retarget(clock, view.termsOf(clock), allowance, at), allowance, 'switch')
  const anew = recounted(clock, counted, allowance, at)
  return standAlike(clock, view.termsOf(clock), anew, at) ? [] : underNewTerms(view, anew, allowance, 'reapply')
}

/** Another priority with the same target is no other promise. */
const sameTerms = (clock: SlaClock, { level, calendar }: Allowance): boolean =>
  clock.levelVersion === level.version && clock.calendarVersion === calendar.version

/** By the terms of now it had ended already: it stands with what it had used by then, and ends. */
function endedBefore(view: TurnView, clock: SlaClock, counted: SlaClock, allowance: Allowance): LedgerChange[] {
  const standing = recounted(clock, { ...counted, state: 'paused' }, allowance, view.at)
  const terms = termsOf(allowance)
  const ending = counted.ending ?? 'cancelled'
  return [
    { type: 'sla_retargeted', clock: standing, reason: 'reapply' },
    ...finish({ ...view, termsOf: () => terms }, standing, ending, counted.endedBy ?? 'reapply', counted.leftWork),
  ]
}
