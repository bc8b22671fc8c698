import type { Check, Finding } from '../finding.ts'
import { targetsOf } from '../target-at.ts'

/** Promises of an answer that stand still while the ticket is postponed: whoever owes it can stop the clock. */
export const pausingResponses: Check = (linted) => {
  const postponed = linted.definition.workflow.statuses.filter(({ kind }) => kind === 'postponed')
  return targetsOf(linted).flatMap(({ level, target, path }): Finding[] => {
    const { fulfilledBy, starts } = target.row
    const answers = fulfilledBy.includes('agentReply') && !starts.some(({ on }) => on === 'agentReply')
    const pausing = postponed.filter(({ name, kind }) => target.pausesIn(name, kind))
    if (!answers || pausing.length === 0) return []
    return [
      {
        code: 'pausing_response',
        path,
        sentence: `${target.metric} of level ${level} stands still in ${pausing.map(({ name }) => name).join(', ')}: an agent who owes an answer stops the clock by postponing; \`pauses: []\` lets it run`,
        severity: 'advice',
      },
    ]
  })
}
