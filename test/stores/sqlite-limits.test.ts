import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { createDesk, defineDesk, isDeskError } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { examine } from '../crash/examine.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-limits-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, `${files++}.db`)
const definition = defineDesk({
  triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
})

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    return isDeskError(error) ? `${error.code}: ${JSON.stringify(error.facts)}` : String(error)
  }
}

describe.each([
  ['node:sqlite', (path: string): SqliteHandle => new DatabaseSync(path)],
  ['better-sqlite3', (path: string): SqliteHandle => new BetterSqlite(path)],
])('a full disk on %s (hazard 42)', (_name, open) => {
  it('is store_failed, leaves nothing half-written, and can be written to again when there is room', async () => {
    const path = newPath()
    const handle = open(path)
    const store = sqliteStore(handle)
    const desk = createDesk({ definition, store })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    await mari.open({ ticketId: 'first', subject: 'first' })
    // SQLite itself refuses to grow: the same SQLITE_FULL as of a disk without room, in the midst of a statement
    const { page_count: pages } = handle.prepare('PRAGMA page_count').get() as { page_count: number }
    handle.exec(`PRAGMA max_page_count = ${pages + 6}`)
    const saved: string[] = []
    let refused = ''
    for (let i = 0; refused === '' && i < 500; i++) {
      const id = `t${i}`
      refused = await codeOf(() => ana.open({ ticketId: id, subject: 'x', body: 'y'.repeat(3_000) }, { commandId: id }))
      if (refused === 'nothing') {
        saved.push(id)
        refused = ''
      }
    }
    expect(refused).toMatch(/^store_failed: .*full/)
    expect(saved.length).toBeGreaterThan(0)
    const ids = saved.at(-1) ?? ''
    expect((await desk.get(ids)).id).toBe(ids)
    const lost = `t${saved.length}`
    expect(await codeOf(() => desk.get(lost))).toContain('ticket_not_found')
    expect(examine(path, [])).toEqual([])

    handle.exec('PRAGMA max_page_count = 1000000')
    const { repeated } = await ana.open({ ticketId: lost, subject: 'x', body: 'y' }, { commandId: lost })
    expect(repeated).toBe(false)
    await store.close()
    handle.close()
    expect(examine(path, [])).toEqual([])
  })
})

describe('a file that cannot be written (hazard 42)', () => {
  async function filled(): Promise<string> {
    const path = newPath()
    const handle = new DatabaseSync(path)
    const store = sqliteStore(handle)
    await createDesk({ definition, store }).as({ kind: 'agent', id: 'ana' }).open({ ticketId: 't1', subject: 'x' })
    handle.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    handle.close()
    return path
  }

  it('through a handle that only reads is store_failed when a store is made of it, and nothing changes', async () => {
    const path = await filled()
    const before = statSync(path).mtimeMs
    const handle = new DatabaseSync(path, { readOnly: true })
    const said = await codeOf(() => {
      const store = sqliteStore(handle)
      return createDesk({ definition, store }).as({ kind: 'agent', id: 'ana' }).tag('t1', ['x'])
    })
    expect(said).toMatch(/^store_failed: .*read-?only/i)
    handle.close()
    expect(statSync(path).mtimeMs).toBe(before)
  })

  it('through query_only is refused at the start', async () => {
    const handle = new DatabaseSync(await filled())
    handle.exec('PRAGMA query_only = ON')
    expect(await codeOf(() => sqliteStore(handle))).toBe(
      'store_failed: {"reason":"query_only is on: nothing can be written"}',
    )
    handle.close()
  })

  // whoever may do everything is not stopped by permissions
  it.skipIf(process.getuid?.() === 0)('by its permissions is store_failed', async () => {
    const path = await filled()
    chmodSync(path, 0o444)
    expect(await codeOf(() => sqliteStore(path))).toMatch(/^store_failed/)
  })

  it('because it is no SQLite file is store_failed', async () => {
    const path = newPath()
    copyFileSync(new URL(import.meta.url).pathname, path)
    expect(await codeOf(() => sqliteStore(path))).toMatch(/^store_failed: .*not a database/)
  })
})

describe('at the start (hazard 42)', () => {
  it.each([
    ['OFF', 'off'],
    ['MEMORY', 'memory'],
  ])('a file whose journal stays %s is refused: a failed write could not be undone', async (mode, said) => {
    const path = newPath()
    const handle = new BetterSqlite(path)
    handle.unsafeMode(true)
    // as where the file system has no shared memory: WAL is asked for, and the journal is another one
    const stubborn: SqliteHandle = {
      exec: (sql) => handle.exec(sql),
      close: () => handle.close(),
      prepare: (sql) => handle.prepare(sql.replace(/journal_mode = WAL/, `journal_mode = ${mode}`)),
    }
    expect(await codeOf(() => sqliteStore(stubborn))).toContain(`journal_mode is ${said}`)
    expect(handle.prepare('SELECT count(*) AS n FROM sqlite_master').get()).toEqual({ n: 0 })
    handle.close()
  })

  it('synchronous is FULL whatever it was, so that what is acknowledged survives a power cut', async () => {
    const handle = new DatabaseSync(newPath())
    handle.exec('PRAGMA synchronous = OFF')
    sqliteStore(handle)
    expect(handle.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    handle.close()
  })

  describe('tables that somebody else has been at', () => {
    const made = () => {
      const handle = new DatabaseSync(':memory:')
      sqliteStore(handle)
      return handle
    }
    const names = (handle: DatabaseSync, type: 'table' | 'index') =>
      handle
        .prepare(`SELECT name FROM sqlite_master WHERE type = '${type}' AND name LIKE 'ticketwright%'`)
        .all()
        .map(({ name }) => String(name))
        .filter((name) => name !== 'ticketwright_meta')

    it('each table that is missing is named, at once, with what there is to do', async () => {
      const tables = names(made(), 'table')
      expect(tables.length).toBeGreaterThanOrEqual(10)
      for (const table of tables) {
        const handle = made()
        handle.exec(`DROP TABLE ${table}`)
        expect(await codeOf(() => sqliteStore(handle))).toBe(
          `store_failed: {"reason":"the tables ${table} are missing: restore a backup"}`,
        )
      }
    })

    it('each index that is missing is named with the statement that makes it again', async () => {
      const indexes = names(made(), 'index')
      expect(indexes.length).toBeGreaterThanOrEqual(24)
      for (const index of indexes) {
        const handle = made()
        const sql = () => handle.prepare('SELECT sql FROM sqlite_master WHERE name = ?').get(index)
        const before = sql()
        handle.exec(`DROP INDEX ${index}`)
        const [, statement = ''] =
          /make them again: (CREATE INDEX [^"]+)"/.exec(await codeOf(() => sqliteStore(handle))) ?? []
        expect(statement).toContain(`${index} ON`)
        handle.exec(statement)
        expect(String(sql()?.sql).replace(/\s+/g, ' ')).toBe(String(before?.sql).replace(/\s+/g, ' '))
        sqliteStore(handle)
      }
    })

    it.each(['DELETE FROM ticketwright_meta', 'DROP TABLE ticketwright_meta'])(
      'without a mark of their version (%s) nobody makes them again over what is there',
      async (loss) => {
        const handle = made()
        handle.exec(loss)
        const schema = () => handle.prepare('SELECT sql FROM sqlite_master').all()
        const before = schema()
        expect(await codeOf(() => sqliteStore(handle))).toMatch(
          /^store_failed: .*ticketwright_meta does not say of which version: restore a backup/,
        )
        expect(schema()).toEqual(before)
      },
    )
  })

  it('a handle that reads whole numbers as BigInt is refused', async () => {
    const handle = new DatabaseSync(':memory:', { readBigInts: true })
    expect(await codeOf(() => sqliteStore(handle))).toContain('reads whole numbers as bigint')
    handle.close()
  })
})
