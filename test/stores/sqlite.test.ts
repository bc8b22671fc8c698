import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { build } from 'esbuild'
import { isDeskError } from 'ticketwright'
import type { SqliteHandle } from 'ticketwright/sqlite'
import { sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { writtenCommit } from '../../src/stores/sql/written.ts'
import { commitTo } from '../../src/stores/sqlite/commit.ts'
import { Database } from '../../src/stores/sqlite/database.ts'
import { migrations } from '../../src/stores/sqlite/migrations.ts'
import { kept } from '../../src/stores/sqlite/trait.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, `${files++}.db`)

const at = Date.parse('2026-11-23T07:00:00Z')
const tenant = 'acme'
const clock = { now: () => at }
const by = (ticketId: string) => ({ tenant, ticketId, at })
const opening = (ticketId: string) => changeOf(null, decided(null, { type: 'open', subject: 'Help' }, by(ticketId)))
const commitOf = (...ids: string[]) => ({ tenant, changes: ids.map(opening), effects: [] })

const codeOf = async (work: () => unknown) => {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    return isDeskError(error) ? error.code : String(error)
  }
}

describe('sqliteStore', () => {
  it('puts the file into WAL, syncs every commit, and waits for others', () => {
    const handle = new DatabaseSync(newPath())
    handle.exec('PRAGMA busy_timeout = 0')
    sqliteStore(handle)
    const pragma = (name: string) => Object.values(handle.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('busy_timeout')]).toEqual(['wal', 2, 50])
    handle.close()
  })

  it('refuses tables of a later release, and changes nothing', async () => {
    const path = newPath()
    await sqliteStore(path).close()
    const handle = new DatabaseSync(path)
    handle.exec(`UPDATE ticketwright_meta SET value = 99 WHERE name = 'version'`)
    expect(() => sqliteStore(handle)).toThrow(`the tables are of version 99, this release knows ${migrations.length}`)
    expect(() => sqliteStore(path)).toThrow('version 99')
    expect(handle.prepare(`SELECT value FROM ticketwright_meta WHERE name = 'version'`).get()).toEqual({ value: 99 })
    handle.close()
  })

  it('leaves the tables and the user_version of the application alone', () => {
    const handle = new DatabaseSync(':memory:')
    handle.exec('PRAGMA user_version = 7; CREATE TABLE tickets (id TEXT)')
    sqliteStore(handle)
    expect(handle.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 })
    expect(handle.prepare('SELECT * FROM tickets').all()).toEqual([])
    handle.close()
  })

  it('says store_failed for a path that cannot be opened and for a closed store', async () => {
    expect(await codeOf(() => sqliteStore(join(folder, 'none', 'x.db')))).toBe('store_failed')
    const store = sqliteStore(newPath())
    await store.close()
    expect(await codeOf(() => store.load(tenant, 't1'))).toBe('store_failed')
    expect(await codeOf(() => store.commit(commitOf('t1')))).toBe('store_failed')
  })

  it('leaves a handle that it was given open', async () => {
    const handle = new DatabaseSync(':memory:')
    await sqliteStore(handle).close()
    expect(handle.prepare('SELECT 1 AS one').get()).toEqual({ one: 1 })
    handle.close()
  })

  it('says store_busy while another process writes, and saves nothing', async () => {
    const path = newPath()
    const other = new DatabaseSync(path)
    const handle = new DatabaseSync(path)
    const store = sqliteStore(handle, { clock, patienceMs: 10 })
    handle.exec('PRAGMA busy_timeout = 1')
    other.exec('BEGIN IMMEDIATE')
    expect(await codeOf(() => store.commit(commitOf('t1')))).toBe('store_busy')
    expect((await store.load(tenant, 't1')).row).toBe(null)
    other.exec('ROLLBACK')
    expect(await store.commit(commitOf('t1'))).toEqual({ ok: true })
    other.close()
    handle.close()
  })

  it('never writes into a transaction that somebody else has open on its handle (hazard 49)', async () => {
    const handle = new DatabaseSync(':memory:')
    const store = sqliteStore(handle, { clock, patienceMs: 10 })
    handle.exec('CREATE TABLE mine (x)')
    handle.exec('BEGIN; INSERT INTO mine VALUES (1)')
    expect(await codeOf(() => store.commit(commitOf('t1')))).toBe('store_busy')
    expect(await codeOf(() => store.nextNumber(tenant))).toBe('store_busy')
    expect(await codeOf(() => store.claim(tenant, 't1', 'ana', 1_000))).toBe('store_busy')
    handle.exec('COMMIT')
    expect(handle.prepare('SELECT count(*) AS n FROM mine').get()).toEqual({ n: 1 })
    expect(await store.commit(commitOf('t1'))).toEqual({ ok: true })
    handle.close()
  })

  it('loses no acknowledged write to a request beside it that conflicts (hazard 49)', async () => {
    const handle = new DatabaseSync(':memory:')
    const store = sqliteStore(handle, { clock })
    await store.commit(commitOf('taken'))
    const ids = Array.from({ length: 50 }, (_, i) => `t${i}`)
    // every second request conflicts after its first ticket was looked at; sqlite-handles.test has those that throw
    const outcomes = await Promise.all(
      ids.map((id, i) => store.commit(i % 2 === 0 ? commitOf(id) : commitOf(id, 'taken'))),
    )
    for (const [i, id] of ids.entries()) {
      expect(outcomes[i]?.ok).toBe(i % 2 === 0)
      expect((await store.load(tenant, id)).row !== null).toBe(i % 2 === 0)
    }
    handle.close()
  })

  it('shows a command that is done meanwhile by its receipt, never its ticket without it', async () => {
    const handle = new DatabaseSync(':memory:')
    const [inner, changes] = [sqliteStore(handle, { clock }), [opening('t1')]]
    const receipt = { commandId: 'c1', hash: 'h', ticketId: 't1', tickets: [], unchanged: false, at }
    let reads = 0
    const store = sqliteStore({
      exec: (sql) => handle.exec(sql),
      close: () => handle.close(),
      prepare: (sql) => {
        const statement = handle.prepare(sql)
        return {
          run: (...values) => statement.run(...values),
          all: (...values) => statement.all(...values),
          get: (...values) => {
            const row = statement.get(...values)
            // another process commits between the two reads of a load
            if (/ticketwright_(tickets|receipts)/.test(sql) && reads++ === 0) commitNow()
            return row
          },
        }
      },
    })
    const written = writtenCommit({ tenant, changes, effects: [], receipt }, kept)
    const commitNow = () => {
      const db = new Database(handle)
      expect(db.write(() => commitTo(db, written, at))).toEqual({ ok: true })
    }
    const { row, receipt: seen } = await store.load(tenant, 't1', 'c1')
    expect([row, seen]).toEqual([null, receipt])
    expect((await inner.load(tenant, 't1')).row).not.toBe(null)
    handle.close()
  })

  it('keeps of a settled effect its id and nothing of what was to be done', async () => {
    const handle = new DatabaseSync(':memory:')
    const store = sqliteStore(handle, { clock })
    const effect = { id: 'e1', ticketId: 't1', kind: 'notify', data: { to: 'canary' }, dueAt: at, staleAfter: null }
    await store.commit({ tenant, changes: [], effects: [effect] })
    await store.bury(tenant, 'e1', 'canary is away')
    await store.settle(tenant, 'e1')
    const [row] = handle.prepare('SELECT * FROM ticketwright_effects').all()
    expect(row).toMatchObject({ id: 'e1', settled: 1 })
    expect(JSON.stringify(row)).not.toContain('canary')
    handle.close()
  })

  it.each([
    ['a statement of the commit', /^INSERT INTO ticketwright_events/, 'store_failed'],
    ['the write lock', /^BEGIN/, 'store_failed'],
    ['COMMIT, while the transaction stays open', /^COMMIT/, 'store_failed'],
  ])('undoes everything when %s fails', async (_what, failing, code) => {
    const handle = new DatabaseSync(':memory:')
    const fault = { on: false }
    const store = sqliteStore(faulty(handle, fault, failing), { clock })
    fault.on = true
    expect(await codeOf(() => store.commit(commitOf('t1', 't2')))).toBe(code)
    fault.on = false
    expect((await store.load(tenant, 't1')).row).toBe(null)
    expect((await store.changes(tenant, 0, 10)).events).toEqual([])
    expect(await store.commit(commitOf('t1', 't2'))).toEqual({ ok: true })
    handle.close()
  })

  it('gives others a turn while it looks for what few of many tickets meet, and finds each once', async () => {
    const handle = new DatabaseSync(':memory:')
    const store = sqliteStore(handle, { clock })
    for (let i = 0; i < 30; i++)
      await store.commit(commitOf(...Array.from({ length: 100 }, (_, n) => `t${i * 100 + n}`)))
    const rare = { field: 'fields.n', op: 'absent' } as const
    let turns = 0
    const others = setInterval(() => {
      turns += 1
    }, 0)
    const count = async () => store.count(queryOf(tenant, rare))
    // all of them meet it, and a page of more than there are reads to the end
    const found = await store.find({
      ...queryOf(tenant, { all: [rare, { field: 'fields.m', op: 'absent' }] }),
      limit: 9_999,
    })
    const inFind = turns
    expect([found.length, new Set(found.map(({ ticket }) => ticket.id)).size]).toEqual([3_000, 3_000])
    expect(await count()).toBe(3_000)
    expect([inFind > 0, turns > inFind]).toEqual([true, true])
    clearInterval(others)
    handle.close()
  })

  it('says outcome_unknown when COMMIT fails and the transaction is over', async () => {
    const handle = new DatabaseSync(':memory:')
    const fault = { on: false }
    const store = sqliteStore(
      faulty(handle, fault, /^COMMIT/, () => handle.exec('COMMIT')),
      { clock },
    )
    fault.on = true
    expect(await codeOf(() => store.commit(commitOf('t1')))).toBe('outcome_unknown')
    fault.on = false
    expect((await store.load(tenant, 't1')).row).not.toBe(null)
    handle.close()
  })

  it('tells the codes of node:sqlite and better-sqlite3 apart', async () => {
    for (const [error, code] of [
      [Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 261 }), 'store_busy'],
      [Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY_SNAPSHOT' }), 'store_busy'],
      [Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }), 'store_failed'],
      [Object.assign(new Error('attempt to write'), { code: 'SQLITE_READONLY' }), 'store_failed'],
    ] as const) {
      const handle = new DatabaseSync(':memory:')
      const fault = { on: false, error }
      const store = sqliteStore(faulty(handle, fault, /^BEGIN/), { clock, patienceMs: 10 })
      fault.on = true
      expect(await codeOf(() => store.commit(commitOf('t1')))).toBe(code)
      handle.close()
    }
  })
})

describe('node:sqlite', () => {
  const bundled = (entry: string) =>
    build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'neutral',
      packages: 'external',
      external: ['node:*'],
      logLevel: 'silent',
    })

  it('does not come along with the main entry, nor does the store that uses it', async () => {
    const { metafile, outputFiles } = await bundled('src/index.ts')
    expect(Object.keys(metafile.inputs).filter((path) => /stores\/(sqlite|postgres)|testing/.test(path))).toEqual([])
    expect(outputFiles[0]?.text).not.toContain('node:')
  })

  it.each(['src/stores/sqlite/index.ts', 'src/testing/index.ts'])('is imported by nothing in %s', async (entry) => {
    const { metafile } = await bundled(entry)
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
    expect(imports.filter(({ path }) => path.startsWith('node:'))).toEqual([])
  })

  it.each(['esm', 'cjs'] as const)('is found by the %s form of the store', async (format) => {
    const outfile = join(folder, format === 'esm' ? 'store.mjs' : 'store.cjs')
    await build({ entryPoints: ['src/stores/sqlite/index.ts'], bundle: true, format, outfile, platform: 'neutral' })
    const load =
      format === 'esm' ? `import { sqliteStore } from './store.mjs'` : `const { sqliteStore } = require('./store.cjs')`
    const program = `${load}; sqliteStore(':memory:').nextNumber('a').then(console.log)`
    const kind = format === 'esm' ? 'module' : 'commonjs'
    const { stdout, stderr } = spawnSync('node', [`--input-type=${kind}`, '-e', program], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect([stdout, stderr.replace(/.*ExperimentalWarning.*\n.*\n/, '')]).toEqual(['1\n', ''])
  })
})

/** A handle that throws on the first statement that fits, while its fault is on. */
function faulty(
  handle: DatabaseSync,
  fault: { on: boolean; error?: Error },
  failing: RegExp,
  first = () => {},
): SqliteHandle {
  const check = (sql: string) => {
    if (!fault.on || !failing.test(sql.trim())) return
    first()
    throw fault.error ?? Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 })
  }
  return {
    exec: (sql) => {
      check(sql)
      handle.exec(sql)
    },
    prepare: (sql) => {
      const statement = handle.prepare(sql)
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run: (...values) => {
          check(sql)
          return statement.run(...values)
        },
      }
    },
    close: () => handle.close(),
  }
}
