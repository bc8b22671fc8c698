import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import type { TicketChange } from '../../store.ts'
import { check, refused, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, storeCase } from '../store-case.ts'
import { queryOf } from './query.ts'

/** More than databases and their drivers take at once where nobody thought of it. */
const many = 320

/** A ticket's whole life in one change, as an import brings it: an event for its opening, and one for each tag. */
function lifeOf(bench: Bench, ticketId: string, tags: number): TicketChange {
  const opened = bench.opening(ticketId)
  let [ticket, nextAt] = [opened.ticket, opened.nextAt]
  const events: AnyTicketEvent[] = [...opened.events]
  for (let i = 0; i < tags; i++) {
    const request = i % 2 === 0 ? { type: 'tag' as const, tags: ['on'] } : { type: 'untag' as const, tags: ['on'] }
    const decision = bench.following(ticket, request)
    events.push(...decision.events)
    ;[ticket, nextAt] = [decision.ticket, decision.nextAt]
  }
  return { ...changeOf(null, opened), ticket, nextAt, events }
}

export const sizeCases = [
  storeCase('a commit of many events, tickets and effects is kept whole', async (bench) => {
    const { store, tenant, at } = bench
    const long = lifeOf(bench, 'long', many)
    const others = Array.from({ length: 40 }, (_, i) => changeOf(null, bench.opening(`t${i}`)))
    const changes = [long, ...others]
    const effects = Array.from({ length: many }, (_, i) => bench.effect(`e${i}`, `t${i}`))
    const receipt = bench.receipt('c1', changes)
    await bench.save({ changes, effects, receipt })
    same(await store.history(tenant, 'long'), long.events, `the history of ${long.events.length} events`)
    for (const { ticketId, ticket, events } of others) {
      same((await store.load(tenant, ticketId)).row?.ticket, ticket, `the ticket ${ticketId} of 41`)
      same((await store.history(tenant, ticketId)).length, events.length, `the events of ${ticketId}`)
    }
    same((await store.load(tenant, 'none', 'c1')).receipt, receipt, 'the receipt for 41 tickets')
    const due = await store.effects(tenant, { now: at, limit: 1_000 })
    same(due.length, many, `how many of ${many} effects are due`)
    const feed = (await store.changes(tenant, 0, 10_000)).events
    same(feed.length, changes.flatMap(({ events }) => events).length, 'how many events the feed has')
  }),

  storeCase('a message of 256 kB and a name of 500 characters come back whole', async (bench) => {
    const { store, tenant } = bench
    const externalId = `<${'ä'.repeat(490)}@mail>`
    // two, three and four bytes each: 256 kB as databases count
    const decision = bench.opening('t1', { body: 'ä€😀'.repeat(27_000), externalId })
    await bench.save({ changes: [changeOf(null, decision)] })
    const history = await store.history(tenant, 't1')
    check(
      JSON.stringify(history) === JSON.stringify(decision.events),
      'the events of a message of 256 kB should come back as they were saved',
    )
    const feed = await store.changes(tenant, 0, 100)
    check(
      JSON.stringify(feed.events) === JSON.stringify(decision.events),
      'the feed should have a message of 256 kB as it was saved',
    )
    same((await store.lookup(tenant, { externalId }))?.ticketId, 't1', 'the ticket of an external id of 497 characters')
    same(await store.lookup(tenant, { externalId: externalId.slice(0, 255) }), null, 'what the first 255 of them find')
  }),

  storeCase('as many as are asked for are given, and no page ends early', async (bench) => {
    const { store, tenant, at } = bench
    const tickets = Array.from({ length: many }, (_, i) => `t${String(i).padStart(3, '0')}`)
    for (let from = 0; from < many; from += 40) {
      const changes = tickets
        .slice(from, from + 40)
        .map((id): TicketChange => ({ ...changeOf(null, bench.opening(id)), nextAt: at - 1 }))
      await bench.save({ changes })
    }
    const long = lifeOf(bench, 'long', many)
    await bench.save({ changes: [{ ...long, nextAt: null }] })

    const query = queryOf(tenant, { field: 'id', op: 'isNot', value: 'long' }, [])
    const found = (await store.find({ ...query, limit: 1_000 })).map(({ ticket }) => ticket.id)
    same(found, tickets, `the ${many} tickets that find was asked for`)
    const due = await store.due(tenant, { now: at, plannedBy: long.plannedBy, limit: 1_000 })
    same([...due].sort(), tickets, `the ${many} tickets that are due`)
    same((await store.history(tenant, 'long', { limit: 300 })).length, 300, 'how many of 300 events history gave')
    const seen: string[] = []
    for (let [position, read] = [0, true]; read; ) {
      const page = await store.changes(tenant, position, 250)
      seen.push(...page.events.map(({ id }) => id))
      read = page.position !== position
      position = page.position
    }
    const whole = (await store.changes(tenant, 0, 10_000)).events.map(({ id }) => id)
    same(seen, whole, 'what pages of 250 gave of the feed')
    same(whole.length, new Set(whole).size, 'how many events of the feed are different')
  }),

  storeCase('names are compared letter by letter: capitals, accents and spaces make others', async (bench) => {
    const { store, tenant } = bench
    const names = ['mail', 'Mail', 'mäil', 'ma\u0308il', 'mail ', ' mail', 'mail.', 'ｍail']
    for (const [i, externalId] of names.entries()) {
      const change = changeOf(
        null,
        bench.opening(`t${i}`, { reference: externalId.trim() === externalId ? externalId : `R${i}` }),
      )
      await bench.save({ changes: [{ ...change, externalIds: [externalId] }] })
    }
    for (const [i, externalId] of names.entries())
      same((await store.lookup(tenant, { externalId }))?.ticketId, `t${i}`, `what ${JSON.stringify(externalId)} finds`)
    same((await store.lookup(tenant, { reference: 'MAIL' }))?.ticketId, undefined, 'what the reference MAIL finds')
    check((await store.claim(tenant, 't1', 'ana', 60_000)) !== null, 'a claim by ana should hold')
    same(await store.claim(tenant, 't1', 'Ana', 60_000), null, 'the claim of Ana on a ticket that ana holds')
    same(await store.leases(tenant, 'ANA'), [], 'the leases of ANA')
    same((await store.load(tenant, 'T1')).row, null, 'the ticket T1')
  }),

  storeCase('a receipt is what was given, to the millisecond', async (bench) => {
    const receipt = { ...bench.receipt('c1'), at: 1_763_967_600_007 }
    await bench.save({ receipt })
    same((await bench.store.load(bench.tenant, 'none', 'c1')).receipt, receipt, 'the receipt')
  }),

  storeCase('whatever is handed out is frozen, and NUL is refused wherever somebody writes', async (bench) => {
    const { store, tenant, at } = bench
    const opened = bench.opening('t1')
    const changes = [changeOf(null, opened)]
    await bench.save({ changes, effects: [bench.effect('e1', 't1')], receipt: bench.receipt('c1', changes) })
    const handed = {
      'a ticket of find': (await store.find(queryOf(tenant)))[0]?.ticket.counts,
      'data of an effect': (await store.effects(tenant, { now: at, limit: 1 }))[0]?.data,
      'a receipt': (await store.load(tenant, 't1', 'c1')).receipt?.tickets,
      'an event of the feed': (await store.changes(tenant, 0, 1)).events[0]?.data,
    }
    for (const [what, value] of Object.entries(handed)) check(Object.isFrozen(value), `${what} should be frozen`)
    const nul = 'a\0b'
    await refused(store.bury(tenant, 'e1', nul), 'invalid_text', 'a reason with NUL')
    await refused(store.announce(tenant, 't1', nul, 'viewing', 1_000), 'invalid_text', 'a person with NUL')
    const lease = await store.claim(tenant, 't1', 'ana', 60_000)
    if (lease) await refused(store.handOver(tenant, lease, nul, 1_000), 'invalid_text', 'a holder with NUL')
  }),
]
