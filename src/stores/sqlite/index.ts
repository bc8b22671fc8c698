export type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.ts'
export { sqliteStore } from './sqlite-store.ts'
