import type pg from 'pg'
import { type Condition, namedOrderings, type OrderingName } from '../../src/index.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { listening, type Statement } from '../postgres/raw.ts'
import { type Timed, timed, type Works } from '../stores/timed.ts'
import { tenantOf, tenants } from './fill.ts'
import { type Plan, planOf } from './plan.ts'
import { progress } from './progress.ts'

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const with_ = (...more: Condition[]): Condition => ({ all: [open, ...more] })

/** A question with what it took: in the middle of many, and by its plan. */
export interface Answer {
  readonly what: string
  readonly medianMs: number
  readonly found: number
  /** Of all its statements. */
  readonly pages: number
  readonly planningMs: number
  readonly plans: readonly Plan[]
}

/** The questions of a desk, put to its largest tenant unless they say otherwise. */
export async function answers(pool: pg.Pool): Promise<readonly Answer[]> {
  const { client, heard } = listening(pool)
  const works = await questions(pool, postgresStore(client))
  const all: Answer[] = []
  const done = await timed(works, ({ what }) => progress(what))
  for (const { what, times, found } of done) {
    progress(`plan: ${what}`)
    heard.length = 0
    await works[what]?.()
    const plans: Plan[] = []
    for (const statement of [...heard] satisfies Statement[]) plans.push(await planOf(pool, statement))
    const sum = (of: (plan: Plan) => number) => plans.reduce((total, plan) => total + of(plan), 0)
    all.push({
      ...{ what, found, plans, medianMs: medianOf(times) },
      ...{ pages: sum(({ pages }) => pages), planningMs: sum(({ planningMs }) => planningMs) },
    })
  }
  return all
}

const medianOf = (times: Timed['times']): number => times[times.length >> 1] ?? 0

async function questions(pool: pg.Pool, store: ReturnType<typeof postgresStore>): Promise<Works> {
  const [large, small] = [tenantOf(0), tenantOf(tenants - 1)]
  const one = async <Row>(sql: string, ...values: unknown[]) => (await pool.query(sql, values)).rows[0] as Row
  const some = (await pool.query('SELECT id FROM ticketwright.tickets WHERE tenant = $1 LIMIT 1000', [large])).rows.map(
    ({ id }) => id as string,
  )
  const logged = (
    await pool.query(
      'SELECT DISTINCT ticket_id AS id FROM (SELECT ticket_id FROM ticketwright.events WHERE tenant = $1 LIMIT 5000) AS e',
      [large],
    )
  ).rows.map(({ id }) => id as string)
  let turn = 0
  /** Others each time: what was read a moment ago is in every cache. */
  const next = (ids: readonly string[]) => {
    turn += 7
    return ids[turn % ids.length] as string
  }
  const { middle } = await one<{ middle: number }>('SELECT last_value / 2 AS middle FROM ticketwright.positions')
  const { now } = await one<{ now: number }>(
    `SELECT max(next_at) AS now FROM (
       SELECT next_at FROM ticketwright.tickets WHERE tenant = $1 AND next_at IS NOT NULL ORDER BY next_at LIMIT 300
     ) AS soonest`,
    large,
  )
  const { plan } = await one<{ plan: string }>('SELECT planned_by AS plan FROM ticketwright.tickets LIMIT 1')
  const page = async (order: OrderingName, when: Condition = open, tenant = large) =>
    (await store.find({ ...queryOf(tenant, when, order), limit: 50 })).length
  const work = await store.count(queryOf(large, open))
  const deep = queryOf(large, open, 'slaDue')
  const rows = await store.find({ ...deep, limit: Math.max(1, Math.min(20_000, work >> 1)) })
  const after = deep.position(rows.at(-1)?.ticket as Ticket)
  const agent: Condition = { field: 'assignee', op: 'is', value: 'agent-7' }
  const rare: Condition = { field: 'tags', op: 'hasAny', value: ['rare'] }
  return {
    ...Object.fromEntries(
      (Object.keys(namedOrderings) as OrderingName[]).map((order) => [`top 50 by \`${order}\``, () => page(order)]),
    ),
    'top 50 of a small tenant': () => page('slaDue', open, small),
    'top 50 that nobody holds': async () => (await store.find({ ...deep, limit: 50, freeFor: 'ana' })).length,
    'a page from the middle of the queue': async () => (await store.find({ ...deep, limit: 50, after })).length,
    'top 50 of one agent': () => page('slaDue', with_(agent)),
    'top 50 with a rare tag': () => page('slaDue', with_(rare)),
    'count of new and open': () => store.count(queryOf(large, open)),
    'count of one agent’s, closed ones too': () => store.count(queryOf(large, agent)),
    'count of all of the tenant': () => store.count(queryOf(large)),
    'due by now, the first 100': async () => (await store.due(large, { now, plannedBy: plan, limit: 100 })).length,
    'a ticket': async () => ((await store.load(large, next(some))).row ? 1 : 0),
    'its history': async () => (await store.history(large, next(logged))).length,
    'a ticket by a mail’s id': async () =>
      (await store.lookup(large, { externalId: `<mail-${next(some)}@example.com>` })) ? 1 : 0,
    'effects to be done, 10': async () => (await store.effects(large, { now: now * 2, limit: 10 })).length,
    'a page of the feed, 500': async () => (await store.changes(large, Number(middle), 500)).events.length,
  }
}
