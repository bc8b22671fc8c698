import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { memoryStore } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { type MakeStore, manualClock } from 'ticketwright/testing'

const start = '2026-11-23T09:00:00+02:00'

export const memory: MakeStore = () => {
  const clock = manualClock(start)
  const store = memoryStore({ clock })
  return { store, clock, close: () => store.close() }
}

export const sqliteInMemory: MakeStore = () => {
  const clock = manualClock(start)
  const store = sqliteStore(':memory:', { clock })
  return { store, clock, close: () => store.close() }
}

/** On a handle of the application's own, which outlives the store. */
const onHandle =
  (open: () => SqliteHandle): MakeStore =>
  () => {
    const clock = manualClock(start)
    const handle = open()
    const store = sqliteStore(handle, { clock })
    return {
      store,
      clock,
      reopen: async () => sqliteStore(handle, { clock }),
      close: async () => {
        await store.close()
        handle.close()
      },
    }
  }
export const sqliteHandle = onHandle(() => new DatabaseSync(':memory:'))
export const betterSqlite = onHandle(() => new BetterSqlite(':memory:'))

export const sqliteFile: MakeStore = () => {
  const clock = manualClock(start)
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-sqlite-'))
  const path = join(folder, 'tickets.db')
  let store = sqliteStore(path, { clock })
  return {
    store,
    clock,
    reopen: async () => {
      await store.close()
      store = sqliteStore(path, { clock })
      return store
    },
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
