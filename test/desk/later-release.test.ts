import { type AnyTicketEvent, createDesk, type Definition, defineDesk, evolve, type Store } from 'ticketwright'
import { type MakeStore, manualClock } from 'ticketwright/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { eventRows } from '../../src/engine/event.ts'
import { describePostgres } from '../postgres/database.ts'
import { server } from '../stores/postgres-setup.ts'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { refusal } from './front-desk.ts'

const definition = defineDesk({
  views: [{ id: 'all', order: 'fifo' }],
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
  slaRules: [{ level: 'l' }],
}) as Definition

/** The rows of events, as another release has them. */
const rows = eventRows as unknown as Record<string, object>
const ours = { ...rows }
afterEach(() => {
  for (const type of Object.keys(rows)) delete rows[type]
  Object.assign(rows, ours)
})

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const reading = (make: MakeStore) => {
  async function desks() {
    const { store, clock = manualClock(0), close } = await make()
    const desk = createDesk({ definition, store, clock })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    for (const ticketId of ['t1', 't2']) await mari.open({ ticketId, subject: 'Help', body: 'please' })
    return { desk, store, clock, mari, ana, close }
  }

  /** Has a later release write an event that this one does not know. */
  async function writtenLater(store: Store, ticketId: string): Promise<void> {
    rows.teleported = { v: 1, format: 2, apply() {} }
    const { row } = await store.load('default', ticketId)
    const last = (await store.history('default', ticketId)).at(-1)
    if (!row || !last) throw new Error('no ticket')
    const version = last.version + 1
    const event = { ...last, id: `${ticketId}:${version}`, version, type: 'teleported', data: {}, personal: undefined }
    const ticket = evolve(row.ticket, event)
    expect(ticket.format).toBe(2)
    const change = { ...row, ticketId, expectedVersion: last.version, events: [event as unknown as AnyTicketEvent] }
    await store.commit({ tenant: 'default', changes: [{ ...change, ticket, externalIds: [] }], effects: [] })
    delete rows.teleported
  }

  it('reads nothing of a ticket that a later release has written to, in part or whole, and writes nothing to it (hazard 43)', async () => {
    const { desk, store, clock, mari, ana, close } = await desks()
    await writtenLater(store, 't1')
    const before = [await store.load('default', 't1'), await store.history('default', 't1')]
    const portal = desk.portal('mari')
    const attempts: Record<string, () => Promise<unknown>> = {
      get: () => desk.get('t1'),
      byReference: () => desk.byReference('T-000001'),
      history: () => desk.history('t1'),
      messages: () => desk.messages('t1'),
      explain: () => desk.explain('t1', 'resolution'),
      slaState: () => desk.slaState('t1'),
      allowed: () => desk.allowed('t1', { kind: 'agent', id: 'ana' }),
      changes: () => desk.changes(0),
      view: () => desk.view('all'),
      'portal.get': () => portal.get('t1'),
      'portal.messages': () => portal.messages('t1'),
      'portal.tickets': () => portal.tickets(),
      'portal.exportLines': () => textOf(portal.exportLines()),
      exportLines: () => textOf(desk.exportLines()),
      exportCsv: () => textOf(desk.exportCsv()),
      erase: () => desk.erase('mari'),
      note: () => ana.note('t1', { body: 'n' }),
      message: () => mari.message('t1', { body: 'm' }),
      merge: () => ana.merge('t1', 't2'),
      'merge into': () => ana.merge('t2', 't1'),
      split: () => ana.split('t1', { subject: 's', messageIds: ['m1'] } as never),
      followUp: () => ana.followUp('t1', { subject: 's' } as never),
      link: () => ana.link('t2', 't1'),
      next: () => ana.next('all'),
    }
    const codes: Record<string, string> = {}
    for (const [name, attempt] of Object.entries(attempts)) codes[name] = (await refusal(attempt())).code
    expect(codes).toEqual(Object.fromEntries(Object.keys(attempts).map((name) => [name, 'event_too_new'])))
    expect([await store.load('default', 't1'), await store.history('default', 't1')]).toEqual(before)
    // the others go on, facts of time as well
    await ana.note('t2', { body: 'n' })
    clock.pass('2h')
    const { failed, events } = await desk.runDue()
    expect(failed.map(({ ticketId, error }) => [ticketId, error.code])).toEqual([['t1', 'event_too_new']])
    expect(events).toBe(1)
    expect(await refusal(desk.get('t1'))).toEqual({
      code: 'event_too_new',
      facts: { type: 'ticket', version: 2, known: 1 },
      path: 'ticket',
    })
    await close()
  })

  it('says where in a log it stands', async () => {
    const { desk, store, close } = await desks()
    await writtenLater(store, 't1')
    const { length } = await store.history('default', 't1')
    expect(await refusal(desk.history('t1'))).toEqual({
      code: 'event_too_new',
      facts: { type: 'teleported', version: 1, known: 0 },
      path: `history[${length - 1}]`,
    })
    expect((await refusal(desk.changes(0))).path).toMatch(/^events\[\d\]$/)
    await close()
  })

  it('brings what an older release wrote to the form of this one', async () => {
    const { desk, store, mari, close } = await desks()
    await mari.signal('t1', 'arrived')
    rows.signalled = { ...rows.signalled, v: 2, upcast: [(old: object) => ({ ...old, data: { name: 'upcast' } })] }
    const stored = (await store.history('default', 't1')).at(-1)
    expect(stored).toMatchObject({ v: 1, data: { name: 'arrived' } })
    const told = { type: 'signalled', v: 2, data: { name: 'upcast' } }
    expect((await desk.history('t1')).at(-1)).toMatchObject(told)
    expect((await desk.changes(0)).events.at(-1)).toMatchObject(told)
    await close()
  })
}
describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
])('a desk on %s', (_where, make) => reading(make))
describePostgres('a desk on PostgreSQL', ({ url }) => reading(server(url)))

it('a desk needs a store', async () => {
  for (const store of [undefined, null, 'tickets.db'])
    expect(await refusal((async () => createDesk({ definition, store } as never))())).toMatchObject({
      code: 'invalid_command',
      path: 'store',
    })
})
