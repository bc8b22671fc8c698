import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { bounds } from '../../model/bounds.ts'
import { type Json, sameJson } from '../../model/json.ts'
import { Amount, Count, CustomFields, Line, list, Name } from '../../model/schema.ts'
import { foldText } from '../../model/text.ts'
import type { ContentFacts } from '../../model/ticket-event.ts'
import type { WorkflowPass } from '../pass.ts'
import { followFacts } from '../priority.ts'
import { presentTags, type TagRegistry } from '../tag-registry.ts'
import { row } from './row.ts'

/** What a ticket is about. In `fields`, the application's own, null removes. */
export const contentInput = {
  subject: Line.optional(),
  category: Name.nullable().optional(),
  language: Name.nullable().optional(),
  impact: Name.nullable().optional(),
  urgency: Name.nullable().optional(),
  statedUrgency: Name.nullable().optional(),
  affected: Count.nullable().optional(),
  effortMinutes: Amount.min(0).max(1_000_000).nullable().optional(),
  fields: CustomFields.optional(),
}
const Content = z.strictObject(contentInput)
type Content = z.output<typeof Content>

export const TagList = list(Name, bounds.tags)

export const contentCommands = {
  setFields: row({ schema: Content, onClosed: 'accepted', decide: (pass, content) => setContent(pass, content) }),
  tag: row({
    schema: z.strictObject({ tags: TagList }),
    onClosed: 'accepted',
    decide: (pass, { tags }) => setTags(pass, tags, []),
  }),
  untag: row({
    schema: z.strictObject({ tags: TagList }),
    onClosed: 'accepted',
    decide: (pass, { tags }) => setTags(pass, [], tags),
  }),
  rate: row({
    schema: z.strictObject({ score: Amount, comment: Line.optional() }),
    onClosed: 'accepted',
    decide: ({ emit }, { score, comment }) => void emit('rated', { score }, { comment: comment ?? null }),
  }),
  /** A signal of the application, for metrics of its own. */
  signal: row({
    schema: z.strictObject({ name: Name }),
    onClosed: 'refused',
    decide: ({ emit }, { name }) => void emit('signalled', { name }),
  }),
}

/** Records what differs, and nothing when nothing does. */
export function setContent(pass: WorkflowPass, { subject, fields = {}, ...content }: Content): Refusal | undefined {
  const { ticket, emit } = pass
  const changed = Object.entries(content).filter(
    ([key, value]) => value !== undefined && value !== ticket[key as keyof ContentFacts],
  )
  const removed = Object.keys(fields).filter((key) => fields[key] === null && Object.hasOwn(ticket.fields, key))
  const set = Object.entries(fields).filter(
    ([key, value]) => value !== null && !(Object.hasOwn(ticket.fields, key) && sameJson(value, ticket.fields[key])),
  )
  const count = new Set([...Object.keys(ticket.fields), ...set.map(([key]) => key)]).size - removed.length
  if (count > bounds.fields)
    return refuse('too_large', { limit: bounds.fields, actual: count, unit: 'entries' }, 'fields')
  const renamed = subject !== undefined && subject !== ticket.subject
  if (changed.length + removed.length + set.length === 0 && !renamed) return undefined
  const custom = [...set.map(([key]) => key), ...removed].map((key) => `fields.${key}`)
  const names = [...changed.map(([key]) => key), ...(renamed ? ['subject'] : []), ...custom]
  emit(
    'fields_changed',
    { ...(Object.fromEntries(changed) as Partial<ContentFacts>), removed, changed: names },
    { ...(renamed ? { subject } : {}), fields: Object.fromEntries(set) as Record<string, Json> },
  )
  followFacts(pass)
  return undefined
}

/**
 * Adds and removes by folded name; a tag stands as registered, else as first written. A tag that has become another is
 * that one: it is removed under either name, and goes by its new name from the next change of tags on.
 */
export function setTags(
  pass: WorkflowPass,
  add: readonly string[],
  remove: readonly string[],
  path = 'tags',
): Refusal | undefined {
  const { ticket, definition, emit } = pass
  const before = presentTags(definition.tags, ticket)
  const after = new Map(before)
  for (const name of remove) after.delete(keyNow(definition.tags, name))
  for (const [i, name] of add.entries()) {
    const named = definition.tags.find(name)?.name ?? name
    const key = foldText(named)
    if (after.has(key)) continue
    const refusal = checkTag(definition, name, `${path}[${i}]`)
    if (refusal) return refusal
    after.set(key, named)
  }
  if (after.size > bounds.tags)
    return refuse('too_large', { limit: bounds.tags, actual: after.size, unit: 'entries' }, 'tags')
  const added = [...after].filter(([key]) => !ticket.tagKeys.includes(key)).map(([, name]) => name)
  const removed = ticket.tags.filter((_, i) => !after.has(ticket.tagKeys[i] as string))
  if (added.length + removed.length === 0) return undefined
  emit('tags_changed', { added, removed, tags: [...after.values()], tagKeys: [...after.keys()] })
  followFacts(pass)
  return undefined
}

const keyNow = ({ merged }: TagRegistry, name: string): string => {
  const key = foldText(name)
  return merged.get(key) ?? key
}

export function checkTag({ tags }: WorkflowPass['definition'], name: string, path: string): Refusal | undefined {
  const known = tags.find(name)
  if (known?.archived) return refuse('tag_archived', { tag: known.name }, path)
  return known || tags.open
    ? undefined
    : refuse(
        'unknown_name',
        { what: 'tag', name, known: tags.tags.filter((tag) => !tag.archived).map((tag) => tag.name) },
        path,
      )
}
