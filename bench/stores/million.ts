import type { Condition } from '../../src/condition/condition.ts'
import type { SortPosition } from '../../src/condition/sort-key.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { Query } from '../../src/store.ts'
import { traitsOf } from '../../src/stores/sql/trait.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { kept } from '../../src/stores/sqlite/trait.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { decided } from '../../src/testing/sample.ts'
import { from, tenant } from './case.ts'
import { DatabaseSync } from './raw.ts'
import { newPath } from './run.ts'

/** The same numbers for everybody. */
function random(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 4) / 2 ** 28
  }
}

const day = 86_400_000
const hour = 3_600_000

/** A ticket among many: one in ten is new or open, as in a desk that is a few years old. */
function ticketAmong(model: Ticket, i: number, next: () => number): Ticket {
  const kind =
    next() < 0.1 ? (next() < 0.5 ? 'new' : 'open') : next() < 0.2 ? 'resolved' : next() < 0.01 ? 'postponed' : 'closed'
  const openedAt = from - Math.floor(next() * 1_000) * day - Math.floor(next() * day)
  const rank = 1 + Math.floor(next() * 4)
  const clock = model.clocks.resolution
  return {
    ...model,
    id: `t${i}`,
    reference: `T-${i}`,
    subject: `Ticket ${i}: ${next() < 0.001 ? 'refund' : 'cannot log in'}`,
    kind,
    status: kind,
    openedAt,
    lastAt: openedAt,
    statusSince: openedAt,
    waitingSince: kind === 'new' || kind === 'open' ? openedAt : null,
    priorityRank: rank,
    priority: ['Low', 'Medium', 'High', 'Urgent'][rank - 1] as string,
    assignee: next() < 0.5 ? `agent-${Math.floor(next() * 200)}` : null,
    department: `department-${Math.floor(next() * 8)}`,
    tagKeys: next() < 0.0001 ? ['rare'] : [],
    fields: { n: i % 100_000 },
    clocks: kind === 'closed' || !clock ? {} : { resolution: { ...clock, dueAt: openedAt + 16 * hour } },
  }
}

/** A file of so many tickets, as the store keeps them; the events are left out: nothing that is asked here reads them. */
export function fileOf(tickets: number): string {
  const path = newPath()
  const handle = new DatabaseSync(path)
  sqliteStore(handle)
  handle.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000')
  const names = [...kept.map(({ column }) => column), 'version', 'next_at', 'planned_by', 'ticket', 'tenant', 'id']
  const insert = handle.prepare(
    `INSERT INTO ticketwright_tickets (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  const trait = handle.prepare('INSERT INTO ticketwright_traits (tenant, trait, ticket_id) VALUES (?, ?, ?)')
  const { ticket: model } = decided(
    null,
    { type: 'open', subject: 'x', body: 'I have tried three times. '.repeat(8), reference: 'x' },
    { tenant, ticketId: 'x', at: from },
  )
  const next = random()
  for (let i = 0; i < tickets; i++) {
    if (i % 50_000 === 0) handle.exec(i === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
    const ticket = ticketAmong(model, i, next)
    const nextAt = ticket.kind === 'closed' ? null : ticket.openedAt + (next() < 0.001 ? 0 : 3_000 * day)
    insert.run(...kept.map(({ read }) => read(ticket)), 1, nextAt, 'now', JSON.stringify(ticket), tenant, ticket.id)
    for (const one of traitsOf(ticket)) trait.run(tenant, one, ticket.id)
  }
  handle.exec('COMMIT')
  handle.close()
  return path
}

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const all = (...conditions: Condition[]): Condition => ({ all: conditions })

/** What is asked of many tickets, each with how many it finds. */
export async function asked(path: string): Promise<readonly (readonly [what: string, ms: number, found: number])[]> {
  const handle = new DatabaseSync(path)
  const store = sqliteStore(handle)
  const [due, fifo] = [queryOf(tenant, open, 'slaDue'), queryOf(tenant, open, 'fifo')]
  const deep = async (query: Query): Promise<SortPosition> => {
    const rows = await store.find({ ...query, limit: 40_000 })
    return query.position(rows.at(-1)?.ticket as Ticket)
  }
  const after = await deep(due)
  const rows = async (when: Condition) => (await store.find({ ...queryOf(tenant, when, 'slaDue'), limit: 50 })).length
  const works: Record<string, () => Promise<number>> = {
    'top 50 by `slaDue`, new and open': async () => (await store.find({ ...due, limit: 50 })).length,
    'top 50 by `priority`, new and open': async () =>
      (await store.find({ ...queryOf(tenant, open, 'priority'), limit: 50 })).length,
    'top 50 that nobody holds': async () => (await store.find({ ...due, limit: 50, freeFor: 'ana' })).length,
    'the 50 after the 40,000th': async () => (await store.find({ ...due, limit: 50, after })).length,
    'top 50 of one agent': async () => {
      const query = queryOf(tenant, all(open, { field: 'assignee', op: 'is', value: 'agent-7' }), 'slaDue')
      return (await store.find({ ...query, limit: 50 })).length
    },
    'count of new and open': () => store.count(fifo),
    'count of all': () => store.count(queryOf(tenant, null, 'fifo')),
    'count of an agent’s': () =>
      store.count(queryOf(tenant, { field: 'assignee', op: 'is', value: 'agent-7' }, 'fifo')),
    'due: `nextAt` up to now, the first 1,000': async () =>
      (await store.due(tenant, { now: from, plannedBy: 'now', limit: 1_000 })).length,
    'a rare tag among new and open ones': () => rows(all(open, { field: 'tags', op: 'hasAny', value: ['rare'] })),
    'a rare value of a custom field among new and open ones': () =>
      rows(all(open, { field: 'fields.n', op: 'is', value: 77 })),
    'all postponed ones, a hundredth': () => rows({ field: 'kind', op: 'is', value: 'postponed' }),
    'count of a rare tag': () => store.count(queryOf(tenant, { field: 'tags', op: 'hasAny', value: ['rare'] })),
    'a rare word in the subject of new and open ones, in a column': () =>
      rows(all(open, { field: 'subject', op: 'contains', value: 'Ticket 77777:' })),
    'a rare custom field of new and open ones, read from JSON (residue)': () =>
      rows(all(open, { field: 'fields.n', op: 'lt', value: 0 })),
  }
  const found: (readonly [string, number, number])[] = []
  for (const [what, work] of Object.entries(works)) {
    const times: number[] = []
    let rows = 0
    for (
      const began = performance.now();
      times.length < 5 || (times.length < 200 && performance.now() - began < 1_500);
    ) {
      const before = performance.now()
      rows = await work()
      times.push(performance.now() - before)
      if (performance.now() - began > 20_000) break
    }
    console.log(`· ${what}: ${Math.min(...times).toFixed(2)} ms, ${rows}`)
    found.push([what, Math.min(...times), rows])
  }
  handle.close()
  return found
}
