import type { Condition } from '../../condition/condition.ts'
import { fieldNamed } from '../../condition/field.ts'
import { fields } from '../../engine/field.ts'
import type { Tally, TallyQuery } from '../../store.ts'
import { same } from '../check.ts'
import { storeCase } from '../store-case.ts'
import { queryOf } from './query.ts'

/** A question of how many as a desk would ask it. */
function tallyOf(tenant: string, by: readonly string[], when: Condition | null = null): TallyQuery {
  const read = by.map((name) => fieldNamed(fields, name)?.read)
  const first = (found: unknown) => (Array.isArray(found) ? (found.length > 0 ? found : [null]) : [found ?? null])
  const { matches } = queryOf(tenant, when)
  const values: TallyQuery['values'] = (ticket) =>
    read.reduce<(string | null)[][]>(
      (rows, one) => rows.flatMap((row) => first(one?.({ ticket })).map((value) => [...row, value])),
      [[]],
    )
  return { tenant, when, matches, by, values }
}

/** In an order of its own, so that any order of the store is right. */
const inOrder = (tallies: readonly Tally[]): string[] =>
  tallies.map(({ values, count }) => `${JSON.stringify(values)} ${count}`).sort()

export const tallyCases = [
  storeCase('tickets are counted by the values of fields, missing ones as null', async (bench) => {
    const openings = [
      { channel: 'mail', department: 'Billing' },
      { channel: 'mail', department: 'Billing' },
      { channel: 'chat', department: 'Billing' },
      { channel: 'mail' },
      {},
    ]
    for (const [i, input] of openings.entries()) await bench.open(`t${i}`, input)
    const { store, tenant } = bench
    const byChannel = inOrder(await store.tally(tallyOf(tenant, ['channel'])))
    same(byChannel, ['["chat"] 1', '["mail"] 3', '[null] 1'], 'tickets by channel')
    const byBoth = inOrder(await store.tally(tallyOf(tenant, ['department', 'channel'])))
    same(
      byBoth,
      ['["Billing","chat"] 1', '["Billing","mail"] 2', '[null,"mail"] 1', '[null,null] 1'],
      'tickets by department and channel',
    )
    const when: Condition = { field: 'department', op: 'is', value: 'Billing' }
    same(inOrder(await store.tally(tallyOf(tenant, ['channel'], when))), ['["chat"] 1', '["mail"] 2'], 'only some')
    same(await store.tally(tallyOf(`${tenant}-other`, ['channel'])), [], 'tickets of another tenant')
  }),

  storeCase('a ticket counts once for each of its tags, and one without any as null', async (bench) => {
    await bench.open('t1', { tags: ['vip', 'Refund'] })
    await bench.open('t2', { tags: ['vip'] })
    await bench.open('t3')
    const { store, tenant } = bench
    const found = inOrder(await store.tally(tallyOf(tenant, ['tags'])))
    same(found, ['["refund"] 1', '["vip"] 2', '[null] 1'], 'tickets by tag')
  }),

  storeCase('numbers and truths are counted as such, and any condition is asked', async (bench) => {
    const requester = (id: string, vip: boolean) => ({ requester: { id, vip }, fields: { plant: vip ? 7 : 8 } })
    for (const [i, vip] of [true, true, false].entries()) await bench.open(`t${i}`, requester(`r${i}`, vip))
    await bench.act(await bench.open('t3'), { type: 'escalate', reason: 'hard' })
    const { store, tenant } = bench
    const byVip = (when: Condition | null) => store.tally(tallyOf(tenant, ['requester.vip'], when)).then(inOrder)
    same(await byVip(null), ['[false] 1', '[null] 1', '[true] 2'], 'tickets by a truth')
    same(inOrder(await store.tally(tallyOf(tenant, ['tier']))), ['[2] 1', '[null] 3'], 'tickets by a number')
    const plant: Condition = { field: 'fields.plant', op: 'is', value: 7 }
    same(await byVip(plant), ['[true] 2'], 'tickets with a custom field, by a truth')
  }),
]
