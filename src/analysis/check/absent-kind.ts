import type { StatusKind } from '../../model/names.ts'
import type { Check, Finding } from '../finding.ts'

/** What falls away where a workflow has no status of a kind. */
const fallsAway: Partial<Record<StatusKind, string>> = {
  answered: 'an agent’s reply leaves the status as it is',
  postponed: 'no ticket can be postponed, and nothing wakes',
  closed: 'no ticket closes, neither by itself nor by hand',
}

/** Reactions towards a kind that no status has. */
export const absentKinds: Check = ({ definition: { workflow } }) =>
  Object.entries(fallsAway).flatMap(([kind, what]): Finding[] =>
    workflow.statuses.some((status) => status.kind === kind)
      ? []
      : [
          {
            code: 'absent_kind',
            path: 'workflow.statuses',
            sentence: `there is no status of kind ${kind}: ${what}`,
            severity: 'advice',
          },
        ],
  )
