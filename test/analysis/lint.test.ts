import { type DeskDefinition, defineDesk } from 'ticketwright'
import { lintDefinition } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { priorityIs, tagged, trigger } from '../rules/desk.ts'

const told = (json: object) => lintDefinition(json).map(({ code, path }) => `${code} ${path}`)
const tag = (name: string) => ({ type: 'tag', tags: [name] })
const kindIs = (value: string) => ({ field: 'kind', op: 'is', value })
const not = (one: object) => ({ none: [one] })
const number = (field: string, op: string, value: unknown) => ({ field, op, value })

describe('lint', () => {
  it('finds nothing in a sound definition', () => {
    expect(
      told({
        cannedMessages: [{ id: 'm', body: 'Dear {{requester.name|customer}}' }],
        triggers: [
          trigger('vip', 'ticket_opened', { field: 'requester.vip', op: 'is', value: true }, [
            { type: 'setPriority', priority: 'High' },
          ]),
          trigger('note', 'status_changed', kindIs('resolved'), [{ type: 'sendCannedMessage', message: 'm' }]),
        ],
        timeRules: [
          {
            id: 'late',
            since: 'waitingSince',
            after: '4h',
            when: not(priorityIs('Urgent')),
            do: [{ type: 'escalate' }],
          },
        ],
        macros: [{ id: 'spam', when: kindIs('new'), do: [{ type: 'close', reason: 'spam' }] }],
        views: [{ id: 'todo', when: kindIs('open') }],
      }),
    ).toEqual([])
  })

  it('takes what defineDesk made, and any value', () => {
    const broken = { triggers: [trigger('x', 'ticket_opened', { any: [] }, [tag('x')])] }
    expect(told(defineDesk(broken as DeskDefinition))).toEqual(told(broken))
    expect(told(null as never)).toEqual(['invalid_definition '])
    expect(told({ json: {}, calendarNamed: 1 })).toEqual(['invalid_definition json'])
  })

  it('of a definition that does not compile tells what is missing, by its path', () => {
    const [finding] = lintDefinition({
      triggers: [trigger('x', 'ticket_opened', undefined, [{ type: 'setStatus', status: 'Opn' }])],
    })
    expect(finding).toEqual({
      code: 'unknown_name',
      path: 'triggers[0].do[0].status',
      sentence: expect.stringContaining('there is no status Opn; known: New, Answered'),
    })
  })

  it('says it in sentences', () => {
    const findings = lintDefinition({
      triggers: [
        trigger('up', 'priority_changed', { all: [priorityIs('Low'), priorityIs('High')] }, [{ type: 'escalate' }]),
      ],
    })
    expect(findings).toEqual([
      {
        code: 'never_fires',
        path: 'triggers[0].when',
        sentence: 'no ticket can ever meet this condition, so the trigger never fires',
      },
    ])
  })
})

describe('groups of nothing', () => {
  it.each<[json: object, expected: string[]]>([
    [{ slaRules: [{ when: { all: [] }, level: null }] }, ['empty_group slaRules[0].when.all']],
    [
      { views: [{ id: 'v', when: { all: [kindIs('open'), { none: [] }] } }] },
      ['empty_group views[0].when.all[1].none'],
    ],
    [
      { macros: [{ id: 'm', when: { any: [] }, do: [tag('x')] }] },
      ['empty_group macros[0].when.any', 'never_fires macros[0].when'],
    ],
    [
      { triggers: [trigger('x', 'ticket_opened', undefined, [{ type: 'webhook', hook: 'h', when: { all: [] } }])] },
      ['empty_group triggers[0].do[0].when.all'],
    ],
  ])('%j', (json, expected) => expect(told(json)).toEqual(expected))
})

describe('rules that can never fire', () => {
  const inTrigger = (when: object, on = 'ticket_opened') =>
    told({ triggers: [trigger('x', on as never, when, [{ type: 'webhook', hook: 'h' }])] })
  const never = ['never_fires triggers[0].when']

  it.each<[what: string, when: object]>([
    ['two values of one field', { all: [priorityIs('Low'), priorityIs('High')] }],
    ['a value, and a change to another', { all: [{ ...priorityIs('Low'), op: 'changedTo' }, priorityIs('High')] }],
    ['a value, and not that value', { all: [priorityIs('Low'), not(priorityIs('Low'))] }],
    [
      'lists without a common value',
      { all: [number('channel', 'oneOf', ['a', 'b']), number('channel', 'oneOf', ['c'])] },
    ],
    [
      'all values of a list excluded',
      { all: [number('channel', 'oneOf', ['a', 'b']), number('channel', 'noneOf', ['b', 'a', 'c'])] },
    ],
    [
      'present and absent',
      {
        all: [
          { field: 'assignee', op: 'present' },
          { field: 'assignee', op: 'absent' },
        ],
      },
    ],
    ['a number above and below', { all: [number('messages', 'gt', 5), number('messages', 'lt', 5)] }],
    ['a number at its own bound', { all: [number('messages', 'gte', 5), number('messages', 'lt', 5)] }],
    [
      'an instant after another one',
      {
        all: [number('openedAt', 'is', '2026-01-01T00:00:00Z'), number('openedAt', 'gt', '2026-01-01T02:00:00+02:00')],
      },
    ],
    ['ranges apart', { all: [number('affected', 'between', [1, 5]), number('affected', 'between', [5, 9])] }],
    ['text, whatever its case', { all: [number('subject', 'is', 'Straße'), not(number('subject', 'is', 'STRASSE'))] }],
    [
      'a text that contains what it is not',
      { all: [number('subject', 'is', 'Hello'), number('subject', 'contains', 'world')] },
    ],
    [
      'a missing text that begins with something',
      { all: [{ field: 'subject', op: 'absent' }, number('subject', 'startsWith', 'a')] },
    ],
    ['tags forbidden and asked for', { all: [tagged('VIP'), { field: 'tags', op: 'hasNone', value: ['vip'] }] }],
    ['tags asked for, and none at all', { all: [tagged('a'), { field: 'tags', op: 'absent' }] }],
    [
      'a boolean that is neither',
      {
        all: [
          not(number('outbound', 'is', true)),
          not(number('outbound', 'is', false)),
          { field: 'outbound', op: 'present' },
        ],
      },
    ],
    [
      'a kind that is none of them',
      { all: ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'].map((kind) => not(kindIs(kind))) },
    ],
    ['every way of an `any`', { all: [{ any: [priorityIs('Low'), priorityIs('High')] }, priorityIs('Medium')] }],
    ['none of what must be', { none: [{ any: [priorityIs('Low'), not(priorityIs('Low'))] }] }],
    ['a custom field of two values', { all: [number('fields.a', 'is', 1), number('fields.a', 'is', '1')] }],
  ])('%s', (_what, when) => expect(inTrigger(when)).toContain(never[0]))

  it.each<[what: string, when: object]>([
    ['a text that may contain both', { all: [number('subject', 'contains', 'a'), number('subject', 'contains', 'b')] }],
    ['a bound that holds for one number', { all: [number('messages', 'gte', 5), number('messages', 'lte', 5)] }],
    ['different tags', { all: [tagged('a'), tagged('b'), { field: 'tags', op: 'hasNone', value: ['c'] }] }],
    ['not all of two tags', { all: [not({ field: 'tags', op: 'hasAll', value: ['a', 'b'] }), tagged('a')] }],
    ['what changed to another value', { all: [number('priority', 'changedTo', 'High'), priorityIs('High')] }],
    [
      'negatives that a missing fact passes',
      { all: [number('channel', 'isNot', 'a'), number('channel', 'noneOf', ['b'])] },
    ],
    ['an instant, as it is written', number('openedAt', 'is', '2026-01-01T00:00:00Z')],
    ['instants, as they are written', number('requester.since', 'oneOf', ['2026-01-01T02:00:00+02:00'])],
    [
      'an instant written in two ways',
      {
        all: [number('openedAt', 'is', '2026-01-01T00:00:00Z'), number('openedAt', 'is', '2026-01-01T02:00:00+02:00')],
      },
    ],
    [
      'a tag that bears any name',
      {
        all: [
          { field: 'tags', op: 'present' },
          { field: 'tags', op: 'hasNone', value: ['one more', 'and one more'] },
        ],
      },
    ],
    [
      'a follower who bears any name',
      {
        all: [
          { field: 'followers', op: 'present' },
          { field: 'followers', op: 'hasNone', value: ['one more'] },
        ],
      },
    ],
    [
      'more ways than are looked at',
      { all: Array.from({ length: 12 }, (_, i) => ({ any: [tagged(`a${i}`), tagged(`b${i}`)] })) },
    ],
  ])('not: %s', (_what, when) => expect(inTrigger(when)).toEqual([]))

  it('what only another event has', () => {
    expect(inTrigger(number('message.body', 'contains', 'x'))).toEqual(never)
    expect(inTrigger(number('message.body', 'contains', 'x'), 'message_added')).toEqual([])
    expect(inTrigger(not(number('message.role', 'is', 'agent')))).toEqual([])
    expect(inTrigger(number('event.metric', 'is', 'resolution'), 'sla_breached')).toEqual([])
    expect(inTrigger(number('event.metric', 'is', 'resolution'), 'tags_changed')).toEqual(never)
    expect(inTrigger(number('event.type', 'is', 'tags_changed'))).toEqual(never)
    expect(inTrigger(number('event.type', 'is', 'tags_changed'), 'tags_changed')).toEqual([])
    expect(inTrigger(number('event.step', 'contains', 'x'))).toEqual(never)
    expect(inTrigger(number('event.step', 'contains', 'x'), 'sla_step_reached')).toEqual([])
  })

  it('a step that no target has', () => {
    const targets = [{ metric: 'resolution', within: '4h', steps: [{ id: 'half', share: 500 }] }]
    const on = (when: object) =>
      told({
        levels: [{ id: 'l', calendar: 'alwaysOpen', targets }],
        slaRules: [{ level: 'l' }],
        triggers: [trigger('x', 'sla_step_reached', when, [tag('x')])],
      }).filter((one) => !one.startsWith('endless_pause'))
    expect(on({ field: 'event.step', op: 'is', value: 'half' })).toEqual([])
    expect(on({ field: 'event.step', op: 'isNot', value: 'halv' })).toEqual([])
    expect(on({ field: 'event.step', op: 'is', value: 'halv' })).toEqual(['unknown_step triggers[0].when.value'])
    expect(on({ all: [{ any: [{ field: 'event.step', op: 'oneOf', value: ['half', 'x', 'y'] }] }] })).toEqual([
      'unknown_step triggers[0].when.all[0].any[0].value',
      'unknown_step triggers[0].when.all[0].any[0].value',
    ])
  })

  it('time rules: on a closed ticket, or where their instant is not', () => {
    const inTimeRule = (since: string, when: object) =>
      told({ timeRules: [{ id: 'x', since, after: '1h', when, do: [tag('x')] }] })
    const neverAgain = ['never_fires timeRules[0].when']
    expect(inTimeRule('openedAt', kindIs('closed'))).toEqual(neverAgain)
    expect(inTimeRule('resolvedAt', kindIs('open'))).toEqual(neverAgain)
    expect(inTimeRule('assignedSince', { field: 'assignee', op: 'absent' })).toEqual(neverAgain)
    expect(inTimeRule('waitingSince', kindIs('open'))).toEqual([])
  })

  it('SLA rules, views and effects', () => {
    const when = { all: [priorityIs('Low'), priorityIs('High')] }
    expect(
      told({
        slaRules: [{ when, level: null }],
        views: [{ id: 'v', when }],
        triggers: [trigger('x', 'ticket_opened', undefined, [{ type: 'webhook', hook: 'h', when }])],
      }),
    ).toEqual(['never_fires slaRules[0].when', 'never_fires views[0].when', 'never_fires triggers[0].do[0].when'])
  })
})

describe('rules that are never reached', () => {
  const two = (first: object | undefined, second: object | undefined, more: object = {}, between: object[] = []) =>
    told({
      triggers: [
        trigger('a', ['ticket_opened', 'tags_changed'], first, [{ type: 'webhook', hook: 'a' }], {
          stop: true,
          ...more,
        }),
        ...between,
        trigger('b', 'ticket_opened', second, [{ type: 'webhook', hook: 'b' }]),
      ],
    })
  const hidden = (i: number) => [`shadowed triggers[${i}]`]

  it.each<
    [
      what: string,
      first: object | undefined,
      second: object | undefined,
      more: object,
      between: object[],
      expected: string[],
    ]
  >([
    ['after one that always fires', undefined, tagged('x'), {}, [], hidden(1)],
    ['after one that asks for less', tagged('a', 'b'), tagged('a'), {}, [], hidden(1)],
    ['not after one that asks for more', tagged('a'), tagged('a', 'b'), {}, [], []],
    ['not without `stop`', undefined, undefined, { stop: false }, [], []],
    ['not after one that is switched off', undefined, undefined, { active: false }, [], []],
    ['not after one that waits for something else', undefined, undefined, { on: ['tags_changed'] }, [], []],
    [
      'not where one in between may make the second true and not the first',
      tagged('a'),
      tagged('a'),
      {},
      [trigger('c', 'ticket_opened', undefined, [tag('a')])],
      [],
    ],
    [
      'where one in between changes something else',
      tagged('a'),
      tagged('a'),
      {},
      [trigger('c', 'ticket_opened', tagged('b'), [{ type: 'escalate', tier: 2 }])],
      hidden(2),
    ],
  ])('%s', (_what, first, second, more, between, expected) =>
    expect(two(first, second, more, between)).toEqual(expected),
  )

  const inBetween = (action: object, when: object = priorityIs('Urgent'), on: string = 'ticket_opened') =>
    told({
      tags: [{ name: 'vip', priority: 'Urgent' }],
      priorityMatrix: { big: { default: 'Urgent' } },
      triggers: [
        trigger('first', on as never, when, [{ type: 'webhook', hook: 'a' }], { stop: true }),
        trigger('mark', 'ticket_opened', number('category', 'is', 'a'), [action as never]),
        trigger('later', on as never, when, [{ type: 'webhook', hook: 'b' }]),
      ],
    }).filter((one) => one.startsWith('shadowed'))

  it.each<[what: string, found: string[], expected: string[]]>([
    ['not where a tag brings the priority', inBetween(tag('vip')), []],
    ['not where the matrix does', inBetween({ type: 'setFields', impact: 'big' }), []],
    ['not where a clock may have moved', inBetween(tag('x'), number('sla.level', 'is', 'gold')), []],
    ['not where the one in between wakes the later one', inBetween(tag('x'), { all: [] }, 'tags_changed'), []],
    [
      'not where what is counted from may be another instant',
      inBetween({ type: 'assign', agent: 'a' }, number('hoursSince.assignedSince', 'lt', 1)),
      [],
    ],
    ['where a follower comes', inBetween({ type: 'addFollower', person: 'x' }), hidden(2)],
  ])('%s', (_what, found, expected) => expect(found).toEqual(expected))
})

describe('rules that contradict each other', () => {
  const pair = (a: object, b: object, whenA?: object, whenB?: object, more: object = {}) =>
    told({
      triggers: [
        trigger('a', 'ticket_opened', whenA, [a as never], more),
        trigger('b', ['rated', 'ticket_opened'], whenB, [b as never]),
      ],
    })
  const high = { type: 'setPriority', priority: 'High' }
  const low = { type: 'setPriority', priority: 'Low' }

  it.each<[what: string, found: string[], expected: string[]]>([
    ['two priorities', pair(high, low), ['contradiction triggers[1]']],
    [
      'two statuses, one by its kind',
      pair({ type: 'resolve' }, { type: 'setStatus', status: 'Open' }),
      ['contradiction triggers[1]'],
    ],
    ['two agents', pair({ type: 'assign', agent: 'a' }, { type: 'unassign' }), ['contradiction triggers[1]']],
    ['a tag added and removed', pair(tag('x'), { type: 'untag', tags: ['x'] }), ['contradiction triggers[1]']],
    [
      'two values of a custom field',
      pair({ type: 'setFields', fields: { a: 1 } }, { type: 'setFields', fields: { a: 2 } }),
      ['contradiction triggers[1]'],
    ],
    ['a tag written in two ways', pair(tag('VIP'), { type: 'untag', tags: ['vip'] }), ['contradiction triggers[1]']],
    [
      'a follower who comes and goes',
      pair({ type: 'addFollower', person: 'x' }, { type: 'removeFollower', person: 'x' }),
      ['contradiction triggers[1]'],
    ],
    ['not the same value', pair(high, high), []],
    [
      'not where the first one keeps the second quiet',
      pair({ type: 'assign', agent: 'a' }, { type: 'assign', agent: 'b' }, undefined, {
        field: 'assignee',
        op: 'absent',
      }),
      [],
    ],
    ['not a forced and a plain one', pair({ ...high, force: true }, low), []],
    ['not where their conditions exclude each other', pair(high, low, tagged('x'), not(tagged('x'))), []],
    ['not where the first one stops the second', pair(high, low, tagged('x'), undefined, { stop: true }), []],
  ])('%s', (_what, found, expected) => expect(found).toEqual(expected))
})

describe('large definitions', () => {
  const exclusive = Array.from({ length: 1_000 }, (_, i) =>
    trigger(`x${i}`, 'ticket_opened', number('category', 'is', `c${i}`), [tag(`t${i}`)], { stop: true }),
  )
  const says = (id: string, priority: string, when?: object) =>
    trigger(id, 'rated', when, [{ type: 'setPriority', priority }])

  it('a contradiction behind a thousand others is told', () => {
    expect(told({ triggers: [...exclusive, says('a', 'High'), says('b', 'Low')] })).toContain(
      'contradiction triggers[1001]',
    )
  })

  it('what was not looked at is said', () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      says(`y${i}`, i % 2 ? 'High' : 'Low', number('category', 'is', `c${i}`)),
    )
    expect(told({ triggers: many })).toEqual([expect.stringContaining('not_looked_at triggers[')])
    expect(told({ triggers: exclusive })).toEqual([expect.stringContaining('not_looked_at triggers[')])
  })
})

const levels = {
  levels: ['std', 'gold'].map((id) => ({
    ...{ id, calendar: 'alwaysOpen' },
    targets: [{ metric: 'resolution', within: { default: '8h', Urgent: '1h' } }],
  })),
}

describe('rules that may loop', () => {
  const note = { type: 'note', body: 'x' }
  it.each<[what: string, triggers: object[], expected: string[]]>([
    ['a rule that wakes itself', [trigger('a', 'message_added', undefined, [note])], ['loop triggers[0]']],
    [
      'two that undo each other',
      [
        trigger('a', 'priority_changed', priorityIs('Low'), [{ type: 'setPriority', priority: 'High' }]),
        trigger('b', 'priority_changed', priorityIs('High'), [{ type: 'setPriority', priority: 'Low' }]),
      ],
      ['loop triggers[0]'],
    ],
    [
      'a circle of three',
      [
        trigger('a', 'message_added', undefined, [{ type: 'escalate' }]),
        trigger('b', 'tier_changed', undefined, [tag('x')]),
        trigger('c', 'tags_changed', undefined, [note]),
      ],
      ['loop triggers[0]'],
    ],
    ['not a rule that does the same again', [trigger('a', 'tags_changed', undefined, [tag('x')])], []],
    [
      'not a chain',
      [
        trigger('a', 'message_added', undefined, [tag('x')]),
        trigger('b', 'tags_changed', undefined, [{ type: 'escalate' }]),
      ],
      [],
    ],
    [
      'not where what the one does keeps the other quiet',
      [
        trigger('a', 'status_changed', not(kindIs('resolved')), [
          { type: 'resolve' },
          { type: 'setFields', fields: { a: 1 } },
        ]),
      ],
      [],
    ],
    ['not a rule that is switched off', [trigger('a', 'message_added', undefined, [note], { active: false })], []],
    [
      'a follower who comes and goes',
      [
        trigger('a', 'people_changed', { field: 'followers', op: 'hasNone', value: ['x'] }, [
          { type: 'addFollower', person: 'x' },
        ]),
        trigger('b', 'people_changed', { field: 'followers', op: 'hasAny', value: ['x'] }, [
          { type: 'removeFollower', person: 'x' },
        ]),
      ],
      ['loop triggers[0]'],
    ],
    [
      'a tag written in two ways',
      [
        trigger('a', 'tags_changed', not(tagged('vip')), [tag('VIP')]),
        trigger('b', 'tags_changed', tagged('vip'), [{ type: 'untag', tags: ['vip'] }]),
      ],
      ['loop triggers[0]'],
    ],
    [
      'what follows from an action that may be refused does not count',
      [
        trigger('a', 'message_added', { field: 'kind', op: 'isNot', value: 'open' }, [
          { type: 'setStatus', status: 'Open' },
          note,
        ]),
      ],
      ['loop triggers[0]'],
    ],
  ])('%s', (_what, triggers, expected) => expect(told({ triggers })).toEqual(expected))

  it.each<[what: string, definition: object, expected: string[]]>([
    [
      'a tag that carries a priority',
      {
        tags: [{ name: 'vip', priority: 'Urgent' }],
        triggers: [
          trigger('a', 'priority_changed', tagged('vip'), [{ type: 'untag', tags: ['vip'] }]),
          trigger('b', 'priority_changed', not(tagged('vip')), [tag('vip')]),
        ],
      },
      ['loop triggers[0]'],
    ],
    [
      'not tags that carry none',
      {
        triggers: [
          trigger('a', 'priority_changed', tagged('vip'), [{ type: 'untag', tags: ['vip'] }]),
          trigger('b', 'priority_changed', not(tagged('vip')), [tag('vip')]),
        ],
      },
      [],
    ],
    [
      'an impact from which a priority follows',
      {
        priorityMatrix: { big: { default: 'Urgent' } },
        triggers: [
          trigger('a', 'priority_changed', priorityIs('Urgent'), [{ type: 'setFields', impact: 'small' }]),
          trigger('b', 'priority_changed', not(priorityIs('Urgent')), [{ type: 'setFields', impact: 'big' }]),
        ],
      },
      ['loop triggers[0]'],
    ],
    [
      'two time rules that undo each other',
      {
        timeRules: [
          {
            id: 'a',
            since: 'statusSince',
            after: '1h',
            when: kindIs('open'),
            do: [{ type: 'setStatus', status: 'Answered' }],
          },
          {
            id: 'b',
            since: 'statusSince',
            after: '1h',
            when: kindIs('answered'),
            do: [{ type: 'setStatus', status: 'Open' }],
          },
        ],
      },
      ['loop timeRules[0]'],
    ],
    [
      'a time rule and a trigger',
      {
        triggers: [trigger('a', 'status_changed', kindIs('answered'), [{ type: 'setStatus', status: 'Open' }])],
        timeRules: [
          {
            id: 'b',
            since: 'statusSince',
            after: '1h',
            when: kindIs('open'),
            do: [{ type: 'setStatus', status: 'Answered' }],
          },
        ],
      },
      ['loop triggers[0]'],
    ],
    ...[
      { field: 'message.role', op: 'is', value: 'requester' },
      { field: 'message.visibility', op: 'is', value: 'public' },
      { field: 'actor.kind', op: 'oneOf', value: ['agent', 'requester'] },
    ].map((when): [string, object, string[]] => [
      `not a note on what people say, asked by ${when.field}`,
      { triggers: [trigger('a', 'message_added', when, [note])] },
      [],
    ]),
    [
      'not a signal on another one',
      {
        triggers: [
          trigger('a', 'signalled', { field: 'event.signal', op: 'is', value: 'one' }, [
            { type: 'signal', name: 'two' },
          ]),
        ],
      },
      [],
    ],
    [
      'a time rule that postpones, and the wake',
      {
        timeRules: [
          {
            id: 'a',
            since: 'statusSince',
            after: '1h',
            when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] },
            do: [{ type: 'postpone', until: { calendar: 'alwaysOpen', business: '1h' } }],
          },
        ],
      },
      ['loop timeRules[0]'],
    ],
    [
      'not a time rule that postpones until somebody wakes the ticket',
      {
        timeRules: [
          { id: 'a', since: 'statusSince', after: '1h', when: kindIs('open'), do: [{ type: 'postpone', until: null }] },
        ],
      },
      [],
    ],
    [
      'two triggers through SLA rules',
      {
        ...levels,
        slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['x'] }, level: 'gold' }, { level: 'std' }],
        triggers: [
          trigger('a', 'sla_applied', { field: 'sla.level', op: 'is', value: 'std' }, [{ type: 'tag', tags: ['x'] }]),
          trigger('b', 'sla_applied', { field: 'sla.level', op: 'is', value: 'gold' }, [
            { type: 'untag', tags: ['x'] },
          ]),
        ],
      },
      ['loop triggers[0]'],
    ],
    [
      'two triggers through targets by priority',
      {
        ...levels,
        triggers: [
          trigger('a', 'sla_retargeted', { field: 'priority', op: 'is', value: 'High' }, [
            { type: 'setPriority', priority: 'Urgent' },
          ]),
          trigger('b', 'sla_retargeted', { field: 'priority', op: 'is', value: 'Urgent' }, [
            { type: 'setPriority', priority: 'High' },
          ]),
        ],
      },
      ['loop triggers[0]'],
    ],
    [
      'not a step and a breach that raise the priority: each comes once',
      {
        ...levels,
        triggers: [
          trigger('a', 'sla_step_reached', undefined, [{ type: 'setPriority', priority: 'High' }]),
          trigger('b', 'sla_breached', undefined, [{ type: 'setPriority', priority: 'Urgent' }]),
        ],
      },
      [],
    ],
    [
      'not a time rule that moves a ticket on',
      {
        timeRules: [
          {
            id: 'a',
            since: 'statusSince',
            after: '1h',
            when: kindIs('open'),
            do: [{ type: 'setStatus', status: 'Answered' }],
          },
          { id: 'b', since: 'statusSince', after: '1h', when: kindIs('answered'), do: [{ type: 'resolve' }] },
        ],
      },
      [],
    ],
  ])('%s', (_what, definition, expected) =>
    expect(told(definition).filter((one) => one.startsWith('loop'))).toEqual(expected),
  )
})

describe('templates and tags', () => {
  it('a value that may be missing, without other words for it', () => {
    expect(
      told({
        cannedMessages: [
          {
            id: 'm',
            subject: '{{category}}',
            body: '{{subject}} {{assignee|nobody}} {{department}} {{department}} {{fields.a}}',
            shows: ['fields.a'],
          },
        ],
      }),
    ).toEqual([
      'missing_value cannedMessages[0].subject',
      'missing_value cannedMessages[0].body',
      'missing_value cannedMessages[0].body',
    ])
  })

  it('a place that is not closed', () => {
    expect(told({ cannedMessages: [{ id: 'm', body: 'Dear {{requester.name|you}}, {{reference' }] })).toEqual([
      'unclosed_place cannedMessages[0].body',
    ])
  })

  it('a tag that nobody can add', () => {
    const views = [{ id: 'v', when: { any: [tagged('vip', 'VIPP'), kindIs('open')] } }]
    expect(told({ tags: [{ name: 'VIP' }], newTags: false, views })).toEqual([
      'unknown_tag views[0].when.any[0].value[1]',
    ])
    expect(told({ tags: [{ name: 'VIP' }], views })).toEqual([])
  })

  it('a tag that is hard to read', () => {
    const tags = [
      { name: 'pale', color: '#999', background: '#fff' },
      { name: 'dark', color: '#000', background: '#fff' },
    ]
    expect(told({ tags })).toEqual(['low_contrast tags[0].color'])
  })
})
