import type { Lease } from '../../store.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { keyOf, leaseMs, storeCase } from '../store-case.ts'

export const leaseCases = [
  storeCase('a ticket with a live lease is claimed by nobody else', async (bench) => {
    await bench.open('t1')
    const lease = await bench.store.claim(bench.tenant, 't1', 'ana', 60_000)
    check(lease !== null && lease.ticketId === 't1' && lease.holder === 'ana', 'a free ticket should be claimed')
    check(lease.until >= bench.at + 60_000, 'a lease should last as long as asked')
    same(await bench.store.claim(bench.tenant, 't1', 'ben', 60_000), null, 'the claim of somebody else')
    const other = await bench.store.claim(bench.tenant, 't2', 'ben', 60_000)
    check(other !== null, 'a lease on one ticket should not hold another')
  }),

  storeCase('a lease ends when it was asked to, claimed, renewed or handed over', async (bench) => {
    const { store, tenant } = bench
    await bench.pass(123) // a store that keeps whole seconds is found out
    const lent = async (what: string, forMs: number, lend: () => Promise<Lease | null>) => {
      const from = await store.now()
      const lease = await lend()
      const to = await store.now()
      check(lease !== null, `a lease should be ${what}`)
      const ends = lease.until >= from + forMs && lease.until <= to + forMs
      check(ends, `a lease ${what} for ${forMs} ms should end ${forMs} ms later, it ends ${lease.until - to} ms later`)
      same((await store.present(tenant, 't1')).lease, lease, `the lease ${what}`)
      return keyOf(lease)
    }
    const mine = await lent('claimed', 60_000, () => store.claim(tenant, 't1', 'ana', 60_000))
    await lent('renewed', 90_000, () => store.renew(tenant, mine, 90_000))
    await lent('renewed', leaseMs, () => store.renew(tenant, mine, leaseMs))
    const given = await lent('handed over', leaseMs, () => store.handOver(tenant, mine, 'ben', leaseMs))
    await bench.pass(leaseMs)
    same(await store.renew(tenant, given, 9_000), null, 'the renewal of a lease that was handed over and ran out')
    const next = await lent('claimed', leaseMs, () => store.claim(tenant, 't1', 'eva', leaseMs))
    await store.release(tenant, next)
    await store.forgetReceipts(tenant, (await store.now()) + 60_000)
    const last = await lent('claimed', leaseMs, () => store.claim(tenant, 't1', 'ana', leaseMs))
    check(last.token > next.token, 'the token should rise for ever, whatever was forgotten')
  }),

  storeCase('of many claims at once one holds', async (bench) => {
    const claims = ['a', 'b', 'c', 'd', 'e'].map((holder) => bench.store.claim(bench.tenant, 't1', holder, 60_000))
    same((await Promise.all(claims)).filter((lease) => lease !== null).length, 1, 'the number of leases given out')
  }),

  storeCase('an expired lease is anybody’s, its token is not', async (bench) => {
    const ticket = await bench.open('t1')
    const old = await bench.store.claim(bench.tenant, 't1', 'ana', leaseMs)
    check(old !== null, 'a free ticket should be claimed')
    await bench.pass(leaseMs)
    same(await bench.store.renew(bench.tenant, keyOf(old), leaseMs), null, 'the renewal of an expired lease')
    const next = await bench.store.claim(bench.tenant, 't1', 'ben', 60_000)
    check(next !== null, 'an expired lease should not keep others out: it ends at `until`')
    check(next.token > old.token, 'the token should rise with every claim')
    same(await bench.store.renew(bench.tenant, keyOf(old), leaseMs), null, 'the renewal after somebody else’s claim')
    same(await bench.store.release(bench.tenant, keyOf(old)), false, 'the release of a lost lease')
    const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] }))]
    const outcome = await bench.commit({ changes, lease: keyOf(old) })
    same(outcome, { ok: false, conflict: 'lease', ticketId: 't1' }, 'the answer to a write under a lost lease')
    await bench.save({ changes, lease: keyOf(next) })
  }),

  storeCase('a write under a lease that ran out is refused, also when nobody else claimed it', async (bench) => {
    const ticket = await bench.open('t1')
    const lease = await bench.store.claim(bench.tenant, 't1', 'ana', leaseMs)
    check(lease !== null, 'a free ticket should be claimed')
    await bench.pass(leaseMs)
    const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] }))]
    const outcome = await bench.commit({ changes, lease: keyOf(lease), receipt: bench.receipt('c1', changes) })
    same(outcome, { ok: false, conflict: 'lease', ticketId: 't1' }, 'the answer to a write under an expired lease')
    const { row, receipt } = await bench.store.load(bench.tenant, 't1', 'c1')
    same([row?.ticket, receipt], [ticket, null], 'ticket and receipt after the refused write')
  }),

  storeCase('the same holder claims anew, and the older token is fenced off', async (bench) => {
    const ticket = await bench.open('t1')
    const first = await bench.store.claim(bench.tenant, 't1', 'ana', 60_000)
    const second = await bench.store.claim(bench.tenant, 't1', 'ana', 60_000)
    check(first !== null && second !== null && second.token > first.token, 'the same holder should get a new lease')
    const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] }))]
    const outcome = await bench.commit({ changes, lease: keyOf(first) })
    check(!outcome.ok && outcome.conflict === 'lease', 'a write under the older token should be refused')
    await bench.save({ changes, lease: keyOf(second) })
  }),

  storeCase('a live lease is renewed, one given back is free and cannot be used', async (bench) => {
    const lease = await bench.store.claim(bench.tenant, 't1', 'ana', leaseMs)
    check(lease !== null, 'a free ticket should be claimed')
    const renewed = await bench.store.renew(bench.tenant, keyOf(lease), 60_000)
    check(renewed !== null && renewed.token === lease.token, 'a renewed lease should keep its token')
    await bench.pass(leaseMs)
    same(await bench.store.claim(bench.tenant, 't1', 'ben', 60_000), null, 'a claim on a renewed lease')
    same(await bench.store.release(bench.tenant, keyOf(lease)), true, 'the release of a live lease')
    same(await bench.store.release(bench.tenant, keyOf(lease)), false, 'the second release')
    const outcome = await bench.commit({ lease: keyOf(lease), receipt: bench.receipt('c1') })
    check(!outcome.ok && outcome.conflict === 'lease', 'a write under a lease given back should be refused')
    const next = await bench.store.claim(bench.tenant, 't1', 'ben', 60_000)
    check(next !== null && next.token > lease.token, 'the token should rise also after a release')
  }),

  storeCase('a lease of another ticket, holder or token does not count', async (bench) => {
    await bench.open('t1')
    const lease = await bench.store.claim(bench.tenant, 't1', 'ana', 60_000)
    check(lease !== null, 'a free ticket should be claimed')
    for (const wrong of [{ ticketId: 't2' }, { holder: 'ben' }, { token: lease.token + 1 }]) {
      const key = { ...keyOf(lease), ...wrong }
      const what = JSON.stringify(wrong)
      same(await bench.store.renew(bench.tenant, key, 1_000), null, `the renewal with ${what}`)
      same(await bench.store.release(bench.tenant, key), false, `the release with ${what}`)
      const outcome = await bench.commit({ lease: key, receipt: bench.receipt(`c ${what}`) })
      same(outcome, { ok: false, conflict: 'lease', ticketId: key.ticketId }, `a write with ${what}`)
    }
    check(
      (await bench.store.renew(bench.tenant, keyOf(lease), 1_000)) !== null,
      'the lease itself should still be live',
    )
  }),
]
