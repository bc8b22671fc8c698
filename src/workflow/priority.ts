import { type Refusal, refuse } from '../errors.ts'
import type { Requester } from '../model/person.ts'
import type { Priority, PrioritySource } from '../model/priority.ts'
import type { Ticket, TicketDraft } from '../model/ticket.ts'
import type { WorkflowPass, WorkflowSlice } from './pass.ts'
import type { MatrixFacts, Said } from './prioritisation.ts'

export type Sources = Readonly<Partial<Record<PrioritySource, string>>>

/** Sources in order of strength; those in one group compete by rank. */
const precedence: readonly (readonly PrioritySource[])[] = [
  ['manual'],
  ['forced'],
  ['rule', 'matrix', 'tag'],
  ['sla'],
  ['advisor'],
]

export interface EffectivePriority {
  readonly priority: Priority
  /** Whose word it is. */
  readonly source: PrioritySource
  /** The plan allows no more than this; the source said more. */
  readonly capped: boolean
}

/** The effective priority and the source that decided it (SEMANTICS §4). */
export function effectivePriority(
  slice: Pick<WorkflowSlice, 'priorities' | 'defaultPriority' | 'prioritisation'>,
  sources: Sources,
  requester: Pick<Requester, 'plan'> | null,
): EffectivePriority {
  const said = strongest(slice, sources) ?? { priority: slice.defaultPriority, source: 'default' as const }
  const name = slice.prioritisation.most(requester?.plan)
  const most = slice.priorities.find((priority) => priority.name === name)
  return most && said.priority.rank > most.rank ? { ...said, priority: most, capped: true } : { ...said, capped: false }
}

function strongest(
  { priorities }: Pick<WorkflowSlice, 'priorities'>,
  sources: Sources,
): { readonly priority: Priority; readonly source: PrioritySource } | undefined {
  for (const group of precedence) {
    const said = group
      .flatMap((source) =>
        priorities.filter((priority) => priority.name === sources[source]).map((priority) => ({ priority, source })),
      )
      .sort((a, b) => b.priority.rank - a.priority.rank)
    if (said[0]) return said[0]
  }
  return undefined
}

/** Sets (or, with null, takes away) what one source says, and the priority that follows. */
export function setPriority(
  pass: WorkflowPass,
  source: PrioritySource,
  name: string | null,
  reason: string | null,
): Refusal | undefined {
  const refusal = name === null ? undefined : checkPriority(pass.definition, name)
  if (refusal) return refusal
  say(pass, source, name, reason)
  return undefined
}

function say(
  { ticket, definition, emit }: WorkflowPass,
  source: PrioritySource,
  name: string | null,
  reason: string | null,
): void {
  if ((ticket.prioritySources[source] ?? null) === name) return
  const prioritySources = withSource(ticket.prioritySources, source, name)
  const { priority } = effectivePriority(definition, prioritySources, ticket.requester)
  emit(
    'priority_changed',
    { from: ticket.priority, priority: priority.name, priorityRank: priority.rank, prioritySources, source },
    { reason },
  )
}

function withSource(sources: Sources, source: PrioritySource, name: string | null): Sources {
  const { [source]: _old, ...others } = sources
  return name === null ? others : { ...others, [source]: name }
}

/** The ticket as if one source had said nothing. */
export function withoutSource(
  slice: Pick<WorkflowSlice, 'priorities' | 'defaultPriority' | 'prioritisation'>,
  ticket: Readonly<Ticket>,
  source: PrioritySource,
): Readonly<Ticket> {
  if (ticket.prioritySources[source] === undefined) return ticket
  const { priority } = effectivePriority(slice, withSource(ticket.prioritySources, source, null), ticket.requester)
  return { ...ticket, priority: priority.name, priorityRank: priority.rank }
}

export function checkPriority({ priorities }: WorkflowSlice, name: string): Refusal | undefined {
  const known = priorities.map((priority) => priority.name)
  return known.includes(name) ? undefined : refuse('unknown_name', { what: 'priority', name, known }, 'priority')
}

/** What follows from the ticket's own facts. */
type OwnFacts = MatrixFacts & Pick<Readonly<TicketDraft>, 'tagKeys'>

/** What the matrix and the tags say of these facts, each with its reason. */
export function ownSources(
  { prioritisation, tags, priorities }: Pick<WorkflowSlice, 'prioritisation' | 'tags' | 'priorities'>,
  facts: OwnFacts,
): { readonly matrix: Said | undefined; readonly tag: Said | undefined } {
  const rankOf = (name: string) => priorities.find((priority) => priority.name === name)?.rank ?? 0
  let tag: Said | undefined
  for (const key of facts.tagKeys) {
    const found = tags.keyed(key)
    if (found?.priority !== undefined && (!tag || rankOf(found.priority) > rankOf(tag.name)))
      tag = { name: found.priority, reason: `tag ${found.name}` }
  }
  return { matrix: prioritisation.matrix(facts), tag }
}

/**
 * To be called when facts of the ticket have changed: what follows from them falls away
 * with them, or takes their place.
 */
export function followFacts(pass: WorkflowPass): void {
  const { matrix, tag } = ownSources(pass.definition, pass.ticket)
  say(pass, 'matrix', matrix?.name ?? null, matrix?.reason ?? null)
  say(pass, 'tag', tag?.name ?? null, tag?.reason ?? null)
}

/** To be called when the requester has changed: another plan may allow more, or less. */
export function followPlan({ ticket, definition, emit }: WorkflowPass): void {
  const { priority, source, capped } = effectivePriority(definition, ticket.prioritySources, ticket.requester)
  if (priority.name === ticket.priority) return
  const plan = ticket.requester?.plan
  emit(
    'priority_changed',
    {
      from: ticket.priority,
      priority: priority.name,
      priorityRank: priority.rank,
      prioritySources: ticket.prioritySources,
      source,
    },
    { reason: capped ? `plan ${plan} allows no more` : 'the plan allows it' },
  )
}
