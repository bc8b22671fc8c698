import { DatabaseSync } from 'node:sqlite'
import type { SqliteHandle } from '../../src/stores/sqlite/handle.ts'

/**
 * A handle that calls `tick` right before and right after each statement that writes, from `arm` on; those that give
 * rows (RETURNING: numbers, claims) too. `control` leaves the transaction out.
 */
export function watchedFile(
  path: string,
  control: boolean,
  tick: () => void,
): { readonly handle: SqliteHandle; arm(): void } {
  const handle = new DatabaseSync(path)
  let armed = false
  const counted = <Result>(work: () => Result): Result => {
    if (armed) tick()
    const result = work()
    if (armed) tick()
    return result
  }
  const leftOut = (sql: string) => control && /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)
  return {
    arm: () => {
      armed = true
    },
    handle: {
      exec: (sql) => counted(() => (leftOut(sql) ? undefined : handle.exec(sql))),
      prepare: (sql) => {
        const prepared = handle.prepare(sql)
        return {
          get: (...values) =>
            /^\s*(INSERT|UPDATE|DELETE)/.test(sql) ? counted(() => prepared.get(...values)) : prepared.get(...values),
          all: (...values) => prepared.all(...values),
          run: (...values) => counted(() => prepared.run(...values)),
        }
      },
      close: () => handle.close(),
    },
  }
}
