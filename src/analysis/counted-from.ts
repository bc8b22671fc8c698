import type { Condition } from '../condition/condition.ts'

/** What is so whenever a time rule may fire, by what it counts from. */
const whenCounted: Readonly<Record<string, Condition>> = {
  waitingSince: { field: 'waitingSince', op: 'present' },
  assignedSince: { field: 'assignee', op: 'present' },
  departmentSince: { field: 'department', op: 'present' },
  lastAgentReplyAt: { field: 'lastAgentReplyAt', op: 'present' },
  resolvedAt: { field: 'kind', op: 'is', value: 'resolved' },
}
const notClosed: Condition = { field: 'kind', op: 'isNot', value: 'closed' }

/** What must hold for a time rule to fire, beside its own condition. */
export const countedFrom = (since: unknown): readonly Condition[] => {
  const counted = typeof since === 'string' && Object.hasOwn(whenCounted, since) ? whenCounted[since] : undefined
  return counted ? [notClosed, counted] : [notClosed]
}
