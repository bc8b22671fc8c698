import { same } from '../check.ts'
import { leaseMs, storeCase } from '../store-case.ts'

export const effectCases = [
  storeCase('an effect is kept once, and not again after it was settled', async (bench) => {
    const { at, store, tenant } = bench
    const effect = { ...bench.effect('e1', 't1'), staleAfter: at + 86_400_123 }
    const ids = async () => (await store.effects(tenant, { now: at, limit: 10 })).map(({ id }) => id)
    await bench.save({ effects: [effect, effect] })
    await bench.save({ effects: [{ ...effect, data: { changed: true } }] })
    same(
      await store.effects(tenant, { now: at, limit: 10 }),
      [{ ...effect, attempts: 0 }],
      'an effect saved three times',
    )
    await store.settle(tenant, 'e1')
    await store.settle(tenant, 'e1')
    await store.settle(tenant, 'none')
    same(await ids(), [], 'the effects after it was settled')
    await bench.save({ effects: [effect] })
    same(await ids(), [], 'the effects after a settled one was repeated')
  }),

  storeCase('effects come when they are due, by due time, then as they were saved', async (bench) => {
    const { at, store, tenant } = bench
    const due = async (now: number, limit = 10) => (await store.effects(tenant, { now, limit })).map(({ id }) => id)
    await bench.save({ effects: [bench.effect('later', 't1', at + 10), bench.effect('e9', 't2', at - 5)] })
    await bench.save({ effects: [bench.effect('e10', 't3', at - 5), bench.effect('first', 't4', at - 9)] })
    same(await due(at), ['first', 'e9', 'e10'], 'the effects due now')
    same(await due(at, 2), ['first', 'e9'], 'the first two effects')
    same(await due(at + 10), ['first', 'e9', 'e10', 'later'], 'the effects due later')
  }),

  storeCase('the effects of one ticket come one after the other', async (bench) => {
    const { at, store, tenant } = bench
    const due = async () => (await store.effects(tenant, { now: at, limit: 10 })).map(({ id }) => id)
    await bench.save({ effects: [bench.effect('t1:10', 't1'), bench.effect('t1:9', 't1'), bench.effect('t2:1', 't2')] })
    same(await due(), ['t1:10', 't2:1'], 'the effects to begin with')
    await store.settle(tenant, 't1:10')
    same(await due(), ['t1:9', 't2:1'], 'the effects after the first of t1 was settled')
  }),

  storeCase('an effect that one worker took is hidden from the others, for as long as it asked', async (bench) => {
    const { at, store, tenant } = bench
    const take = async (now: number, hideMs?: number) => {
      const found = await store.effects(tenant, { now, limit: 10, ...(hideMs === undefined ? {} : { hideMs }) })
      return found.map(({ id, attempts }) => [id, attempts])
    }
    await bench.save({
      effects: [bench.effect('e1', 't1', at - 1), bench.effect('e2', 't1'), bench.effect('e3', 't2')],
    })
    same(
      await take(at, 100),
      [
        ['e1', 1],
        ['e3', 1],
      ],
      'what the first worker takes',
    )
    same(await take(at + 99, 100), [], 'what the second finds meanwhile, the later one of t1 included')
    same(
      await take(at + 100, 100),
      [
        ['e1', 2],
        ['e3', 2],
      ],
      'what the second takes over',
    )
    await store.defer(tenant, 'e1', at + 10_000)
    await store.settle(tenant, 'e3')
    same(await take(at + 9_999), [], 'what there is before the put-off one comes back')
    same(await take(at + 10_000), [['e1', 2]], 'the one put off, looked at without taking it')
    await store.settle(tenant, 'e1')
    same(await take(at + 10_000), [['e2', 0]], 'the next of its ticket')
  }),

  storeCase(
    'what was begun on a ticket comes to its end before anything else of it, earlier or later',
    async (bench) => {
      const { at, store, tenant } = bench
      const look = async (now: number, hideMs?: number) =>
        (await store.effects(tenant, { now, limit: 10, ...(hideMs === undefined ? {} : { hideMs }) })).map(
          ({ id }) => id,
        )
      await bench.save({ effects: [bench.effect('reminder', 't1', at - 5)] })
      same(await look(at, 100), ['reminder'], 'what the first worker takes')
      // a fact of time that nobody had written before: it fell due earlier, and is known later
      await bench.save({ effects: [bench.effect('breach', 't1', at - 9), bench.effect('other', 't2', at - 9)] })
      same(await look(at, 100), ['other'], 'what a second worker takes beside an effect that is under way')
      same(await look(at + 100), ['other', 'reminder'], 'what there is when both workers died')
      await store.defer(tenant, 'reminder', at + 500)
      same(await look(at + 499), ['other'], 'what there is while the one that was begun is put off')
      same(await look(at + 500, 100), ['other', 'reminder'], 'what there is when it comes back')
      await store.settle(tenant, 'reminder')
      same(await look(at + 500), ['breach'], 'what follows when it is done')
      await store.effects(tenant, { now: at + 500, limit: 10, hideMs: 100 })
      await bench.save({ effects: [bench.effect('first', 't1', at - 20)] })
      await store.bury(tenant, 'breach', 'no such address')
      same(await look(at + 500), ['first'], 'what follows when it is a dead letter')
      await store.revive(tenant, 'breach')
      same(await look(at + 500), ['first'], 'what comes first when it is revived: it counts as never begun')
    },
  ),

  storeCase(
    'a dead letter is put aside with its reason, and what follows on its ticket is handed out',
    async (bench) => {
      const { store, tenant, at } = bench
      await bench.save({ effects: [bench.effect('e1', 't1'), bench.effect('e2', 't1'), bench.effect('e3', 't2')] })
      const pending = async () => (await store.effects(tenant, { now: at, limit: 9 })).map(({ id }) => id)
      await store.effects(tenant, { now: at, limit: 1, hideMs: 1_000 })
      const reason = `no such address: ${'õ😀'.repeat(61)}`
      await store.bury(tenant, 'e1', reason)
      same(await pending(), ['e2', 'e3'], 'the effects pending beside a dead letter')
      const letter = { ...bench.effect('e1', 't1'), attempts: 1, reason }
      same(await store.buried(tenant, 9), [letter], 'the dead letters')
      same(await store.buried(`${tenant}-other`, 9), [], 'the dead letters of another tenant')
      await store.bury(tenant, 'e1', 'erased')
      same(
        (await store.buried(tenant, 9)).map(({ reason }) => reason),
        ['erased'],
        'the reason, replaced',
      )
      await bench.save({ effects: [bench.effect('e1', 't1')] })
      same(await pending(), ['e2', 'e3'], 'the effects pending after a repeat of a dead letter')
      same(await store.revive(`${tenant}-other`, 'e1'), false, 'reviving the dead letter of another tenant')
      same(await store.revive(tenant, 'e1'), true, 'reviving a dead letter')
      same(await store.revive(tenant, 'e1'), false, 'reviving what is pending')
      same(await store.buried(tenant, 9), [], 'the dead letters after one was revived')
      const [first] = await store.effects(tenant, { now: at, limit: 9 })
      same(first, { ...bench.effect('e1', 't1'), attempts: 0 }, 'the effect that was revived')
    },
  ),

  storeCase(
    'what was settled is forgotten with the receipts of its time, and nothing that is still to be done',
    async (bench) => {
      const { store, tenant, at, setup } = bench
      const effects = ['done', 'dead', 'pending', 'taken'].map((id) => bench.effect(id, `t-${id}`))
      const pending = async () => (await store.effects(tenant, { now: at, limit: 9 })).map(({ id }) => id)
      await bench.save({ effects })
      await store.settle(tenant, 'done')
      await store.bury(tenant, 'dead', 'no such address')
      await store.announce(tenant, 't1', 'ana', 'viewing', 1)
      await store.announce(tenant, 't2', 'ben', 'viewing', 600_000)
      await store.forgetReceipts(tenant, at)
      await bench.save({ effects })
      same(await pending(), ['pending', 'taken'], 'what there is to do when something settled later is repeated')
      await bench.pass(leaseMs)
      await store.forgetReceipts(`${tenant}-other`, await store.now())
      await bench.save({ effects })
      same(await pending(), ['pending', 'taken'], 'what there is to do when another tenant has forgotten')
      await store.forgetReceipts(tenant, await store.now())
      if (setup.raw)
        same((await setup.raw(tenant)).effectIds, ['dead', 'pending', 'taken'], 'the effects in the tables')
      same(await pending(), ['pending', 'taken'], 'what there is to do when what was settled is forgotten')
      same(
        (await store.buried(tenant, 9)).map(({ id }) => id),
        ['dead'],
        'the dead letters then',
      )
      await bench.save({ effects })
      same(await pending(), ['pending', 'taken', 'done'], 'what there is to do when it is asked for anew')
      same(
        (await store.present(tenant, 't2')).people.map(({ person }) => person),
        ['ben'],
        'who still looks at a ticket',
      )
    },
  ),

  storeCase('a settled effect is no dead letter, and a dead letter can be settled', async (bench) => {
    const { store, tenant, at } = bench
    await bench.save({ effects: [bench.effect('e1', 't1'), bench.effect('e2', 't2'), bench.effect('e3', 't3')] })
    await store.settle(tenant, 'e1')
    await store.bury(tenant, 'e1', 'too late')
    await store.bury(tenant, 'e3', 'first')
    await store.bury(tenant, 'e2', 'second')
    same(
      (await store.buried(tenant, 9)).map(({ id }) => id),
      ['e2', 'e3'],
      'the dead letters, as they were saved',
    )
    same(
      (await store.buried(tenant, 1)).map(({ id }) => id),
      ['e2'],
      'the first dead letter',
    )
    await store.settle(tenant, 'e2')
    same(
      (await store.buried(tenant, 9)).map(({ id }) => id),
      ['e3'],
      'the dead letters after one was settled',
    )
    same(await store.revive(tenant, 'e2'), false, 'reviving what was settled')
    for (const id of ['e1', 'e2', 'e3']) await store.defer(tenant, id, at - 1)
    same(await store.effects(tenant, { now: at, limit: 9 }), [], 'the effects pending')
  }),
]
