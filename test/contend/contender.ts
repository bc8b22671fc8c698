/**
 * One of several processes that work on the same tickets at once: `fork`ed with a `Task` as JSON. Each of its hands has
 * a connection, a store and a desk of its own, so that nothing is settled between them before it reaches the server.
 */
import pg from 'pg'
import { createDesk } from '../../src/desk/desk.ts'
import type { Outcome } from '../../src/desk/options.ts'
import { isDeskError } from '../../src/errors.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { Lease, Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { randomFrom } from '../crash/random.ts'
import { definition, dueId, hotId } from './definition.ts'
import { faulty } from './faulty.ts'
import { readAlong } from './reader.ts'
import type { Claim, Given, Order, Said, Task, Word } from './said.ts'

const task = JSON.parse(process.argv[2] ?? '') as Task
const tenant = 'default'
const say = (word: Word) => process.send?.(word)
const orderTo = (wanted: Order['do']) =>
  new Promise<void>((resolve) => {
    const hear = (order: Order) => {
      if (order.do !== wanted) return
      process.off('message', hear)
      resolve()
    }
    process.on('message', hear)
  })
// without anybody who wants to know
process.on('disconnect', () => process.exit())

const said = {
  claims: [] as Claim[],
  heldByOthers: 0,
  acknowledged: [] as Said['acknowledged'][number][],
  raised: {} as Record<string, number>,
  tooLate: 0,
  refused: [] as string[],
  conflicts: 0,
  facts: 0,
  delivered: [] as Given[],
  wrong: [] as string[],
}

const random = randomFrom(task.seed)
const below = (limit: number) => Math.floor(random() * limit)
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

let commands = 0
let granted = 0

/**
 * Every fifth commit is in a transaction of the application's own, which goes on for a while. One comes after the other:
 * what is written on the client meanwhile would be part of it.
 */
function lingering(store: Store, client: pg.Client): Store {
  const commitOne: Store['commit'] = async (asked) => {
    if (random() >= 0.2) return store.commit(asked)
    await client.query('BEGIN')
    try {
      const outcome = await store.commit(asked)
      await pause(below(20))
      await client.query('COMMIT')
      return outcome
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...store,
    commit: (asked) => {
      const done = last.then(() => commitOne(asked))
      last = done.catch(() => {})
      return done
    },
  }
}

async function openHand(name: string) {
  const client = new pg.Client(task.url)
  await client.connect()
  const store = lingering(faulty(postgresStore(client, { patienceMs: 60_000 }), client, task.fault), client)
  const desk = createDesk({ definition, store })
  return { name, client, store, desk, agent: desk.as({ kind: 'agent', id: name }) }
}
type Hand = Awaited<ReturnType<typeof openHand>>

const beaten = ['version_conflict', 'revision_conflict', 'wake_in_past'] as const

/** Gives a command, and notes what it was answered; null: others were quicker too often. `shared`: an id of several. */
async function give(
  hand: Hand,
  run: (options: { readonly commandId: string }) => Promise<Outcome>,
  shared?: string,
): Promise<Ticket | null> {
  const commandId = shared ?? `${hand.name}-${++commands}`
  try {
    const outcome = await run({ commandId })
    const version = outcome.repeated ? null : outcome.ticket.version
    said.acknowledged.push({ commandId: outcome.commandId, ticketId: outcome.ticket.id, version })
    return outcome.ticket
  } catch (error) {
    if (shared === undefined) said.refused.push(commandId)
    // somebody else was quicker, or it took too long: nothing was done
    if (!beaten.some((code) => isDeskError(error, code))) throw error
    said.conflicts += 1
    return null
  }
}

/** Takes a ticket, works on it for as long as the lease lasts or longer, and gives it back or not. */
async function claim(hand: Hand): Promise<void> {
  const ticketId = hotId(below(task.hot))
  const forMs = 20 + below(200)
  const lease = await hand.store.claim(tenant, ticketId, hand.name, forMs)
  if (!lease) {
    said.heldByOthers += 1
    return
  }
  granted += 1
  let mine = await note(hand.store, lease, forMs)
  if (random() < 0.1) mine = (await handOver(hand, mine)) ?? mine
  if (random() < 0.15) await renew(hand.store, mine)
  if (random() < 0.1) await replyUnder(hand, mine)
  if (random() < 0.8) mine.ended = (await hand.store.release(tenant, mine)) || mine.ended
  else if (random() < 0.3) await replyTooLate(hand, mine)
  if (mine.ended && random() < 0.1) await replyUnderOld(hand, mine)
}

/** What the ticket is found as under a claim: whoever held it before writes nothing more. */
async function note(store: Store, lease: Lease, forMs: number): Promise<Claim> {
  const { row } = await store.load(tenant, lease.ticketId)
  const claim = { ...lease, at: lease.until - forMs, ended: false, seen: row?.ticket.version ?? 0, wrote: [] }
  said.claims.push(claim)
  return claim
}

async function handOver(hand: Hand, from: Claim): Promise<Claim | null> {
  const given = await hand.store.handOver(tenant, from, `${hand.name}-too`, 100)
  if (!given) return null
  granted += 1
  from.ended = true
  return note(hand.store, given, 100)
}

async function renew(store: Store, claim: Claim): Promise<void> {
  const renewed = await store.renew(tenant, claim, 150)
  if (renewed) claim.until = renewed.until
}

const reply = (hand: Hand, claim: Claim) =>
  give(hand, (options) =>
    hand.desk
      .as({ kind: 'agent', id: claim.holder })
      .reply(claim.ticketId, { body: 'under a claim' }, { ...options, lease: claim }),
  )

async function replyUnder(hand: Hand, claim: Claim): Promise<void> {
  try {
    const ticket = await reply(hand, claim)
    if (ticket) claim.wrote.push(ticket.version)
  } catch (error) {
    if (!isDeskError(error, 'lease_lost')) throw error
    const now = await hand.store.now()
    if (now < claim.until && !claim.ended)
      said.wrong.push(`${claim.holder} lost ${claim.ticketId} ${claim.until - now} ms before the end of the lease`)
  }
}

async function replyTooLate(hand: Hand, claim: Claim): Promise<void> {
  for (let now = await hand.store.now(); now < claim.until; now = await hand.store.now()) await pause(claim.until - now)
  await replyInVain(hand, claim)
}

/** Whoever has taken a ticket again writes under the token of now, and not under that of before. */
async function replyUnderOld(hand: Hand, old: Claim): Promise<void> {
  const lease = await hand.store.claim(tenant, old.ticketId, old.holder, 200)
  if (!lease) return
  granted += 1
  const mine = await note(hand.store, lease, 200)
  await replyInVain(hand, old)
  mine.ended = await hand.store.release(tenant, mine)
}

async function replyInVain(hand: Hand, claim: Claim): Promise<void> {
  try {
    const ticket = await reply(hand, claim)
    if (ticket) said.wrong.push(`${claim.holder} wrote to ${claim.ticketId} under a lease that had ended`)
  } catch (error) {
    if (!isDeskError(error, 'lease_lost')) throw error
    said.tooLate += 1
  }
}

/** From what was read to one more: a lost update would be missing in the end. */
async function raise(hand: Hand): Promise<void> {
  const ticketId = hotId(below(task.hot))
  const before = await hand.desk.get(ticketId)
  const number = Number(before.fields.number ?? 0) + 1
  const done = await give(hand, (options) =>
    hand.agent.setFields(ticketId, { fields: { number } }, { ...options, expectedRevision: before.revision }),
  )
  if (done) said.raised[ticketId] = (said.raised[ticketId] ?? 0) + 1
}

async function runDue(hand: Hand, limit: number): Promise<void> {
  const { events } = await hand.desk.runDue({ limit })
  said.facts += events
}

/** Several at once; whoever gets one takes a while over it. */
const deliver = (hand: Hand, limit: number) =>
  hand.desk.deliver(
    async ({ effect: { id: effectId, ticketId } }) => {
      const from = await hand.store.now()
      await pause(1 + below(4))
      said.delivered.push({ effectId, ticketId, from, until: await hand.store.now() })
    },
    { limit, atOnce: 4 },
  )

const works: readonly (readonly [weight: number, work: (hand: Hand) => Promise<unknown>])[] = [
  [170, claim],
  [8, raise],
  [
    7,
    (hand) => {
      const ticketId = hotId(below(task.hot))
      return give(hand, (options) => hand.agent.reply(ticketId, { body: 'hello' }, options))
    },
  ],
  // the same of the same person from everywhere: one of them does it
  [
    2,
    (hand) => {
      const [ticketId, id] = [hotId(below(task.hot)), `same-${Math.floor(granted / 20)}`]
      const ana = hand.desk.as({ kind: 'agent', id: 'ana' })
      return give(hand, (options) => ana.reply(ticketId, { body: 'the same' }, options), `${id}-${ticketId}`)
    },
  ],
  // one mail that comes by two ways: one ticket
  [
    2,
    (hand) => {
      const mari = hand.desk.as({ kind: 'requester', id: 'mari' })
      const externalId = `mail-${Math.floor(granted / 5)}`
      return give(hand, (options) => mari.open({ subject: 'Mail', body: 'hello', externalId }, options))
    },
  ],
  [
    3,
    async (hand) => {
      const ticketId = hotId(below(task.hot))
      const until = (await hand.store.now()) + 1_000 + below(2_000)
      await give(hand, (options) => hand.agent.postpone(ticketId, { until }, options))
    },
  ],
  [
    2,
    (hand) => {
      const ticketId = dueId(below(task.due))
      return give(hand, (options) => hand.agent.note(ticketId, { body: 'looked at it' }, options))
    },
  ],
  [3, (hand) => runDue(hand, 1 + below(10))],
  [2, (hand) => deliver(hand, 6)],
]
const total = works.reduce((sum, [weight]) => sum + weight, 0)

function drawn(): (hand: Hand) => Promise<unknown> {
  let left = below(total)
  for (const [weight, work] of works) {
    left -= weight
    if (left < 0) return work
  }
  return claim
}

async function workWith(hand: Hand): Promise<void> {
  // all begin with the same ones
  await runDue(hand, 100)
  while (granted < task.claims && said.wrong.length < 20)
    try {
      await drawn()(hand)
    } catch (error) {
      said.wrong.push(`${hand.name} was told: ${error instanceof Error ? error.message : String(error)}`)
    }
}

const hands = await Promise.all(Array.from({ length: task.hands }, (_, i) => openHand(`${task.name}${i}`)))
const reader = await openHand(`${task.name}-reads`)
const finished = orderTo('finish')
const begun = orderTo('begin')
say({ is: 'ready' })
await begun
const feed = readAlong(reader.store, tenant)
await Promise.all(hands.map(workWith))
for (const { client, store } of hands) {
  await store.close()
  await client.end()
}
say({ is: 'done' })
await finished
while ((await deliver(reader, 1_000)).more);
say({ is: 'said', said: { ...said, feed: await feed.finish() } })
// whoever hears it ends this process: one that ends by itself may take its last words with it
