export type { ConditionInSql } from '../sql/condition-in-sql.ts'
export { conditionInSql } from './condition.ts'
export type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.ts'
export { type SqliteOptions, sqliteStore } from './sqlite-store.ts'
