import { DatabaseSync } from 'node:sqlite'
import { type Condition, namedOrderings, type OrderingName } from 'ticketwright'
import type { SqliteHandle } from 'ticketwright/sqlite'
import { sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { queryOf } from '../../../src/testing/case/query.ts'

const tenant = 'acme'
const handle = new DatabaseSync(':memory:')
const asked: { readonly sql: string; readonly values: unknown[] }[] = []

/** A handle that remembers what was read, and with which values. */
const listening: SqliteHandle = {
  exec: (sql) => handle.exec(sql),
  close: () => handle.close(),
  prepare: (sql) => {
    const statement = handle.prepare(sql)
    const heard = <Result>(run: (...values: never[]) => Result) => {
      return (...values: never[]) => {
        asked.push({ sql, values })
        return run(...values)
      }
    }
    return {
      get: heard((...values) => statement.get(...values)),
      all: heard((...values) => statement.all(...values)),
      run: (...values) => statement.run(...values),
    }
  },
}
const store = sqliteStore(listening)
afterAll(() => handle.close())

/** How SQLite answers what a question asks it. */
async function planOf(ask: () => Promise<unknown>): Promise<string[]> {
  asked.length = 0
  await ask()
  const plans = asked.flatMap(({ sql, values }) => {
    const plan = handle.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as never[]))
    return (plan as { detail: string }[]).map(({ detail }) => detail)
  })
  expect(plans.length).toBeGreaterThan(0)
  return plans
}

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const anas: Condition = { field: 'assignee', op: 'is', value: 'ana' }
const conditions: Record<string, Condition | null> = {
  'all tickets': null,
  'new and open ones': open,
  'open ones of a category': {
    all: [
      { field: 'kind', op: 'is', value: 'open' },
      { field: 'category', op: 'is', value: 'x' },
    ],
  },
  'open ones with a tag': { all: [open, { field: 'tags', op: 'hasAny', value: ['vip'] }] },
}

describe('a page of a view, of a million tickets or of ten,', () => {
  const orders = Object.keys(namedOrderings) as OrderingName[]
  const cases = orders.flatMap((order) => Object.keys(conditions).map((condition) => [order, condition] as const))

  it.each(cases)('in the order %s of %s begins in an index and is read in its order', async (order, condition) => {
    const query = queryOf(tenant, conditions[condition] ?? null, order)
    const after = { values: query.keys.map((_, i) => i), id: 'x' }
    for (const where of [{}, { after }, { freeFor: 'ana' }]) {
      const plan = await planOf(() => store.find({ ...query, limit: 50, ...where }))
      expect(plan.filter((line) => /^SCAN|TEMP B-TREE/.test(line))).toEqual([])
      expect(plan[0]).toMatch(/^SEARCH own USING INDEX ticketwright_tickets_\w+ \(tenant=\?/)
      if ('after' in where) expect(plan[0]).toMatch(/\(\w+(,\w+)*,id\)>\(\?/)
    }
  })

  it.each(orders)('in the order %s of one agent’s tickets is looked up by the agent', async (order) => {
    const query = queryOf(tenant, { all: [open, anas] }, order)
    const plan = await planOf(() => store.find(query))
    expect(plan[0]).toMatch(/^SEARCH own USING INDEX ticketwright_tickets_assignee \(tenant=\? AND assignee=\?/)
  })

  it('in an order of its own sorts what matches, and reads no more', async () => {
    const query = queryOf(tenant, anas, [{ by: { field: 'tier' }, direction: 'descending', nulls: 'first' }])
    const plan = await planOf(() => store.find(query))
    expect(plan).toEqual([
      'SEARCH own USING INDEX ticketwright_tickets_assignee (tenant=? AND assignee=?)',
      expect.stringMatching(/^USE TEMP B-TREE FOR .*ORDER BY/),
    ])
  })
})

describe('a count', () => {
  it.each([
    ['all tickets', null],
    ['new and open ones', open],
    ['an agent’s', anas],
    ['an agent’s new and open ones', { all: [open, anas] } as Condition],
  ] as const)('of %s is answered by an index alone', async (_what, when) => {
    const plan = await planOf(() => store.count(queryOf(tenant, when)))
    expect(plan).toEqual([expect.stringMatching(/^SEARCH own USING COVERING INDEX/)])
  })
})

describe('every other question', () => {
  it.each([
    ['load', () => store.load(tenant, 't1', 'c1')],
    ['history', () => store.history(tenant, 't1', { after: 3, limit: 5 })],
    ['due', () => store.due(tenant, { now: 1, plannedBy: 'x', limit: 10 })],
    ['lookup of a reference', () => store.lookup(tenant, { reference: 'R' })],
    ['lookup of an external id', () => store.lookup(tenant, { externalId: 'R' })],
    ['changes', () => store.changes(tenant, 7, 10)],
    ['effects', () => store.effects(tenant, { now: 1, limit: 10 })],
  ])('(%s) is answered by an index, without sorting', async (what, ask) => {
    const plan = await planOf(ask)
    expect(plan.filter((line) => /^SCAN|TEMP B-TREE/.test(line))).toEqual([])
    if (what === 'due') expect(plan.length).toBeGreaterThan(1)
  })
})

it('a question without an index would be noticed', async () => {
  const plan = handle.prepare('EXPLAIN QUERY PLAN SELECT id FROM ticketwright_tickets ORDER BY category').all()
  expect(plan.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^SCAN/),
    expect.stringMatching(/TEMP B-TREE/),
  ])
})
