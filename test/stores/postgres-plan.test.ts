import { PGlite } from '@electric-sql/pglite'
import { type Condition, namedOrderings, type Operator, type OrderingName } from 'ticketwright'
import { type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowOf } from '../../src/stores/postgres/commit/encoded.ts'
import { filled } from '../../src/stores/sql/column.ts'
import { readyEffects } from '../../src/stores/sql/effect.ts'
import { type WrittenChange, writtenCommit } from '../../src/stores/sql/written.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'

const tenant = 'acme'
const now = Date.parse('2026-11-23T07:00:00Z')
const many = 20_000
const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const all = (...conditions: Condition[]): Condition => ({ all: conditions })

/** One of ten is open; every agent has some, every requester a few. */
const tickets = `INSERT INTO ticketwright.tickets (tenant, id, ${filled.map(({ column }) => column).join(', ')},
    version, next_at, planned_by, traits, ticket)
  SELECT $1, 't' || i, ${filled.map(({ column }) => `fresh.${column}`).join(', ')},
    1, fresh.next_at, 'now', fresh.traits, replace(fresh.ticket, '"id":"x"', '"id":"t' || i || '"')
  FROM generate_series(1, ${many}) AS i,
    jsonb_populate_record(NULL::ticketwright.tickets, $2::text::jsonb || jsonb_build_object(
      'reference', 'R-' || i, 'opened_at', $3::double precision - i % 9973 * 3600000.0, 'priority_rank', 1 + i % 4,
      'kind', CASE WHEN i % 10 = 0 THEN 'open' WHEN i % 99 = 1 THEN 'postponed' ELSE 'closed' END,
      'status', CASE WHEN i % 10 = 0 THEN 'Open' WHEN i % 297 = 1 THEN 'Waiting for parts' WHEN i % 99 = 1 THEN 'Postponed'
        ELSE 'Closed' END, 'actionable', CASE WHEN i % 10 = 0 THEN 0 ELSE 1 END,
      'waiting_since', CASE WHEN i % 10 = 0 THEN $3::double precision - i % 997 * 3600000.0 END,
      'effort_minutes', CASE WHEN i % 3 = 0 THEN i % 90 END, 'sla_rank', 1,
      'assignee', CASE WHEN i % 2 = 0 THEN 'agent-' || i % 200 END, 'department', 'department-' || i % 8,
      'requester_id', 'r' || i % 5000,
      'traits', (SELECT jsonb_agg($1 || E'\n' || trait) FROM (VALUES
        (E'tags\n"usual"', i % 3 = 0), (E'tags\n"rare"', i % 2000 = 10), (E'followers\n"ana"', i % 1500 = 20),
        (E'category\n"hardware"', i % 4 > 0), (E'category\n"legal"', i % 1000 = 0),
        (E'requester.email\n"r' || i % 5000 || '@example.com"', true), (E'fields.region\n"north"', i % 4 = 0),
        (E'fields.region\n"polar"', i % 3000 = 30), (E'fields.asset\n"A-' || i % 7000 || '"', true)
      ) AS of (trait, its) WHERE its),
      'next_at', CASE WHEN i % 10 = 0 THEN $3::double precision + i % 500 * 3600000.0 END)) AS fresh`
const rest = [
  `INSERT INTO ticketwright.events (tenant, ticket_id, version, event)
   SELECT $1, 't' || i, 1, '{"id":"t' || i || ':1","ticketId":"t' || i || '","version":1}'
   FROM generate_series(1, ${many}) AS i`,
  `INSERT INTO ticketwright.effects (tenant, id, ticket_id, due_at, settled, hidden_until, effect)
   SELECT $1, 'e' || i, 't' || i, i, CASE WHEN i % 30 = 0 THEN 0 ELSE 1 END, i, '{"id":"e' || i || '"}'
   FROM generate_series(1, ${many}) AS i`,
  `INSERT INTO ticketwright.receipts (tenant, command_id, at, receipt)
   SELECT $1, 'c' || i, i, '{}' FROM generate_series(1, ${many}) AS i`,
  `INSERT INTO ticketwright.leases (tenant, ticket_id, holder, token, until)
   SELECT $1, 't' || i, 'agent-' || i % 200, 1, 0 FROM generate_series(1, ${many}, 50) AS i`,
  `INSERT INTO ticketwright.presence (tenant, ticket_id, person, doing, since, until)
   SELECT $1, 't' || i, 'ana', 'viewing', 0, 1e13 + i FROM generate_series(1, ${many}) AS i`,
]

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}
const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

describe('of 20,000 tickets that PostgreSQL has statistics of', () => {
  let lite: PGlite
  const asked: { readonly text: string; readonly values: unknown[] }[] = []
  const answered: number[] = []
  const listening: PostgresClient = {
    query: async (text, values = []) => {
      asked.push({ text, values })
      const answer = await lite.query(text, values)
      answered.push(answer.rows.length)
      return answer
    },
  }
  const store = postgresStore(listening, { clock: { now: () => now } })
  beforeAll(async () => {
    lite = await PGlite.create()
    const opened = decided(null, { type: 'open', subject: 'x', reference: 'x' }, { tenant, ticketId: 'x', at: now })
    const written = writtenCommit({ tenant, changes: [changeOf(null, opened)], effects: [] }, filled)
    const model = written.changes[0] as WrittenChange
    await store.now()
    await store.load(tenant, 'none')
    await lite.query(tickets, [tenant, JSON.stringify({ ...rowOf(tenant, model), ticket: model.ticket }), now])
    for (const sql of rest) await lite.query(sql, [tenant])
    await lite.exec('ANALYZE')
  }, 240_000)
  afterAll(() => lite.close())

  /** The steps by which PostgreSQL answers what a question asks it. */
  async function stepsOf(ask: () => Promise<unknown>): Promise<readonly Plan[]> {
    asked.length = 0
    await ask()
    const steps: Plan[] = []
    for (const { text, values } of [...asked]) {
      const { rows } = await lite.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values)
      for (const row of rows) steps.push(...nodesOf(row['QUERY PLAN'][0].Plan))
    }
    expect(steps.length).toBeGreaterThan(0)
    return steps
  }
  const scans = (steps: readonly Plan[]) => steps.filter((step) => step['Node Type'] === 'Seq Scan')
  const sorts = (steps: readonly Plan[]) => steps.filter((step) => /Sort/.test(step['Node Type']))
  const indexes = (steps: readonly Plan[]) => steps.flatMap((step) => step['Index Name'] ?? [])

  describe('a page of a view', () => {
    const orders = Object.keys(namedOrderings) as OrderingName[]
    it.each(orders)('in the order %s is read from its index, and begins in its midst', async (order) => {
      const query = { ...queryOf(tenant, open, order), limit: 50 }
      const first = await stepsOf(() => store.find(query))
      expect([...scans(first), ...sorts(first)]).toEqual([])
      const index = indexes(first)[0]
      const page = await store.find(query)
      const last = page.at(-1)
      if (!last) throw new Error('no page')
      const after = query.position(last.ticket)
      const next = await stepsOf(() => store.find({ ...query, after, freeFor: 'ana' }))
      expect([...scans(next).filter((step) => step['Relation Name'] === 'tickets'), ...sorts(next)]).toEqual([])
      expect(indexes(next)).toContain(index)
      expect(next.find((step) => step['Index Name'] === index)?.['Index Cond']).toMatch(/ROW\(.*id.*\) > ROW\(/)
    })

    it.each<[string, Condition, string]>([
      ['an agent', { field: 'assignee', op: 'is', value: 'agent-100' }, 'tickets_assignee'],
      ['a requester', { field: 'requester.id', op: 'is', value: 'r77' }, 'tickets_requester'],
    ])('of %s is looked up by the person', async (_of, when, index) => {
      const steps = await stepsOf(() => store.find({ ...queryOf(tenant, all(open, when)), limit: 50 }))
      expect(scans(steps)).toEqual([])
      expect(indexes(steps)).toContain(index)
    })
  })

  it('an order that no column has is looked for page by page, and no page is large', async () => {
    const order = [{ by: { field: 'fields.n' }, direction: 'ascending', nulls: 'last' }] as const
    const query = { ...queryOf(tenant, open, order), limit: 50 }
    const expected = Array.from({ length: many / 10 }, (_, i) => `t${(i + 1) * 10}`).sort()
    asked.length = 0
    answered.length = 0
    const found = (await store.find(query)).map(({ ticket }) => ticket)
    expect(found.map(({ id }) => id)).toEqual(expected.slice(0, 50))
    expect(answered.reduce((sum, rows) => sum + rows, 0)).toBe(many / 10)
    expect(Math.max(...answered)).toBeLessThanOrEqual(1_000)
    expect(answered.length).toBeGreaterThan(1)
    const last = found.at(-1)
    if (!last) throw new Error('no page')
    await store.claim(tenant, expected[50] ?? '', 'ben', 60_000)
    const next = await store.find({ ...query, after: query.position(last), freeFor: 'ana' })
    expect(next.map(({ ticket }) => ticket.id)).toEqual(expected.slice(51, 101))
    const steps = await stepsOf(() => store.find(query))
    expect(scans(steps)).toEqual([])
  })

  const leaf = (field: string, op: Operator, value: string | string[]): Condition => ({ field, op, value }) as Condition
  const [rare, usual] = [leaf('tags', 'hasAny', ['Rare']), leaf('tags', 'hasAny', ['usual'])]

  describe('what few tickets have', () => {
    const few: Record<string, Condition> = {
      'a tag': rare,
      'a tag among the open ones': all(open, rare),
      'all of several tags': leaf('tags', 'hasAll', ['usual', 'rare']),
      'a follower': leaf('followers', 'hasAny', ['ana']),
      'a category': leaf('category', 'is', 'legal'),
      'an address': leaf('requester.email', 'is', 'R77@example.com'),
      'a custom field': leaf('fields.region', 'is', 'polar'),
      'one of several values of a custom field': leaf('fields.asset', 'oneOf', ['A-7', 'A-8', 'A-9']),
      'two that are frequent each': all(leaf('fields.region', 'is', 'polar'), usual),
      'either of two': { any: [rare, leaf('fields.region', 'is', 'polar')] },
      'a tag, or a person': { any: [rare, leaf('assignee', 'is', 'agent-100')] },
      'a tag, and a word that no index has': all(rare, leaf('subject', 'contains', 'x')),
      'a tag, and what no column has': all(rare, leaf('excerpt', 'contains', 'x')),
    }
    it.each(Object.keys(few))('%s is found, counted and tallied by an index', async (what) => {
      const when = few[what] as Condition
      const query = queryOf(tenant, when)
      const asks = [
        () => store.find({ ...query, limit: 50 }),
        () => store.find({ ...query, limit: 50, freeFor: 'ana' }),
        () => store.count(query),
        () => store.tally({ ...query, by: ['department'], values: ({ department }) => [[department]] }),
      ]
      for (const ask of asks) {
        const steps = await stepsOf(ask)
        expect(scans(steps).filter((step) => step['Relation Name'] === 'tickets')).toEqual([])
        expect(indexes(steps)).toContain('tickets_traits')
      }
    })

    it.each<[string, Condition]>([
      ['a tag', usual],
      ['a category', leaf('category', 'is', 'hardware')],
      ['a custom field', leaf('fields.region', 'is', 'north')],
    ])('and %s that many have is read along the ordering, and decided there', async (_what, when) => {
      const steps = await stepsOf(() => store.find({ ...queryOf(tenant, all(open, when), 'slaDue'), limit: 50 }))
      expect([...scans(steps), ...sorts(steps)]).toEqual([])
      expect(indexes(steps)).toEqual(['tickets_due'])
      expect(asked).toHaveLength(1)
    })
  })

  /** What the function that takes effects looks for. */
  const ready = readyEffects('@effects', '$1', '$2::double precision', '$3::integer').replaceAll('@', 'ticketwright.')
  const taking = `SELECT own.id ${ready} FOR UPDATE OF own SKIP LOCKED`

  it.each<[string, () => Promise<unknown>, string]>([
    ['what is due', () => store.due(tenant, { now, plannedBy: 'now', limit: 100 }), 'tickets_next'],
    ['what another definition planned', () => store.due(tenant, { now, plannedBy: 'new', limit: 100 }), 'tickets_plan'],
    ['effects to be done', () => store.effects(tenant, { now, limit: 10 }), 'effects_due'],
    ['effects that are taken', () => listening.query(taking, [tenant, now, 10]), 'effects_due'],
    ['a ticket by its reference', () => store.lookup(tenant, { reference: 'R-77' }), 'tickets_tenant_reference_key'],
    ['a ticket and a receipt', () => store.load(tenant, 't77', 'c77'), 'tickets_pkey'],
    ['a history', () => store.history(tenant, 't77', { after: 0, limit: 10 }), 'events_pkey'],
    ['leases of somebody', () => store.leases(tenant, 'agent-100'), 'leases_holder'],
    ['what is forgotten of receipts', () => store.forgetReceipts(tenant, 5), 'receipts_at'],
    ['what is forgotten of effects', () => store.forgetReceipts(tenant, 5), 'effects_settled'],
    ['what is forgotten of presence', () => store.forgetReceipts(tenant, 5), 'presence_until'],
  ])('%s is read from an index', async (_what, ask, index) => {
    const steps = await stepsOf(ask)
    expect(scans(steps)).toEqual([])
    expect(indexes(steps)).toContain(index)
  })

  it('leases that are over by the server’s clock are not read', async () => {
    const ofServer = postgresStore(listening)
    await ofServer.now()
    const steps = await stepsOf(() => ofServer.leases(tenant, 'agent-100'))
    expect(steps.find((step) => step['Index Name'] === 'leases_holder')?.['Index Cond']).toMatch(/until >/)
  })

  it.each<[string, Condition, string]>([
    ['postponed ones', leaf('kind', 'is', 'postponed'), 'tickets_kind'],
    ['those of a status of the application’s own', leaf('status', 'is', 'Waiting for parts'), 'tickets_status'],
  ])('%s are found and counted by an index, in whatever order', async (_what, when, index) => {
    const query = queryOf(tenant, when, 'slaDue')
    for (const ask of [() => store.find({ ...query, limit: 50 }), () => store.count(query)]) {
      const steps = await stepsOf(ask)
      expect(scans(steps)).toEqual([])
      expect(indexes(steps)).toContain(index)
    }
  })

  it('and a question that no index has reads them all: the test would see it', async () => {
    const steps = await stepsOf(() => store.count(queryOf(tenant, { field: 'subject', op: 'contains', value: 'x' })))
    expect(scans(steps)).toHaveLength(1)
  })
})
