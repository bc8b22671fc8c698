/** A priority: higher rank is more urgent. */
export interface Priority<Name extends string = string> {
  readonly name: Name
  readonly rank: number
  readonly label?: string | undefined
  /** A CSS colour. */
  readonly color?: string | undefined
}

/** Where a priority came from, strongest first; each source keeps its last value and falls away with its cause. */
export const prioritySources = ['manual', 'forced', 'rule', 'matrix', 'tag', 'sla', 'advisor', 'default'] as const
export type PrioritySource = (typeof prioritySources)[number]

/** Low (default), Medium, High, Urgent: a ticket nobody marked is Low. */
export const standardPriorities = [
  { name: 'Low', rank: 1, color: '#64748b' },
  { name: 'Medium', rank: 2, color: '#2563eb' },
  { name: 'High', rank: 3, color: '#d97706' },
  { name: 'Urgent', rank: 4, color: '#dc2626' },
] as const satisfies readonly Priority[]
export type StandardPriority = (typeof standardPriorities)[number]['name']
