import { memoryStore } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { storeCases } from 'ticketwright/testing'
import { beforeAll, describe, expect, it } from 'vitest'
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

it('every case has a name of its own', () => {
  expect(new Set(storeCases.map(({ name }) => name)).size).toBe(storeCases.length)
})
