/** The order of sources of a priority (SEMANTICS §4), told by commands: each falls away with its cause. */
import { type Ticket, tagsOf } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { deskOf, tagged, trigger } from '../rules/desk.ts'
import { ana, mari, story } from '../story.ts'

const oracle = { kind: 'bot', id: 'oracle' } as const
const flag = (name: string, value: boolean) => ({ field: `fields.${name}`, op: 'is', value })
const says = (id: string, priority: string, force?: true) => [
  trigger(`${id} on`, ['ticket_opened', 'fields_changed'], flag(id, true), [
    { type: 'setPriority', priority, ...(force ? { force } : {}) },
  ]),
  trigger(`${id} off`, 'fields_changed', flag(id, false), [{ type: 'unsetPriority', ...(force ? { force } : {}) }]),
]

/** Weak sources speak of more urgent priorities than strong ones, so that rank decides nothing between them. */
const definition = deskOf({
  priorities: ['one', 'two', 'three', 'four', 'five', 'six'].map((name, i) => ({ name, rank: i + 1 })),
  priorityMatrix: { high: { default: 'three' } },
  tags: [{ name: 'loud', priority: 'four' }],
  triggers: [...says('rule', 'two'), ...says('forced', 'one', true)].map((rule) => ({
    ...rule,
    id: rule.id.replace(' ', '-'),
  })),
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '4h' }] }],
  slaRules: [{ when: tagged('gold'), level: 'l', priority: 'five' }],
  advice: { priority: 0.5 },
  plans: [{ name: 'free', maxPriority: 'three' }],
})
const all = {
  impact: 'high',
  tags: ['loud', 'gold'],
  priority: 'two',
  fields: { rule: true, forced: true },
}
const advise = (confidence: number) => ({ type: 'advise', priority: { value: 'six', confidence } })
const now = ({ priority, prioritySources }: Ticket) => [priority, prioritySources]

describe('sources of a priority', () => {
  it('speak in their order, each until its cause is gone', () => {
    const life = story(definition).open('Mon 09:00', all, ana).do('Mon 09:01', oracle, advise(1))
    const sources = {
      manual: 'two',
      forced: 'one',
      rule: 'two',
      matrix: 'three',
      tag: 'four',
      sla: 'five',
      advisor: 'six',
    }
    expect(now(life.ticket)).toEqual(['two', sources])
    const steps: readonly [by: object, gone: keyof typeof sources, left: string][] = [
      [{ type: 'unsetPriority' }, 'manual', 'one'],
      [{ type: 'setFields', fields: { forced: false } }, 'forced', 'four'],
      [{ type: 'untag', tags: ['loud'] }, 'tag', 'three'],
      [{ type: 'setFields', impact: null }, 'matrix', 'two'],
      [{ type: 'setFields', fields: { rule: false } }, 'rule', 'five'],
      [{ type: 'untag', tags: ['gold'] }, 'sla', 'six'],
      [advise(0.4), 'advisor', 'one'],
    ]
    let left: Record<string, string> = sources
    for (const [i, [by, gone, priority]] of steps.entries()) {
      life.do(`Mon 10:0${i}`, ana, by as never)
      const { [gone]: _, ...others } = left
      left = others
      expect([gone, ...now(life.ticket)]).toEqual([gone, priority, left])
      expect(life.events.findLast(({ type }) => type === 'priority_changed')).toMatchObject({ data: { priority } })
    }
    expect(left).toEqual({})
  })

  it.each<[what: string, open: object, source: string]>([
    ['by hand', { priority: 'six' }, 'manual'],
    ['by a tag', { tags: ['loud'] }, 'tag'],
    ['by an SLA rule', { tags: ['gold'] }, 'sla'],
  ])('the plan holds down what is said %s', (_what, open, source) => {
    const free = story(definition).open('Mon 09:00', { ...open, requester: { id: 'mari', plan: 'free' } }, ana)
    expect(free.ticket.priority).toBe('three')
    expect(Object.keys(free.ticket.prioritySources)).toEqual([source])
    const other = story(definition).open('Mon 09:00', { ...open, requester: { id: 'mari', plan: 'other' } }, ana)
    expect(other.ticket.priority).toBe(other.ticket.prioritySources[source as 'manual'])
  })

  it('the plan holds down an advisor and a rule too, and raises nothing', () => {
    const requester = { id: 'mari', plan: 'free' }
    const life = story(definition).open('Mon 09:00', { requester }, ana)
    expect(life.ticket.priority).toBe('one')
    expect(life.do('Mon 09:01', oracle, advise(1)).ticket).toMatchObject({
      priority: 'three',
      prioritySources: { advisor: 'six' },
    })
    life.do('Mon 09:02', ana, { type: 'setFields', fields: { rule: true } })
    expect(life.ticket.priority).toBe('two')
  })
})

describe('priorities by what is known of the requester, and by words', () => {
  const rules = deskOf({
    triggers: [
      trigger(
        'revenue',
        ['ticket_opened', 'requester_changed'],
        { field: 'requester.revenue', op: 'gte', value: 1_000 },
        [{ type: 'setPriority', priority: 'High' }],
      ),
      trigger('first', 'ticket_opened', { field: 'requester.previousTickets', op: 'is', value: 0 }, [
        { type: 'setPriority', priority: 'Medium' },
      ]),
      trigger('word', 'message_added', { field: 'message.body', op: 'containsAny', value: ['Andmekadu', '数据丢失'] }, [
        { type: 'setPriority', priority: 'Urgent' },
      ]),
    ],
  })
  it.each<[what: string, open: object, priority: string]>([
    ['little revenue', { requester: { id: 'mari', revenue: 999 } }, 'Low'],
    ['enough revenue', { requester: { id: 'mari', revenue: 1_000 } }, 'High'],
    ['unknown revenue', { requester: { id: 'mari' } }, 'Low'],
    ['the first contact', { requester: { id: 'mari', previousTickets: 0 } }, 'Medium'],
    ['another contact', { requester: { id: 'mari', previousTickets: 1 } }, 'Low'],
    ['a keyword in a message', { body: 'Meil on ANDMEKADU!' }, 'Urgent'],
    ['one in Chinese', { body: '所有数据丢失了' }, 'Urgent'],
    ['none of them', { body: 'Andmed on alles' }, 'Low'],
  ])('%s: %s', (_what, open, priority) => {
    expect(story(rules).open('Mon 09:00', open).ticket.priority).toBe(priority)
  })
})

describe('the registry of tags', () => {
  const closed = deskOf({
    tags: [
      { name: 'VIP', priority: 'High' },
      { name: 'Old', archived: true, priority: 'Urgent' },
      { name: 'Former', mergedInto: 'VIP' },
      { name: 'Lost', mergedInto: 'Old' },
    ],
    newTags: false,
  })

  it.each<[what: string, tag: string, code: string]>([
    ['that is not registered', 'new', 'unknown_name'],
    ['that is archived', 'OLD', 'tag_archived'],
    ['that has become an archived one', 'lost', 'tag_archived'],
  ])('refuses a tag %s, wherever it is given', (_what, tag, code) => {
    const life = story(closed).open('Mon 09:00')
    expect(life.refusal('Mon 09:01', ana, { type: 'tag', tags: ['vip', tag] })).toMatchObject({ code, path: 'tags[1]' })
    expect(life.refusal('Mon 09:01', ana, { type: 'update', tags: { add: [tag] } })).toMatchObject({ code })
    expect(story(closed).attempt('Mon 09:00', mari, { type: 'open', subject: 'x', tags: [tag] })).toMatchObject({
      ok: false,
      error: { code, path: 'tags[0]' },
    })
    expect(life.ticket.tags).toEqual([])
  })

  it('takes any tag where it is open, under the name first given', () => {
    const life = story(deskOf({ tags: [{ name: 'VIP' }] })).open('Mon 09:00', { tags: ['Straße', 'vip'] })
    life.do('Mon 09:01', ana, { type: 'tag', tags: ['STRASSE', 'Vip'] })
    expect(life.ticket).toMatchObject({ tags: ['Straße', 'VIP'], tagKeys: ['strasse', 'vip'] })
  })

  it('leaves an archived tag on old tickets, where it still counts and can be taken away', () => {
    const before = deskOf({ tags: [{ name: 'Old', priority: 'Urgent' }] })
    const after = deskOf({ since: '2024-01-15T10:00Z', tags: [{ name: 'Old', archived: true, priority: 'Urgent' }] })
    const life = story([before, after]).open('Mon 09:00', { tags: ['old'] })
    life.do('Mon 11:00', ana, { type: 'tag', tags: ['x'] })
    expect(life.ticket).toMatchObject({ tags: ['Old', 'x'], priority: 'Urgent' })
    expect(tagsOf(after, life.ticket)).toEqual(['Old', 'x'])
    life.do('Mon 12:00', ana, { type: 'untag', tags: ['OLD'] })
    expect(life.ticket).toMatchObject({ tags: ['x'], priority: 'Low' })
    expect(life.refusal('Mon 13:00', ana, { type: 'tag', tags: ['old'] })).toMatchObject({ code: 'tag_archived' })
  })
})
