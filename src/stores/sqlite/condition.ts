import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import { misfit, type OperatorRow, operatorNamed } from '../../condition/operator.ts'
import { DeskError, type Refusal, refuse, shown } from '../../errors.ts'
import { checkShape, isPlainObject, joinPath } from '../../model/json.ts'
import { columnOf } from '../sql/column.ts'
import { conditionSql } from '../sql/condition.ts'
import { typeOf } from '../sql/leaf.ts'
import { place } from './place.ts'

/** What of a condition a database decides, and what is left to be asked of the tickets it finds. */
export interface ConditionInSql {
  /** With `?` for each of `params`, about columns of `ticketwright_tickets`; null: it tells nothing. */
  readonly sql: string | null
  readonly params: readonly (string | number | null)[]
  /** The condition holds where the SQL does and this does; null: the SQL alone decides. */
  readonly residue: Condition | null
  /** Every leaf, by its place (`all[0].any[1]`): decided by the SQL, or left to the residue. */
  readonly leaves: readonly { readonly path: string; readonly leaf: Leaf; readonly decided: boolean }[]
}

/**
 * What SQLite decides of a condition by columns, and what is left to be asked of each ticket that the rest has found;
 * PostgreSQL decides the same. Any condition of the grammar; a field that has no column is left.
 * @throws DeskError `invalid_definition`, `unknown_name`, `forbidden_key` with the path in the condition
 * @example
 * const { sql, residue } = conditionInSql({ all: [{ field: 'kind', op: 'is', value: 'new' }, { field: 'fields.plant', op: 'is', value: 7 }] })
 * sql // => 'kind IN (?)'
 * residue // => { field: 'fields.plant', op: 'is', value: 7 }
 */
export function conditionInSql(condition: Condition): ConditionInSql {
  const refusal = checkShape(condition) ?? malformed(condition, '')
  if (refusal) throw new DeskError(refusal)
  const { sql, params, residue } = conditionSql(condition, place)
  // what is left is made of the parts themselves
  const left = new Set(residue === null ? [] : leavesOf(residue, '').map(({ leaf }) => leaf))
  const leaves = leavesOf(condition, '').map(({ path, leaf }) => ({ path, leaf, decided: !left.has(leaf) }))
  return { sql: sql ?? null, params, residue, leaves }
}

const groups = ['all', 'any', 'none'] as const

function leavesOf(condition: Condition, path: string): { readonly path: string; readonly leaf: Leaf }[] {
  if ('field' in condition) return [{ path, leaf: condition }]
  const group = groups.find((name) => name in condition) ?? 'all'
  return childrenOf(condition).flatMap((child, i) => leavesOf(child, `${joinPath(path, group)}[${i}]`))
}

/** A store knows its columns, and no other field: those are left to whoever knows them. */
function malformed(condition: unknown, path: string): Refusal | undefined {
  if (!isPlainObject(condition))
    return refuse('invalid_definition', { reason: `a condition is an object, not ${shown(condition)}` }, path)
  const group = groups.find((name) => Object.hasOwn(condition, name))
  if (group === undefined) return malformedLeaf(condition, path)
  const children = condition[group]
  if (!Array.isArray(children) || Object.keys(condition).length > 1)
    return refuse('invalid_definition', { reason: `${group} takes a list of conditions, and stands alone` }, path)
  for (const [i, child] of children.entries()) {
    const found = malformed(child, `${joinPath(path, group)}[${i}]`)
    if (found) return found
  }
  return undefined
}

function malformedLeaf({ field, op, value }: Record<string, unknown>, path: string): Refusal | undefined {
  if (typeof field !== 'string')
    return refuse('invalid_definition', { reason: 'a field name is missing' }, joinPath(path, 'field'))
  const operator: OperatorRow | undefined = operatorNamed(op)
  if (!operator) return refuse('unknown_name', { what: 'operator', name: shown(op), known: [] }, joinPath(path, 'op'))
  const column = columnOf(field)
  const wrong = misfit(operator, value, column ? typeOf({ field, column }) : 'any')
  return column && wrong ? refuse('invalid_definition', { reason: wrong }, joinPath(path, 'value')) : undefined
}
