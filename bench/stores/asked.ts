import type { Condition } from '../../src/condition/condition.ts'
import type { SortPosition } from '../../src/condition/sort-key.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { Query, Store } from '../../src/store.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { from, tenant } from './case.ts'
import { type Driver, type Timed, timed, type Works } from './timed.ts'

const open: Condition = { field: 'kind', op: 'oneOf', value: ['new', 'open'] }
const all = (...conditions: Condition[]): Condition => ({ all: conditions })

/** What is asked of many tickets, each with how many it finds; beside the driver alone, if that is given. */
export async function asked(store: Store, driver?: Driver): Promise<readonly Timed[]> {
  const [due, fifo] = [queryOf(tenant, open, 'slaDue'), queryOf(tenant, open, 'fifo')]
  const deep = async (query: Query): Promise<SortPosition> => {
    const rows = await store.find({ ...query, limit: 40_000 })
    return query.position(rows.at(-1)?.ticket as Ticket)
  }
  const after = await deep(due)
  const rows = async (when: Condition) => (await store.find({ ...queryOf(tenant, when, 'slaDue'), limit: 50 })).length
  const works: Works = {
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
  return timed(
    works,
    ({ what, times, found }) => console.log(`· ${what}: ${times[0]?.toFixed(2)} ms, ${found}`),
    driver,
  )
}
