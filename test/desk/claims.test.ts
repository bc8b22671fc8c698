import fc from 'fast-check'
import { createDesk, defineDesk, isDeskError, type Lease, type LeaseKey, memoryStore, type Store } from 'ticketwright'
import { type ManualClock, manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'

const definition = defineDesk({ views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] } }] })
const start = '2026-11-23T09:00:00Z'
const agents = ['ana', 'ben', 'eva'] as const

/** One thing that an agent does; `pass` lets time pass for all. */
const step = fc.record({
  who: fc.constantFrom(...agents),
  does: fc.constantFrom('claim', 'next', 'next', 'reply', 'renew', 'release', 'handOver', 'pass'),
  ticket: fc.constantFrom('t1', 't2'),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/**
 * A store whose every call waits until the scheduler lets it, and a plain book of who holds what, kept by what the
 * store answers: whoever is let in while somebody else holds the ticket, or writes under a lease that is over, is
 * written down.
 */
function watched(store: Store, clock: ManualClock, scheduler: fc.Scheduler): { store: Store; wrong: string[] } {
  const wrong: string[] = []
  const book = new Map<string, Lease>()
  const live = (ticketId: string) => {
    const lease = book.get(ticketId)
    return lease && lease.until > clock.now() ? lease : undefined
  }
  const same = (a: LeaseKey | undefined, b: LeaseKey) => a !== undefined && a.holder === b.holder && a.token === b.token
  const turn = () => scheduler.schedule(Promise.resolve())
  const enter = (lease: Lease | null, from?: LeaseKey) => {
    if (!lease) return
    const held = live(lease.ticketId)
    if (held && held.holder !== lease.holder && !(from && same(held, from)))
      wrong.push(`${lease.holder} was let in while ${held.holder} held ${lease.ticketId}`)
    const last = book.get(lease.ticketId)
    if (last && lease.token <= last.token) wrong.push(`the token of ${lease.ticketId} did not rise`)
    book.set(lease.ticketId, lease)
  }
  const waiting = Object.fromEntries(
    Object.entries(store).map(([name, call]) => [
      name,
      async (...of: unknown[]) => {
        await turn()
        return (call as (...of: unknown[]) => unknown)(...of)
      },
    ]),
  ) as unknown as Store
  return {
    wrong,
    store: {
      ...waiting,
      claim: async (...of) => {
        await turn()
        const lease = await store.claim(...of)
        enter(lease)
        return lease
      },
      handOver: async (tenant, from, ...of) => {
        await turn()
        const holds = same(live(from.ticketId), from)
        const lease = await store.handOver(tenant, from, ...of)
        if (lease && !holds) wrong.push(`${from.holder} gave away what was lost`)
        enter(lease, from)
        return lease
      },
      renew: async (tenant, key, forMs) => {
        await turn()
        const holds = same(live(key.ticketId), key)
        const lease = await store.renew(tenant, key, forMs)
        if (lease && !holds) wrong.push(`${key.holder} renewed what was lost`)
        if (lease) book.set(key.ticketId, lease)
        return lease
      },
      release: async (tenant, key) => {
        await turn()
        const done = await store.release(tenant, key)
        if (done && same(book.get(key.ticketId), key)) book.set(key.ticketId, { ...key, until: 0 })
        return done
      },
      commit: async (commit) => {
        await turn()
        const { lease } = commit
        const holds = lease === undefined || same(live(lease.ticketId), lease)
        const outcome = await store.commit(commit)
        if (outcome.ok && !holds) wrong.push(`${lease?.holder} wrote under a lease that was over`)
        return outcome
      },
    },
  }
}

type Broken = (store: Store, turn: () => Promise<unknown>) => Partial<Store>

interface Tally {
  let: number
  lost: number
}

/** All steps at once, in whatever order the scheduler lets them; then everything must be there to be taken. */
async function interleaved(
  scheduler: fc.Scheduler,
  steps: readonly Step[],
  tally: Tally,
  broken: Broken = () => ({}),
): Promise<string[]> {
  const clock = manualClock(start)
  const kept = memoryStore({ clock })
  let ids = 0
  const plain = createDesk({ definition, store: kept, clock, ids: () => `p${++ids}` })
  for (const ticketId of ['t1', 't2'])
    await plain.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: 'x' })
  const { store, wrong } = watched(
    { ...kept, ...broken(kept, () => scheduler.schedule(Promise.resolve())) },
    clock,
    scheduler,
  )
  const desk = createDesk({ definition, store, clock, ids: () => `i${++ids}` })
  const leases = new Map<string, Lease>()
  const take = async ({ who, does, ticket }: Step): Promise<void> => {
    const agent = desk.as({ kind: 'agent', id: who })
    const mine = leases.get(who) ?? { ticketId: ticket, holder: who, token: 1 }
    const keep = (lease: Lease | null | undefined) => {
      if (!lease) return
      tally.let += 1
      leases.set(lease.holder, lease)
    }
    switch (does) {
      case 'claim':
        return keep(await agent.claim(ticket, '10s'))
      case 'next':
        return keep((await agent.next('todo', '10s'))?.lease)
      case 'renew':
        return keep(await agent.renew(mine, '10s'))
      case 'handOver':
        return keep(await agent.handOver(mine, agents[(agents.indexOf(who) + 1) % 3] as string, { forTime: '10s' }))
      case 'release':
        await agent.release(mine)
        return
      case 'reply':
        await agent.note(mine.ticketId, { body: 'x' }, { lease: mine })
        return
      case 'pass':
        await scheduler.schedule(Promise.resolve())
        return clock.pass('6s')
    }
  }
  // started, parked, and awaited when the scheduler has let everything through
  const running = steps.map((one) =>
    take(one).catch((error: unknown) => {
      if (!isDeskError(error)) throw error
      if (error.code === 'lease_lost') tally.lost += 1
      else wrong.push(error.code)
    }),
  )
  await scheduler.waitIdle()
  await Promise.all(running)
  clock.pass('1m')
  const fresh = plain.as({ kind: 'agent', id: 'fresh' })
  const found = [await fresh.next('todo'), await fresh.next('todo')].map((next) => next?.ticket.id)
  if (found.sort().join() !== 't1,t2') wrong.push(`lost: only ${found.join()} could be taken at the end`)
  return wrong
}

/** Says in words what is wrong. */
function right(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('; '))
}

describe('claims under interleavings', () => {
  it('never two holders, no lost ticket, lease_lost for the late writer', async () => {
    const tally = { let: 0, lost: 0 }
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 6 }), async (scheduler, steps) => {
        right(await interleaved(scheduler, steps, tally))
      }),
      { numRuns: 20_000 },
    )
    expect(tally.let).toBeGreaterThan(10_000)
    expect(tally.lost).toBeGreaterThan(1_000)
  }, 600_000)

  const findsOut = (broken: Broken) =>
    fc.check(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 8 }), async (scheduler, steps) => {
        right(await interleaved(scheduler, steps, { let: 0, lost: 0 }, broken))
      }),
      { numRuns: 3_000, seed: 7, endOnFailure: true },
    )

  it.each<[string, RegExp, Broken]>([
    [
      'a commit that does not ask for the lease',
      /wrote under a lease that was over/,
      (store) => ({ commit: ({ lease: _lease, ...commit }) => store.commit(commit) }),
    ],
    [
      'a claim that looks first and takes later',
      /was let in while/,
      (store, turn) => ({
        claim: async (tenant, ticketId, holder, forMs) => {
          const { lease } = await store.present(tenant, ticketId)
          if (lease && lease.holder !== holder) return null
          await turn()
          const { lease: other } = await store.present(tenant, ticketId)
          if (other && other.holder !== holder) await store.release(tenant, other)
          return store.claim(tenant, ticketId, holder, forMs)
        },
      }),
    ],
    [
      'a lease that is given away without asking whose it is',
      /gave away what was lost/,
      (store) => ({
        handOver: async (tenant, lease, to, forMs) =>
          (await store.handOver(tenant, lease, to, forMs)) ?? store.claim(tenant, lease.ticketId, to, forMs),
      }),
    ],
  ])(
    '%s is found',
    async (_what, says, broken) => {
      const { failed, errorInstance } = await findsOut(broken)
      expect(failed).toBe(true)
      expect(String(errorInstance)).toMatch(says)
    },
    120_000,
  )
})
