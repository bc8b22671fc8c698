import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { keyOf, storeCase } from '../store-case.ts'
import { everythingOf, furnish } from './everything.ts'

export const durableCases = [
  storeCase(
    'everything is there after the store was closed and opened again',
    async (bench) => {
      const { at, tenant, setup } = bench
      const opened = bench.opening('t1', { externalId: 'mail-1' })
      const changes = [changeOf(null, opened)]
      const receipt = bench.receipt('c1', changes)
      await bench.save({ changes, receipt, effects: [bench.effect('e1', 't1'), bench.effect('e2', 't1')] })
      await bench.store.settle(tenant, 'e1')
      const number = await bench.store.nextNumber(tenant)
      const lease = await bench.store.claim(tenant, 't1', 'ana', 60_000)
      check(lease !== null, 'a free ticket should be claimed')
      const row = (await bench.store.load(tenant, 't1')).row
      const feed = await bench.store.changes(tenant, 0, 100)
      const furnished = `${tenant}-furnished`
      await furnish(bench, furnished)
      const before = await everythingOf(bench.store, furnished, at)

      const store = setup.reopen ? await setup.reopen() : bench.store
      const loaded = await store.load(tenant, 't1', 'c1')
      same(loaded.row, row, 'the row after reopening')
      same(loaded.receipt, receipt, 'the receipt after reopening')
      same(await everythingOf(store, furnished, at), before, 'all that there is after reopening')
      same(await store.history(tenant, 't1'), opened.events, 'the history after reopening')
      same(await store.changes(tenant, 0, 100), feed, 'the feed after reopening')
      same(await store.lookup(tenant, { reference: 'R-t1' }), { ticketId: 't1', commandId: null }, 'the reference')
      same(await store.lookup(tenant, { externalId: 'mail-1' }), { ticketId: 't1', commandId: 'c1' }, 'the external id')
      same(
        (await store.effects(tenant, { now: at, limit: 9 })).map(({ id }) => id),
        ['e2'],
        'the effects not settled',
      )
      check((await store.nextNumber(tenant)) > number, 'a number given out before should not be given again')
      same(await store.claim(tenant, 't1', 'ben', 1_000), null, 'the claim on a ticket that is held')
      check((await store.renew(tenant, keyOf(lease), 1_000)) !== null, 'the lease should outlive its store')
      const again = await store.commit({ tenant, changes, effects: [], receipt })
      same(again, { ok: false, conflict: 'receipt', receipt }, 'the answer to a command done before reopening')
    },
    ({ reopen }) => (reopen ? null : 'the store keeps nothing'),
  ),
]
