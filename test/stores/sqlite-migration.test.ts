import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Condition } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { filled } from '../../src/stores/sql/column.ts'
import { migrations } from '../../src/stores/sqlite/migrations.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-migration-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const tenant = 'acme'
const at = Date.parse('2026-11-23T07:00:00Z')

const opening = (i: number) =>
  changeOf(
    null,
    decided(
      null,
      { type: 'open', subject: `Subject ${i}`, reference: `R-${i}`, category: i % 2 ? 'odd' : 'even' },
      { tenant, ticketId: `t${i}`, at: at + i },
    ),
  )
const count = 1_203

/** A file as the first release with these tables left it: tickets without columns for views. */
function firstVersion(): string {
  const path = join(folder, `${files++}.db`)
  const handle = new DatabaseSync(path)
  handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN')
  handle.exec('CREATE TABLE ticketwright_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT')
  handle.exec(`INSERT INTO ticketwright_meta VALUES ('version', 1)`)
  for (const step of migrations[0] ?? []) if (typeof step === 'string') handle.exec(step)
  const insert = handle.prepare(`INSERT INTO ticketwright_tickets
    (version, reference, status, kind, next_at, planned_by, ticket, tenant, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  for (let i = 0; i < count; i++) {
    const { ticket, nextAt, plannedBy } = opening(i)
    const { version, reference, status, kind, id } = ticket
    insert.run(version, reference, status, kind, nextAt, plannedBy, JSON.stringify(ticket), tenant, id)
  }
  handle.exec('COMMIT')
  handle.close()
  return path
}

const odd: Condition = { field: 'category', op: 'is', value: 'odd' }

async function expectCurrent(handle: SqliteHandle) {
  const store = sqliteStore(handle)
  expect(await store.count(queryOf(tenant, odd))).toBe((count - 1) / 2)
  const rows = await store.find({ ...queryOf(tenant, odd), limit: 3 })
  expect(rows.map(({ ticket }) => ticket.id)).toEqual(['t1', 't3', 't5'])
  const names = filled.map(({ column }) => column).join(', ')
  const kept = handle.prepare(`SELECT ${names} FROM ticketwright_tickets WHERE id = 't7'`).get() as object
  expect(Object.values(kept)).toEqual(filled.map(({ read }) => read(opening(7).ticket)))
}

describe('a file of an earlier release', () => {
  it('is brought up to date when it is opened, and stays so', async () => {
    const handle = new DatabaseSync(firstVersion())
    await expectCurrent(handle)
    const schema = () => handle.prepare('SELECT sql FROM sqlite_master ORDER BY name').all()
    const before = schema()
    await expectCurrent(handle)
    expect(schema()).toEqual(before)
    const fresh = new DatabaseSync(':memory:')
    sqliteStore(fresh)
    expect(before).toEqual(fresh.prepare('SELECT sql FROM sqlite_master ORDER BY name').all())
    handle.close()
  })

  it('is brought up to date although tickets in it are damaged; those are named, and found again once they are whole', async () => {
    const handle = new DatabaseSync(firstVersion())
    const whole = opening(3).ticket
    for (const [id, text] of [
      ['t3', '{"id":'],
      ['t600', 'null'],
    ]) // of two transactions
      handle.prepare('UPDATE ticketwright_tickets SET ticket = ? WHERE id = ?').run(text as string, id as string)
    const store = sqliteStore(handle)
    expect(await store.count(queryOf(tenant, odd))).toBe((count - 1) / 2 - 1)
    await expect(store.load(tenant, 't3')).rejects.toMatchObject({ code: 'ticket_damaged', facts: { ticketId: 't3' } })
    const ask = { now: Number.MAX_SAFE_INTEGER, plannedBy: 'x', limit: count }
    expect((await store.due(tenant, ask)).filter((id) => ['t3', 't600'].includes(id))).toHaveLength(2)
    handle.prepare(`UPDATE ticketwright_tickets SET ticket = ? WHERE id = 't3'`).run(JSON.stringify(whole))
    const tagged = decided(whole, { type: 'tag', tags: ['mended'] }, { tenant, ticketId: 't3', at: at + 3 })
    expect(await store.commit({ tenant, changes: [changeOf(whole, tagged)], effects: [] })).toEqual({ ok: true })
    const rows = await store.find({ ...queryOf(tenant, odd), limit: 3 })
    expect(rows.map(({ ticket }) => ticket.id)).toEqual(['t1', 't3', 't5'])
    handle.close()
  })

  it('goes on where it was interrupted, at whichever step, and is refused by the older release meanwhile', async () => {
    const path = firstVersion()
    const versions = new Set<string>()
    let stops = 0
    for (let allowed = 1; ; allowed++) {
      const handle = new DatabaseSync(path)
      let commits = 0
      const stopping: SqliteHandle = {
        close: () => handle.close(),
        prepare: (sql) => handle.prepare(sql),
        exec: (sql) => {
          // one step more each time: what was done stays done
          if (sql === 'COMMIT' && ++commits > 1) throw Object.assign(new Error('the process died'), { errcode: 10 })
          handle.exec(sql)
        },
      }
      try {
        sqliteStore(stopping)
        handle.close()
        break
      } catch (error) {
        expect(String(error)).toContain('the process died')
        stops += 1
      }
      const marks = handle.prepare('SELECT name, value FROM ticketwright_meta').all() as {
        name: string
        value: number
      }[]
      const marked = Object.fromEntries(marks.map(({ name, value }) => [name, value]))
      versions.add(String(marked.version))
      expect(marked.version).toBeGreaterThan(1) // version 1 knows it must not touch this
      expect(allowed).toBeLessThan(100)
      handle.close()
    }
    expect(stops).toBeGreaterThan((migrations[1]?.length ?? 0) + 1) // the tickets took three turns
    const handle = new DatabaseSync(path)
    await expectCurrent(handle)
    handle.close()
  })

  it('is brought up to date once when three processes open it at the same instant', { timeout: 60_000 }, async () => {
    const path = firstVersion()
    const program = new URL('migrating-process.ts', import.meta.url).pathname
    const at = String(Date.now() + 1_500)
    const opening = () =>
      new Promise<string>((done, failed) => {
        const child = spawn(process.execPath, [program, path, at], { stdio: ['ignore', 'pipe', 'pipe'] })
        let [said, complained] = ['', '']
        child.stdout.on('data', (text: Buffer) => {
          said += text
        })
        child.stderr.on('data', (text: Buffer) => {
          complained += text
        })
        child.on('close', (code) => (code === 0 ? done(said) : failed(new Error(complained))))
      })
    const said = (await Promise.all([opening(), opening(), opening()])).map((text) => JSON.parse(text))
    expect(said.map(({ found }) => found)).toEqual(['t1', 't1', 't1'])
    const handle = new DatabaseSync(path)
    await expectCurrent(handle)
    const traits = handle.prepare('SELECT count(*) AS n FROM ticketwright_traits').get()
    expect(traits).toEqual({ n: count })
    handle.close()
  })

  it('of a later release is refused with every byte as it was (hazard 43)', async () => {
    const path = join(folder, `${files++}.db`)
    await sqliteStore(path).close()
    const later = new DatabaseSync(path)
    later.exec(
      `UPDATE ticketwright_meta SET value = 6 WHERE name = 'version'; ALTER TABLE ticketwright_tickets ADD COLUMN new TEXT`,
    )
    later.close()
    const before = readFileSync(path)
    expect(() => sqliteStore(path)).toThrow('the tables are of version 6, this release knows 5')
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

it('a store stops writing when a later release has migrated the file under it', async () => {
  const path = join(folder, 'later.db')
  const store = sqliteStore(path)
  await store.commit({ tenant, changes: [opening(1)], effects: [] })
  const later = new DatabaseSync(path)
  later.exec(`UPDATE ticketwright_meta SET value = 99 WHERE name = 'version'`)
  await expect(store.commit({ tenant, changes: [opening(2)], effects: [] })).rejects.toThrow('version 99')
  await expect(store.nextNumber(tenant)).rejects.toThrow('version 99')
  expect(later.prepare('SELECT count(*) AS n FROM ticketwright_tickets').get()).toEqual({ n: 1 })
  later.close()
  await store.close()
})
