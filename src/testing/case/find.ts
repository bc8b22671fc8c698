import type { Condition } from '../../condition/condition.ts'
import type { StatusKind } from '../../model/names.ts'
import type { Ticket } from '../../model/ticket.ts'
import { namedOrderings, type Ordering } from '../../queue/ordering.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, leaseMs, storeCase } from '../store-case.ts'
import { byId } from './everything.ts'
import { queryOf } from './query.ts'

const priorities = ['Low', 'Medium', 'High', 'Urgent'] as const

/** Tickets that differ in what orderings look at, with many ties and gaps. */
async function crowd(bench: Bench): Promise<Ticket[]> {
  const tickets: Ticket[] = []
  for (let i = 0; i < 24; i++) {
    const id = `t${(i * 7) % 24}` // neither in the order of ids nor of texts
    const effort = i % 3 === 0 ? {} : { effortMinutes: (i % 5) * 10 }
    const opened = await bench.open(id, {
      priority: priorities[i % 4] as string,
      fields: { lane: i % 2, half: i / 2 },
      ...effort,
    })
    tickets.push(
      i % 6 === 0
        ? await bench.act(opened, { type: 'resolve' })
        : i % 5 === 0
          ? await bench.act(opened, { type: 'reply', body: 'hello' })
          : opened,
    )
  }
  return tickets
}

const orderings: readonly Ordering[] = [
  ...(Object.keys(namedOrderings) as (keyof typeof namedOrderings)[]),
  [{ by: { field: 'effortMinutes' }, direction: 'descending', nulls: 'first' }],
  [
    { by: { field: 'fields.lane' }, direction: 'ascending', nulls: 'last' },
    { by: { field: 'fields.half' }, direction: 'descending', nulls: 'last' },
  ],
]

const kinds = (...value: readonly StatusKind[]): Condition => ({ field: 'kind', op: 'oneOf', value })

const conditions: readonly (Condition | null)[] = [
  null,
  kinds('new', 'open'),
  {
    any: [
      { field: 'fields.lane', op: 'is', value: 1 },
      { field: 'priority', op: 'is', value: 'Low' },
    ],
  },
  kinds('resolved', 'closed'),
  kinds('open', 'resolved'),
  { any: [kinds('new', 'open'), kinds('resolved')] },
  { all: [kinds('resolved'), kinds('new', 'open')] },
]

const ids = (rows: readonly { readonly ticket: Ticket }[]) => rows.map(({ ticket }) => ticket.id)

export const findCases = [
  storeCase('find gives what filtering and sorting all tickets would, and count as many', async (bench) => {
    const tickets = await crowd(bench)
    for (const when of conditions)
      for (const order of orderings) {
        const query = queryOf(bench.tenant, when, order)
        const expected = tickets
          .filter(query.matches)
          .sort((a, b) => query.compare(query.position(a), query.position(b)))
        const what = `${JSON.stringify(when)} by ${JSON.stringify(order)}`
        const found = await bench.store.find(query)
        same(
          ids(found),
          expected.map(({ id }) => id),
          `find ${what}`,
        )
        same(
          found.map(({ ticket }) => ticket),
          expected,
          `the tickets of find ${what}`,
        )
        same(await bench.store.count(query), expected.length, `count ${what}`)
      }
  }),

  storeCase('pages of find put together are the whole, whatever their size', async (bench) => {
    await crowd(bench)
    for (const order of orderings)
      for (const limit of [1, 5, 7, 24]) {
        const query = queryOf(bench.tenant, null, order)
        const whole = ids(await bench.store.find(query))
        const pages: string[] = []
        for (let after: ReturnType<typeof query.position> | undefined; pages.length <= whole.length; ) {
          const page = await bench.store.find({ ...query, limit, after })
          check(page.length <= limit, `a page should have at most ${limit} rows, it has ${page.length}`)
          pages.push(...ids(page))
          const last = page.at(-1)
          if (!last) break
          after = query.position(last.ticket)
        }
        same(pages, whole, `the pages of ${limit} by ${JSON.stringify(order)}`)
      }
  }),

  storeCase('without an order tickets come by id, page by page, each with its plan', async (bench) => {
    const plans = new Map<string, readonly [nextAt: number | null, plannedBy: string]>()
    for (const [i, id] of ['t3', 't10', 'T2', 't1', 't2', 't-1', 't30'].entries()) {
      const plan = [i % 2 ? bench.at + i : null, `plan ${i}`] as const
      plans.set(id, plan)
      await bench.save({ changes: [{ ...changeOf(null, bench.opening(id)), nextAt: plan[0], plannedBy: plan[1] }] })
    }
    const query = byId(bench.tenant)
    const found: [string, readonly [number | null, string]][] = []
    for (let after: ReturnType<typeof query.position> | undefined; found.length <= plans.size; ) {
      const page = await bench.store.find({ ...query, limit: 2, after })
      found.push(...page.map(({ ticket, nextAt, plannedBy }) => [ticket.id, [nextAt, plannedBy]] as (typeof found)[0]))
      const last = page.at(-1)
      if (!last) break
      after = query.position(last.ticket)
    }
    same(
      found,
      [...plans].sort(([a], [b]) => (a < b ? -1 : 1)),
      'the pages of two by id',
    )
  }),

  storeCase('a position of a ticket that is gone from a view still says where to go on', async (bench) => {
    const opened = []
    for (const id of ['t1', 't2', 't3', 't4']) opened.push(await bench.open(id))
    const query = queryOf(bench.tenant, { field: 'kind', op: 'is', value: 'new' })
    const after = query.position(opened[1] as Ticket)
    await bench.act(opened[1] as Ticket, { type: 'resolve' })
    same(ids(await bench.store.find({ ...query, after })), ['t3', 't4'], 'the rows after a ticket that has gone')
  }),

  storeCase('tickets that somebody else holds are left out, one’s own and free ones not', async (bench) => {
    for (const id of ['t1', 't2', 't3', 't4', 't5']) await bench.open(id)
    const claimed = await Promise.all([
      bench.store.claim(bench.tenant, 't1', 'ana', 60_000),
      bench.store.claim(bench.tenant, 't2', 'ben', 60_000),
      bench.store.claim(bench.tenant, 't3', 'ben', leaseMs),
      bench.store.claim(bench.tenant, 't4', 'ben', 60_000),
    ])
    check(
      claimed.every((lease) => lease !== null),
      'free tickets should be claimed',
    )
    if (claimed[3]) await bench.store.release(bench.tenant, claimed[3])
    const free = async (holder: string) => ids(await bench.store.find({ ...queryOf(bench.tenant), freeFor: holder }))
    same(await free('ana'), ['t1', 't4', 't5'], 'what is free for ana')
    same(await free('ben'), ['t2', 't3', 't4', 't5'], 'what is free for ben')
    same(await free(''), ['t4', 't5'], 'what nobody holds')
    const asked = { ...queryOf(bench.tenant, { field: 'kind', op: 'is', value: 'new' }), freeFor: 'ana' }
    const [first, second] = await bench.store.find(asked)
    same([first?.ticket.id, second?.ticket.id], ['t1', 't4'], 'what of a view is free for ana')
    const after = first && asked.position(first.ticket)
    same(ids(await bench.store.find({ ...asked, after })), ['t4', 't5'], 'what is free after the first of a view')
    await bench.pass(leaseMs)
    same(await free('ana'), ['t1', 't3', 't4', 't5'], 'what is free for ana when a lease has run out')
    same(ids(await bench.store.find(queryOf(bench.tenant))), ['t1', 't2', 't3', 't4', 't5'], 'all, whoever holds them')
  }),
]
