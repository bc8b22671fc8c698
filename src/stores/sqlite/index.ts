export { type ConditionInSql, conditionInSql } from './condition.ts'
export type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.ts'
export { type SqliteOptions, sqliteStore } from './sqlite-store.ts'
