/** A priority that an SLA rule gives: below what anybody else says, above the advisor, and invisible to SLA rules. */
import { compileDefinition, defineDesk } from 'ticketwright'
import { recompute } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { deskOf, fired, tagged, trigger } from '../rules/desk.ts'
import { ana, bot, mari, story } from '../story.ts'

const levels = [
  { id: 'standard', targets: [{ metric: 'resolution', within: { Urgent: '1h', High: '2h', default: '8h' } }] },
  { id: 'gold', targets: [{ metric: 'resolution', within: { Urgent: '30m', High: '45m', default: '4h' } }] },
]
const vip = { field: 'requester.vip', op: 'is', value: true }
const desk = (slaRules: readonly object[], more: object = {}) =>
  deskOf({ calendar: 'alwaysOpen', levels, slaRules, advice: { priority: 0.5 }, ...more })
const byVip = desk([{ when: vip, level: 'gold', priority: 'High' }, { level: 'standard' }])
const requester = { id: 'mari', vip: true }

describe('an SLA rule that gives a priority', () => {
  it('gives it at opening, with its reason, and the clocks start under it', () => {
    const life = story(byVip).open('Mon 09:00', { requester })
    expect(life.ticket).toMatchObject({ priority: 'High', priorityRank: 3, prioritySources: { sla: 'High' } })
    expect(life.lastTypes()).toEqual([
      'ticket_opened',
      'message_added',
      'sla_applied',
      'priority_changed',
      'sla_started',
    ])
    expect(life.events[3]).toMatchObject({
      data: { from: 'Low', priority: 'High', source: 'sla' },
      personal: { reason: 'SLA rule 1' },
    })
    expect(life.due('resolution')).toBe('Mon 09:45')
  })

  it('falls away when another rule matches, and comes back with it', () => {
    const life = story(byVip).open('Mon 09:00', { requester })
    life.do('Mon 09:10', ana, { type: 'setRequester', requester: { id: 'mari' } })
    expect(life.ticket).toMatchObject({ priority: 'Low', prioritySources: {}, sla: { level: 'standard' } })
    expect(life.due('resolution')).toBe('Mon 17:00')
    life.do('Mon 09:20', ana, { type: 'setRequester', requester })
    expect(life.ticket).toMatchObject({ priority: 'High', sla: { level: 'gold' } })
    expect(life.due('resolution')).toBe('Mon 09:45')
  })

  it.each<[string, object, object, string]>([
    ['set by hand', {}, { type: 'setPriority', priority: 'Medium' }, 'Medium'],
    [
      'a trigger',
      { triggers: [trigger('t', 'tags_changed', undefined, [{ type: 'setPriority', priority: 'Low' }])] },
      { type: 'tag', tags: ['x'] },
      'Low',
    ],
    ['the matrix', { priorityMatrix: { small: { default: 'Low' } } }, { type: 'setFields', impact: 'small' }, 'Low'],
    ['a tag', { tags: [{ name: 'slow', priority: 'Low' }] }, { type: 'tag', tags: ['slow'] }, 'Low'],
  ])('is weaker than %s, also where that says less', (_what, more, command, expected) => {
    const life = story(desk([{ level: 'standard', priority: 'High' }], more)).open('Mon 09:00')
    expect(life.ticket.priority).toBe('High')
    expect(life.do('Mon 09:10', ana, command as never).ticket.priority).toBe(expected)
  })

  it('is stronger than an advisor, and is held down by the plan', () => {
    const advice = { type: 'advise', priority: { value: 'Urgent', confidence: 1 } }
    const life = story(desk([{ level: 'standard', priority: 'High' }]))
      .open('Mon 09:00')
      .do('Mon 09:10', bot, advice)
    expect(life.ticket).toMatchObject({ priority: 'High', prioritySources: { sla: 'High', advisor: 'Urgent' } })
    const capped = desk([{ level: 'standard', priority: 'Urgent' }], {
      plans: [{ name: 'free', maxPriority: 'Medium' }],
    })
    expect(story(capped).open('Mon 09:00', { requester: { id: 'mari', plan: 'free' } }).ticket.priority).toBe('Medium')
  })

  it('does not see what it gives: no rule can hold itself up, or knock itself out', () => {
    const rules = [
      { when: { field: 'priority', op: 'is', value: 'Urgent' }, level: 'gold', priority: 'Urgent' },
      { when: { field: 'priorityRank', op: 'lt', value: 2 }, level: 'standard', priority: 'Urgent' },
      { level: null },
    ]
    const life = story(desk(rules)).open('Mon 09:00')
    expect(life.ticket).toMatchObject({ priority: 'Urgent', sla: { level: 'standard' } })
    life.do('Mon 09:10', ana, { type: 'tag', tags: ['x'] })
    life.do('Mon 09:20', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(life.ticket).toMatchObject({ priority: 'Urgent', sla: { level: 'gold' } })
    life.do('Mon 09:30', ana, { type: 'unsetPriority' })
    expect(life.ticket).toMatchObject({
      priority: 'Urgent',
      prioritySources: { sla: 'Urgent' },
      sla: { level: 'standard' },
    })
    life.do('Mon 09:40', ana, { type: 'setPriority', priority: 'Medium' })
    expect(life.ticket).toMatchObject({ priority: 'Medium', prioritySources: { manual: 'Medium' }, sla: null })
  })

  it('speaks of the priority also where the level was given by hand', () => {
    const life = story(byVip).open('Mon 09:00', { requester })
    life.do('Mon 09:10', ana, { type: 'applySla', level: 'standard' })
    expect(life.ticket).toMatchObject({ priority: 'High', sla: { level: 'standard' } })
    life.do('Mon 09:20', ana, { type: 'setRequester', requester: { id: 'mari' } })
    expect(life.ticket).toMatchObject({ priority: 'Low', sla: { level: 'standard' } })
  })

  it('wakes triggers, whose changes pass the SLA once more', () => {
    const triggers = [
      trigger('t', 'priority_changed', { field: 'event.source', op: 'is', value: 'sla' }, [
        { type: 'tag', tags: ['calm'] },
      ]),
    ]
    const rules = [
      { when: tagged('calm'), level: 'standard' },
      { level: 'gold', priority: 'High' },
    ]
    const life = story(desk(rules, { triggers })).open('Mon 09:00')
    expect(fired(life.events)).toEqual(['t'])
    expect(life.ticket).toMatchObject({ priority: 'Low', sla: { level: 'standard' } })
  })

  it('is heard by metrics that listen to the priority', () => {
    const metrics = [
      {
        name: 'raised',
        starts: [{ on: 'changed:priority' }],
        fulfilledBy: ['resolved'],
        onReopen: { mode: 'ignore' },
        recurs: false,
      },
    ]
    const withMetric = levels.map((level) => ({
      ...level,
      targets: [...level.targets, { metric: 'raised', within: '1h' }],
    }))
    const definition = desk([{ when: tagged('hot'), level: 'gold', priority: 'High' }, { level: 'standard' }], {
      metrics,
      levels: withMetric,
    })
    const life = story(definition).open('Mon 09:00')
    expect(life.ticket.clocks.raised).toBeUndefined()
    life.do('Mon 10:00', ana, { type: 'tag', tags: ['hot'] })
    expect(life.ledger('raised')[0]).toBe('Mon 10:00 started')
  })

  it('follows an edited rule on reapply', () => {
    const before = desk([{ level: 'standard', priority: 'High' }])
    const after = desk([{ level: 'standard', priority: 'Urgent' }], { since: '2024-01-15T12:00:00Z' })
    const life = story([before, after])
      .open('Mon 09:00')
      .do('Mon 13:00', ana, { type: 'tag', tags: ['x'] })
    expect(life.ticket.priority).toBe('High')
    const command = { type: 'reapply' }
    expect(life.do('Mon 13:10', ana, command).ticket).toMatchObject({ priority: 'Urgent' })
    expect(recompute([before, after], life.events).differences).toEqual([])
  })

  it('comes out of the log again, and recompute agrees', () => {
    const life = story(byVip).open('Mon 09:00', { requester })
    life
      .do('Mon 09:10', ana, { type: 'setRequester', requester: { id: 'mari' } })
      .do('Mon 09:20', mari, { type: 'message', body: 'x' })
    life.do('Mon 09:30', ana, { type: 'setRequester', requester }).do('Mon 10:30', ana, { type: 'resolve' })
    const found = recompute(byVip, life.events)
    expect(found.differences).toEqual([])
    expect(found.clocks).toEqual(life.ticket.clocks)
  })

  it('must be a priority of the desk', () => {
    const found = compileDefinition({ slaRules: [{ level: null, priority: 'Highest' }] })
    expect(found).toMatchObject({ refusals: [{ code: 'unknown_name', path: 'slaRules[0].priority' }] })
    expect(compileDefinition({ slaRules: [{ level: null, priority: 3 }] })).toMatchObject({
      refusals: [{ code: 'invalid_definition', path: 'slaRules[0].priority' }],
    })
    expect(() =>
      defineDesk({
        slaRules: [
          { level: null, priority: 'High' },
          // @ts-expect-error there is no such priority
          { level: null, priority: 'Highest' },
        ],
      }),
    ).toThrow('slaRules[1].priority')
  })
})
