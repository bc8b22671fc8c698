import type { Condition } from '../../condition/condition.ts'
import type { Status } from '../../workflow/status.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { targetsOf } from '../target-at.ts'

/** What takes a ticket out of its status. */
const moves: ReadonlySet<string> = new Set(['setStatus', 'resolve', 'close', 'wake', 'reopen', 'postpone'])

/** Clocks that may stand still for ever: in a status out of which nothing leads but somebody's doing, or held by a signal. */
export const endlessPauses: Check = (linted) => [...inStatuses(linted), ...bySignals(linted)]

function inStatuses(linted: Linted): Finding[] {
  const { statuses } = linted.definition.workflow
  // a postponed ticket may have a wake, and one that left work has no open clock
  const asleep = statuses.filter(
    (status) => ['new', 'open', 'answered'].includes(status.kind) && !isMovedOn(linted, status),
  )
  return targetsOf(linted).flatMap(({ level, target, path }): Finding[] => {
    const pausing = asleep.filter(({ name, kind }) => target.pausesIn(name, kind))
    if (pausing.length === 0) return []
    return [
      {
        code: 'endless_pause',
        path,
        sentence: `${target.metric} of level ${level} stands still in ${pausing.map(({ name }) => name).join(', ')}, and nothing takes a ticket out of there by itself: its clock may never run again; a time rule could resolve such tickets after a while`,
        severity: 'advice',
      },
    ]
  })
}

/** Is there a time rule that may move a ticket out of a status? */
function isMovedOn({ json, fields }: Linted, { name, kind }: Pick<Status, 'name' | 'kind'>): boolean {
  const there: Condition[] = [
    { field: 'status', op: 'is', value: name },
    { field: 'kind', op: 'is', value: kind },
  ]
  return (json.timeRules ?? []).some(({ active, when, do: does }) => {
    if (active === false || !does.some(({ type }) => moves.has(type))) return false
    return canHold({ all: [...(when === undefined ? [] : [when as Condition]), ...there] }, fields)
  })
}

const bySignals = ({ json }: Linted): Finding[] =>
  (json.metrics ?? []).flatMap(({ name, pausedBy = [], resumedBy = [] }, i): Finding[] =>
    pausedBy.length === 0 || resumedBy.length > 0
      ? []
      : [
          {
            code: 'endless_pause',
            path: `metrics[${i}].pausedBy`,
            sentence: `${name} is held by ${pausedBy.join(', ')}, and nothing lets it go: say it in \`resumedBy\``,
          },
        ],
  )
