import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { createDesk, type Definition, defineDesk, memoryStore, rebuild } from 'ticketwright'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { kept } from '../../src/stores/sqlite/trait.ts'

/** Written by the code of 0.1.0: see test/data/README.md. */
const dump = readFileSync(new URL('../data/sqlite/0.1.0.sql', import.meta.url), 'utf8')

const week = [['09:00', '17:00']] as const
/** The same text as then. */
const definition = defineDesk({
  calendars: [
    { id: 'office', zone: 'Europe/Tallinn', hours: { mon: week, tue: week, wed: week, thu: week, fri: week } },
  ],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: { Urgent: '1h', default: '4h' } },
        { metric: 'resolution', within: '16h' },
      ],
    },
  ],
  slaRules: [{ level: 'standard' }],
  views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'slaDue' }],
}) as Definition

const ids = ['again', 'login', 'print', 'quiet', 'thanks']

describe.each([
  ['node:sqlite', (): SqliteHandle => new DatabaseSync(':memory:')],
  ['better-sqlite3', (): SqliteHandle => new BetterSqlite(':memory:')],
])('a file that 0.1.0 has written, opened with %s', (_driver, open) => {
  function opened() {
    const handle = open()
    handle.exec(dump)
    const was = handle.prepare('SELECT tenant, id, ticket FROM ticketwright_tickets ORDER BY tenant, id').all()
    const clock = manualClock('2026-03-02T10:21:00Z')
    const store = sqliteStore(handle, { clock })
    return { handle, was, clock, store, desk: createDesk({ definition, store, clock }) }
  }

  it('has the tables of a new one, every row as it was, and its columns filled from it', () => {
    const { handle, was } = opened()
    const fresh = new DatabaseSync(':memory:')
    sqliteStore(fresh)
    const schema = 'SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name'
    expect(handle.prepare(schema).all()).toEqual(fresh.prepare(schema).all())
    expect(handle.prepare('SELECT tenant, id, ticket FROM ticketwright_tickets ORDER BY tenant, id').all()).toEqual(was)
    const columns = kept.map(({ column }) => column).join(', ')
    const rows = handle.prepare(`SELECT ticket AS json, ${columns} FROM ticketwright_tickets`).all()
    expect(rows).toHaveLength(6)
    for (const { json, ...facts } of rows as Record<string, string>[])
      expect(Object.values(facts)).toEqual(kept.map(({ read }) => read(JSON.parse(json ?? ''))))
  })

  it('is read whole: tickets and logs, feed, look-ups, receipts, outbox, leases, each tenant its own', async () => {
    const { desk, store, clock } = opened()
    const logs = await Promise.all(ids.map((id) => desk.history(id)))
    for (const [i, id] of ids.entries()) {
      const { row } = await store.load('default', id)
      expect(row?.ticket).toEqual(rebuild(logs[i] ?? []))
    }
    const { events } = await desk.changes(0)
    const versionsOf = (id: string) => events.filter(({ ticketId }) => ticketId === id).map(({ version }) => version)
    expect(events).toHaveLength(logs.flat().length)
    for (const [i, id] of ids.entries()) expect(versionsOf(id)).toEqual(logs[i]?.map(({ version }) => version))
    expect((await desk.byReference('T-000003'))?.id).toBe('print')
    expect((await desk.byExternalId('<2@mail>'))?.id).toBe('login')
    expect((await desk.messages('login')).map(({ body }) => body)).toEqual([
      'Since “today” — 工单 😀',
      'Please try again',
      'She is locked out',
      'No better',
    ])
    const pending = await store.effects('default', { now: clock.now(), limit: 10 })
    expect(pending.map(({ id, data }) => [id, data])).toEqual([['login:crm:2', { hook: 'crm', n: 2 }]])
    const other = createDesk({ definition, store, clock, tenant: 'other' })
    expect((await other.get('login')).subject).toBe('Of another tenant')
    // ana had it then, and her token stays hers
    expect(await store.claim('default', 'login', 'ben', 60_000)).toMatchObject({ token: 2 })
  })

  it('is worked on: what was done is known, commands and facts of time go on, views are those of memory', async () => {
    const { desk, clock } = opened()
    const ana = desk.as({ kind: 'agent', id: 'ana', name: 'Ana' })
    const again = await ana.reply(
      'login',
      { body: 'Please try again', externalId: '<out-1@mail>' },
      { commandId: 'reply-login' },
    )
    expect(again.repeated).toBe(true)
    const due = (await desk.get('quiet')).clocks.firstResponse?.dueAt
    expect(due).toBe(Date.parse('2026-03-02T13:50:00Z'))
    const replied = await ana.reply('login', { body: 'And now?' })
    expect(replied.ticket.kind).toBe('answered')
    expect((await ana.open({ subject: 'New' })).ticket.reference).toBe('T-000006')
    clock.pass('72h')
    const { failed, events } = await desk.runDue()
    expect([failed, events > 0]).toEqual([[], true])
    expect((await desk.get('print')).kind).toBe('new')
    expect((await desk.get('quiet')).clocks.firstResponse?.breachedAt).toBe((due ?? 0) + 1)
    const memory = createDesk({ definition, store: memoryStore({ clock }), clock })
    let lines = ''
    for await (const line of desk.exportLines()) lines += line
    expect(await memory.importLines(lines)).toMatchObject({ tickets: 6, failed: [] })
    const [here, there] = [await desk.view('todo'), await memory.view('todo')]
    expect(here).toEqual(there)
    expect(here.tickets.map(({ id }) => id)).toContain('quiet')
    expect(await desk.count('todo')).toEqual(await memory.count('todo'))
  })
})
