import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteHandle } from '../../src/stores/sqlite/handle.ts'

/** One thing a store asked of its driver. */
interface Asked {
  readonly how: 'exec' | 'run' | 'get' | 'all'
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** A handle that remembers what is asked of it. */
export function listening(handle: DatabaseSync): { readonly handle: SqliteHandle; readonly heard: Asked[] } {
  const heard: Asked[] = []
  return {
    heard,
    handle: {
      exec: (sql) => {
        heard.push({ how: 'exec', sql, values: [] })
        return handle.exec(sql)
      },
      prepare: (sql) => {
        const statement = handle.prepare(sql)
        return {
          run: (...values) => {
            heard.push({ how: 'run', sql, values })
            return statement.run(...values)
          },
          get: (...values) => {
            heard.push({ how: 'get', sql, values })
            return statement.get(...values)
          },
          all: (...values) => {
            heard.push({ how: 'all', sql, values })
            return statement.all(...values)
          },
        }
      },
      close: () => handle.close(),
    },
  }
}

/** The same statements with the same bytes, each prepared once and beforehand, by nothing but the driver. */
export function replayOn(handle: DatabaseSync): (heard: readonly Asked[]) => () => void {
  const statements = new Map<string, StatementSync>()
  return (heard) => {
    for (const { how, sql } of heard)
      if (how !== 'exec' && !statements.has(sql)) statements.set(sql, handle.prepare(sql))
    const steps = heard.map(({ how, sql, values }) => ({ how, sql, values, statement: statements.get(sql) }))
    return () => {
      for (const { how, sql, values, statement } of steps)
        if (how === 'exec' || !statement) handle.exec(sql)
        else statement[how](...values)
    }
  }
}

export { DatabaseSync }
