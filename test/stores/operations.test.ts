import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createDesk, defineDesk } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/how-to/operations.md', import.meta.url), 'utf8')
/** The statements of the page, without their comments. */
const statements = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== ''),
)
const statement = (beginning: string): string => {
  const found = statements.filter((one) => one.startsWith(beginning))
  expect([beginning, found.length]).toEqual([beginning, 1])
  return found[0] ?? ''
}

describe('the SQL of the operations page, on a store that was used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-operations-'))
  const path = join(folder, 'tickets.db')
  const clock = manualClock(Date.now() - 200 * 86_400_000)
  const definition = defineDesk({
    levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'firstResponse', within: '1h' }] }],
    slaRules: [{ level: 'l' }],
    triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
  })
  const store = sqliteStore(path, { clock })
  const desk = createDesk({ definition, store, clock })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  let monitor: DatabaseSync
  beforeAll(async () => {
    for (let i = 0; i < 6; i++)
      await desk
        .as({ kind: 'requester', id: 'mari' })
        .open({ ticketId: `t${i}`, subject: 's', requester: { id: 'mari', name: 'canary' } })
    await ana.resolve('t0')
    await ana.postpone('t1', {})
    let sent = 0
    await desk.deliver(async () => {
      sent += 1
      if (sent > 3) throw new Error('no')
    })
    monitor = new DatabaseSync(path)
  })
  afterAll(async () => {
    monitor.close()
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const ask = (sql: string) => monitor.prepare(sql).all() as Record<string, number | string>[]

  it('is all tried here', () => {
    expect(statements).toHaveLength(6)
  })

  it('tells how late facts of time are', () => {
    const [row] = ask(statement('SELECT count(*) AS due'))
    expect(row?.due).toBe(5) // all but the postponed one: nobody set it a time to wake
    expect(row?.late_ms).toBeGreaterThan(190 * 86_400_000)
    expect(row?.late_ms).toBeLessThan(210 * 86_400_000)
  })

  it('tells what is in the outbox, and tickets by kind', async () => {
    const [outbox] = ask(statement('SELECT count(*) AS pending'))
    expect(outbox?.pending).toBe(3)
    expect(outbox?.oldest).toBe(clock.now())
    await store.bury('default', String(ask('SELECT id FROM ticketwright_effects WHERE settled = 0')[0]?.id), 'gone')
    expect(ask(statement('SELECT count(*) AS dead'))).toEqual([{ dead: 1 }])
    expect(ask(statement('SELECT kind'))).toEqual([
      { kind: 'new', tickets: 4 },
      { kind: 'postponed', tickets: 1 },
      { kind: 'resolved', tickets: 1 },
    ])
  })

  it('is answered by indexes', () => {
    for (const sql of statements.filter((one) => one.startsWith('SELECT'))) {
      const plan = ask(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)
      expect([sql, plan]).toEqual([sql, [expect.stringMatching(/^SEARCH .* USING (COVERING )?INDEX/)]])
    }
  })

  it('makes a backup that a store opens', async () => {
    const copy = join(folder, 'copy.db')
    monitor.exec(statement('VACUUM').replace(/'[^']+'/, `'${copy}'`))
    const restored = sqliteStore(copy)
    expect((await restored.load('default', 't0')).row).toEqual((await store.load('default', 't0')).row)
    await restored.close()
  })

  it('leaves nothing of what was erased in the journal beside the file', async () => {
    await desk.erase('mari')
    expect(readFileSync(`${path}-wal`).includes('canary')).toBe(true)
    monitor.exec(statement('PRAGMA'))
    for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes('canary')).toBe(false)
  })
})
