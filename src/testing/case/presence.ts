import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { keyOf, leaseMs, storeCase } from '../store-case.ts'

const doingOf = (people: readonly { readonly person: string; readonly doing: string }[]) =>
  people.map(({ person, doing }) => `${person} ${doing}`)

export const presenceCases = [
  storeCase('who views and who writes is seen until it is over', async (bench) => {
    const { store, tenant } = bench
    await store.announce(tenant, 't1', 'ben', 'viewing', 60_000)
    const from = await store.now()
    await store.announce(tenant, 't1', 'ana', 'writing', leaseMs)
    const to = await store.now()
    await store.announce(tenant, 't2', 'eva', 'viewing', 60_000)
    const { lease, people } = await store.present(tenant, 't1')
    same(lease, null, 'the lease on a ticket that nobody claimed')
    same(doingOf(people), ['ana writing', 'ben viewing'], 'who does what with the ticket, by name')
    check(
      people.every(({ since, until }) => since >= bench.at && until > since),
      'presence should have a beginning and an end by the store’s clock',
    )
    const until = people[0]?.until ?? 0
    check(until >= from + leaseMs && until <= to + leaseMs, 'presence should end when it was asked to')
    await bench.pass(leaseMs)
    same(doingOf((await store.present(tenant, 't1')).people), ['ben viewing'], 'who is there when one is over')
    await store.announce(tenant, 't1', 'ben', null, 60_000)
    same((await store.present(tenant, 't1')).people, [], 'who is there when all have left')
  }),

  storeCase('presence goes on from when it began, and begins anew with something else', async (bench) => {
    const { store, tenant } = bench
    const since = async () => (await store.present(tenant, 't1')).people[0]?.since ?? 0
    await store.announce(tenant, 't1', 'ana', 'viewing', leaseMs * 3)
    const first = await since()
    await bench.pass(leaseMs)
    await store.announce(tenant, 't1', 'ana', 'viewing', leaseMs)
    same(await since(), first, 'the beginning of what was announced twice')
    await store.announce(tenant, 't1', 'ana', 'writing', leaseMs)
    const second = await since()
    check(second >= first + leaseMs, 'what is new should begin when it is announced')
    await bench.pass(leaseMs)
    await store.announce(tenant, 't1', 'ana', 'writing', leaseMs)
    check((await since()) >= second + leaseMs, 'what was over should begin anew')
  }),

  storeCase('who holds a ticket is seen, until the lease ends', async (bench) => {
    const { store, tenant } = bench
    const lease = await store.claim(tenant, 't1', 'ana', leaseMs)
    same((await store.present(tenant, 't1')).lease, lease, 'the lease on a claimed ticket')
    const other = await store.claim(tenant, 't0', 'ana', 60_000)
    await store.claim(tenant, 't2', 'ben', 60_000)
    same(await store.leases(tenant, 'ana'), [other, lease], 'all that somebody holds')
    await bench.pass(leaseMs)
    same((await store.present(tenant, 't1')).lease, null, 'the lease when it has ended')
    same(await store.leases(tenant, 'ana'), [other], 'all that somebody holds when one has ended')
  }),

  storeCase('a live lease is handed over, with a token of its own; a lost one is not', async (bench) => {
    const { store, tenant } = bench
    const ticket = await bench.open('t1')
    const mine = await store.claim(tenant, 't1', 'ana', leaseMs)
    check(mine !== null, 'a free ticket should be claimed')
    const given = await store.handOver(tenant, keyOf(mine), 'ben', 60_000)
    check(given !== null && given.holder === 'ben' && given.ticketId === 't1', 'a live lease should be handed over')
    check(given.token > mine.token, 'the token should rise when a lease is handed over')
    const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] }))]
    const late = await bench.commit({ changes, lease: keyOf(mine) })
    same(late, { ok: false, conflict: 'lease', ticketId: 't1' }, 'the answer to a write of who gave the lease away')
    same(await store.handOver(tenant, keyOf(mine), 'eva', 60_000), null, 'the handing over of a lease given away')
    same(await store.claim(tenant, 't1', 'ana', 60_000), null, 'the claim of who gave the lease away')
    await bench.save({ changes, lease: keyOf(given) })
    const short = await store.claim(tenant, 't2', 'ana', leaseMs)
    check(short !== null, 'a free ticket should be claimed')
    await bench.pass(leaseMs)
    same(await store.handOver(tenant, keyOf(short), 'ben', 60_000), null, 'the handing over of a lease that ran out')
  }),

  storeCase('of two commits that take an agent’s turn as they saw it one is saved', async (bench) => {
    const { store, tenant } = bench
    const [one, two] = [await bench.open('t1'), await bench.open('t2')]
    same(await store.turns(tenant), {}, 'the turns when nobody had one')
    const assign = (ticket: typeof one) => [changeOf(ticket, bench.following(ticket, { type: 'assign', agent: 'ana' }))]
    const turn = { agent: 'ana', seen: 0 }
    const outcomes = await Promise.all([
      bench.commit({ changes: assign(one), turn }),
      bench.commit({ changes: assign(two), turn }),
    ])
    same(outcomes.filter(({ ok }) => ok).length, 1, 'the number of commits saved')
    const lost = outcomes.filter(({ ok }) => !ok)
    same(lost, [{ ok: false, conflict: 'turn', agent: 'ana' }], 'the answer to the other')
    const versions = await Promise.all(
      ['t1', 't2'].map(async (id) => (await store.load(tenant, id)).row?.ticket.assignee),
    )
    same(versions.filter((assignee) => assignee === 'ana').length, 1, 'the number of tickets that the agent was given')
    const seen = (await store.turns(tenant)).ana ?? 0
    check(seen > 0, 'a turn that was taken should be kept')
    await bench.save({ turn: { agent: 'ben', seen: 0 } })
    const after = await store.turns(tenant)
    check((after.ben ?? 0) > seen && after.ana === seen, 'each turn should be later than all before it')
    await bench.save({ turn: { agent: 'ana', seen } })
    check(((await store.turns(tenant)).ana ?? 0) > (after.ben ?? 0), 'each turn should be later than all before it')
  }),
]
