import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import { copyJson, deepFreeze } from '../model/json.ts'
import { type Priority, standardPriorities } from '../model/priority.ts'
import { Count, Line, list, Name, record } from '../model/schema.ts'
import type { Tag } from '../model/tag.ts'
import { foldText } from '../model/text.ts'
import { checkPrioritisation, compilePrioritisation, type Prioritisation, unknownPriority } from './prioritisation.ts'
import { tagRegistry } from './tag-registry.ts'

/** What of a definition says which priorities and tags there are. */
export const namingSchema = {
  priorities: z
    .array(z.strictObject({ name: Name, rank: z.int(), label: Name.optional(), color: Line.optional() }))
    .min(1)
    .max(100)
    .optional(),
  defaultPriority: Name.optional(),
  tags: z
    .array(
      z.strictObject({
        name: Name,
        color: Line.optional(),
        background: Line.optional(),
        visibility: z.enum(['public', 'private']).optional(),
        archived: z.boolean().optional(),
        priority: Name.optional(),
        mergedInto: Name.optional(),
      }),
    )
    .max(10_000)
    .optional(),
  newTags: z.boolean().optional(),
  priorityMatrix: record(record(Name, 100), 100).optional(),
  impactFrom: list(z.strictObject({ affected: Count, impact: Name }), 100).optional(),
  plans: list(z.strictObject({ name: Name, maxPriority: Name.optional() }), 1_000).optional(),
}

interface Naming extends Prioritisation {
  readonly priorities?: readonly Priority[] | undefined
  readonly defaultPriority?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly newTags?: boolean | undefined
}

export const prioritiesOf = ({ priorities }: Naming): readonly Priority[] => priorities ?? standardPriorities

/** Everything wrong with priorities and tags, each with its path. */
export function checkNaming(naming: Naming): Refusal[] {
  const { priorities = [], tags = [], defaultPriority } = naming
  const known = prioritiesOf(naming).map((priority) => priority.name)
  const unknown = defaultPriority !== undefined && !known.includes(defaultPriority)
  return [
    ...repeated(priorities, 'priority', 'priorities', 'name', ({ name }) => name),
    ...repeated(priorities, 'rank', 'priorities', 'rank', ({ rank }) => String(rank)),
    ...(unknown ? [refuse('unknown_name', { what: 'priority', name: defaultPriority, known }, 'defaultPriority')] : []),
    ...repeated(tags, 'tag', 'tags', 'name', ({ name }) => foldText(name)),
    ...tags.flatMap(({ priority, mergedInto }, i) => [
      ...unknownPriority(priority, known, `tags[${i}].priority`),
      ...(mergedInto === undefined ? [] : unfitMerge(tags, i, mergedInto)),
    ]),
    ...checkPrioritisation(naming, known),
  ]
}

/** A tag becomes a registered one, in one step. */
function unfitMerge(tags: readonly Tag[], index: number, into: string): Refusal[] {
  const path = `tags[${index}].mergedInto`
  const target = tags.find((tag, i) => i !== index && foldText(tag.name) === foldText(into))
  const known = tags.filter((tag, i) => i !== index && tag.mergedInto === undefined).map(({ name }) => name)
  return target && target.mergedInto === undefined
    ? []
    : [refuse('unknown_name', { what: 'tag', name: into, known }, path)]
}

function repeated<T>(
  list: readonly T[],
  what: string,
  path: string,
  key: string,
  nameOf: (item: T) => string,
): Refusal[] {
  const names = list.map(nameOf)
  const first = new Map(names.map((name, i) => [name, i] as const).reverse())
  return names.flatMap((name, i) =>
    first.get(name) === i ? [] : [refuse('duplicate_name', { what, name }, `${path}[${i}].${key}`)],
  )
}

export function compileNaming(naming: Naming) {
  const priorities = prioritiesOf(naming)
  const lowest = priorities.reduce((low, priority) => (priority.rank < low.rank ? priority : low))
  return {
    priorities: deepFreeze(copyJson(priorities)),
    defaultPriority: priorities.find((priority) => priority.name === naming.defaultPriority) ?? lowest,
    tags: tagRegistry(naming.tags ?? [], naming.newTags ?? true),
    prioritisation: compilePrioritisation(naming),
  }
}
