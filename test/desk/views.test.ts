import fc from 'fast-check'
import { createDesk, defineDesk, type Store, type Ticket } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { frontDesk, refusal } from './front-desk.ts'

const definition = defineDesk({
  views: [
    { id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'priority' },
    { id: 'all', order: { kinds: [], keys: ['easiestFirst'] }, limit: 3 },
  ],
})

const deskOn = (store: Store) => {
  let ids = 0
  return createDesk({ definition, store, clock: manualClock('2026-11-23T09:00:00+02:00'), ids: () => `id${++ids}` })
}
const stores = [
  ['memory', memory],
  ['SQLite', sqliteInMemory],
] as const

describe.each(stores)('segments of a view on %s', (_name, make) => {
  const filled = async () => {
    const { store } = await make()
    const desk = deskOn(store)
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const openings = [
      { channel: 'mail', department: 'Billing', tags: ['vip', 'Refund'], tier: 2 },
      { channel: 'mail', department: 'Billing', tags: ['vip'] },
      { channel: 'chat', department: 'Sales', category: 'invoice' },
      { channel: 'chat', requester: { id: 'm', segment: 'small', plan: 'Pro' } },
      {},
    ]
    for (const [i, input] of openings.entries()) await mari.open({ subject: 'x', ticketId: `t${i}`, ...input })
    await desk.as({ kind: 'agent', id: 'ana' }).resolve('t4')
    return desk
  }

  it('are counted, most first; null stands for none', async () => {
    const desk = await filled()
    const by = async (field: Parameters<typeof desk.segments>[1]) =>
      (await desk.segments('todo', field)).segments.map(({ value, count }) => `${value} ${count}`)
    expect(await by('channel')).toEqual(['chat 2', 'mail 2'])
    expect(await by('department')).toEqual(['Billing 2', 'Sales 1', 'null 1'])
    expect(await by('tags')).toEqual(['null 2', 'vip 2', 'refund 1'])
    expect(await by('tier')).toEqual(['null 3', '2 1'])
    expect(await by('requester.segment')).toEqual(['null 3', 'small 1'])
    expect(await by('category')).toEqual(['null 3', 'invoice 1'])
  })

  it('are paged and counted by themselves', async () => {
    const desk = await filled()
    const ids = async (only: Parameters<typeof desk.count>[1]) => {
      const { tickets } = await desk.view('todo', { only })
      expect((await desk.count('todo', only)).count).toBe(tickets.length)
      return tickets.map(({ id }) => id)
    }
    expect(await ids({ by: 'channel', value: 'mail' })).toEqual(['t0', 't1'])
    expect(await ids({ by: 'tags', value: 'refund' })).toEqual(['t0'])
    expect(await ids({ by: 'tags', value: null })).toEqual(['t2', 't3'])
    expect(await ids({ by: 'tier', value: 2 })).toEqual(['t0'])
    expect(await ids({ by: 'department', value: null })).toEqual(['t3'])
    expect(await ids({ by: 'category', value: 'invoice' })).toEqual(['t2'])
    expect(await ids({ by: 'requester.segment', value: 'small' })).toEqual(['t3'])
  })
})

it('what cannot be a segment, a page or a position is refused', async () => {
  const { desk } = frontDesk({ definition: definition as never })
  expect(await refusal(desk.segments('todo' as never, 'subject' as never))).toMatchObject({
    code: 'unknown_name',
    path: 'by',
  })
  const only = { by: 'subject', value: 'x' } as never
  expect(await refusal(desk.view('todo' as never, { only }))).toMatchObject({ code: 'unknown_name', path: 'only.by' })
  expect(await refusal(desk.count('todo' as never, only))).toMatchObject({ code: 'unknown_name', path: 'only.by' })
  expect(await refusal(desk.view('todo' as never, { only: { by: 'tier' } as never }))).toMatchObject({
    code: 'invalid_command',
    path: 'only.value',
  })
  const after = { values: [1], id: 'x' }
  expect(await refusal(desk.view('todo' as never, { after }))).toMatchObject({ code: 'invalid_command', path: 'after' })
})

/** Between two pages: what happens to which ticket. */
const between = fc.array(
  fc.record({
    ticket: fc.nat({ max: 14 }),
    effort: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
    priority: fc.constantFrom('Low', 'Medium', 'High', 'Urgent'),
    resolve: fc.boolean(),
  }),
  { maxLength: 4 },
)

/** Reads a view page by page while tickets move, and says what was wrong with it. */
async function readWhileMoving(
  make: (typeof stores)[number][1],
  view: 'todo' | 'all',
  rounds: readonly (readonly { ticket: number; effort: number | null; priority: string; resolve: boolean }[])[],
  jump: (after: never) => unknown = (after) => after,
): Promise<string[]> {
  const { store, close } = await make()
  const desk = deskOn(store)
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  for (let i = 0; i < 15; i++)
    await ana.open({ subject: 'x', ticketId: `t${i}`, effortMinutes: (i * 7) % 11, priority: i % 3 ? 'Low' : 'High' })
  const { order, matches } = desk.definition.views.get(view) as NonNullable<
    ReturnType<typeof desk.definition.views.get>
  >
  const shown: string[] = []
  /** Who went from one side of the cursor to the other by themselves, or in and out of the view. */
  const crossed = new Set<string>()
  const standing = (ticket: Ticket, after: never) =>
    matches({ ticket }) && order.compare(order.position(ticket), after) > 0
  let after: Awaited<ReturnType<typeof desk.view>>['next'] = null
  for (let i = 0; ; i++) {
    const page = await desk.view(view, { limit: 3, ...(after ? { after: jump(after as never) as never } : {}) })
    shown.push(...page.tickets.map(({ id }) => id))
    after = page.next
    if (!after) break
    const tickets = async () => Promise.all(Array.from({ length: 15 }, (_, n) => desk.get(`t${n}`)))
    const before = await tickets()
    for (const { ticket, effort, priority, resolve } of rounds[i] ?? [])
      await ana.update(`t${ticket}`, {
        effortMinutes: effort,
        priority: priority as 'Low',
        ...(resolve ? { status: 'Resolved' } : {}),
      })
    for (const [n, now] of (await tickets()).entries())
      if (standing(before[n] as Ticket, after as never) !== standing(now, after as never)) crossed.add(now.id)
  }
  await close()
  const wrong = []
  for (let n = 0; n < 15; n++) {
    const id = `t${n}`
    const times = shown.filter((one) => one === id).length
    if (!crossed.has(id) && times !== 1) wrong.push(`${id} was shown ${times} times`)
  }
  return wrong
}

describe('a cursor stays right while tickets move', () => {
  it.each(stores.flatMap(([name, make]) => (['todo', 'all'] as const).map((view) => ({ name, make, view }))))(
    'no ticket that did not cross it is skipped or shown twice: $view on $name',
    async ({ make, view }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(between, { maxLength: 6 }), async (rounds) => {
          expect(await readWhileMoving(make, view, rounds)).toEqual([])
        }),
        { numRuns: 40 },
      )
    },
    60_000,
  )

  it('a cursor that jumps ahead is found out', async () => {
    const jump = ({ values, id }: { values: readonly number[]; id: string }) => ({
      values: values.map((v, i) => (i === 0 ? v + 2 : v)),
      id,
    })
    expect(await readWhileMoving(memory, 'all', [], jump as never)).not.toEqual([])
  })
})
