import type { MetricDefinition } from '../../sla/metric-definition.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { isMovedOn } from '../moved-on.ts'
import { staysOpen } from '../signal-time.ts'
import { type TargetAt, targetsOf } from '../target-at.ts'

/**
 * Clocks that may stand still for ever: in a status out of which nothing leads but
 * somebody's doing, or held by a signal.
 */
export const endlessPauses: Check = (linted) => [...inStatuses(linted), ...bySignals(linted)]

function inStatuses(linted: Linted): Finding[] {
  const { statuses } = linted.definition.workflow
  // one that left work has no open clock
  const asleep = statuses.filter(
    (status) => status.kind !== 'resolved' && status.kind !== 'closed' && !isMovedOn(linted, status),
  )
  return targetsOf(linted).flatMap((at): Finding[] => {
    const { level, target, path } = at
    const pausing = asleep.filter(({ name, kind }) => target.pausesIn(name, kind) && isToldOf(kind, at))
    if (pausing.length === 0) return []
    const names = (of: typeof pausing) => of.map(({ name }) => name).join(', ')
    const postponed = pausing.filter(({ kind }) => kind === 'postponed')
    const unless = postponed.length === 0 ? '' : ` (only a time to wake, where one was set, out of ${names(postponed)})`
    return [
      {
        code: 'endless_pause',
        path,
        sentence: `${target.metric} of level ${level} stands still in ${names(pausing)}, and nothing takes a ticket out of there by itself${unless}: its clock may never run again; a time rule could move such tickets on after a while`,
        severity: 'advice',
      },
    ]
  })
}

/**
 * Pausing while postponed is what most metrics do by themselves, and a ticket may have a
 * wake: told only of who asks for it.
 */
const isToldOf = (kind: string, at: TargetAt) => kind !== 'postponed' || at.definesPauses

const bySignals = ({ json, definition }: Linted): Finding[] =>
  (json.metrics ?? []).flatMap((metric, i): Finding[] => {
    const { name, pausedBy = [], resumedBy = [] } = metric
    const holds = pausedBy.filter((signal) => staysOpen(signal, definition.workflow) && !endsClock(metric, signal))
    const releases = resumedBy.filter(
      (signal) => staysOpen(signal, definition.workflow) && !endsClock(metric, signal) && !pausedBy.includes(signal),
    )
    if (holds.length === 0 || releases.length > 0) return []
    const why =
      resumedBy.length === 0
        ? 'nothing lets it go: say it in `resumedBy`'
        : `nothing lets it go: ${resumedBy.join(', ')} holds it as well, ends it, or comes when no clock is open; name another signal in \`resumedBy\``
    return [
      {
        code: 'endless_pause',
        path: `metrics[${i}].pausedBy`,
        sentence: `${name} is held by ${holds.join(', ')}, and ${why}`,
      },
    ]
  })

const endsClock = ({ fulfilledBy, cancelledBy = [] }: MetricDefinition, signal: string): boolean =>
  [...fulfilledBy, ...cancelledBy].some((end) => end === signal)
