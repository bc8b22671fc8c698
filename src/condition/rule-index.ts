import { compileCondition, costOf, type Predicate, readerOf } from './compile.ts'
import type { Condition, Leaf } from './condition.ts'
import { type FieldTable, fieldNamed } from './field.ts'
import { operandOf, operators } from './operator.ts'
import type { Subject } from './subject.ts'

/** Many conditions, each with what it stands for, asked at once. */
export interface ConditionIndex<T> {
  /** All whose condition holds, in the order given. */
  readonly matching: (subject: Subject) => T[]
  /** The first whose condition holds. */
  readonly first: (subject: Subject) => T | undefined
}

interface Entry {
  readonly position: number
  /** Conditions that must all hold. */
  readonly parts: readonly Condition[]
}

/** Visits the positions of entries that hold; not in order. */
type Visit = (subject: Subject, found: number[]) => void

/** Fewer than this many are asked one after the other. */
const smallest = 8
/** A list longer than this is no key: its entry would stand under each of its values. */
const longestList = 16
/** Fields asked one below the other. */
const deepest = 4

/**
 * Conditions put in order by the fields they compare with `is` and `oneOf`: a ticket meets only those that ask for what
 * it has. With 10,000 conditions on a few such fields it asks some tens of them.
 */
export function indexConditions<T>(
  entries: readonly { readonly when: Condition | undefined; readonly item: T }[],
  fields: FieldTable,
): ConditionIndex<T> {
  const items = entries.map(({ item }) => item)
  const visit = build(
    entries.map(({ when }, position) => ({ position, parts: when === undefined ? [] : conjuncts(when) })),
    fields,
    deepest,
  )
  const positions = (subject: Subject): number[] => {
    const found: number[] = []
    visit(subject, found)
    return found
  }
  return {
    matching: (subject) => {
      const found = positions(subject)
      if (found.length > 1) found.sort((a, b) => a - b)
      return found.map((position) => items[position] as T)
    },
    first: (subject) => {
      let first: number | undefined
      for (const position of positions(subject)) if (first === undefined || position < first) first = position
      return first === undefined ? undefined : items[first]
    },
  }
}

/** The conditions that a condition is the `all` of. */
function conjuncts(condition: Condition): readonly Condition[] {
  return 'all' in condition ? condition.all.flatMap(conjuncts) : [condition]
}

function build(entries: readonly Entry[], fields: FieldTable, depth: number): Visit {
  const key = depth > 0 && entries.length >= smallest ? bestKey(entries, fields) : undefined
  if (!key) return each(entries, fields)
  const buckets = new Map<unknown, Entry[]>()
  const rest: Entry[] = []
  for (const entry of entries) {
    const leaf = entry.parts.find((part) => isKey(part, key.field))
    if (!leaf) {
      rest.push(entry)
      continue
    }
    const others = { position: entry.position, parts: entry.parts.filter((part) => part !== leaf) }
    for (const value of keyValues(leaf as Leaf, fields)) {
      const bucket = buckets.get(value)
      if (bucket) bucket.push(others)
      else buckets.set(value, [others])
    }
  }
  const below = new Map([...buckets].map(([value, bucket]) => [value, build(bucket, fields, depth - 1)]))
  const beside = rest.length > 0 ? build(rest, fields, depth) : undefined
  const { read } = key
  return (subject, found) => {
    below.get(read(subject))?.(subject, found)
    beside?.(subject, found)
  }
}

const isKey = (part: Condition, field: string): boolean =>
  'field' in part &&
  part.field === field &&
  (part.op === 'is' || (part.op === 'oneOf' && listOf(part).length <= longestList))

const listOf = ({ value }: Leaf): readonly unknown[] => (Array.isArray(value) ? value : [value])

function keyValues(leaf: Leaf, fields: FieldTable): ReadonlySet<unknown> {
  const type = fieldNamed(fields, leaf.field)?.type
  return new Set(
    type === undefined
      ? []
      : listOf({ ...leaf, value: operandOf(operators[leaf.op], leaf.value, type) as Leaf['value'] }),
  )
}

/** The field that leaves the fewest to be asked: with the most entries to a field, and the most values to an entry. */
function bestKey(
  entries: readonly Entry[],
  fields: FieldTable,
): { readonly field: string; readonly read: (subject: Subject) => unknown } | undefined {
  const asked = new Map<string, { entries: number; values: Set<unknown> }>()
  for (const { parts } of entries)
    for (const name of new Set(
      parts.flatMap((part) => ('field' in part && isKey(part, part.field) ? [part.field] : [])),
    )) {
      const found = asked.get(name) ?? { entries: 0, values: new Set() }
      asked.set(name, found)
      found.entries++
      const leaf = parts.find((part) => isKey(part, name)) as Leaf
      for (const value of listOf(leaf)) found.values.add(value)
    }
  let best: { field: string; left: number } | undefined
  for (const [field, { entries: count, values }] of asked) {
    // what a ticket still has to ask on average, were every value as frequent as the other
    const left = entries.length - count + count / values.size
    if (left < entries.length && (!best || left < best.left)) best = { field, left }
  }
  const field = best && fieldNamed(fields, best.field)
  return best && field ? { field: best.field, read: readerOf(field, operators.is) } : undefined
}

/** One after the other, the cheap ones of each first. */
function each(entries: readonly Entry[], fields: FieldTable): Visit {
  const asked: readonly { position: number; holds: Predicate }[] = entries.map(({ position, parts }) => ({
    position,
    holds: compileCondition({ all: [...parts].sort((a, b) => costOf(a) - costOf(b)) }, fields),
  }))
  const [only] = asked
  if (only && asked.length === 1)
    return (subject, found) => {
      if (only.holds(subject)) found.push(only.position)
    }
  return (subject, found) => {
    for (const { position, holds } of asked) if (holds(subject)) found.push(position)
  }
}
