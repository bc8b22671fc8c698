import { comparePositions } from '../../condition/sort-key.ts'
import type { Query, Store, TallyQuery } from '../../store.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, keyOf } from '../store-case.ts'
import { queryOf } from './query.ts'

const tickets = ['t1', 't2', 't3', 't4']
const commands = ['c-t1', 'c-t2', 'c-t3', 'c-new']
const agents = ['ana', 'ben', 'eva']
const day = 86_400_000

/** Is kept for so long that no case sees its end. */
export const longMs = 600_000

/** All that a store tells of a tenant, by every way of reading there is, as far as the ids of `filled` and `t4` go. */
export async function everything(store: Store, tenant: string, at: number) {
  const each = <Id, Found>(ids: readonly Id[], read: (id: Id) => Promise<Found>) => Promise.all(ids.map(read))
  const query = queryOf(tenant)
  const byKind: TallyQuery = {
    ...query,
    by: ['kind', 'assignee'],
    values: ({ kind, assignee }) => [[kind, assignee]],
  }
  return {
    tickets: await each(tickets, (id) => store.load(tenant, id).then(({ row }) => row)),
    receipts: await each(commands, (id) => store.load(tenant, 't1', id).then(({ receipt }) => receipt)),
    histories: await each(tickets, (id) => store.history(tenant, id)),
    'the feed': (await store.changes(tenant, 0, 1_000)).events,
    references: await each(tickets, (id) => store.lookup(tenant, { reference: `R-${id}` })),
    'external ids': await each(tickets, (id) => store.lookup(tenant, { externalId: `mail-${id}` })),
    views: await store.find(query),
    'the view of who holds nothing': await store.find({ ...query, freeFor: 'nobody' }),
    counts: await store.count(query),
    tallies: (await store.tally(byKind)).map((tally) => JSON.stringify(tally)).sort(),
    'what is due': await store.due(tenant, { now: at, plannedBy: 'a newer one', limit: 9 }),
    effects: await store.effects(tenant, { now: at, limit: 99 }),
    'effects of later': await store.effects(tenant, { now: at + day, limit: 99 }),
    'dead letters': await store.buried(tenant, 99),
    leases: await each(agents, (agent) => store.leases(tenant, agent)),
    presence: await each(tickets, (id) => store.present(tenant, id)),
    turns: Object.entries(await store.turns(tenant)).sort(),
  }
}

export type Everything = Awaited<ReturnType<typeof everything>>

/** Compares part by part, so that what differs is named; `of` says whose or when it is. */
export function sameParts(actual: Partial<Everything>, expected: Partial<Everything>, of: string): void {
  for (const [part, told] of Object.entries(expected)) same(actual[part as keyof Everything], told, `${part} ${of}`)
}

/** The names of parts that differ. */
export const differing = (one: Everything, other: Everything): string[] =>
  (Object.keys(one) as (keyof Everything)[]).filter((part) => JSON.stringify(one[part]) !== JSON.stringify(other[part]))

/** Something of every kind that a store keeps; texts name the tenant. Its leases come back. */
export async function filled(bench: Bench) {
  const { store, tenant, at } = bench
  for (const [i, id] of ['t1', 't2', 't3'].entries()) {
    const changes = [changeOf(null, bench.opening(id, { subject: tenant, externalId: `mail-${id}` }))]
    const receipt = { ...bench.receipt(`c-${id}`, changes), hash: tenant }
    await bench.save({ changes: changes.map((change) => ({ ...change, nextAt: i < 2 ? at - i : null })), receipt })
  }
  const effectOf = (id: string) => ({ ...bench.effect(id, `of-${id}`), data: { to: tenant }, staleAfter: at + day })
  await bench.save({ effects: [effectOf('taken')] })
  await store.effects(tenant, { now: at, limit: 1, hideMs: 500 })
  await bench.save({ effects: ['pending', 'other', 'deferred', 'done', 'dead', 'buried'].map(effectOf) })
  await store.defer(tenant, 'deferred', at + 400)
  await store.settle(tenant, 'done')
  for (const id of ['dead', 'buried']) await store.bury(tenant, id, `no such address in ${tenant}`)
  const claimed = [
    await store.claim(tenant, 't1', 'ana', longMs),
    await store.claim(tenant, 't2', 'ben', longMs),
  ] as const
  check(claimed[0] !== null && claimed[1] !== null, 'free tickets should be claimed')
  await store.announce(tenant, 't1', 'ana', 'writing', longMs)
  await store.announce(tenant, 't1', 'ben', 'viewing', longMs)
  await bench.save({ turn: { agent: 'ana', seen: 0 } })
  await bench.save({ turn: { agent: 'ben', seen: 0 } })
  return { ana: keyOf(claimed[0]), ben: keyOf(claimed[1]) }
}

/** All tickets in no other order than that of their ids, as exports page by. */
export const byId = (tenant: string): Query => ({
  ...queryOf(tenant),
  keys: [],
  position: ({ id }) => ({ values: [], id }),
  compare: (a, b) => comparePositions([], a, b),
})
