import type { Condition } from '../../condition/condition.ts'
import { type ConditionInSql, conditionIn } from '../sql/condition-in-sql.ts'
import { sqlite } from '../sql/dialect.ts'

/**
 * What SQLite decides of a condition by columns, and what is left to be asked of each ticket that the rest has found;
 * PostgreSQL decides the same. Any condition of the grammar; a field that has no column is left.
 * @throws DeskError `invalid_definition`, `unknown_name`, `forbidden_key` with the path in the condition
 * @example
 * const { sql, residue } = conditionInSql({ all: [{ field: 'kind', op: 'is', value: 'new' }, { field: 'fields.plant', op: 'is', value: 7 }] })
 * sql // => 'kind IN (?)'
 * residue // => { field: 'fields.plant', op: 'is', value: 7 }
 */
export const conditionInSql = (condition: Condition): ConditionInSql => conditionIn(sqlite, condition)
