/** A tag that has become another is that one everywhere, on tickets that were given it before too; their logs stay. */
import fc from 'fast-check'
import {
  type Condition,
  createDesk,
  type Definition,
  explainMatch,
  matches,
  rebuild,
  requesterTicket,
  type Store,
  tagsOf,
} from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { deskOf, fired, tagged, trigger } from '../rules/desk.ts'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { ana, story } from '../story.ts'

const since = '2024-01-16T00:00:00Z'
const registered = [
  { name: 'Outage', visibility: 'public', priority: 'Urgent' },
  { name: 'Down', visibility: 'public' },
  { name: 'Broken', visibility: 'private' },
]
const merging = registered.map((tag) => (tag.name === 'Outage' ? tag : { ...tag, mergedInto: 'outage' }))
const views = [
  { id: 'outages', when: tagged('outage') },
  { id: 'down', when: tagged('DOWN') },
  { id: 'both', when: { field: 'tags', op: 'hasAll', value: ['down', 'vip'] } },
  { id: 'twoNames', when: { field: 'tags', op: 'hasAll', value: ['down', 'broken'] } },
  { id: 'calm', when: { field: 'tags', op: 'hasNone', value: ['broken'] } },
  { id: 'nested', when: { none: [{ any: [tagged('outage'), { field: 'tags', op: 'absent' }] }] } },
  { id: 'all' },
]
const before = deskOf({ tags: registered, views })
const after = deskOf({ tags: merging, views, since })

const stores = [
  ['memory', memory],
  ['SQLite', sqliteInMemory],
] as const

/** Tickets tagged before the merge, looked at after it. */
async function merged(make: () => { store: Store } | Promise<{ store: Store }>) {
  const { store } = await make()
  const clock = manualClock('2024-01-15T09:00:00Z')
  const old = createDesk({ definition: before, store, clock }).as(ana)
  const tags = [['down'], ['Broken', 'vip'], ['outage'], ['vip'], [], ['down', 'broken', 'outage']]
  for (const [i, given] of tags.entries()) await old.open({ subject: 'x', ticketId: `t${i}`, tags: given })
  clock.set('2024-01-17T09:00:00Z')
  return { store, desk: createDesk({ definition: [before, after], store, clock }) }
}

describe.each(stores)('merged tags on %s', (_name, make) => {
  it('are found, counted and divided by under either name', async () => {
    const { desk } = await merged(make)
    const ids = async (view: string) => (await desk.view(view as never)).tickets.map(({ id }) => id)
    expect(await ids('outages')).toEqual(['t0', 't1', 't2', 't5'])
    expect(await ids('down')).toEqual(['t0', 't1', 't2', 't5'])
    expect(await ids('both')).toEqual(['t1'])
    expect(await ids('twoNames')).toEqual(['t0', 't1', 't2', 't5'])
    expect(await ids('calm')).toEqual(['t3', 't4'])
    expect(await ids('nested')).toEqual(['t3'])
    expect((await desk.count('outages' as never)).count).toBe(4)
    expect((await desk.segments('all' as never, 'tags')).segments).toEqual([
      { value: 'outage', count: 4 },
      { value: 'vip', count: 2 },
      { value: null, count: 1 },
    ])
    const only = { by: 'tags', value: 'down' } as const
    expect((await desk.view('all' as never, { only })).tickets.map(({ id }) => id)).toEqual(['t0', 't1', 't2', 't5'])
    expect((await desk.count('all' as never, only)).count).toBe(4)
  })

  it('keep their log and the names they were given, and are shown by the name of now', async () => {
    const { desk } = await merged(make)
    const ticket = await desk.get('t5')
    expect(ticket.tags).toEqual(['Down', 'Broken', 'Outage'])
    expect(rebuild(await desk.history('t5'))).toEqual(ticket)
    expect(tagsOf(after, ticket)).toEqual(['Outage'])
    expect(requesterTicket(after, ticket).tags).toEqual(['Outage'])
    expect(requesterTicket(before, ticket).tags).toEqual(['Down', 'Outage'])
    let csv = ''
    for await (const line of desk.exportCsv({ columns: ['id', 'tags'] })) csv += line
    expect(csv).toContain('t5,outage')
  })

  it('answer alike in the store and in memory, whatever is asked', async () => {
    const { store, desk } = await merged(make)
    const { tickets } = await desk.view('all' as never)
    const names = ['down', 'broken', 'OUTAGE', 'vip', 'other']
    const leaf = fc
      .record({ op: fc.constantFrom('hasAny', 'hasAll', 'hasNone'), value: fc.subarray(names) })
      .map((one) => ({ field: 'tags', ...one }))
    const condition = fc.oneof(
      leaf,
      fc.record({ none: fc.array(leaf, { maxLength: 2 }) }),
      fc.record({ all: fc.array(leaf) }),
    )
    await fc.assert(
      fc.asyncProperty(condition, async (when) => {
        const definition = deskOf({ tags: merging, views: [{ id: 'v', when }] })
        const found = await createDesk({ definition, store, clock: manualClock('2024-01-17T09:00:00Z') }).view(
          'v' as never,
        )
        const asked = (definition: Definition) =>
          tickets.filter((ticket) => matches(when as Condition, ticket, { definition })).map(({ id }) => id)
        expect(found.tickets.map(({ id }) => id)).toEqual(asked(definition))
      }),
      { numRuns: 150, seed: 20261126 },
    )
  })
})

describe('a tag that has become another', () => {
  const definitions = (more: object) => [deskOf({ tags: registered }), deskOf({ tags: merging, since, ...more })]
  const opened = (more: object = {}) => story(definitions(more)).open('Mon 09:00', { tags: ['down', 'vip'] })

  it('goes by its new name from the next change of tags on, with the priority of that, and the log tells', () => {
    const life = opened()
    expect(life.ticket).toMatchObject({ tags: ['Down', 'vip'], priority: 'Low' })
    life.do('Tue 09:00', ana, { type: 'tag', tags: ['outage'] })
    expect(life.ticket).toMatchObject({ tags: ['Outage', 'vip'], tagKeys: ['outage', 'vip'], priority: 'Urgent' })
    const change = life.events.find(({ type }) => type === 'tags_changed')
    expect(change?.data).toMatchObject({ added: ['Outage'], removed: ['Down'] })
    const events = life.events.length
    expect(life.do('Tue 09:05', ana, { type: 'tag', tags: ['BROKEN'] }).events).toHaveLength(events)
  })

  it('is brought up to date on every ticket of a view, with a receipt each', async () => {
    const { desk } = await merged(memory)
    const { receipts } = await desk.as(ana).performMany({ view: 'outages' as never }, { type: 'tag', tags: ['Outage'] })
    expect(receipts.map(({ result }) => result)).toEqual(['changed', 'changed', 'unchanged', 'changed'])
    expect((await desk.get('t5')).tags).toEqual(['Outage'])
    expect((await desk.get('t1')).tags).toEqual(['Outage', 'vip'])
  })

  it.each(['down', 'outage', 'Broken'])('is taken away as %s', (name) => {
    const life = opened().do('Tue 09:00', ana, { type: 'untag', tags: [name] })
    expect(life.ticket.tags).toEqual(['vip'])
    expect(life.events.find(({ type }) => type === 'tags_changed')?.data).toMatchObject({
      added: [],
      removed: ['Down'],
    })
  })

  it('meets rules under either name, before and after, and carries the priority of the other', () => {
    const triggers = [
      trigger('new', 'message_added', tagged('outage'), [{ type: 'webhook', hook: 'x' }]),
      trigger('old', 'message_added', tagged('broken'), [{ type: 'webhook', hook: 'x' }]),
      trigger('added', 'tags_changed', { field: 'event.tagsAdded', op: 'hasAny', value: ['down'] }, [
        { type: 'webhook', hook: 'x' },
      ]),
      trigger('changed', 'tags_changed', { field: 'tags', op: 'changed' }, [{ type: 'webhook', hook: 'x' }]),
    ]
    const life = opened({ triggers }).do('Tue 09:00', ana, { type: 'note', body: 'x' })
    expect(fired(life.events)).toEqual(['new', 'old'])
    // a new name is no new tag
    life.do('Tue 09:05', ana, { type: 'tag', tags: ['outage'] })
    expect(fired(life.events)).toEqual(['new', 'old'])
    life.do('Tue 09:10', ana, { type: 'untag', tags: ['down'] }).do('Tue 09:20', ana, { type: 'tag', tags: ['outage'] })
    expect(fired(life.events)).toEqual(['new', 'old', 'changed', 'added', 'changed'])
    expect(life.ticket.priority).toBe('Urgent')
  })

  it('gives a ticket the level of the rule that names the other', () => {
    const slaRules = [{ when: tagged('outage'), level: 'fast' }]
    const levels = [{ id: 'fast', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }]
    const life = opened({ slaRules, levels })
    life.do('Tue 09:00', ana, { type: 'reapply' })
    expect(life.ticket.sla?.level).toBe('fast')
  })

  it('is explained by the name of now', () => {
    const { ticket } = opened()
    expect(explainMatch(tagged('broken') as Condition, ticket, { definition: after })).toMatchObject({
      holds: true,
      decidedBy: [{ found: ['outage', 'vip'] }],
    })
    expect(matches(tagged('broken') as Condition, ticket)).toBe(false)
  })
})
