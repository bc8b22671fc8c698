import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import type { SqlValue } from './column.ts'
import { sizeOf } from './condition-size.ts'
import { leafSql, type Means } from './leaf.ts'

/** A condition as SQL with bound values. The condition holds where the SQL does and the residue does. */
export interface ConditionSql {
  /** True for every ticket the condition holds for; undefined: for all. */
  readonly sql: string | undefined
  readonly params: readonly SqlValue[]
  /** What is left to be asked of the tickets themselves; null: nothing. */
  readonly residue: Condition | null
}

/** The most that one question to a database holds; beyond it is residue. SQLite nests no deeper than 1,000. */
export const pushed = { leaves: 200, params: 10_000 } as const

const everything: ConditionSql = { sql: undefined, params: [], residue: null }
const nothing: ConditionSql = { sql: '1 = 0', params: [], residue: null }
const left = (condition: Condition): ConditionSql => ({ ...everything, residue: condition })

/**
 * What of a condition a database can decide: facts in columns, compared as `compileCondition` compares them; texts only
 * in columns that hold them folded already. Values are bound, never written into the text.
 */
export function conditionSql(condition: Condition | null, means: Means): ConditionSql {
  if (condition === null) return everything
  const room = { ...pushed }
  return translate(condition, means, false, (part) => {
    const { leaves, params } = sizeOf(part)
    if (leaves > room.leaves || params > room.params) return false
    room.leaves -= leaves
    room.params -= params
    return true
  })
}

type Fits = (part: Condition) => boolean

/** `exact`: never NULL, so that NOT turns it round. */
function translate(condition: Condition, means: Means, exact: boolean, fits: Fits): ConditionSql {
  if ('field' in condition) return fits(condition) ? leaf(condition, means, exact) : left(condition)
  if ('all' in condition) return allOf(condition.all.map((part) => translate(part, means, exact, fits)))
  if (!fits(condition)) return left(condition)
  const parts = childrenOf(condition).map((part) => translate(part, means, exact || 'none' in condition, () => true))
  return 'any' in condition ? anyOf(condition, parts) : noneOf(condition.none, parts)
}

function leaf(condition: Leaf, means: Means, exact: boolean): ConditionSql {
  const found = leafSql(condition, means, exact)
  return found ? { ...found, residue: null } : left(condition)
}

function allOf(parts: readonly ConditionSql[]): ConditionSql {
  const asked = parts.filter(({ sql }) => sql !== undefined)
  const residues = parts.flatMap(({ residue }) => (residue === null ? [] : [residue]))
  return {
    sql: asked.length > 0 ? asked.map(({ sql }) => sql).join(' AND ') : undefined,
    params: asked.flatMap(({ params }) => params),
    residue: residues.length > 1 ? { all: residues } : (residues[0] ?? null),
  }
}

/** Where a part is not decided, the others still tell which tickets are out of question, if they all tell something. */
function anyOf(condition: Condition, parts: readonly ConditionSql[]): ConditionSql {
  if (parts.length === 0) return nothing
  if (parts.some(({ sql, residue }) => sql === undefined && residue === null)) return everything
  const residue = parts.every((part) => part.residue === null) ? null : condition
  if (parts.some(({ sql }) => sql === undefined)) return left(condition)
  return {
    sql: `(${parts.map(({ sql }) => `(${sql})`).join(' OR ')})`,
    params: parts.flatMap(({ params }) => params),
    residue,
  }
}

/** What is not decided cannot be turned round. */
function noneOf(conditions: readonly Condition[], parts: readonly ConditionSql[]): ConditionSql {
  return allOf(
    parts.map(({ sql, params, residue }, i): ConditionSql => {
      if (residue !== null) return left({ none: conditions.slice(i, i + 1) })
      return sql === undefined ? nothing : { sql: `NOT (${sql})`, params, residue: null }
    }),
  )
}
