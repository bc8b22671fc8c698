import { DatabaseSync } from 'node:sqlite'
import { createDesk, type Definition, defineDesk, isDeskError, memoryStore, rebuild, type Store } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { openLite, pglite } from './postgres-setup.ts'

const definition = defineDesk({
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
  slaRules: [{ level: 'l' }],
  triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
  views: [
    { id: 'all', order: 'fifo' },
    { id: 'network', when: { field: 'category', op: 'is', value: 'network' }, order: 'fifo' },
  ],
}) as Definition
const ana = { kind: 'agent', id: 'ana' } as const
const requester = { id: 'mari', name: 'Mari', email: 'mari@mail' }

/** A store, and a way behind its back; `?` stands for a text, `TABLE_x` for a table. */
interface Opened {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  readonly sql: (text: string, ...values: string[]) => Promise<unknown>
}

const start = '2026-11-23T09:00:00+02:00'
const places: readonly (readonly [string, () => Promise<Opened>])[] = [
  [
    'SQLite',
    async () => {
      const clock = manualClock(start)
      const handle = new DatabaseSync(':memory:')
      const sql = async (text: string, ...values: string[]) =>
        handle.prepare(text.replaceAll('TABLE_', 'ticketwright_')).run(...values)
      return { store: sqliteStore(handle, { clock }), clock, sql }
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { clock = manualClock(start) } = await pglite() // emptied
      const client = await openLite()
      const sql = (text: string, ...values: string[]) => {
        let n = 0
        return client.query(
          text.replaceAll('TABLE_', 'ticketwright.').replaceAll('?', () => `$${++n}`),
          values,
        )
      }
      return { store: postgresStore(client, { clock }), clock, sql }
    },
  ],
]

async function codeOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask()
    return 'nothing'
  } catch (error) {
    if (!isDeskError(error, 'ticket_damaged')) throw error
    return `${error.facts.ticketId} ${error.facts.what} ${error.facts.id}`
  }
}

/** What came of it before it ended, if it did. */
async function given(pieces: AsyncIterable<string>): Promise<{ readonly text: string; readonly end: unknown }> {
  let text = ''
  try {
    for await (const piece of pieces) text += piece
    return { text, end: null }
  } catch (end) {
    return { text, end }
  }
}

describe.each(places)('a ticket that somebody else has damaged, on %s', (_where, open) => {
  beforeAll(async () => void (await openLite()), 300_000)

  /** Five tickets, all late by an hour. */
  async function late() {
    const opened = await open()
    const { store, clock } = opened
    const desk = createDesk({ definition, store, clock })
    for (let i = 0; i < 5; i++)
      await desk.as(ana).open({ ticketId: `t${i}`, subject: 'Late', category: i % 2 ? 'network' : 'mail', requester })
    clock.pass('2h')
    return { ...opened, desk }
  }

  it.each([
    ['cut off', '{"id":"t1","ver'],
    ['empty', ''],
    ['null', 'null'],
    ['another’s', '{"id":"t2"}'],
  ])('(%s) is told by name, and holds up no other', async (_how, text) => {
    const { desk, clock, sql } = await late()
    await sql(`UPDATE TABLE_tickets SET ticket = ? WHERE id = 't1'`, text)
    // the head of what is due: however small the limit, the others come
    const told: string[] = []
    let events = 0
    for (let i = 0; i < 5; i++) {
      const run = await desk.runDue({ limit: 1 })
      events += run.events
      for (const { ticketId, error } of run.failed) told.push(`${ticketId} ${error.code}`)
    }
    expect([told, events]).toEqual([['t1 ticket_damaged'], 4])
    expect(await desk.runDue()).toEqual({ tickets: 0, events: 0, more: false, held: 0, failed: [] })
    clock.pass('1h')
    expect((await desk.runDue()).failed).toEqual([
      {
        ticketId: 't1',
        error: {
          code: 'ticket_damaged',
          facts: { ticketId: 't1', what: 'ticket', id: 't1', reason: expect.any(String) },
        },
      },
    ])
    const agent = desk.as(ana)
    const asks = [() => desk.get('t1'), () => agent.note('t1', { body: 'n' }), () => desk.view('all')]
    for (const ask of asks) expect(await codeOf(ask)).toBe('t1 ticket t1')
    // a view of others is theirs
    expect((await desk.view('all', { only: { by: 'category', value: 'mail' } })).tickets).toHaveLength(3)
    expect((await desk.count('all')).count).toBe(5)
    await agent.note('t2', { body: 'n' })
    const many = await agent.performMany(['t0', 't1', 't2'], { type: 'note', body: 'n' })
    expect(many.receipts.map(({ result }) => result)).toEqual(['changed', 'refused', 'changed'])
    const { tickets, failed, next } = await desk.reapply()
    expect([tickets, failed.map(({ ticketId }) => ticketId), next]).toEqual([5, ['t1'], null])
    const erased = await desk.erase('mari')
    expect([erased.failed.map(({ ticketId }) => ticketId), erased.complete]).toEqual([['t1'], false])
  })

  it('is exported from its log, and made whole from it', async () => {
    const { desk, store, clock, sql } = await late()
    const before = [await given(desk.exportLines()), await given(desk.exportCsv())]
    const whole = (await store.load('default', 't1')).row?.ticket
    await sql(`UPDATE TABLE_tickets SET ticket = ? WHERE id = 't1'`, '{')
    expect([await given(desk.exportLines()), await given(desk.exportCsv())]).toEqual(before)
    const other = createDesk({ definition, store: memoryStore({ clock }), clock })
    expect(await other.importLines(before[0]?.text ?? '')).toMatchObject({ tickets: 5, failed: [] })
    expect(await other.get('t1')).toMatchObject({ id: 't1', subject: 'Late' })

    const ticket = rebuild(await desk.history('t1'))
    await sql(
      `UPDATE TABLE_tickets SET ticket = ? WHERE tenant = ? AND id = ?`,
      JSON.stringify(ticket),
      'default',
      't1',
    )
    expect((await store.load('default', 't1')).row?.ticket).toEqual(whole)
    await desk.as(ana).note('t1', { body: 'n' })
    expect(await desk.runDue()).toMatchObject({ failed: [] })
  })

  it('in its log is told by the event; an export gives the others first, then says which it could not', async () => {
    const { desk, sql } = await late()
    await sql(`UPDATE TABLE_events SET event = ? WHERE ticket_id = 't1' AND version = 1`, '[1')
    await sql(`UPDATE TABLE_events SET event = ? WHERE ticket_id = 't3' AND version = 2`, '{"id":"t1:1"}')
    for (const ask of [
      () => desk.history('t1'),
      () => desk.messages('t1'),
      () => desk.changes(0),
      () => desk.erase('m'),
    ])
      expect(await codeOf(ask)).toBe('t1 event t1:1')
    const { text, end } = await given(desk.exportLines())
    expect(text.match(/"ticketId":"t\d","events"/g)).toEqual(
      ['t0', 't2', 't4'].map((id) => `"ticketId":"${id}","events"`),
    )
    const told = isDeskError(end, 'ticket_damaged') ? end.issues.map(({ facts }) => facts) : []
    expect(told).toMatchObject([
      { ticketId: 't1', what: 'event', id: 't1:1' },
      { ticketId: 't3', what: 'event', id: 't3:2' },
    ])
    // of the tickets' rows nothing is missing
    expect((await given(desk.exportCsv())).end).toBe(null)
  })

  it('in its outbox is told by the effect, passed by, and can be given up', async () => {
    const { desk, store, clock, sql } = await late()
    const [first] = await store.effects('default', { now: clock.now(), limit: 1 })
    const id = first?.id ?? ''
    await sql(`UPDATE TABLE_effects SET effect = ? WHERE id = ?`, '{', id)
    const sent: string[] = []
    const deliver = () => desk.deliver(({ effect }) => void sent.push(effect.ticketId))
    const run = await deliver()
    expect(run).toMatchObject({ delivered: 4, failed: [{ effectId: id, givenUp: false }], more: false })
    expect(run.failed[0]?.reason).toContain('damaged')
    expect(sent).toEqual(['t1', 't2', 't3', 't4'])
    expect(await deliver()).toMatchObject({ delivered: 0, failed: [] })
    clock.pass('5m')
    expect(await deliver()).toMatchObject({ failed: [{ effectId: id }] })
    await desk.discard(id)
    clock.pass('5m')
    expect(await deliver()).toMatchObject({ delivered: 0, failed: [] })
  })

  it('is no word of it for those outside', async () => {
    const { desk, sql } = await late()
    await sql(`UPDATE TABLE_tickets SET ticket = ? WHERE id = 't1'`, '{')
    const error = await desk
      .as({ kind: 'requester', id: 'mari' })
      .message('t1', { body: 'm' })
      .catch((thrown: unknown) => thrown)
    expect(isDeskError(error, 'ticket_damaged') && error.facts).toEqual({ ticketId: '', what: '', id: '', reason: '' })
  })
})

it('a store that is down ends a run, whatever it says of tickets', async () => {
  const clock = manualClock(start)
  const handle = new DatabaseSync(':memory:')
  const store = sqliteStore(handle, { clock })
  const desk = createDesk({ definition, store, clock })
  for (const ticketId of ['t0', 't1']) await desk.as(ana).open({ ticketId, subject: 'Late' })
  clock.pass('2h')
  handle.exec('ALTER TABLE ticketwright_receipts RENAME TO gone; ALTER TABLE ticketwright_tickets RENAME TO lost')
  await expect(desk.runDue()).rejects.toMatchObject({ code: 'store_failed' })
})
