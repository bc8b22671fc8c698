import type { Condition } from '../../condition/condition.ts'
import type { SortKey, SortPosition } from '../../condition/sort-key.ts'
import type { CommandRequest } from '../../engine/command.ts'
import { namedOrderings, type Ordering } from '../../queue/ordering.ts'
import type { Store } from '../../store.ts'
import { memoryStore } from '../../stores/memory.ts'
import { same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, storeCase } from '../store-case.ts'
import { queryOf } from './query.ts'

/** The one of some that a number picks; each list is of another length, so that all meet all. */
const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T

/** Tickets that differ in everything that views ask for. */
function variety(bench: Bench) {
  const requesters = [
    undefined,
    { id: 'mari', plan: 'gold', revenue: 99.5, previousTickets: 0, vip: true },
    { id: 'jaan', name: 'Jaan STRASSE', email: 'jaan@example.ee', revenue: -3, previousTickets: 4, vip: false },
    { id: 'kim', plan: 'free', segment: 'smb', revenue: 0 },
    { id: 'o.neil', name: "%_\\' O'Neil", plan: '"quoted"' },
  ]
  const after: readonly (CommandRequest | undefined)[] = [
    undefined,
    { type: 'reply', body: 'hello' },
    { type: 'resolve' },
    { type: 'postpone' },
    { type: 'setPriority', priority: 'Urgent' },
    { type: 'close' },
    { type: 'assign', agent: 'ana' },
  ]
  return Array.from({ length: 42 }, (_, i) => {
    const input = {
      requester: pick(requesters, i),
      category: pick([undefined, 'Billing', 'billing', 'IT'], i),
      effortMinutes: pick([undefined, 5, 0.5, 60, 5], i),
      affected: pick([undefined, 0, 1, 1], i),
      tags: pick([[], ['VIP'], ['Straße', 'vip'], ['other']], i),
      department: pick([undefined, 'it', 'law'], i),
      fields: pick([{}, { level: 2 }, { level: '2' }, { level: null, deep: { x: true } }], i),
      subject: pick(['Printer', 'PRINTER on fire', 'Ärger', '100 % _done_', '打印机坏了'], i),
      role: pick(['requester', 'agent'] as const, i),
    }
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    const opened = bench.opening(`t${String(i * 7919).slice(-3)}-${i}`, given)
    const request = pick(after, i)
    return request ? [opened, bench.following(opened.ticket, request)] : [opened]
  })
}

const conditions: readonly Condition[] = [
  { field: 'kind', op: 'oneOf', value: ['new', 'open'] },
  { field: 'kind', op: 'is', value: 'new' },
  { field: 'assignee', op: 'is', value: 'ana' },
  { field: 'assignee', op: 'absent' },
  { field: 'assignee', op: 'isNot', value: 'ana' },
  { field: 'category', op: 'noneOf', value: ['billing'] },
  { field: 'requester.id', op: 'is', value: 'o.neil' },
  { field: 'requester.name', op: 'contains', value: 'straße' },
  { field: 'requester.name', op: 'contains', value: '%' },
  { field: 'requester.vip', op: 'is', value: false },
  { field: 'requester.vip', op: 'isNot', value: true },
  { field: 'requester.revenue', op: 'lte', value: 0 },
  { field: 'subject', op: 'contains', value: 'printer' },
  { field: 'subject', op: 'contains', value: '_' },
  { field: 'subject', op: 'contains', value: '打印' },
  { field: 'tags', op: 'hasAny', value: ['vip', 'none'] },
  { field: 'tags', op: 'hasAll', value: ['STRASSE', 'vip'] },
  { field: 'tags', op: 'hasNone', value: ['vip'] },
  { field: 'fields.level', op: 'is', value: 2 },
  { field: 'fields.deep.x', op: 'is', value: true },
  { field: 'effortMinutes', op: 'gt', value: 1 },
  { field: 'sla.dueAt', op: 'present' },
  { all: [] },
  { any: [] },
  {
    all: [
      { field: 'kind', op: 'is', value: 'new' },
      { field: 'fields.level', op: 'present' },
    ],
  },
  {
    any: [
      { field: 'department', op: 'is', value: 'it' },
      { field: 'tags', op: 'hasAny', value: ['vip'] },
    ],
  },
  {
    none: [
      { field: 'department', op: 'is', value: 'it' },
      { field: 'excerpt', op: 'contains', value: 'x' },
    ],
  },
]

const key = (by: SortKey['by'], direction: SortKey['direction'], nulls: SortKey['nulls']): SortKey => ({
  by,
  direction,
  nulls,
})
const ofOnesOwn: readonly Ordering[] = [
  [key({ field: 'requester.revenue' }, 'descending', 'first'), key({ field: 'effortMinutes' }, 'ascending', 'first')],
  [key({ field: 'effortMinutes' }, 'descending', 'last'), 'fifo'],
  [key({ field: 'affected' }, 'ascending', 'first')],
  [key({ field: 'fields.level' }, 'descending', 'last')],
  [key({ coalesce: [{ field: 'resolvedAt' }, { plus: [{ field: 'openedAt' }, 0.5] }] }, 'descending', 'last')],
  [key({ times: [{ field: 'effortMinutes' }, -0.1] }, 'ascending', 'last')],
  [key({ among: { field: 'category', names: ['IT', "x'y"] } }, 'ascending', 'last')],
  [key({ among: { field: 'requester.vip', names: [true] } }, 'ascending', 'last')],
  [key({ among: { field: 'fields.deep.x', names: [true, '2'] } }, 'descending', 'last')],
  [key({ pick: { field: 'requester.vip', values: { true: 2, false: 1 }, otherwise: null } }, 'descending', 'last')],
  [key({ pick: { field: 'requester.vip', values: { false: 1 }, otherwise: 0.5 } }, 'ascending', 'last')],
  [key({ pick: { field: 'effortMinutes', values: { 0.5: 3, 60: 1, 5: 2 }, otherwise: null } }, 'ascending', 'first')],
  [key({ pick: { field: 'requester.previousTickets', values: { 0: 1, 4: -1 }, otherwise: 0 } }, 'ascending', 'last')],
  [key({ pick: { field: 'fields.level', values: { 2: 1 }, otherwise: 2 } }, 'ascending', 'last')],
  [
    key(
      { pick: { field: 'requester.plan', values: { gold: 1, '"quoted"': 2 }, otherwise: null } },
      'descending',
      'first',
    ),
  ],
]
const orderings: readonly Ordering[] = [
  ...(Object.keys(namedOrderings) as (keyof typeof namedOrderings)[]),
  ...ofOnesOwn,
]

async function filled(bench: Bench): Promise<Store> {
  const memory = memoryStore({ clock: { now: () => bench.at } })
  for (const decisions of variety(bench)) {
    const changes = decisions.map((decision, i) => changeOf(decisions[i - 1]?.ticket ?? null, decision))
    for (const change of changes) {
      await bench.save({ changes: [change] })
      await memory.commit({ tenant: bench.tenant, changes: [change], effects: [] })
    }
  }
  return memory
}

const idsOf = (rows: Awaited<ReturnType<Store['find']>>) => rows.map(({ ticket }) => ticket.id)

export const equalCases = [
  storeCase('every ordering gives the pages that memory gives, whole and piece by piece', async (bench) => {
    const memory = await filled(bench)
    for (const order of orderings) {
      const query = queryOf(bench.tenant, null, order)
      const what = JSON.stringify(order)
      const expected = idsOf(await memory.find(query))
      same(idsOf(await bench.store.find(query)), expected, `the order ${what}`)
      const paged: string[] = []
      for (let after: SortPosition | undefined; paged.length <= expected.length; ) {
        const rows = await bench.store.find({ ...query, limit: 5, after })
        paged.push(...idsOf(rows))
        const last = rows.at(-1)
        if (!last) break
        after = query.position(last.ticket)
      }
      same(paged, expected, `the pages of the order ${what}, put together`)
    }
  }),

  storeCase('every condition gives the tickets and the count that memory gives', async (bench) => {
    const memory = await filled(bench)
    for (const when of conditions)
      for (const order of ['slaDue', 'priority', ofOnesOwn[0] ?? 'fifo'] as const) {
        const query = queryOf(bench.tenant, when, order)
        const what = JSON.stringify(when)
        const expected = idsOf(await memory.find(query))
        same(idsOf(await bench.store.find(query)), expected, `the tickets with ${what}`)
        const middle = (await memory.find(query))[Math.floor(expected.length / 2)]
        const after = middle && query.position(middle.ticket)
        const rest = { ...query, after, limit: 4 }
        same(idsOf(await bench.store.find(rest)), idsOf(await memory.find(rest)), `a page of the tickets with ${what}`)
        same(await bench.store.count(query), expected.length, `the count of the tickets with ${what}`)
      }
  }),
]
