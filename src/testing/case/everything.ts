import { comparePositions } from '../../condition/sort-key.ts'
import type { LeaseKey, Query, Store, TallyQuery } from '../../store.ts'
import { check } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, keyOf } from '../store-case.ts'
import { queryOf } from './query.ts'

/** Longer than any case takes. */
const longMs = 600_000

/** Writes something of everything that a tenant can have; the lease on it. */
export async function furnish(bench: Bench, tenant: string): Promise<LeaseKey> {
  const { store, at } = bench
  const first = bench.opening('t1', { externalId: 'mail-1', fields: { plant: 7 } }, tenant)
  const opened = { ...changeOf(null, first), nextAt: at - 1, plannedBy: 'plan' }
  const reply = bench.following(first.ticket, { type: 'reply', body: 'hello', externalId: 'mail-2' }, tenant)
  const other = changeOf(null, bench.opening('t2', { tags: ['vip'] }, tenant))
  const effects = ['pending', 'taken', 'dead', 'done'].map((id) => ({
    ...bench.effect(id, `t-${id}`),
    staleAfter: at + 86_400_123,
  }))
  const commits = [
    { changes: [opened, other], effects, receipt: bench.receipt('c1', [opened]) },
    { changes: [{ ...changeOf(first.ticket, reply), nextAt: at - 1 }], receipt: bench.receipt('c2') },
    { turn: { agent: 'ana', seen: 0 } },
  ]
  for (const commit of commits) await bench.save({ tenant, ...commit })
  await store.settle(tenant, 'done')
  await store.bury(tenant, 'dead', 'no such address')
  await store.defer(tenant, 'pending', at + 100)
  await store.effects(tenant, { now: at, limit: 9, hideMs: 200 })
  await store.announce(tenant, 't1', 'ben', 'writing', longMs)
  const lease = await store.claim(tenant, 't1', 'ana', longMs)
  check(lease !== null, 'a free ticket should be claimed')
  return keyOf(lease)
}

/** All tickets in no other order than that of their ids, as exports page by. */
export const byId = (tenant: string): Query => ({
  ...queryOf(tenant),
  keys: [],
  position: ({ id }) => ({ values: [], id }),
  compare: (a, b) => comparePositions([], a, b),
})

/** What a tenant has of all that `furnish` writes, as far as the port shows it. */
export async function everythingOf(store: Store, tenant: string, at: number) {
  const byStatus: TallyQuery = { ...queryOf(tenant), by: ['status'], values: ({ status }) => [[status]] }
  const all = { limit: 99, tenant }
  const external = ['mail-1', 'mail-2'].map((externalId) => ({ externalId }))
  const keys = [...external, ...['R-t1', 'R-t2'].map((reference) => ({ reference }))]
  const loaded = [await store.load(tenant, 't1', 'c1'), await store.load(tenant, 't2', 'c2')]
  const tallies = (await store.tally(byStatus)).map(({ values, count }) => `${values} ${count}`)
  return {
    loaded: loaded.map(({ row, receipt }) => ({ row, receipt })),
    histories: [await store.history(tenant, 't1'), await store.history(tenant, 't2')],
    feed: (await store.changes(tenant, 0, 99)).events,
    found: await Promise.all(keys.map((key) => store.lookup(tenant, key))),
    view: await store.find({ ...queryOf(tenant), ...all }),
    count: await store.count(queryOf(tenant)),
    tallies: tallies.sort(),
    due: await store.due(tenant, { now: at, plannedBy: 'plan', limit: 99 }),
    ready: await Promise.all([at, at + 100, at + 200].map((now) => store.effects(tenant, { ...all, now }))),
    letters: await store.buried(tenant, 99),
    turns: await store.turns(tenant),
    present: await store.present(tenant, 't1'),
    leases: await store.leases(tenant, 'ana'),
  }
}
