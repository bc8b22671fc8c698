import { bounds } from '../../model/bounds.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import type { TicketChange } from '../../store.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, storeCase } from '../store-case.ts'
import { queryOf } from './query.ts'

/** Bodies of the largest size in UTF-8: of signs of two, three and four bytes, and of signs that JSON writes as two. */
const largest = { mixed: 'ä€😀'.repeat(Math.floor(bounds.bodyBytes / 9)), quotes: '"'.repeat(bounds.bodyBytes) }

/** A ticket with a log of many messages, each with an external id, as an import brings it: one change. */
function longLog(bench: Bench, ticketId: string, messages: number): TicketChange {
  const opened = bench.opening(ticketId)
  let ticket: Ticket = opened.ticket
  const events: AnyTicketEvent[] = [...opened.events]
  const externalIds: string[] = []
  for (let i = 0; i < messages; i++) {
    const externalId = `${ticketId}-mail-${i}`
    const told = bench.following(ticket, { type: 'reply', body: `Message ${i}`, externalId })
    events.push(...told.events)
    externalIds.push(externalId)
    ticket = told.ticket
  }
  return { ...changeOf(null, opened), ticket, events, externalIds }
}

const messages = 300
const beside = 60
const effects = 300

/** A commit much larger than one statement, one batch or one row of most databases. */
function large(bench: Bench) {
  const log = longLog(bench, 'log', messages)
  const others = Array.from({ length: beside }, (_, i) => changeOf(null, bench.opening(`beside-${i}`)))
  const changes = [...others, log]
  const asked = Array.from({ length: effects }, (_, i) => bench.effect(`e${i}`, `t${i}`))
  return { log, changes, effects: asked, receipt: bench.receipt('large', changes) }
}

/** All of the feed, in pages of a thousand. */
async function feedOf({ store, tenant }: Bench): Promise<AnyTicketEvent[]> {
  const read: AnyTicketEvent[] = []
  for (let position = 0, pages = 0; pages < 1_000; pages++) {
    const page = await store.changes(tenant, position, 1_000)
    if (page.events.length === 0) break
    read.push(...page.events)
    position = page.position
  }
  return read
}

const many = 1_100

/** More tickets than most defaults for a list would give, all due, each with an effect. */
async function crowd(bench: Bench): Promise<string[]> {
  const ids = Array.from({ length: many }, (_, i) => `t${String(i).padStart(4, '0')}`)
  for (let from = 0; from < many; from += 100) {
    const some = ids.slice(from, from + 100)
    const changes = some.map((id) => ({ ...changeOf(null, bench.opening(id)), nextAt: bench.at, plannedBy: 'now' }))
    await bench.save({ changes, effects: some.map((id) => bench.effect(`e-${id}`, id)) })
  }
  return ids
}

export const largeCases = [
  storeCase('what is largest is kept whole: bodies of 256 kB, and a ticket of almost 64 kB', async (bench) => {
    const { store, tenant } = bench
    const opened = bench.opening('t1', { body: largest.mixed, fields: { long: 'ß'.repeat(30_000) } })
    const reply = bench.following(opened.ticket, { type: 'reply', body: largest.quotes })
    await bench.save({ changes: [changeOf(null, opened)] })
    await bench.save({ changes: [changeOf(opened.ticket, reply)] })
    const events = [...opened.events, ...reply.events]
    same(await store.history(tenant, 't1'), events, 'the history of a ticket with the largest bodies')
    same(await feedOf(bench), events, 'the feed of the largest bodies')
    same((await store.load(tenant, 't1')).row?.ticket, reply.ticket, 'the largest ticket, loaded')
    same(
      (await store.find(queryOf(tenant))).map(({ ticket }) => ticket),
      [reply.ticket],
      'the largest ticket, found',
    )
  }),

  storeCase('a commit of hundreds of events, tickets, effects and external ids is saved whole', async (bench) => {
    const { store, tenant, at } = bench
    const { log, changes, effects: asked, receipt } = large(bench)
    await bench.save({ changes, effects: asked, receipt })
    same((await store.load(tenant, 'log', 'large')).receipt, receipt, 'the receipt of a large commit')
    for (const { ticketId, ticket, events } of changes) {
      same((await store.load(tenant, ticketId)).row?.ticket, ticket, `the ticket ${ticketId} of a large commit`)
      same(await store.history(tenant, ticketId), events, `the events of ${ticketId} of a large commit`)
    }
    for (const [i, externalId] of log.externalIds.entries())
      same(
        await store.lookup(tenant, { externalId }),
        { ticketId: 'log', commandId: 'large' },
        `the ticket of the external id ${i} of a large commit`,
      )
    const given = await store.effects(tenant, { now: at, limit: effects * 2 })
    same(
      given,
      asked.map((effect) => ({ ...effect, attempts: 0 })),
      'the effects of a large commit',
    )
    same(
      await feedOf(bench),
      changes.flatMap(({ events }) => events),
      'the feed of a large commit',
    )
    const part = await store.history(tenant, 'log', { after: 10, limit: 250 })
    same(part, log.events.slice(10, 260), '250 events of a long history')
  }),

  storeCase('a large commit with a conflict at its end leaves nothing', async (bench) => {
    const { store, tenant, at } = bench
    const ticket = await bench.open('log')
    const { log, changes, effects: asked, receipt } = large(bench)
    const outcome = await bench.commit({ changes, effects: asked, receipt })
    same(
      outcome,
      { ok: false, conflict: 'version', ticketId: 'log', actual: ticket.version },
      'the answer to a large commit whose last ticket is there',
    )
    same(await store.count(queryOf(tenant)), 1, 'how many tickets are there after a large commit was refused')
    same((await feedOf(bench)).length, ticket.version, 'how many events are there after it')
    same(await store.effects(tenant, { now: at, limit: 9 }), [], 'the effects after it')
    same((await store.load(tenant, 'log', 'large')).receipt, null, 'the receipt after it')
    for (const externalId of [log.externalIds.at(0), log.externalIds.at(-1)])
      same(await store.lookup(tenant, { externalId: externalId ?? '' }), null, 'an external id after it')
  }),

  storeCase('of more than a thousand each question gives as many as were asked for', async (bench) => {
    const { store, tenant, at } = bench
    const ids = await crowd(bench)
    const asked = many - 1
    const found = await store.find({ ...queryOf(tenant), limit: asked })
    same(
      found.map(({ ticket }) => ticket.id),
      ids.slice(0, asked),
      'the tickets found',
    )
    same(await store.count(queryOf(tenant)), many, 'how many tickets are counted')
    const by = { tenant, when: null, matches: () => true, by: ['kind'], values: ({ kind }: Ticket) => [[kind]] }
    same(await store.tally(by), [{ values: ['new'], count: many }], 'how many tickets there are of a kind')
    same(
      await store.due(tenant, { now: at, plannedBy: 'now', limit: asked }),
      ids.slice(0, asked),
      'the tickets that are due',
    )
    same(
      await store.due(tenant, { now: at - 1, plannedBy: 'newer', limit: asked }),
      ids.slice(0, asked),
      'the tickets to be planned anew',
    )
    same(
      (await feedOf(bench)).length,
      found.length > 0 ? countOf(found[0]?.ticket) * many : 0,
      'the events of the feed',
    )
    const given = await store.effects(tenant, { now: at, limit: asked, hideMs: 1_000 })
    same(
      given.map(({ ticketId }) => ticketId),
      ids.slice(0, asked),
      'the effects given out',
    )
    same(
      (await store.effects(tenant, { now: at, limit: asked })).map(({ ticketId }) => ticketId),
      ids.slice(asked),
      'the effects left for another worker',
    )
    const held = ids.slice(0, 150)
    const claims = await Promise.all(held.map((id) => store.claim(tenant, id, 'ana', 60_000)))
    check(
      claims.every((lease) => lease !== null),
      'free tickets should be claimed, 150 at once too',
    )
    same(
      (await store.leases(tenant, 'ana')).map(({ ticketId }) => ticketId),
      held,
      'all that somebody holds',
    )
    same(
      (await store.find({ ...queryOf(tenant), limit: 100, freeFor: 'ben' })).map(({ ticket }) => ticket.id),
      ids.slice(150, 250),
      'what is free beyond 150 tickets that are held',
    )
    await Promise.all(held.map((id) => store.bury(tenant, `e-${id}`, 'no such address')))
    same(
      (await store.buried(tenant, 149)).map(({ ticketId }) => ticketId),
      ids.slice(0, 149),
      'the dead letters',
    )
  }),
]

/** Events that opening made: of each ticket of the crowd as many. */
const countOf = (ticket: Ticket | undefined): number => ticket?.version ?? 0
