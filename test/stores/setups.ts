import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { memoryStore, type Store } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { type MakeStore, manualClock, type RawContents, type StoreFailure } from 'ticketwright/testing'

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

/** On tables that many stores share: nothing is emptied, so each has to have tenants of its own. */
export const sqliteOn =
  (handle: SqliteHandle): MakeStore =>
  () => {
    const clock = manualClock(start)
    const store = sqliteStore(handle, { clock })
    return { store, clock, close: () => store.close() }
  }

/** On a handle of the application's own, which outlives the store, and can be made to fail. */
const onHandle =
  (open: () => SqliteHandle): MakeStore =>
  () => {
    const clock = manualClock(start)
    const handle = open()
    const { failing, failNext } = faulty(handle)
    const store = sqliteStore(failing, { clock, patienceMs: 0 })
    return {
      store,
      clock,
      failNext,
      reopen: async () => sqliteStore(handle, { clock }),
      raw: (tenant) => contentsOf(handle, tenant),
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
  const opened: Store[] = []
  const open = () => {
    const store = sqliteStore(path, { clock })
    opened.push(store)
    return store
  }
  return {
    store: open(),
    clock,
    reopen: async () => {
      await opened.at(-1)?.close()
      return open()
    },
    another: open,
    // the one before is never heard of again
    crash: open,
    raw: (tenant) => {
      const handle = new DatabaseSync(path)
      const contents = contentsOf(handle, tenant)
      handle.close()
      return contents
    },
    close: async () => {
      for (const store of opened) await store.close().catch(() => {})
      rmSync(folder, { recursive: true })
    },
  }
}

/** What lies in the tables, whatever the store says. */
function contentsOf(handle: SqliteHandle, tenant: string): RawContents {
  const all = (sql: string) => handle.prepare(`${sql} WHERE tenant = ?`).all(tenant) as Record<string, never>[]
  const column = (sql: string) =>
    all(sql)
      .map((row) => String(Object.values(row)[0]))
      .sort()
  const pairs = (sql: string) =>
    all(sql)
      .map((row) => Object.values(row) as unknown as [string, number])
      .sort((a, b) => (String(a) < String(b) ? -1 : 1))
  return {
    tickets: pairs('SELECT id, version FROM ticketwright_tickets'),
    events: pairs('SELECT ticket_id, version FROM ticketwright_events'),
    commandIds: column('SELECT command_id FROM ticketwright_receipts'),
    effectIds: column('SELECT id FROM ticketwright_effects'),
    externalIds: column('SELECT external_id FROM ticketwright_external_ids'),
  }
}

/** Where a commit is hit, and by what; `lostAfter` strikes when COMMIT has been done. */
const hits: Readonly<Record<StoreFailure, readonly [at: RegExp, errcode: number]>> = {
  busy: [/^BEGIN/, 5],
  full: [/^INSERT INTO ticketwright_events/, 13],
  lostBefore: [/^BEGIN/, 10],
  lostWithin: [/^INSERT INTO ticketwright_receipts/, 10],
  lostAfter: [/^COMMIT/, 10],
}

/** A handle that fails where it is told to, once. */
function faulty(handle: SqliteHandle): { readonly failing: SqliteHandle; failNext(failure: StoreFailure): void } {
  let next: StoreFailure | null = null
  const strike = (sql: string) => {
    if (next === null || !hits[next][0].test(sql.trim())) return
    const [failure, errcode] = [next, hits[next][1]]
    next = null
    if (failure === 'lostAfter') handle.exec('COMMIT')
    throw Object.assign(new Error(failure), { code: 'ERR_SQLITE_ERROR', errcode })
  }
  return {
    failNext: (failure) => {
      next = failure
    },
    failing: {
      exec: (sql) => {
        strike(sql)
        return handle.exec(sql)
      },
      prepare: (sql) => {
        const statement = handle.prepare(sql)
        return {
          get: (...values) => statement.get(...values),
          all: (...values) => statement.all(...values),
          run: (...values) => {
            strike(sql)
            return statement.run(...values)
          },
        }
      },
      close: () => handle.close(),
    },
  }
}
