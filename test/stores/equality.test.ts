import fc from 'fast-check'
import { type CommandRequest, createDesk, type Definition, isDeskError } from 'ticketwright'
import { type MakeStore, manualClock, type StoreSetup, sampleDefinition } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { namedOrderings } from '../../src/queue/ordering.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { describePostgres } from '../postgres/database.ts'
import { openLite, pglite, server } from './postgres-setup.ts'
import { betterSqlite, memory, sqliteFile, sqliteInMemory } from './setups.ts'

const text = fc.oneof(
  fc.constantFrom('Help', 'a "b" \\u0041', 'Ünïcødé 😀'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)
const name = fc.constantFrom('alpha', 'Beta', 'ß', 'gamma')
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), ticket: at(3), into: at(3) }) },
)

/** What a store says and keeps when the steps are taken: every answer and error, then everything in it. */
async function story(setup: StoreSetup, steps: readonly Step[]): Promise<string> {
  const clock = setup.clock ?? manualClock(0)
  let ids = 0
  const desk = createDesk({
    definition: sampleDefinition as Definition,
    store: setup.store,
    clock,
    ids: () => `id-${++ids}`,
  })
  const actors = { ana: desk.as({ kind: 'agent', id: 'ana' }), mari: desk.as({ kind: 'requester', id: 'mari' }) }
  const tickets: string[] = []
  const commandIds: string[] = []
  const said: unknown[] = []
  const take = async (step: Step): Promise<unknown> => {
    const idOf = (ticket: number) => tickets[ticket] ?? 'none'
    switch (step.do) {
      case 'open': {
        const reference = step.reference === undefined ? {} : { reference: step.reference }
        const { ticket } = await actors.mari.open({ subject: step.subject, ...reference })
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
      case 'pass':
        return clock.pass(step.ms)
    }
  }
  for (const one of steps)
    said.push(await take(one).catch((error: unknown) => (isDeskError(error) ? error.toJSON() : Promise.reject(error))))
  const { store } = setup
  const kept = {
    tickets: await Promise.all(tickets.map((id) => store.load('default', id))),
    events: await Promise.all(tickets.map((id) => store.history('default', id))),
    receipts: await Promise.all(commandIds.map((id) => store.load('default', 'none', id))),
    feed: (await store.changes('default', 0, 100_000)).events,
    due: await store.due('default', { now: clock.now() + 86_400_000, plannedBy: sampleDefinition.version, limit: 100 }),
    views: await Promise.all(
      (Object.keys(namedOrderings) as never[]).map((order) => store.find(queryOf('default', null, order))),
    ),
  }
  await setup.close()
  return JSON.stringify({ said, kept })
}

/** `TICKETWRIGHT_EQUALITY_TIMES=25` runs half a million. */
const times = Number(process.env.TICKETWRIGHT_EQUALITY_TIMES ?? 1)

const seen = { done: 0, refused: 0 }

/** Sequences of commands on memory and on a store: what both say and keep must be the same text. */
async function compare(make: MakeStore, numRuns: number): Promise<void> {
  const law = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
    const opened: Step[] = [{ do: 'open', subject: 'First', reference: undefined }, ...steps]
    const [one, other] = await Promise.all([story(await memory(), opened), story(await make(), opened)])
    const { said } = JSON.parse(one) as { said: ({ code?: string } | null)[] }
    seen.refused += said.filter((answer) => answer?.code).length
    seen.done += said.filter((answer) => !answer?.code).length
    expect(other).toBe(one)
  })
  await fc.assert(law, { numRuns: numRuns * times })
}

const same = 'give the same answers, errors, tickets, events and receipts'

// sequences that are refused from end to end would prove little
afterAll(() => {
  expect(seen.done + seen.refused).toBeGreaterThan(20_000)
  expect(Math.min(seen.done, seen.refused)).toBeGreaterThan(2_000)
})

describePostgres('the same commands on memory and on a PostgreSQL server', ({ url }) => {
  it(same, () => compare(server(url), 30), 400_000 * times)
})

describe('the same commands on memory and on SQLite and PGlite, 20,000 of them', () => {
  beforeAll(async () => void (await openLite()), 300_000)

  it.each([
    ['in memory', sqliteInMemory, 370],
    ['in a file', sqliteFile, 60],
    ['on better-sqlite3', betterSqlite, 330],
    ['on PGlite', pglite, 40],
  ] as const)(`${same} (%s)`, (_where, make, numRuns) => compare(make, numRuns), 400_000 * times)

  it('would tell a store apart that keeps one event less', async () => {
    const { store, ...setup } = await memory()
    const history: typeof store.history = async (...ask) => (await store.history(...ask)).slice(1)
    const steps: Step[] = [{ do: 'open', subject: 'First', reference: undefined }]
    expect(await story({ ...setup, store: { ...store, history } }, steps)).not.toBe(await story(await memory(), steps))
  })
})
