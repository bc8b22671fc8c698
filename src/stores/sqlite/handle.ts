import { fail } from '../../errors.ts'

/** What SQLite keeps in a column. */
export type SqliteValue = string | number | null

export interface SqliteStatement {
  run(...values: SqliteValue[]): { readonly changes: number | bigint }
  get(...values: SqliteValue[]): unknown
  all(...values: SqliteValue[]): unknown[]
}

/** What is used of a SQLite handle. `DatabaseSync` of node:sqlite has it, and so has better-sqlite3. */
export interface SqliteHandle {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

type Sqlite = { readonly DatabaseSync: new (path: string) => SqliteHandle }

/**
 * Opens a file (`:memory:`: none) with node:sqlite, asked for only here, so that a program that brings a handle
 * of its own runs where there is no node:sqlite.
 */
export function openFile(path: string): SqliteHandle {
  const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined
  if (!sqlite)
    throw fail('store_failed', {
      reason: 'this runtime has no node:sqlite; hand in a handle, such as better-sqlite3’s',
    })
  return new sqlite.DatabaseSync(path)
}
