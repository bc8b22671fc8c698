import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, keyOf, storeCase } from '../store-case.ts'
import { everythingOf, furnish } from './everything.ts'
import { queryOf } from './query.ts'

/** All that can be written to what is there already, by what it does. */
function writesOf(bench: Bench) {
  const { store, tenant, at } = bench
  const present = async () => {
    const { row } = await store.load(tenant, 't1')
    check(row !== null, 'the ticket should be there')
    return row.ticket
  }
  return {
    'a plan was written': async () => {
      const ticket = await present()
      const plan = { ticketId: 't1', expectedVersion: ticket.version, events: [], externalIds: [] }
      await bench.save({ changes: [{ ...plan, ticket, nextAt: at + 5, plannedBy: 'other' }] })
    },
    'a ticket was changed, and erased from': async () => {
      const ticket = await present()
      const redacted = (await store.history(tenant, 't1')).map(({ personal: _personal, ...event }) => event as never)
      const change = changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] }))
      await bench.save({ changes: [{ ...change, redacted, forgottenExternalIds: ['mail-1', 'mail-2'] }] })
    },
    'effects were taken': () => store.effects(tenant, { now: at + 200, limit: 9, hideMs: 9_000 }),
    'effects were put off': () => store.defer(tenant, 'pending', at + 9_000),
    'a dead letter was revived': () => store.revive(tenant, 'dead'),
    'an effect was given up': () => store.bury(tenant, 'pending', 'given up'),
    'an effect was settled': () => store.settle(tenant, 'taken'),
    'a turn was taken': async () => {
      await bench.save({ turn: { agent: 'ana', seen: (await store.turns(tenant)).ana ?? 0 } })
    },
    'somebody left': () => store.announce(tenant, 't1', 'ben', null, 9_000),
    'a lease was handed over, and given back': async () => {
      const [mine] = await store.leases(tenant, 'ana')
      const given = mine ? await store.handOver(tenant, keyOf(mine), 'eva', 9_000) : null
      check(given !== null && (await store.release(tenant, keyOf(given))), 'a live lease should be given back')
    },
    'a number was taken': () => store.nextNumber(tenant),
    'all was forgotten that may be': () => store.forgetReceipts(tenant, at + 9_000_000),
  }
}

export const tenantCases = [
  storeCase('two tenants with the same ids never meet', async (bench) => {
    const { store, at } = bench
    const [ours, theirs] = [bench.tenant, `${bench.tenant}-other`]
    const openedIn = async (tenant: string, subject: string) => {
      const opened = bench.opening('t1', { subject, externalId: 'mail-1', reference: 'R-1' }, tenant)
      const changes = [{ ...changeOf(null, opened), nextAt: at - 1 }]
      const receipt = { ...bench.receipt('c1', changes), hash: subject }
      const outcome = await store.commit({
        tenant,
        changes,
        effects: [{ ...bench.effect('e1', 't1'), kind: subject }],
        receipt,
      })
      check(outcome.ok, `the same ids should be free for ${tenant}; the store said ${JSON.stringify(outcome)}`)
      return { opened, receipt }
    }
    const us = await openedIn(ours, 'ours')
    same((await store.load(theirs, 't1', 'c1')).row, null, 'our ticket, loaded by another tenant')
    same((await store.load(theirs, 't1', 'c1')).receipt, null, 'our receipt, loaded by another tenant')
    same(await store.history(theirs, 't1'), [], 'our history, asked for by another tenant')
    same(await store.lookup(theirs, { reference: 'R-1' }), null, 'our reference, looked up by another tenant')
    same(await store.lookup(theirs, { externalId: 'mail-1' }), null, 'our external id, looked up by another tenant')
    same(await store.find(queryOf(theirs)), [], 'our ticket in a view of another tenant')
    same(await store.count(queryOf(theirs)), 0, 'our ticket in a count of another tenant')
    same(await store.due(theirs, { now: at, plannedBy: 'x', limit: 9 }), [], 'our ticket, due for another tenant')
    same((await store.changes(theirs, 0, 99)).events, [], 'our events in the feed of another tenant')
    same(await store.effects(theirs, { now: at, limit: 9 }), [], 'our effects, given to another tenant')

    const them = await openedIn(theirs, 'theirs')
    for (const [tenant, { opened, receipt }] of [
      [ours, us],
      [theirs, them],
    ] as const) {
      const loaded = await store.load(tenant, 't1', 'c1')
      same(loaded.row?.ticket, opened.ticket, `the ticket of ${tenant}`)
      same(loaded.receipt, receipt, `the receipt of ${tenant}`)
      same(await store.history(tenant, 't1'), opened.events, `the history of ${tenant}`)
      same(
        (await store.find(queryOf(tenant))).map(({ ticket }) => ticket.subject),
        [opened.ticket.subject],
        `the view of ${tenant}`,
      )
      same(await store.count(queryOf(tenant)), 1, `the count of ${tenant}`)
      same((await store.changes(tenant, 0, 99)).events, opened.events, `the feed of ${tenant}`)
      same(
        (await store.effects(tenant, { now: at, limit: 9 })).map(({ kind }) => kind),
        [opened.ticket.subject],
        `the effects of ${tenant}`,
      )
    }

    const lease = await store.claim(ours, 't1', 'ana', 60_000)
    const other = await store.claim(theirs, 't1', 'ben', 60_000)
    check(lease !== null && other !== null, 'a lease of one tenant should not hold the ticket of another')
    same(await store.renew(theirs, keyOf(lease), 1_000), null, 'our lease, renewed by another tenant')
    same(await store.release(theirs, keyOf(lease)), false, 'our lease, released by another tenant')
    same((await store.find({ ...queryOf(ours), freeFor: 'ben' })).length, 0, 'our tickets free for who holds theirs')
    same(await store.handOver(theirs, keyOf(lease), 'eva', 1_000), null, 'our lease, handed over by another tenant')
    await store.announce(ours, 't1', 'ana', 'writing', 60_000)
    const seen = await store.present(theirs, 't1')
    same([seen.lease?.holder, seen.people], ['ben', []], 'our presence, seen by another tenant')
    same(await store.leases(theirs, 'ana'), [], 'our leases, seen by another tenant')
    await bench.save({ turn: { agent: 'ana', seen: 0 } })
    same(await store.turns(theirs), {}, 'our turns, seen by another tenant')
    await store.settle(theirs, 'e1')
    same(
      (await store.effects(ours, { now: at, limit: 9 })).length,
      1,
      'our effects after another tenant settled theirs',
    )
    await store.effects(ours, { now: at, limit: 9, hideMs: 5 })
    await store.defer(theirs, 'e1', at + 99)
    same(
      (await store.effects(ours, { now: at + 5, limit: 9 })).length,
      1,
      'our effects after another tenant deferred theirs',
    )
    const numbers = [await store.nextNumber(ours), await store.nextNumber(ours), await store.nextNumber(theirs)]
    same(numbers[2], numbers[0], 'the first number of another tenant')
  }),

  storeCase('what is written in one tenant changes nothing that another has', async (bench) => {
    const { store, at } = bench
    const theirs = `${bench.tenant}-other`
    for (const tenant of [bench.tenant, theirs]) await furnish(bench, tenant)
    const before = await everythingOf(store, theirs, at)
    for (const [what, write] of Object.entries(writesOf(bench))) {
      await write()
      same(await everythingOf(store, theirs, at), before, `what another tenant has after ${what} in ours`)
    }
  }),
]
