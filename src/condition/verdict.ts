import { joinPath } from '../model/json.ts'
import { compileCondition } from './compile.ts'
import { type Condition, childrenOf, type Leaf } from './condition.ts'
import { type FieldTable, fieldNamed } from './field.ts'
import type { Subject } from './subject.ts'

/** A leaf that was asked, and what it found. */
export interface LeafVerdict {
  /** Where it stands: `all[0].any[1]`; empty for a condition that is one leaf. */
  readonly path: string
  readonly leaf: Leaf
  readonly holds: boolean
  /** What the field held; null where it held nothing. */
  readonly found: unknown
  /** What it held before the event, for `changed`, `changedTo` and `changedFrom`. */
  readonly was?: unknown
}

/** The answer to a condition, and the leaves that decided it. */
export interface Verdict {
  readonly holds: boolean
  /**
   * As few as it takes: a true `all` is decided by all of its parts, a false one by the first that is false; `any` and
   * `none` the other way round. None for a group of nothing.
   */
  readonly decidedBy: readonly LeafVerdict[]
}

type Judge = (subject: Subject) => Verdict

/** As `compileCondition`, for those who want to know why: asks in the order written, and says which leaves decided. */
export function compileVerdict(condition: Condition, fields: FieldTable, path = ''): Judge {
  if ('field' in condition) return compileLeaf(condition, fields, path)
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
  const judges = childrenOf(condition).map((child, i) =>
    compileVerdict(child, fields, `${joinPath(path, group)}[${i}]`),
  )
  // the answer of one part that settles the group
  const settling = group !== 'all'
  return (subject) => {
    const decidedBy: LeafVerdict[] = []
    for (const judge of judges) {
      const verdict = judge(subject)
      if (verdict.holds === settling) return { holds: group === 'any', decidedBy: verdict.decidedBy }
      decidedBy.push(...verdict.decidedBy)
    }
    return { holds: group !== 'any', decidedBy }
  }
}

function compileLeaf(leaf: Leaf, fields: FieldTable, path: string): Judge {
  const asks = compileCondition(leaf, fields)
  const field = fieldNamed(fields, leaf.field)
  const change = leaf.op === 'changed' || leaf.op === 'changedTo' || leaf.op === 'changedFrom'
  return (subject) => {
    const holds = asks(subject)
    const found = field?.read(subject) ?? null
    const was = subject.before && change ? (field?.read({ ticket: subject.before }) ?? null) : null
    return { holds, decidedBy: [change ? { path, leaf, holds, found, was } : { path, leaf, holds, found }] }
  }
}
