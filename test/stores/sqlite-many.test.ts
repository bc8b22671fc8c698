import { DatabaseSync } from 'node:sqlite'
import type { Condition, Ordering } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ticket } from '../../src/model/ticket.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { fillWith, tenant } from './sql/many.ts'

const handle = new DatabaseSync(':memory:')
const store = sqliteStore(handle, { clock: { now: () => Date.parse('2026-11-23T08:00:00Z') } })
let tickets: readonly Ticket[] = []
beforeAll(() => {
  fillWith(handle, 12_000)
  tickets = handle
    .prepare('SELECT ticket FROM ticketwright_tickets')
    .all()
    .map(({ ticket }) => JSON.parse(ticket as string))
}, 120_000)
afterAll(() => handle.close())

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const all = (...conditions: Condition[]): Condition => ({ all: conditions })
const subject: Condition = { field: 'subject', op: 'contains', value: 'ticket 11' }
const number: Condition = { field: 'fields.n', op: 'gte', value: 9_950 }

/** Each is looked for in a way of its own: along an ordering, in an index, or from end to end. */
const conditions: Record<string, Condition> = {
  'what a tenth have': { field: 'priorityRank', op: 'gt', value: 3 },
  'what few have, in an index': { field: 'tags', op: 'hasAll', value: ['rare', 'usual'] },
  'what few have, in two': {
    any: [
      { field: 'tags', op: 'hasAny', value: ['Rare'] },
      { field: 'assignee', op: 'is', value: 'agent-8' },
    ],
  },
  'more than is looked up at once': { field: 'kind', op: 'is', value: 'postponed' },
  'what many have': all(open, { field: 'tags', op: 'hasAny', value: ['usual'] }),
  'what few have, in no index': all(open, subject),
  'what few have, out of work too': subject,
  'a range of a custom field': number,
  'a value of a custom field': { field: 'fields.n', op: 'oneOf', value: [77, 78, 'x'] },
  'a range of a custom field among what an index has': all(number, {
    field: 'requester.email',
    op: 'is',
    value: 'R950@EXAMPLE.com',
  }),
  'what nobody has': all(open, { field: 'category', op: 'is', value: 'unheard of' }),
}

const orders: readonly Ordering[] = [
  'fifo',
  'priority',
  'leastSlack',
  [{ by: { field: 'tier' }, direction: 'ascending', nulls: 'last' }],
  [{ by: { field: 'fields.n' }, direction: 'descending', nulls: 'last' }],
]

describe('of 12,000 tickets', { timeout: 60_000 }, () => {
  it.each(Object.keys(conditions))('%s is found, page by page, as in memory, and counted', async (what) => {
    const when = conditions[what] as Condition
    for (const order of orders) {
      const query = { ...queryOf(tenant, when, order), limit: 300 }
      const expected = tickets
        .filter(query.matches)
        .map((ticket) => ({ id: ticket.id, position: query.position(ticket) }))
        .sort((a, b) => query.compare(a.position, b.position))
      const found: string[] = []
      for (let after: (typeof query)['after'], page = 0; page < 4; page++) {
        const rows = await store.find({ ...query, after })
        found.push(...rows.map(({ ticket }) => ticket.id))
        const last = rows.at(-1)?.ticket
        if (!last) break
        after = query.position(last)
      }
      expect(found).toEqual(expected.slice(0, found.length).map(({ id }) => id))
      expect(found.length).toBe(Math.min(expected.length, 1_200))
      expect(await store.count(query)).toBe(expected.length)
    }
    if (what !== 'what nobody has') expect(await store.count(queryOf(tenant, when))).toBeGreaterThan(0)
  })

  it('what nobody else holds is found on each way', async () => {
    for (const when of Object.values(conditions)) {
      const query = { ...queryOf(tenant, when, 'fifo'), limit: 300 }
      const rows = await store.find({ ...query, freeFor: 'nobody' })
      const held = new Set(
        handle
          .prepare(`SELECT ticket_id AS id FROM ticketwright_leases WHERE until > ?`)
          .all(Date.parse('2026-11-23T08:00:00Z'))
          .map(({ id }) => id),
      )
      const expected = tickets
        .filter((ticket) => query.matches(ticket) && !held.has(ticket.id))
        .sort((a, b) => query.compare(query.position(a), query.position(b)))
      expect(rows.map(({ ticket }) => ticket.id)).toEqual(expected.slice(0, 300).map(({ id }) => id))
    }
  })

  it('values are counted as in memory, whichever way they are read', async () => {
    for (const when of Object.values(conditions)) {
      const { matches } = queryOf(tenant, when)
      const values = ({ department, status }: Ticket) => [[department, status]]
      const expected = new Map<string, number>()
      for (const ticket of tickets.filter(matches)) {
        const key = JSON.stringify(values(ticket)[0])
        expected.set(key, (expected.get(key) ?? 0) + 1)
      }
      const found = await store.tally({ tenant, when, matches, by: ['department', 'status'], values })
      expect(new Map(found.map(({ values, count }) => [JSON.stringify(values), count]))).toEqual(expected)
    }
  })
})
