/**
 * The process that is killed: `node writer.ts FILE RUN STATEMENT CONTROL`. Gives commands to a desk on the file, many at
 * once, and says on stdout what was acknowledged. With a STATEMENT above 0 it kills itself right before, or right after,
 * the statement of that number. CONTROL leaves the transaction out.
 */
import { DatabaseSync } from 'node:sqlite'
import type { SqliteHandle } from '../../src/stores/sqlite/handle.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { countdown } from './countdown.ts'
import { leadLives } from './lives.ts'

const [path = '', run = '0', statement = '0', control = ''] = process.argv.slice(2)
const tick = countdown(Number(statement))
const handle = new DatabaseSync(path)
let armed = false

function counted<Result>(work: () => Result): Result {
  if (armed) tick()
  const result = work()
  if (armed) tick()
  return result
}

const withoutTransaction = (sql: string) => control !== '' && /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)
const watched: SqliteHandle = {
  exec: (sql) => counted(() => (withoutTransaction(sql) ? undefined : handle.exec(sql))),
  prepare: (sql) => {
    const prepared = handle.prepare(sql)
    return {
      // RETURNING: numbers, claims
      get: (...values) =>
        /^\s*(INSERT|UPDATE|DELETE)/.test(sql) ? counted(() => prepared.get(...values)) : prepared.get(...values),
      all: (...values) => prepared.all(...values),
      run: (...values) => counted(() => prepared.run(...values)),
    }
  },
  close: () => handle.close(),
}
const store = sqliteStore(watched)
armed = true
await leadLives(store, run)
