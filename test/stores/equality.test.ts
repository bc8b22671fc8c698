import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import pg from 'pg'
import {
  type CommandRequest,
  createDesk,
  type Definition,
  defineDesk,
  isDeskError,
  type LeaseKey,
  type Store,
} from 'ticketwright'
import { type MakeStore, manualClock, type StoreSetup } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { namedOrderings } from '../../src/queue/ordering.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { appOf, onTables, openLite } from './postgres-setup.ts'
import { betterSqlite, memory, sqliteFile, sqliteInMemory, sqliteOn } from './setups.ts'

const nineToFive = [['09:00', '17:00']] as const

/** A desk with clocks, effects and views of which some are few. */
const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: { mon: nineToFive, tue: nineToFive, wed: nineToFive, thu: nineToFive },
    },
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
  triggers: [{ id: 'tell', on: ['ticket_opened', 'message_added'], do: [{ type: 'webhook', hook: 'crm' }] }],
  views: [
    { id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'slaDue', limit: 2 },
    { id: 'alpha', when: { field: 'tags', op: 'hasAny', value: ['ALPHA'] }, order: 'priority', limit: 2 },
    {
      id: 'fields',
      when: {
        any: [
          { field: 'fields.a', op: 'present' },
          { field: 'subject', op: 'contains', value: 'help' },
        ],
      },
      order: [{ by: { field: 'fields.b' }, direction: 'descending', nulls: 'first' }],
      limit: 1,
    },
  ],
}) as Definition

const text = fc.oneof(
  fc.constantFrom('Help', 'a "b" \\u0041', 'Ünïcødé 😀'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)
const names = ['alpha', 'Beta', 'ß', 'gamma']
const name = fc.constantFrom(...names)
const at = (max: number) => fc.integer({ min: 0, max })

const request: fc.Arbitrary<CommandRequest> = fc.oneof(
  fc.record(
    { type: fc.constant('message' as const), body: text, externalId: name, automatic: fc.boolean() },
    { requiredKeys: ['type', 'body'] },
  ),
  fc.record({ type: fc.constant('reply' as const), body: text, externalId: name }, { requiredKeys: ['type', 'body'] }),
  fc.record({ type: fc.constant('tag' as const), tags: fc.array(name, { maxLength: 3 }) }),
  fc.record({
    type: fc.constant('setFields' as const),
    fields: fc.dictionary(fc.constantFrom('b', 'a', '1', '0'), fc.jsonValue({ maxDepth: 2 }) as never),
  }),
  fc.record({ type: fc.constant('assign' as const), agent: fc.constantFrom('ana', 'ben') }),
  fc.record({ type: fc.constant('setPriority' as const), priority: fc.constantFrom('Low', 'Urgent', 'None') }),
  fc.record({
    type: fc.constant('setStatus' as const),
    status: fc.constantFrom('New', 'Open', 'Answered', 'Resolved', 'Closed', 'Opn'),
  }),
  fc.constant({ type: 'postpone' as const }),
  fc.constant({ type: 'resolve' as const }),
  fc.constant({ type: 'reopen' as const }),
)

type Step =
  | { readonly do: 'open'; readonly subject: string; readonly reference: string | undefined }
  | {
      readonly do: 'command'
      readonly ticket: number
      readonly request: CommandRequest
      readonly id: number
      readonly who: 'ana' | 'mari'
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'run' }
  | { readonly do: 'look'; readonly view: 'todo' | 'alpha' | 'fields' }
  | { readonly do: 'claim'; readonly ticket: number; readonly agent: 'ana' | 'ben' }
  | { readonly do: 'next'; readonly agent: 'ana' | 'ben' }
  | { readonly do: 'hold'; readonly ticket: number; readonly how: 'renew' | 'release' | 'handOver' | 'announce' }
  | { readonly do: 'deliver'; readonly fails: boolean }
  | { readonly do: 'copy' }
  | { readonly do: 'erase' }
  | { readonly do: 'merge'; readonly ticket: number; readonly into: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      subject: text,
      reference: fc.option(fc.constantFrom('R1', 'R2'), { nil: undefined }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      ticket: at(3),
      request,
      id: at(40),
      who: fc.constantFrom('ana' as const, 'mari' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: at(3 * 86_400_000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'run' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      view: fc.constantFrom('todo' as const, 'alpha' as const, 'fields' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      ticket: at(3),
      agent: fc.constantFrom('ana' as const, 'ben' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('next' as const), agent: fc.constantFrom('ana' as const, 'ben' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deliver' as const), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'erase' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'copy' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      ticket: at(3),
      how: fc.constantFrom('renew' as const, 'release' as const, 'handOver' as const, 'announce' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), ticket: at(3), into: at(3) }) },
)

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const copyOf = (tenant: string) => `copy-of-${tenant}`

/** What a store says and keeps when the steps are taken for a tenant: every answer and error, then everything in it. */
async function story(setup: StoreSetup, steps: readonly Step[], tenant = 'default'): Promise<string> {
  const clock = setup.clock ?? manualClock(0)
  let ids = 0
  const { store } = setup
  const options = { definition, store, clock, ids: () => `id-${++ids}` }
  const desk = createDesk({ ...options, tenant })
  const copied = copyOf(tenant)
  const copy = createDesk({ ...options, tenant: copied })
  const actors = {
    ana: desk.as({ kind: 'agent', id: 'ana' }),
    ben: desk.as({ kind: 'agent', id: 'ben' }),
    mari: desk.as({ kind: 'requester', id: 'mari' }),
  }
  const tickets: string[] = []
  const commandIds: string[] = []
  const said: unknown[] = []
  const leases = new Map<string, LeaseKey>()
  const take = async (step: Step): Promise<unknown> => {
    const idOf = (ticket: number) => tickets[ticket] ?? 'none'
    switch (step.do) {
      case 'open': {
        const reference = step.reference === undefined ? {} : { reference: step.reference }
        const { ticket } = await actors.mari.open({
          subject: step.subject,
          requester: { id: 'mari', email: 'mari@mail' },
          ...reference,
        })
        tickets.push(ticket.id)
        return ticket
      }
      case 'command': {
        const options = { commandId: `c-${step.id}` }
        commandIds.push(`c-${step.id}`)
        return actors[step.who].perform(idOf(step.ticket), step.request, options)
      }
      case 'merge':
        return actors.ana.merge(idOf(step.ticket), idOf(step.into))
      case 'run':
        return desk.runDue()
      case 'look': {
        const pages = []
        for (let [after, more] = [undefined as never, true]; more && pages.length < 10; ) {
          const page = await desk.view(step.view, { after })
          pages.push(page)
          more = page.next !== null
          after = page.next as never
        }
        const counts = [await desk.count(step.view), await desk.segments(step.view, 'status')]
        return { pages, counts, tags: await desk.segments(step.view, 'tags') }
      }
      case 'claim':
        return actors[step.agent].claim(idOf(step.ticket)).then((lease) => {
          if (lease) leases.set(lease.ticketId, lease)
          return lease && [lease.until, lease.holder]
        })
      case 'hold': {
        const ticketId = idOf(step.ticket)
        const lease = leases.get(ticketId) ?? { ticketId, holder: 'ana', token: 999 }
        const holder = actors[lease.holder === 'ben' ? 'ben' : 'ana']
        const seen = () =>
          desk.presence(ticketId).then(({ lease: held, people }) => [held?.holder, held?.until, people])
        if (step.how === 'release') return [await holder.release(lease), await seen()]
        if (step.how === 'announce') return [(await holder.announce(ticketId, 'writing')).people, await seen()]
        const to = lease.holder === 'ben' ? 'ana' : 'ben'
        const held = await (step.how === 'renew' ? holder.renew(lease) : holder.handOver(lease, to, { note: 'yours' }))
        leases.set(ticketId, held)
        return [held.holder, held.until, await seen()]
      }
      case 'copy': {
        const lines = await textOf(desk.exportLines())
        const { complete, failed, ...counts } = await copy.importLines(lines)
        const mails = await Promise.all(names.map((externalId) => store.lookup(copied, { externalId })))
        return { lines, csv: await textOf(desk.exportCsv()), complete, failed, counts, mails }
      }
      case 'next':
        return actors[step.agent].next('todo').then((next) => next && [next.ticket, next.lease.until])
      case 'deliver': {
        const sent: unknown[] = []
        const run = await desk.deliver(async ({ effect }) => {
          sent.push(effect)
          if (step.fails) throw new Error('no')
        })
        return { sent, run }
      }
      case 'erase':
        return desk.erase('mari')
      case 'pass':
        return clock.pass(step.ms)
    }
  }
  for (const one of steps)
    said.push(await take(one).catch((error: unknown) => (isDeskError(error) ? error.toJSON() : Promise.reject(error))))
  const kept = {
    tickets: await Promise.all(tickets.map((id) => store.load(tenant, id))),
    events: await Promise.all(tickets.map((id) => store.history(tenant, id))),
    receipts: await Promise.all(commandIds.map((id) => store.load(tenant, 'none', id))),
    feed: await feedOf(store, tenant),
    copied: await feedOf(store, copied),
    copies: await Promise.all(tickets.map((id) => store.load(copied, id))),
    outbox: await store.effects(tenant, { now: clock.now() + 365 * 86_400_000, limit: 1_000 }),
    dead: await store.buried(tenant, 1_000),
    due: await store.due(tenant, { now: clock.now() + 86_400_000, plannedBy: definition.version, limit: 100 }),
    views: await Promise.all(
      (Object.keys(namedOrderings) as never[]).map((order) => store.find(queryOf(tenant, null, order))),
    ),
  }
  await setup.close()
  return JSON.stringify({ said, kept })
}

/** Ticket by ticket: imports and `runDue` write many at once, and which of them is first is the store's affair. */
async function feedOf(store: Store, tenant: string): Promise<readonly unknown[]> {
  const { events } = await store.changes(tenant, 0, 100_000)
  return Object.entries(Object.groupBy(events, ({ ticketId }) => ticketId)).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** On all stores together; `scripts/equality` runs more of them, and says how far it is. */
const commands = Number(process.env.TICKETWRIGHT_EQUALITY_COMMANDS ?? 20_000)
const times = commands / 20_000
const seed = process.env.TICKETWRIGHT_EQUALITY_SEED

const sequence = fc.array(step, { minLength: 20, maxLength: 40 })
/** Steps of a sequence in the middle of many. */
const usual = 30

let stories = 0

/** Makes a store; `lane` tells apart those that are used at the same time. */
type Make = (lane: number) => ReturnType<MakeStore>

/**
 * Sequences of commands on memory and on other stores: what all say and keep must be the same text. So many take place
 * side by side, each for a tenant of its own.
 */
async function compare(makes: readonly Make[], atLeast: number, together = 1): Promise<void> {
  const seen = { done: 0, refused: 0 }
  const one = async (steps: readonly Step[], lane: number) => {
    const opened: Step[] = [{ do: 'open', subject: 'First', reference: undefined }, ...steps]
    const tenant = `t${++stories}`
    const [first, ...others] = await Promise.all(
      [memory, ...makes].map(async (make) => story(await make(lane), opened, tenant)),
    )
    for (const other of others) expect(other).toBe(first)
    const { said } = JSON.parse(first ?? '') as { said: ({ code?: string } | null)[] }
    const refused = said.filter((answer) => answer?.code).length
    seen.refused += refused
    seen.done += said.length - refused
    const all = seen.done + seen.refused
    if (times > 1 && Math.floor(all / 1_000) > Math.floor((all - said.length) / 1_000))
      process.stderr.write(`${all} commands on each of ${makes.length + 1} stores, ${seen.refused} refused\n`)
  }
  const law = fc.asyncProperty(fc.array(sequence, { minLength: together, maxLength: together }), async (sequences) => {
    // when one fails it is tried again shorter, and nothing of the others may go on meanwhile
    const ends = await Promise.allSettled(sequences.map(one))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  })
  const numRuns = Math.ceil((atLeast * times * 1.1) / usual / together)
  await fc.assert(law, { numRuns, ...(seed ? { seed: Number(seed) } : {}) })
  expect(seen.done + seen.refused).toBeGreaterThan(atLeast * times)
  // sequences that are refused from end to end would prove little
  expect(Math.min(seen.done, seen.refused)).toBeGreaterThan((atLeast * times) / 10)
}

const timeout = Math.max(1, times) * 900_000
const same = 'give the same answers, errors, tickets, events and receipts'

describePostgres('the same commands on memory, SQLite and a PostgreSQL server', ({ url }) => {
  const pools: pg.Pool[] = []
  const newPool = (connectionString: string) => {
    const pool = new pg.Pool({ connectionString, max: 6 })
    pools.push(pool)
    return pool
  }
  afterAll(() => Promise.all(pools.map((pool) => pool.end())))

  it(
    `${same}, ${(6_000 * times).toLocaleString('en')} of them`,
    async () => {
      const pool = newPool(url)
      // tables of its own for each lane: the feed waits for whoever else writes to the same
      const make: Make = (lane) => onTables(pool, { schema: `lane_${lane}` })
      await compare([sqliteOn(new DatabaseSync(':memory:')), make], 6_000, 4)
    },
    timeout,
  )

  it(
    `${same}, by a role that row security binds`,
    async () => {
      const app = await appOf((await anotherDatabase()).url, true)
      const pool = newPool(app.url)
      await compare([() => onTables(pool, { rowSecurity: true })], 500)
    },
    timeout,
  )
})

describe('the same commands on memory and on SQLite and PGlite', () => {
  beforeAll(async () => void (await openLite()), 300_000)

  it.each([
    ['in memory', sqliteInMemory, 6_000],
    ['in a file', sqliteFile, 1_500],
    ['on better-sqlite3', betterSqlite, 5_000],
    ['on PGlite', async () => onTables(await openLite()), 1_000],
  ] as const)(`${same} (%s)`, (_where, make, atLeast) => compare([make], atLeast), timeout)

  /** One thing done otherwise. */
  const planted: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
    'keeps one event less': (store) => ({ history: async (...ask) => (await store.history(...ask)).slice(1) }),
    'begins each page anew': (store) => ({ find: ({ after: _, ...query }) => store.find(query) }),
    'counts one more': (store) => ({ count: async (query) => (await store.count(query)) + 1 }),
    'counts what has none with the others': (store) => ({
      tally: async (query) => (await store.tally(query)).filter(({ values: [value] }) => value !== null),
    }),
    'claims what somebody holds': (store) => ({
      claim: async (...ask) => (await store.claim(...ask)) ?? { ticketId: ask[1], holder: ask[2], token: 1, until: 0 },
    }),
    'never gives back': (store) => ({
      release: async (tenant, lease) => (await store.renew(tenant, lease, 1)) !== null,
    }),
    'gives effects out and does not count': (store) => ({
      effects: async (...ask) => (await store.effects(...ask)).map((one) => ({ ...one, attempts: 0 })),
    }),
    'does not say when to try again': () => ({ defer: async () => {} }),
    'settles nothing': () => ({ settle: async () => {} }),
    'keeps what was erased': (store) => ({
      commit: ({ changes, ...rest }) =>
        store.commit({ ...rest, changes: changes.map(({ redacted: _, ...change }) => change) }),
    }),
    'keeps mails of what was erased': (store) => ({
      commit: ({ changes, ...rest }) =>
        store.commit({ ...rest, changes: changes.map(({ forgottenExternalIds: _, ...change }) => change) }),
    }),
    'brings no mails over': (store) => ({
      commit: ({ changes, ...rest }) =>
        store.commit({
          ...rest,
          changes: rest.tenant === copyOf('default') ? changes.map((one) => ({ ...one, externalIds: [] })) : changes,
        }),
    }),
    'brings one event less over': (store) => ({
      changes: async (...ask) => {
        const page = await store.changes(...ask)
        return ask[0] === copyOf('default') ? { ...page, events: page.events.slice(1) } : page
      },
    }),
    'is late with what is due': (store) => ({
      due: (tenant, ask) => store.due(tenant, { ...ask, now: ask.now - 1e9 }),
    }),
    'forgets a command': (store) => ({
      load: async (tenant, ticketId) => store.load(tenant, ticketId),
    }),
    'shows nobody': (store) => ({
      present: async (...ask) => ({ ...(await store.present(...ask)), people: [] }),
    }),
  }

  const mari = { do: 'command', who: 'mari' } as const
  /** Everything a little. */
  const steps: readonly Step[] = [
    ...['First', 'Second', 'Third'].map((subject): Step => ({ do: 'open', subject, reference: undefined })),
    { ...mari, ticket: 0, id: 1, request: { type: 'message', body: 'Help', externalId: 'alpha' } },
    { ...mari, ticket: 0, id: 1, request: { type: 'message', body: 'Help', externalId: 'alpha' } },
    { ...mari, ticket: 1, id: 2, request: { type: 'message', body: 'Help', externalId: 'Beta' } },
    { do: 'look', view: 'todo' },
    { do: 'claim', ticket: 0, agent: 'ana' },
    { do: 'claim', ticket: 0, agent: 'ben' },
    { do: 'hold', ticket: 0, how: 'announce' },
    { do: 'hold', ticket: 0, how: 'release' },
    { do: 'copy' },
    { do: 'deliver', fails: true },
    { do: 'pass', ms: 60_000 },
    { do: 'deliver', fails: false },
    { do: 'pass', ms: 5 * 86_400_000 },
    { do: 'run' },
    { do: 'deliver', fails: false },
    { do: 'erase' },
    { do: 'copy' },
    { do: 'look', view: 'todo' },
  ]

  it.each(Object.keys(planted))('would tell a store apart that %s', async (name) => {
    const { store, ...setup } = await memory()
    const other = story({ ...setup, store: { ...store, ...planted[name]?.(store) } }, steps)
    expect(await other).not.toBe(await story(await memory(), steps))
  })
})
