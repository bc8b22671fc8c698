import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type StoreSetup, storeCase } from '../store-case.ts'
import { everything, filled, sameParts } from './everything.ts'

const lacksAnother = ({ another }: StoreSetup) => (another ? null : 'nobody else can open what the store keeps')
const lacksCrash = ({ crash }: StoreSetup) =>
  crash ? null : 'the store keeps nothing, or cannot be dropped without closing it'

export const sharedCases = [
  storeCase(
    'two openers of the same data are one store: versions, command ids, leases and numbers',
    async (bench) => {
      const { store, tenant, setup } = bench
      const other = (await setup.another?.()) ?? store
      const ticket = await bench.open('t1')
      same((await other.load(tenant, 't1')).row?.ticket, ticket, 'the ticket, loaded by the other')
      const commits = Array.from({ length: 12 }, (_, i) => {
        const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: [`tag ${i}`] }))]
        return { tenant, changes, effects: [], receipt: bench.receipt(`c${i}`, changes) }
      })
      const outcomes = await Promise.all(commits.map((commit, i) => (i % 2 ? other : store).commit(commit)))
      same(outcomes.filter(({ ok }) => ok).length, 1, 'how many of twelve commits on one version were saved')
      const winner = commits[outcomes.findIndex(({ ok }) => ok)]
      for (const opener of [store, other])
        same((await opener.load(tenant, 't1')).row?.ticket, winner?.changes[0]?.ticket, 'the ticket after the race')

      const [again] = winner ? [await other.commit(winner)] : []
      check(
        again !== undefined && !again.ok && again.conflict === 'receipt',
        'a command done by one should be known to the other',
      )
      const claims = await Promise.all(
        ['a', 'b', 'c', 'd'].map((holder, i) => (i % 2 ? other : store).claim(tenant, 't1', holder, 60_000)),
      )
      same(claims.filter((lease) => lease !== null).length, 1, 'how many of four claims hold')
      const numbers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? other : store).nextNumber(tenant)),
      )
      same(new Set(numbers).size, 20, 'how many different numbers twenty askers got')
    },
    lacksAnother,
  ),

  storeCase(
    'an effect is with one worker at a time, whichever opener gave it out',
    async (bench) => {
      const { store, tenant, at, setup } = bench
      const other = (await setup.another?.()) ?? store
      await bench.save({ effects: Array.from({ length: 10 }, (_, i) => bench.effect(`e${i}`, `t${i}`)) })
      const taken = await Promise.all(
        [store, other, store, other].map((opener) => opener.effects(tenant, { now: at, limit: 4, hideMs: 60_000 })),
      )
      const ids = taken.flat().map(({ id }) => id)
      same(ids.length, new Set(ids).size, 'how often an effect was given out')
      same(new Set(ids).size, 10, 'how many of ten effects were given out to four workers who asked for four each')
    },
    lacksAnother,
  ),

  storeCase(
    'what was acknowledged is there after a crash, and what was not is there whole or not at all',
    async (bench) => {
      const { tenant, at, setup } = bench
      const commitOf = (i: number) => {
        const changes = [changeOf(null, bench.opening(`t${i}`, { externalId: `mail-${i}` }))]
        const effects = [bench.effect(`e${i}`, `t${i}`)]
        return { tenant, changes, effects, receipt: bench.receipt(`c${i}`, changes) }
      }
      const beside = bench.neighbour()
      await filled(beside)
      const before = await everything(bench.store, beside.tenant, at)
      const [acknowledged, open] = [Array.from({ length: 8 }, (_, i) => i), [8, 9, 10, 11]]
      for (const outcome of await Promise.all(acknowledged.map((i) => bench.store.commit(commitOf(i)))))
        check(outcome.ok, 'commits on tickets of their own should be saved')
      const unanswered = open.map((i) => bench.store.commit(commitOf(i)).catch(() => undefined))
      const store = (await setup.crash?.()) ?? bench.store
      await Promise.all(unanswered)
      sameParts(await everything(store, beside.tenant, at), before, 'after a crash')
      for (const i of [...acknowledged, ...open]) {
        const { row, receipt } = await store.load(tenant, `t${i}`, `c${i}`)
        const saved = row !== null
        if (acknowledged.includes(i))
          check(saved, `ticket t${i}, which was acknowledged, should be there after a crash`)
        const events = await store.history(tenant, `t${i}`)
        same(events.length, row?.ticket.version ?? 0, `the events of t${i} after a crash`)
        same(receipt !== null, saved, `whether the receipt of t${i} is there after a crash`)
        same(
          (await store.lookup(tenant, { externalId: `mail-${i}` })) !== null,
          saved,
          `whether the mail of t${i} is found`,
        )
        const effects = await store.effects(tenant, { now: at, limit: 99 })
        same(
          effects.some(({ id }) => id === `e${i}`),
          saved,
          `whether the effect of t${i} is there after a crash`,
        )
        const outcome = await store.commit(commitOf(i))
        check(outcome.ok !== saved, `the command of t${i}, sent again, should be done if and only if it was not`)
      }
    },
    lacksCrash,
  ),
]
