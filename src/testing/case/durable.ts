import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { storeCase } from '../store-case.ts'
import { everything, filled, longMs, sameParts } from './everything.ts'

export const durableCases = [
  storeCase(
    'everything is there after the store was closed and opened again',
    async (bench) => {
      const { at, tenant, setup } = bench
      const { ana } = await filled(bench)
      const changes = [changeOf(null, bench.opening('t4', { externalId: 'mail-t4' }))]
      const receipt = bench.receipt('c-new', changes)
      await bench.save({ changes, receipt })
      const number = await bench.store.nextNumber(tenant)
      const feed = await bench.store.changes(tenant, 0, 100)
      const before = await everything(bench.store, tenant, at)

      const store = setup.reopen ? await setup.reopen() : bench.store
      sameParts(await everything(store, tenant, at), before, 'after reopening')
      same(await store.changes(tenant, 0, 100), feed, 'the feed with its position after reopening')
      check((await store.nextNumber(tenant)) > number, 'a number given out before should not be given again')
      same(await store.claim(tenant, 't1', 'ben', longMs), null, 'the claim on a ticket that is held')
      const renewed = await store.renew(tenant, ana, longMs)
      check(renewed !== null, 'the lease should outlive its store')
      const given = await store.handOver(tenant, ana, 'eva', longMs)
      check(given !== null && given.token > ana.token, 'the token should rise also after reopening')
      const again = await store.commit({ tenant, changes, effects: [], receipt })
      same(again, { ok: false, conflict: 'receipt', receipt }, 'the answer to a command done before reopening')
      const turn = await store.commit({ tenant, changes: [], effects: [], turn: { agent: 'ana', seen: 0 } })
      same(turn, { ok: false, conflict: 'turn', agent: 'ana' }, 'the answer to a turn taken before reopening')
      await store.commit({ tenant, changes: [], effects: [bench.effect('done', 'of-done')] })
      same(
        (await store.effects(tenant, { now: at, limit: 9 })).map(({ id }) => id),
        before.effects.map(({ id }) => id),
        'the effects when one is repeated that was settled before reopening',
      )
      same(await store.revive(tenant, 'dead'), true, 'reviving a dead letter of before reopening')
    },
    ({ reopen }) => (reopen ? null : 'the store keeps nothing'),
  ),
]
