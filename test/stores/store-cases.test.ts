import { DatabaseSync } from 'node:sqlite'
import { memoryStore, type Store } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock, storeCases } from 'ticketwright/testing'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { openLite, pglite } from './postgres-setup.ts'
import { betterSqlite, memory, sqliteFile, sqliteHandle, sqliteInMemory } from './setups.ts'

const stores = {
  memory,
  'SQLite, in memory': sqliteInMemory,
  'SQLite, a handle of the application': sqliteHandle,
  'SQLite, a handle of better-sqlite3': betterSqlite,
  'SQLite, a file': sqliteFile,
  PGlite: pglite,
}

/** What each cannot show, and why: all else it must. */
const lacking: Readonly<Record<string, readonly string[]>> = {
  memory: ['it keeps nothing', 'nobody else', 'the setup cannot', 'the store keeps nothing'],
  'SQLite, in memory': ['nobody else', 'the setup cannot', 'the store keeps nothing'],
  'SQLite, a handle of the application': ['nobody else', 'the store keeps nothing'],
  'SQLite, a handle of better-sqlite3': ['nobody else', 'the store keeps nothing'],
  'SQLite, a file': ['the setup cannot'],
  PGlite: ['the store keeps nothing'],
}

describe.each(Object.entries(stores))('%s', (name, make) => {
  beforeAll(async () => void (make === pglite && (await openLite())), 120_000)
  it.for(storeCases)('$name', async ({ run }, context) => {
    const { skipped } = await run(make)
    if (skipped === null) return
    expect([name, lacking[name]?.some((reason) => skipped.startsWith(reason)), skipped]).toEqual([name, true, skipped])
    context.skip(skipped)
  })
})

describe('on the machine’s own clock', () => {
  const real = {
    memory: () => ({ store: memoryStore(), close: async () => {} }),
    SQLite: () => {
      const store = sqliteStore(':memory:')
      return { store, close: () => store.close() }
    },
  }
  it.each(Object.entries(real))('%s does the same', async (_name, make) => {
    const timed = storeCases.filter(({ name }) => /lease|holds/.test(name))
    expect(timed.length).toBeGreaterThan(5)
    await Promise.all(timed.map(({ run }) => run(make)))
  })
})

describe('the kit', () => {
  it('may be run on one database again, by another process too, and leaves it open', async () => {
    const handle = new DatabaseSync(':memory:')
    const onOne = () => {
      const clock = manualClock('2026-11-23T09:00:00+02:00')
      const store = sqliteStore(handle, { clock })
      return { store, clock, close: () => store.close() }
    }
    for (const { run } of storeCases) await run(onOne)
    // as another process would have it: nothing is remembered of the first run
    vi.resetModules()
    const fresh = await import('ticketwright/testing')
    expect(fresh.storeCases).not.toBe(storeCases)
    for (const { run } of fresh.storeCases) await run(onOne)
    handle.close()
  }, 60_000)

  it('tells of a connection that breaks by failing the case, whatever else it was waiting for', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    let broken = 0
    for (const { run } of storeCases)
      for (const calls of [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]) {
        const clock = manualClock('2026-11-23T09:00:00+02:00')
        const store = breaking(memoryStore({ clock }), calls)
        const ran = run(() => ({ store, clock, close: () => Promise.reject(gone) }))
        const told = await ran.then(
          () => null,
          (error: unknown) => error,
        )
        // a case of fewer calls is through before; then the closing fails, and that is told too
        expect(String(told)).toContain('the connection is gone')
        broken += 1
      }
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', hear)
    expect([unheard, broken]).toEqual([[], storeCases.length * 10])
  }, 60_000)
})

const gone = new Error('the connection is gone')

/** Answers so many calls, and no more. */
function breaking(store: Store, calls: number): Store {
  let left = calls
  const broken = Object.entries(store).map(([name, method]) => [
    name,
    (...ask: unknown[]) => (left-- > 0 ? (method as (...ask: unknown[]) => unknown)(...ask) : Promise.reject(gone)),
  ])
  return Object.fromEntries(broken) as Store
}

it('every case has a name of its own', () => {
  expect(new Set(storeCases.map(({ name }) => name)).size).toBe(storeCases.length)
})
