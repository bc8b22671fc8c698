import { type Refusal, refuse } from '../errors.ts'
import type { Priority, PrioritySource } from '../model/priority.ts'
import type { WorkflowPass, WorkflowSlice } from './pass.ts'

type Sources = Readonly<Partial<Record<PrioritySource, string>>>

/** Sources in order of strength; those in one group compete by rank. */
const precedence: readonly (readonly PrioritySource[])[] = [
  ['manual'],
  ['forced'],
  ['rule', 'matrix', 'tag'],
  ['sla'],
  ['advisor'],
]

/** The effective priority and the source that decided it (SEMANTICS §4). */
export function effectivePriority(
  { priorities, defaultPriority }: WorkflowSlice,
  sources: Sources,
): { priority: Priority; source: PrioritySource } {
  for (const group of precedence) {
    const said = group
      .flatMap((source) =>
        priorities.filter((priority) => priority.name === sources[source]).map((priority) => ({ priority, source })),
      )
      .sort((a, b) => b.priority.rank - a.priority.rank)
    if (said[0]) return said[0]
  }
  return { priority: defaultPriority, source: 'default' }
}

/** Sets (or, with null, takes away) what one source says, and the priority that follows. */
export function setPriority(
  { ticket, definition, emit }: WorkflowPass,
  source: PrioritySource,
  name: string | null,
  reason: string | null,
): Refusal | undefined {
  const refusal = name === null ? undefined : checkPriority(definition, name)
  if (refusal) return refusal
  if ((ticket.prioritySources[source] ?? null) === name) return undefined
  const { [source]: _old, ...others } = ticket.prioritySources
  const prioritySources = name === null ? others : { ...others, [source]: name }
  const { priority } = effectivePriority(definition, prioritySources)
  emit(
    'priority_changed',
    {
      from: ticket.priority,
      priority: priority.name,
      priorityRank: priority.rank,
      prioritySources,
      source,
    },
    { reason },
  )
  return undefined
}

export function checkPriority({ priorities }: WorkflowSlice, name: string): Refusal | undefined {
  const known = priorities.map((priority) => priority.name)
  return known.includes(name) ? undefined : refuse('unknown_name', { what: 'priority', name, known }, 'priority')
}
