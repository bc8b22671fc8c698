import { foldText } from '../model/text.ts'
import type { Condition, Leaf } from './condition.ts'
import type { FieldTable } from './field.ts'

/** Tags that have become others: by the key of each, the key of the one it is now. */
export type MergedTags = ReadonlyMap<string, string>

/** What is taken away under a former name and comes under the new one has only been renamed. */
const opposites: Readonly<Record<string, string>> = {
  'event.tagsAdded': 'event.tagsRemoved',
  'event.tagsRemoved': 'event.tagsAdded',
}

/** The same rows, in which a tag that has become another counts as that one, on old tickets and in conditions alike. */
export function fieldsMerging(fields: FieldTable, merged: MergedTags): FieldTable {
  if (merged.size === 0) return fields
  const now = (key: string): string => merged.get(key) ?? key
  const rows = Object.entries(fields).map(([name, row]) => {
    if (row.type !== 'tags') return [name, row] as const
    const present = (found: unknown): unknown => (Array.isArray(found) ? [...new Set(found.map(now))] : found)
    const opposite = Object.hasOwn(opposites, name) ? fields[opposites[name] as string] : undefined
    const read: typeof row.read = (subject) => {
      const found = present(row.read(subject))
      const other = opposite && present(opposite.read(subject))
      return Array.isArray(found) && Array.isArray(other) ? found.filter((key) => !other.includes(key)) : found
    }
    return [name, { ...row, read, now }] as const
  })
  return Object.freeze(Object.fromEntries(rows))
}

/**
 * The same question in the words of stores, which know the tags as tickets keep them: any
 * name that has become one stands for it.
 */
export function withFormerTags(condition: Condition, merged: MergedTags): Condition {
  if (merged.size === 0) return condition
  if ('all' in condition) return { all: condition.all.map((part) => withFormerTags(part, merged)) }
  if ('any' in condition) return { any: condition.any.map((part) => withFormerTags(part, merged)) }
  if ('none' in condition) return { none: condition.none.map((part) => withFormerTags(part, merged)) }
  return condition.field === 'tags' && Array.isArray(condition.value) ? ofTags(condition, merged) : condition
}

function ofTags({ field, op, value }: Leaf, merged: MergedTags): Condition {
  const groups = (value as readonly string[]).map((name) => namesOf(foldText(name), merged))
  return op === 'hasAll'
    ? { all: groups.map((names) => ({ field, op: 'hasAny', value: names })) }
    : { field, op, value: [...new Set(groups.flat())] }
}

/** Every key that is this tag: what it is now, and all that has become that. */
function namesOf(key: string, merged: MergedTags): string[] {
  const now = merged.get(key) ?? key
  return [now, ...[...merged].flatMap(([former, into]) => (into === now ? [former] : []))]
}
