import { DatabaseSync } from 'node:sqlite'
import { type Condition, namedOrderings, type OrderingName, type TallyValue, type Ticket } from 'ticketwright'
import type { SqliteHandle } from 'ticketwright/sqlite'
import { sqliteStore } from 'ticketwright/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldNamed } from '../../../src/condition/field.ts'
import type { SortKey } from '../../../src/condition/sort-key.ts'
import { fields } from '../../../src/engine/field.ts'
import { queryOf } from '../../../src/testing/case/query.ts'
import { changeOf, decided } from '../../../src/testing/sample.ts'
import { fillWith, tenant } from './many.ts'

const many = 50_000
const now = Date.parse('2026-11-23T08:00:00Z')

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const anas: Condition = { field: 'assignee', op: 'is', value: 'agent-100' }
const rareTag: Condition = { field: 'tags', op: 'hasAny', value: ['rare'] }
const usualTag: Condition = { field: 'tags', op: 'hasAny', value: ['usual'] }
const all = (...conditions: Condition[]): Condition => ({ all: conditions })
const orders = Object.keys(namedOrderings) as OrderingName[]

/** A position near the beginning. */
const early = (keys: readonly SortKey[]) => ({
  values: keys.map(({ direction }, i) => (i === 0 ? 0 : direction === 'ascending' ? -1e15 : 1e15)),
  id: 'x',
})

/** Lines of a plan that read a table, or an index, from end to end. What was looked up is gone through, too. */
const scans = (plan: readonly string[]) =>
  plan.filter((line) => /^SCAN (?!hit$|\(subquery-\d+\)$|CONSTANT ROW$|\d+-ROW VALUES CLAUSE$)/.test(line))
const sorts = (plan: readonly string[]) => plan.filter((line) => line.includes('TEMP B-TREE'))

describe.each([
  ['an empty file', 0, false],
  ['50,000 tickets', many, false],
  ['50,000 tickets that SQLite has statistics of', many, true],
] as const)('of %s', (_what, tickets, analyze) => {
  const handle = new DatabaseSync(':memory:')
  const asked: { readonly sql: string; readonly values: unknown[] }[] = []
  /** A handle that remembers what was asked, and with which values. */
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
        run: heard((...values) => statement.run(...values)),
      }
    },
  }
  const store = sqliteStore(listening, { clock: { now: () => now } })
  beforeAll(() => {
    if (tickets > 0) fillWith(handle, tickets)
    if (analyze) handle.exec('ANALYZE')
  }, 120_000)
  afterAll(() => handle.close())

  /** How SQLite answers what a question asks it. */
  async function planOf(ask: () => Promise<unknown>): Promise<string[]> {
    asked.length = 0
    await ask()
    const plans = asked.flatMap(({ sql, values }) => {
      const plan = handle.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as never[]))
      return (plan as { detail: string }[]).map(({ detail }) => detail)
    })
    expect(asked.length).toBeGreaterThan(0)
    return plans
  }

  describe('a page of a view', () => {
    it.each(
      orders.flatMap((order) => [[order, 'all tickets', null] as const, [order, 'new and open ones', open] as const]),
    )('in the order %s of %s begins in an index and is read in its order', async (order, _of, when) => {
      const query = { ...queryOf(tenant, when, order), limit: 50 }
      const after = early(query.keys)
      for (const where of [{}, { after }, { freeFor: 'ana' }]) {
        const plan = await planOf(() => store.find({ ...query, ...where }))
        expect([...scans(plan), ...sorts(plan)]).toEqual([])
        expect(plan[0]).toMatch(/^SEARCH own USING INDEX ticketwright_tickets_\w+ \(tenant=\?/)
        if ('after' in where) expect(plan[0]).toMatch(/\(\w+(,\w+)*,id\)>\(\?/)
      }
    })

    it.each(
      orders.flatMap((order) =>
        Object.entries({
          'many tickets': all(open, usualTag),
          'a word in the subject, which no index has': all(open, {
            field: 'subject',
            op: 'contains',
            value: 'ticket 1',
          }),
          'many tickets, out of work too': { field: 'priorityRank', op: 'gt', value: 1 } as Condition,
        }).map(([of, when]) => [order, of, when] as const),
      ),
    )('in the order %s of %s goes along the index, a stretch at a time', async (order, _of, when) => {
      const query = { ...queryOf(tenant, when, order), limit: 50 }
      const after = early(query.keys)
      for (const where of [{}, { after }, { freeFor: 'ana' }]) {
        const plan = await planOf(() => store.find({ ...query, ...where }))
        expect(scans(plan)).toEqual([])
        if (tickets === 0) continue // an index of nothing has nothing to look up: all of them do
        expect(sorts(plan)).toEqual([])
        expect(plan).toContainEqual(
          expect.stringMatching(/^SEARCH own USING INDEX ticketwright_tickets_\w+ \(tenant=\?.*\)<\(?\?/),
        )
      }
    })

    it.each(orders)('in the order %s of what few have is looked up, in a few statements', async (order) => {
      const rare: Condition[] = [
        rareTag,
        { field: 'tags', op: 'hasAll', value: ['rare', 'usual'] },
        { field: 'category', op: 'oneOf', value: ['rare', 'unheard of'] },
        { field: 'fields.n', op: 'is', value: 77 },
        { field: 'requester.email', op: 'is', value: 'R7@example.com' },
        { any: [rareTag, { field: 'requester.id', op: 'is', value: 'r7' }] },
        anas,
      ]
      for (const one of rare)
        for (const when of [one, all(open, one), all(one, { field: 'subject', op: 'contains', value: 't' })]) {
          const plan = await planOf(() => store.find({ ...queryOf(tenant, when, order), limit: 50 }))
          expect([when, scans(plan)]).toEqual([when, []])
          expect(plan).toContainEqual('SEARCH own USING INTEGER PRIMARY KEY (rowid=?)')
          expect(asked.length).toBeLessThan(12)
        }
    })

    it('in an order of its own looks up what an index has, and sorts it', async () => {
      const query = queryOf(tenant, anas, [{ by: { field: 'tier' }, direction: 'descending', nulls: 'first' }])
      const plan = await planOf(() => store.find(query))
      expect(scans(plan)).toEqual([])
      expect(plan).toContainEqual(expect.stringContaining('ticketwright_tickets_assignee (tenant=? AND assignee=?)'))
      expect(sorts(plan)).toHaveLength(1)
    })
  })

  describe('a count', () => {
    it.each([
      ['all tickets', null],
      ['new and open ones', open],
      ['an agent’s', anas],
      ['an agent’s new and open ones', all(open, anas)],
      ['postponed ones', { field: 'kind', op: 'is', value: 'postponed' }],
      ['a status', { field: 'status', op: 'is', value: 'postponed' }],
    ] as const)('of %s is answered by an index alone', async (_what, when) => {
      const plan = await planOf(() => store.count(queryOf(tenant, when)))
      expect(plan).toEqual([expect.stringMatching(/^SEARCH own USING COVERING INDEX/)])
    })

    it.each([
      ['a rare tag', rareTag],
      ['a rare tag of open ones', all(open, rareTag)],
      ['a usual tag', usualTag],
      ['a range', { field: 'priorityRank', op: 'gte', value: 4 }],
      ['a custom field', { field: 'fields.n', op: 'lt', value: 3 }],
    ] as const)('of %s reads no table from end to end', async (_what, when) => {
      expect(scans(await planOf(() => store.count(queryOf(tenant, when))))).toEqual([])
    })

    it.each(['status', 'kind', 'department', 'assignee', 'category', 'tags'])(
      'by %s reads along an index',
      async (by) => {
        const values = (ticket: Ticket): TallyValue[][] => [
          [(fieldNamed(fields, by)?.read({ ticket }) ?? null) as TallyValue],
        ]
        for (const when of [null, open, all(open, rareTag)])
          expect(scans(await planOf(() => store.tally({ ...queryOf(tenant, when), by: [by], values })))).toEqual([])
      },
    )
  })

  describe('every other question', () => {
    const opened = decided(
      null,
      { type: 'open', subject: 's', externalId: 'x' },
      { tenant, ticketId: 'fresh', at: now },
    )
    const lease = { ticketId: 't100', holder: 'ana', token: 1 }
    it.each([
      ['load, with a receipt', () => store.load(tenant, 't1', 'c1')],
      ['history', () => store.history(tenant, 't1', { after: 3, limit: 5 })],
      ['due', () => store.due(tenant, { now, plannedBy: 'x', limit: 10 })],
      ['lookup of a reference', () => store.lookup(tenant, { reference: 'R' })],
      ['lookup of an external id', () => store.lookup(tenant, { externalId: 'R' })],
      ['changes', () => store.changes(tenant, 7, 10)],
      ['effects', () => store.effects(tenant, { now, limit: 10 })],
      ['taking effects', () => store.effects(tenant, { now, limit: 10, hideMs: 0 })],
      ['settle', () => store.settle(tenant, 'e3')],
      ['bury', () => store.bury(tenant, 'e6', 'gone')],
      ['buried', () => store.buried(tenant, 10)],
      ['revive', () => store.revive(tenant, 'e6')],
      ['defer', () => store.defer(tenant, 'e30', now)],
      ['forgetReceipts', () => store.forgetReceipts(tenant, now - 1)],
      ['claim', () => store.claim(tenant, 't100', 'ana', 1_000)],
      ['renew', () => store.renew(tenant, lease, 1_000)],
      ['handOver', () => store.handOver(tenant, lease, 'ben', 1_000)],
      ['release', () => store.release(tenant, lease)],
      ['leases', () => store.leases(tenant, 'agent-100')],
      ['announce', () => store.announce(tenant, 't100', 'ana', 'viewing', 1_000)],
      ['present', () => store.present(tenant, 't100')],
      ['turns', () => store.turns(tenant)],
      ['nextNumber', () => store.nextNumber(tenant)],
      [
        'commit',
        () => store.commit({ tenant, changes: [changeOf(null, opened)], effects: [], turn: { agent: 'a', seen: 0 } }),
      ],
    ])('(%s) is answered by an index, without sorting', async (what, ask) => {
      const plan = await planOf(ask)
      expect(scans(plan)).toEqual([])
      // somebody's leases are a handful: SQLite may as well put them in order itself
      if (!(what === 'leases')) expect(sorts(plan)).toEqual([])
    })
  })

  it('a question without an index would be noticed', async () => {
    const plan = await planOf(async () =>
      listening.prepare('SELECT id FROM ticketwright_tickets ORDER BY category').all(),
    )
    expect([scans(plan).length, sorts(plan).length]).toEqual([1, 1])
  })
})
