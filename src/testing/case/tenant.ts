import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, leaseMs, storeCase } from '../store-case.ts'
import { differing, type Everything, everything, filled, longMs, sameParts } from './everything.ts'

/** Every way of writing there is, each done to what `filled` left; nothing that is read stays as it was. */
async function rewritten(bench: Bench, { ana, ben }: Awaited<ReturnType<typeof filled>>): Promise<void> {
  const { store, tenant, at } = bench
  const [first, second] = [(await store.load(tenant, 't1')).row?.ticket, (await store.load(tenant, 't2')).row?.ticket]
  check(first !== undefined && second !== undefined, 'what was saved should be loaded')
  const redacted = (await store.history(tenant, 't1')).map(({ personal: _personal, ...event }) => event as typeof event)
  const change = {
    ...changeOf(first, bench.following(first, { type: 'assign', agent: 'eva' })),
    redacted,
    forgottenExternalIds: ['mail-t1'],
  }
  await bench.save({ changes: [change], receipt: bench.receipt('c-new', [change]), lease: ana })
  // without events only the plan is written
  const plan = { ...changeOf(second, bench.following(second, { type: 'tag', tags: ['x'] })), events: [] }
  await bench.save({ changes: [{ ...plan, nextAt: at - 99, plannedBy: 'a newer one' }] })
  await bench.save({ changes: [{ ...changeOf(null, bench.opening('t4', { externalId: 'mail-t4' })), nextAt: null }] })
  await bench.save({ turn: { agent: 'eva', seen: 0 } })
  await store.settle(tenant, 'pending')
  await store.settle(tenant, 'dead')
  await store.defer(tenant, 'taken', at)
  await store.bury(tenant, 'taken', 'no such address')
  await store.revive(tenant, 'buried')
  await store.effects(tenant, { now: at, limit: 9, hideMs: longMs })
  await store.renew(tenant, ana, longMs * 2)
  await store.release(tenant, ben)
  await store.claim(tenant, 't3', 'ben', longMs)
  const [mine] = await store.leases(tenant, 'ben')
  await store.handOver(tenant, mine ?? ben, 'eva', longMs)
  await store.announce(tenant, 't1', 'ana', null, longMs)
  await store.announce(tenant, 't1', 'ben', 'writing', longMs)
  await store.forgetReceipts(tenant, (await store.now()) + 1)
}

/** What both would tell alike if one were the other; the times and tokens of leases are the store's own. */
const named = (told: Everything, tenant: string, instead: string): Partial<Everything> => {
  const { leases: _leases, presence: _presence, turns: _turns, ...alike } = told
  return JSON.parse(JSON.stringify(alike).replaceAll(tenant, instead)) as typeof alike
}

/** What only one tenant has is nothing in the other: a lease, a turn, a reference, an external id, a settled effect. */
async function borrowed(ours: Bench, theirs: Bench): Promise<void> {
  const { store } = ours
  const lease = await store.claim(ours.tenant, 't9', 'ana', longMs)
  check(lease !== null, 'a free ticket should be claimed')
  const receipt = theirs.receipt('c-borrowed')
  const refused = { ok: false, conflict: 'lease', ticketId: 't9' }
  same(await theirs.commit({ receipt, lease }), refused, 'the answer to a write under a lease of another tenant')
  const seen = (await store.turns(ours.tenant)).eva ?? 0
  check(seen > 0, 'a turn that was taken should be kept')
  const outcome = await theirs.commit({ turn: { agent: 'eva', seen } })
  same(outcome, { ok: false, conflict: 'turn', agent: 'eva' }, 'the answer to a turn as another tenant saw it')
  const other = { reference: 'R-t4', externalId: 'mail-t4' }
  await theirs.save({ changes: [changeOf(null, theirs.opening('t9', other))] })
  const settled = { ...theirs.effect('done', 'of-done'), kind: 'repeated' }
  await theirs.save({ effects: [settled] })
  const pending = await store.effects(theirs.tenant, { now: theirs.at, limit: 99 })
  check(
    !pending.some(({ kind }) => kind === settled.kind),
    'what one tenant settled should not be forgotten by another',
  )
  same(await store.renew(theirs.tenant, lease, leaseMs), null, 'our lease, renewed by another tenant')
  same(await store.release(theirs.tenant, lease), false, 'our lease, released by another tenant')
  same(await store.handOver(theirs.tenant, lease, 'eva', leaseMs), null, 'our lease, handed over by another tenant')
  same((await store.leases(ours.tenant, 'ana')).at(-1), lease, 'our lease, used by another tenant')
}

export const tenantCases = [
  storeCase('two tenants with the same ids never meet, whatever is written in one of them', async (bench) => {
    const { store, at } = bench
    const [ours, theirs] = [bench, bench.neighbour()]
    const of = (tenant: string) => everything(store, tenant, at)

    const nothing = await of(theirs.tenant)
    const leases = await filled(ours)
    const us = await of(ours.tenant)
    sameParts(await of(theirs.tenant), nothing, 'of a tenant that has nothing, beside one that has')
    const number = await store.nextNumber(ours.tenant)

    await filled(theirs)
    const them = await of(theirs.tenant)
    sameParts(named(them, theirs.tenant, ours.tenant), named(us, ours.tenant, ours.tenant), 'of a second tenant')
    sameParts(await of(ours.tenant), us, 'of the first tenant, after the second did the same')
    same(await store.nextNumber(theirs.tenant), number, 'the first number of another tenant')

    await rewritten(ours, leases)
    sameParts(await of(theirs.tenant), them, 'of one tenant, after all was written anew in another')
    same(
      differing(await of(ours.tenant), us),
      Object.keys(us),
      'the parts that are told otherwise after they were written anew',
    )
    await borrowed(ours, theirs)
  }),
]
