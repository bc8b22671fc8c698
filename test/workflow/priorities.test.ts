import {
  type CommandRequest,
  checkTagColors,
  compileDefinition,
  contrastRatio,
  type DeskDefinition,
  defineDesk,
  type Ticket,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { effectivePriority, type Sources } from '../../src/workflow/priority.ts'
import { ana, story } from '../story.ts'

const definition = defineDesk({
  priorityMatrix: {
    high: { high: 'Urgent', low: 'Medium', default: 'High' },
    low: { high: 'Medium' },
    default: { critical: 'High' },
  },
  impactFrom: [
    { affected: 10, impact: 'low' },
    { affected: 100, impact: 'high' },
  ],
  plans: [{ name: 'free', maxPriority: 'Medium' }, { name: 'gold' }],
  tags: [
    { name: 'Outage', priority: 'Urgent' },
    { name: 'Slow', priority: 'Medium' },
    { name: 'Calm' },
    { name: 'Down', mergedInto: 'Outage' },
    { name: 'Old', archived: true },
  ],
  newTags: false,
})
const opened = (input: Record<string, unknown>) => story(definition).open('Mon 09:00', input)
const facts = ({ priority, prioritySources }: Ticket) => [priority, prioritySources]

describe('impact × urgency', () => {
  it.each<[input: Record<string, unknown>, priority: string, matrix: string | undefined]>([
    [{ impact: 'high', urgency: 'high' }, 'Urgent', 'Urgent'],
    [{ impact: 'high', urgency: 'low' }, 'Medium', 'Medium'],
    [{ impact: 'high' }, 'High', 'High'],
    [{ impact: 'high', urgency: 'other' }, 'High', 'High'],
    [{ impact: 'low', urgency: 'high' }, 'Medium', 'Medium'],
    [{ impact: 'low', urgency: 'low' }, 'Low', undefined],
    [{ impact: 'low' }, 'Low', undefined],
    [{}, 'Low', undefined],
    [{ statedUrgency: 'critical' }, 'High', 'High'],
    [{ impact: 'high', statedUrgency: 'high' }, 'Urgent', 'Urgent'],
    [{ impact: 'high', urgency: 'low', statedUrgency: 'high' }, 'Medium', 'Medium'],
    [{ affected: 9, urgency: 'high' }, 'Low', undefined],
    [{ affected: 10, urgency: 'high' }, 'Medium', 'Medium'],
    [{ affected: 100, urgency: 'high' }, 'Urgent', 'Urgent'],
    [{ affected: 1_000, impact: 'low', urgency: 'high' }, 'Medium', 'Medium'],
    [{ impact: 'constructor', urgency: 'toString' }, 'Low', undefined],
  ])('%j: %s', (input, priority, matrix) => {
    expect(facts(opened(input).ticket)).toEqual([priority, matrix === undefined ? {} : { matrix }])
  })

  it('follows the facts, says why, and falls away with them', () => {
    const one = opened({ impact: 'high', urgency: 'high' })
    one.do('Mon 10:00', ana, { type: 'setFields', urgency: 'low' })
    expect(one.events.at(-1)).toMatchObject({
      type: 'priority_changed',
      data: { from: 'Urgent', priority: 'Medium', source: 'matrix', prioritySources: { matrix: 'Medium' } },
      personal: { reason: 'impact high, urgency low' },
    })
    one.do('Mon 11:00', ana, { type: 'setFields', impact: null })
    expect(facts(one.ticket)).toEqual(['Low', {}])
    expect(one.events.at(-1)).toMatchObject({ data: { from: 'Medium', source: 'matrix' }, personal: { reason: null } })
    const before = one.events.length
    one.do('Mon 12:00', ana, { type: 'setFields', category: 'x' })
    expect(one.events.slice(before).map(({ type }) => type)).toEqual(['fields_changed'])
  })
})

describe('tags that carry a priority', () => {
  it('the most urgent counts, unmarked is the lowest', () => {
    const one = opened({ tags: ['calm'] })
    expect(facts(one.ticket)).toEqual(['Low', {}])
    one.do('Mon 10:00', ana, { type: 'tag', tags: ['slow'] })
    expect(facts(one.ticket)).toEqual(['Medium', { tag: 'Medium' }])
    one.do('Mon 11:00', ana, { type: 'tag', tags: ['OUTAGE'] })
    expect(facts(one.ticket)).toEqual(['Urgent', { tag: 'Urgent' }])
    expect(one.events.at(-1)).toMatchObject({ data: { source: 'tag' }, personal: { reason: 'tag Outage' } })
    one.do('Mon 12:00', ana, { type: 'untag', tags: ['Outage'] })
    expect(facts(one.ticket)).toEqual(['Medium', { tag: 'Medium' }])
    one.do('Mon 13:00', ana, { type: 'untag', tags: ['slow', 'calm'] })
    expect(facts(one.ticket)).toEqual(['Low', {}])
  })

  it('a merged tag is added as what it has become, and old tickets keep theirs with its priority', () => {
    expect(opened({ tags: ['down', 'Outage'] }).ticket).toMatchObject({
      tags: ['Outage'],
      tagKeys: ['outage'],
      priority: 'Urgent',
    })
    const one = opened({})
    one.do('Mon 10:00', ana, { type: 'tag', tags: ['DOWN'] })
    expect(one.ticket.tags).toEqual(['Outage'])

    const earlier = defineDesk({ tags: [{ name: 'Down' }] })
    const later = defineDesk({
      since: '2024-01-15T10:00Z',
      tags: [
        { name: 'Outage', priority: 'Urgent' },
        { name: 'Down', mergedInto: 'Outage' },
      ],
    })
    const old = story([earlier, later]).open('Mon 09:00', { tags: ['Down'] })
    old.do('Mon 11:00', ana, { type: 'update', tags: { add: ['Down'], remove: ['Down'] } })
    expect(old.ticket).toMatchObject({ tags: ['Outage'], priority: 'Urgent' })
    expect(old.events.some((event) => event.type === 'tags_changed' && event.data.removed.includes('Down'))).toBe(true)
  })
})

describe('the plan’s most', () => {
  const free = { requester: { id: 'mari', plan: 'free' } }
  it('holds down every source, by hand too, and lets go with the plan', () => {
    const one = opened({ ...free, tags: ['Outage'] })
    expect(facts(one.ticket)).toEqual(['Medium', { tag: 'Urgent' }])
    one.do('Mon 10:00', ana, { type: 'setPriority', priority: 'High' })
    expect(facts(one.ticket)).toEqual(['Medium', { tag: 'Urgent', manual: 'High' }])
    one.do('Mon 11:00', ana, { type: 'setRequester', requester: { id: 'mari', plan: 'gold' } })
    expect(facts(one.ticket)).toEqual(['High', { tag: 'Urgent', manual: 'High' }])
    expect(one.events.at(-1)).toMatchObject({
      data: { source: 'manual', from: 'Medium' },
      personal: { reason: 'the plan allows it' },
    })
    one.do('Mon 12:00', ana, { type: 'setRequester', requester: { id: 'mari', plan: 'free' } })
    expect(one.events.at(-1)).toMatchObject({
      data: { priority: 'Medium' },
      personal: { reason: 'plan free allows no more' },
    })
    one.do('Mon 13:00', ana, { type: 'setRequester', requester: { id: 'mari', plan: 'unknown' } })
    one.do('Mon 14:00', ana, { type: 'unsetPriority' })
    expect(facts(one.ticket)).toEqual(['Urgent', { tag: 'Urgent' }])
  })
})

/** SEMANTICS §4, in order: [what each source says, whose word it is]. */
const order: readonly [Sources, string, string][] = [
  [{}, 'default', 'Low'],
  [{ advisor: 'High' }, 'advisor', 'High'],
  [{ advisor: 'Urgent', sla: 'Medium' }, 'sla', 'Medium'],
  [{ sla: 'Urgent', tag: 'Medium' }, 'tag', 'Medium'],
  [{ tag: 'Medium', matrix: 'High' }, 'matrix', 'High'],
  [{ tag: 'Medium', matrix: 'High', rule: 'Urgent' }, 'rule', 'Urgent'],
  [{ tag: 'Urgent', matrix: 'High', rule: 'Low' }, 'tag', 'Urgent'],
  [{ tag: 'Urgent', rule: 'Urgent', forced: 'Low' }, 'forced', 'Low'],
  [{ forced: 'Urgent', manual: 'Medium' }, 'manual', 'Medium'],
  [{ manual: 'Gone', rule: 'High' }, 'rule', 'High'],
]

it.each(order)('of %j it is the word of %s: %s', (sources, source, priority) => {
  expect(effectivePriority(definition, sources, null)).toMatchObject({
    source,
    priority: { name: priority },
    capped: false,
  })
})

it('each source keeps its last value, and unsetPriority returns to what the others say', () => {
  const one = opened({ impact: 'high', urgency: 'high', tags: ['slow'] })
  one.do('Mon 10:00', ana, { type: 'setPriority', priority: 'Low', reason: 'a drill' })
  expect(facts(one.ticket)).toEqual(['Low', { matrix: 'Urgent', tag: 'Medium', manual: 'Low' }])
  one.do('Mon 11:00', ana, { type: 'setFields', urgency: 'low' } as CommandRequest)
  expect(facts(one.ticket)).toEqual(['Low', { matrix: 'Medium', tag: 'Medium', manual: 'Low' }])
  one.do('Mon 12:00', ana, { type: 'unsetPriority' })
  expect(facts(one.ticket)).toEqual(['Medium', { matrix: 'Medium', tag: 'Medium' }])
})

describe('a wrong definition', () => {
  it.each<[DeskDefinition, string, string]>([
    [{ priorityMatrix: { high: { low: 'Hgh' } } }, 'unknown_name', 'priorityMatrix.high.low'],
    [{ plans: [{ name: 'a', maxPriority: 'Hgh' }] }, 'unknown_name', 'plans[0].maxPriority'],
    [{ plans: [{ name: 'a' }, { name: 'a' }] }, 'duplicate_name', 'plans[1].name'],
    [
      {
        impactFrom: [
          { affected: 1, impact: 'a' },
          { affected: 1, impact: 'b' },
        ],
      },
      'duplicate_name',
      'impactFrom[1].affected',
    ],
    [{ tags: [{ name: 'a', priority: 'Hgh' }] }, 'unknown_name', 'tags[0].priority'],
    [{ tags: [{ name: 'a', mergedInto: 'b' }] }, 'unknown_name', 'tags[0].mergedInto'],
    [{ tags: [{ name: 'a', mergedInto: 'A' }] }, 'unknown_name', 'tags[0].mergedInto'],
    [
      { tags: [{ name: 'a', mergedInto: 'b' }, { name: 'b', mergedInto: 'c' }, { name: 'c' }] },
      'unknown_name',
      'tags[0].mergedInto',
    ],
  ])('%j', (wrong, code, path) => {
    expect(compileDefinition(wrong)).toMatchObject({ refusals: [{ code, path }] })
  })

  it('does not compile', () => {
    // @ts-expect-error there is no such priority
    expect(() => defineDesk({ tags: [{ name: 'a', priority: 'Hgh' }] })).toThrow()
    // @ts-expect-error there is no such priority
    expect(() => defineDesk({ priorityMatrix: { a: { b: 'Hgh' } } })).toThrow()
    // @ts-expect-error there is no such priority
    expect(() => defineDesk({ plans: [{ name: 'a', maxPriority: 'Hgh' }] })).toThrow()
  })
})

describe('contrast of a tag’s text', () => {
  it.each<[string, string, number | null]>([
    ['#000', '#fff', 21],
    ['#ffffff', '#FFFFFF', 1],
    ['#777777', '#ffffff', 4.48], // the grey that just fails
    ['#767676', '#ffffff', 4.54],
    ['rgb(255, 0, 0)', 'rgb(255 255 255)', 4],
    ['#0000ff', '#ffffff', 8.59],
    ['red', '#ffffff', null],
    ['#12345', '#ffffff', null],
    ['rgb(300, 0, 0)', '#fff', null],
    ['#00000080', '#fff', null],
  ])('%s on %s: %s', (color, background, ratio) => {
    const found = contrastRatio(color, background)
    expect(found === null ? null : Math.round(found * 100) / 100).toBe(ratio)
    expect(contrastRatio(background, color)).toBe(found)
  })

  it('too little is a finding with its path, and no refusal', () => {
    const tags = [
      { name: 'ok', color: '#000', background: '#fff' },
      { name: 'pale', color: '#777', background: '#fff' },
      { name: 'one', color: '#777' },
    ]
    expect(checkTagColors(tags)).toEqual([
      { code: 'low_contrast', path: 'tags[1].color', facts: { tag: 'pale', ratio: 4.47, needed: 4.5 } },
    ])
    expect(compileDefinition({ tags })).toHaveProperty('value')
  })
})
