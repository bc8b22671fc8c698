import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import { columnOf, type SqlValue } from './column.ts'

/** A condition as SQL with bound values. */
export interface ConditionSql {
  /** True for every ticket the condition holds for; undefined: for all. */
  readonly sql: string | undefined
  readonly params: readonly SqlValue[]
  /** True for no other ticket either: nothing is left to the functions of the query. */
  readonly complete: boolean
}

const everything = (complete: boolean): ConditionSql => ({ sql: undefined, params: [], complete })

/** What of a condition a database can decide. */
export function conditionSql(condition: Condition | null): ConditionSql {
  if (condition === null) return everything(true)
  if ('field' in condition) return leafSql(condition)
  if (!('all' in condition)) return everything(false)
  const parts = childrenOf(condition).map(conditionSql)
  const asked = parts.filter(({ sql }) => sql !== undefined)
  return {
    sql: asked.length > 0 ? asked.map(({ sql }) => sql).join(' AND ') : undefined,
    params: asked.flatMap(({ params }) => params),
    complete: parts.every(({ complete }) => complete),
  }
}

function leafSql({ field, op, value }: Leaf): ConditionSql {
  const column = columnOf(field)
  const values = op === 'is' ? [value] : op === 'oneOf' && Array.isArray(value) ? value : undefined
  if (!values || column?.type !== 'TEXT' || column.form !== 'plain') return everything(false)
  const marks = values.map(() => '?').join(', ')
  return { sql: `${column.column} IN (${marks})`, params: values as string[], complete: true }
}
