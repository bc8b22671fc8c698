import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type AnyTicketEvent,
  createDesk,
  type Definition,
  defineDesk,
  rebuild,
  type Store,
  type Ticket,
} from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { type MakeStore, manualClock, sampleDefinition } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { evolve } from '../../src/engine/evolve.ts'
import { describePostgres } from '../postgres/database.ts'
import { server } from '../stores/postgres-setup.ts'
import { memory, sqliteFile, sqliteInMemory } from '../stores/setups.ts'
import { refusal } from './front-desk.ts'

const definition = defineDesk({
  ...(sampleDefinition.json as object),
  triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
}) as Definition

/** A value that stands nowhere else, to be looked for. */
let canaries = 0
const canary = (what: string) => `zq${what}${++canaries}qz`

/** A desk where somebody asked, was in copy, and somebody else had their ticket before. */
async function story(store: Store, clock = manualClock('2026-11-23T09:00:00+02:00')) {
  let ids = 0
  const desk = createDesk({ definition, store, clock, ids: () => `id-${++ids}` })
  const secrets: string[] = []
  const secret = (what: string) => {
    secrets.push(canary(what))
    return secrets.at(-1) as string
  }
  const mari = desk.as({ kind: 'requester', id: 'mari', name: 'Mari' })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  const jaan = desk.as({ kind: 'requester', id: 'jaan' })
  const person = () => ({
    id: 'mari',
    name: secret('name'),
    email: `${secret('mail')}@example.ee`,
    phone: secret('tel'),
  })

  const own = await mari.open(
    {
      ...{
        subject: secret('subject'),
        body: secret('body'),
        externalId: `<${secret('mid')}@mail>`,
        requester: person(),
      },
      ...{ fields: { room: secret('field') }, followers: [secret('follower')], category: 'it' },
    },
    { commandId: 'open-own' },
  )
  clock.pass('10m')
  await ana.reply(own.ticket.id, { body: `Dear ${secret('reply')}` })
  await mari.message(own.ticket.id, {
    body: secret('again'),
    attachments: [{ id: 'a1', name: secret('file'), mediaType: 'text/plain', bytes: 3, reference: secret('ref') }],
  })
  await ana.escalate(own.ticket.id, { reason: secret('reason') })
  await ana.postpone(own.ticket.id, { reason: secret('wait') })
  await mari.rate(own.ticket.id, 4, { comment: secret('comment') })
  clock.pass('9h')

  const kept = canary('kept')
  const handed = await jaan.open({ subject: kept, body: kept, requester: { id: 'jaan', name: kept } })
  await ana.setRequester(handed.ticket.id, person())
  const { ticket: merged } = await mari.open({ subject: secret('merged'), body: secret('mergedBody') })
  await ana.merge(merged.id, own.ticket.id)

  const others = await jaan.open({
    subject: kept,
    body: kept,
    requester: { id: 'jaan', name: kept },
    collaborators: ['mari'],
  })
  const copied = desk.as({ kind: 'collaborator', id: 'mari' })
  await copied.message(others.ticket.id, { body: secret('copied') })
  await ana.reply(others.ticket.id, { body: kept })
  const tickets = [own.ticket.id, handed.ticket.id, merged.id, others.ticket.id]
  return { desk, store, clock, ana, mari, secrets, kept, tickets, own: own.ticket.id, others: others.ticket.id }
}

/** All that a store gives out. */
async function everything(store: Store, ids: readonly string[]) {
  return JSON.stringify({
    rows: await Promise.all(ids.map((id) => store.load('default', id, 'open-own'))),
    events: await Promise.all(ids.map((id) => store.history('default', id))),
    feed: await store.changes('default', 0, 10_000),
    effects: await store.effects('default', { now: Number.MAX_SAFE_INTEGER, limit: 1_000 }),
    buried: await store.buried('default', 1_000),
  })
}

/** What must be the same after erasure: all but what is personal. */
const impersonal = ({
  subject: _s,
  excerpt: _e,
  fields: _f,
  requester,
  followers: _fo,
  collaborators: _c,
  ...rest
}: Ticket) => ({
  ...rest,
  requester: requester?.id,
  postponeReason: null,
  satisfaction: rest.satisfaction && { ...rest.satisfaction, comment: null },
})

const prefixes = (events: readonly AnyTicketEvent[]) =>
  events.map((_, i) => impersonal(rebuild(events.slice(0, i + 1)) as Ticket))

const erasing = (make: MakeStore) => {
  it('leaves nothing personal in state, events, outbox and receipts, and of others all', async () => {
    const { store, clock, close } = await make()
    const { desk, secrets, kept, tickets, own } = await story(store, clock)
    await desk.deliver(
      ({ ticket }) => {
        if (ticket.id === own) throw new Error(`550 <${secrets[0]}@example.ee> unknown`)
      },
      { maxAttempts: 1 },
    )
    const before = await everything(store, tickets)
    for (const secret of secrets) expect(before).toContain(secret)

    const run = await desk.erase('mari')
    expect(run).toMatchObject({ complete: true, tickets: expect.arrayContaining(tickets) })
    const after = await everything(store, tickets)
    expect(secrets.filter((secret) => after.includes(secret))).toEqual([])
    expect(after).toContain(kept)
    expect((await desk.deadLetters()).map(({ reason }) => reason)).toEqual(['erased'])
    expect(await desk.byExternalId(`<${secrets.find((one) => one.includes('mid'))}@mail>`)).toBe(null)
    await close()
  })

  it('leaves states, clocks and order as they were, at every version', async () => {
    const { store, clock, close } = await make()
    const { desk, tickets } = await story(store, clock)
    const before = await Promise.all(tickets.map((id) => store.history('default', id)))
    await desk.erase('mari')
    for (const [i, id] of tickets.entries()) {
      const after = await store.history('default', id)
      expect(prefixes(after.slice(0, -1))).toEqual(prefixes(before[i] ?? []))
      const { row } = await store.load('default', id)
      expect(JSON.stringify(rebuild(after))).toBe(JSON.stringify(row?.ticket))
      // who follows the feed with a ticket from before comes to the same one
      const followed = evolve(rebuild(before[i] ?? []), after.at(-1))
      if (after.at(-1)?.type === 'personal_erased') expect(JSON.stringify(followed)).toBe(JSON.stringify(row?.ticket))
      expect(after.at(-1)?.type).toBe('personal_erased')
    }
    await close()
  })

  it('clears the reasons of dead letters in the run that ends it, also of tickets that an earlier one came to', async () => {
    const { store, clock, close } = await make()
    const { desk } = await story(store, clock)
    await desk.deliver(
      () => {
        throw new Error('550 <zqAddress@example.ee> unknown')
      },
      { maxAttempts: 1 },
    )
    // stopped as soon as the first ticket is done
    const control = new AbortController()
    const stopping: Store = new Proxy(store, {
      get: (kept, name) =>
        name === 'commit'
          ? async (...args: Parameters<Store['commit']>) => {
              if (args[0].changes.some(({ redacted }) => redacted)) control.abort()
              return kept.commit(...args)
            }
          : Reflect.get(kept, name),
    })
    const stopped = await desk.using(stopping).erase('mari', { signal: control.signal })
    expect(stopped).toMatchObject({ complete: false, tickets: [expect.any(String)] })
    const reasons = async () => new Map((await desk.deadLetters()).map(({ ticketId, reason }) => [ticketId, reason]))
    expect((await reasons()).get(stopped.tickets[0] as string)).toContain('zqAddress')
    const rest = await desk.erase('mari')
    const after = await reasons()
    for (const id of [...stopped.tickets, ...rest.tickets]) if (after.has(id)) expect(after.get(id)).toBe('erased')
    expect(after.get(stopped.tickets[0] as string)).toBe('erased')
    await close()
  })

  it('is done once, goes on where it was stopped, and hears of what was written since', async () => {
    const { store, clock, close } = await make()
    const { desk, mari, own } = await story(store, clock)
    expect(await desk.erase('mari', { signal: AbortSignal.abort() })).toMatchObject({ tickets: [], complete: false })
    expect((await desk.erase('mari')).tickets.length).toBe(4)
    const version = async () => (await desk.get(own)).version
    const first = await version()
    expect((await desk.erase('mari')).tickets).toEqual([])
    expect(await version()).toBe(first)
    const late = canary('late')
    await mari.message(own, { body: late })
    expect((await desk.erase('mari')).tickets).toEqual([own])
    expect(await everything(store, [own])).not.toContain(late)
    expect((await desk.erase('nobody')).tickets).toEqual([])
    expect(await refusal(desk.erase('a b'))).toMatchObject({ code: 'invalid_text', path: 'person' })
    await close()
  })

  it('reaches a ticket that nobody can advance, and goes past one that a later release wrote', async () => {
    const { store, clock = manualClock(0), close } = await make()
    const level = { id: 'gone', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }
    const then = createDesk({
      definition: defineDesk({ levels: [level], slaRules: [{ level: 'gone' }] } as never),
      store,
      clock,
    })
    const desk = createDesk({ definition: defineDesk({}), store, clock })
    const secret = canary('secret')
    const open = (front: Pick<typeof desk, 'as'>, ticketId: string) =>
      front.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: secret, body: secret })
    const { ticket } = await open(then, 'a-lost')
    for (const id of ['b-new', 'c-known']) await open(desk, id)
    clock.pass('2h')
    await expect(desk.get('a-lost')).rejects.toMatchObject({ code: 'definition_missing' })
    const portal = desk.portal('mari')
    expect((await portal.tickets()).tickets.map(({ id }) => id)).toEqual(expect.arrayContaining(['a-lost', 'c-known']))
    expect(await portal.messages('a-lost')).toMatchObject([{ body: secret }])

    // the later release's event comes between the look at the feed and the ticket itself
    const newer: Store = new Proxy(store, {
      get: (kept, name) =>
        name === 'history'
          ? async (...args: Parameters<Store['history']>) => {
              const events = await kept.history(...args)
              return args[1] === 'b-new' ? events.map((event) => ({ ...event, v: 99 })) : events
            }
          : Reflect.get(kept, name),
    })
    expect(await desk.using(newer).erase('mari')).toMatchObject({
      ...{ tickets: ['a-lost', 'c-known'], complete: false },
      failed: [{ ticketId: 'b-new', error: { code: 'event_too_new' } }],
    })
    expect(await desk.erase('mari')).toMatchObject({ tickets: ['b-new'], failed: [], complete: true })
    expect(await everything(store, ['a-lost', 'b-new', 'c-known'])).not.toContain(secret)
    // the facts that nobody could tell come after it, once the desk knows
    expect((await store.history('default', 'a-lost')).at(-1)).toMatchObject({
      at: ticket.lastAt,
      recordedAt: clock.now(),
    })
    await then.runDue()
    const log = await store.history('default', 'a-lost')
    expect(log.slice(-2).map(({ type }) => type)).toEqual(['personal_erased', 'sla_breached'])
    expect(JSON.stringify(rebuild(log))).toBe(JSON.stringify((await store.load('default', 'a-lost')).row?.ticket))
    await close()
  })

  it('loses nothing that is written at the same time', async () => {
    const { store, clock, close } = await make()
    const { desk, ana, own } = await story(store, clock)
    const notes = Array.from({ length: 10 }, (_, i) => ana.tag(own, [`n${i}`]))
    await Promise.all([desk.erase('mari'), ...notes])
    const { tagKeys, version } = await desk.get(own)
    expect([...tagKeys].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `n${i}`))
    expect((await store.history('default', own)).length).toBe(version)
    await close()
  })
}
describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
  ['SQLite in a file', sqliteFile],
])('erasing a requester on %s (hazard 45)', (_where, make) => erasing(make))
describePostgres('erasing a requester on PostgreSQL (hazard 45)', ({ url }) => erasing(server(url)))

describe('a SQLite file', () => {
  /** The bytes of a file after somebody was erased from it. */
  async function bytesAfter(prepare: (handle: DatabaseSync) => void) {
    const folder = mkdtempSync(join(tmpdir(), 'ticketwright-erase-'))
    const path = join(folder, 'tickets.db')
    const handle = new DatabaseSync(path)
    const store = sqliteStore(handle)
    prepare(handle)
    const { desk, secrets, kept } = await story(store)
    await desk.erase('mari')
    handle.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    handle.close()
    const bytes = readFileSync(path, 'latin1')
    rmSync(folder, { recursive: true })
    expect(bytes).toContain(kept)
    return secrets.filter((secret) => bytes.includes(secret) || bytes.includes(secret.toLowerCase()))
  }

  it('holds nothing of what was erased, not even between its rows', async () => {
    expect(await bytesAfter(() => {})).toEqual([])
  })

  it('would show it where deleted rows are left lying', async () => {
    expect(await bytesAfter((handle) => handle.exec('PRAGMA secure_delete = OFF'))).not.toEqual([])
  })
})
