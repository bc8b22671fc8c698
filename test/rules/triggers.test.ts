import { type AnyTicketEvent, bounds, defineDesk, rebuild } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, mari, story } from '../story.ts'
import { deskOf, fired, loops, priorityIs, tagged, told, trigger } from './desk.ts'

const office = {
  calendar: 'alwaysOpen',
  levels: [
    { id: 'standard', targets: [{ metric: 'resolution', within: { Urgent: '1h', default: '8h' } }] },
    { id: 'gold', targets: [{ metric: 'resolution', within: '30m' }] },
  ],
  slaRules: [{ when: tagged('gold'), level: 'gold' }, { level: 'standard' }],
}

describe('a trigger', () => {
  it('acts in the cause of the event it waits for, and the log says which rule it was', () => {
    const definition = defineDesk({
      triggers: [
        {
          id: 'vip',
          on: ['ticket_opened'],
          when: { field: 'requester.vip', op: 'is', value: true },
          do: [
            { type: 'tag', tags: ['VIP'] },
            { type: 'setPriority', priority: 'High' },
          ],
        },
      ],
    })
    const life = story(definition).open('Mon 09:00', { requester: { id: 'mari', vip: true } })
    expect(told(life.events)).toEqual([
      'ticket_opened',
      'message_added',
      'tags_changed by vip',
      'priority_changed by vip',
      'rule_fired by vip',
    ])
    expect(life.events[2]).toMatchObject({
      cause: { kind: 'command', id: 'c0', rule: 'vip' },
      actor: { kind: 'system', id: 'rules' },
      revision: 1,
    })
    expect(life.ticket).toMatchObject({ tags: ['VIP'], priority: 'High', prioritySources: { rule: 'High' } })
    expect(told(story(definition).open('Mon 09:00').events)).toEqual(['ticket_opened', 'message_added'])
  })

  it('that changes nothing and asks for nothing leaves nothing', () => {
    const definition = deskOf({
      triggers: [trigger('low', 'ticket_opened', undefined, [{ type: 'untag', tags: ['nothing'] }])],
    })
    expect(told(story(definition).open('Mon 09:00').events)).toEqual(['ticket_opened', 'message_added'])
  })

  it('is not woken by what rules leave in the log', () => {
    const found = () => deskOf({ triggers: [trigger('x', 'rule_fired' as never, undefined, [{ type: 'resolve' }])] })
    expect(found).toThrow('unknown_name')
  })

  it('that is not active does nothing', () => {
    const definition = deskOf({
      triggers: [trigger('x', 'ticket_opened', undefined, [{ type: 'tag', tags: ['x'] }], { active: false })],
    })
    expect(story(definition).open('Mon 09:00').ticket.tags).toEqual([])
  })

  it('sees what those before it did; those before it are tried again', () => {
    const definition = deskOf({
      triggers: [
        trigger('third', 'ticket_opened', tagged('b'), [{ type: 'tag', tags: ['c'] }]),
        trigger('first', 'ticket_opened', undefined, [{ type: 'tag', tags: ['a'] }]),
        trigger('second', 'ticket_opened', tagged('a'), [{ type: 'tag', tags: ['b'] }]),
      ],
    })
    const life = story(definition).open('Mon 09:00')
    expect(fired(life.events)).toEqual(['first', 'second', 'third'])
  })

  it('wakes others by what it does', () => {
    const definition = deskOf({
      triggers: [
        trigger('assigned', 'assignee_changed', undefined, [{ type: 'tag', tags: ['taken'] }]),
        trigger('opened', 'ticket_opened', undefined, [{ type: 'assign', agent: 'ana' }]),
      ],
    })
    expect(fired(story(definition).open('Mon 09:00').events)).toEqual(['opened', 'assigned'])
  })

  it('with `stop` ends the trials for its cause, and for no other', () => {
    const definition = deskOf({
      triggers: [
        trigger('stops', ['ticket_opened', 'tags_changed'], tagged('spam'), [{ type: 'note', body: 'spam' }], {
          stop: true,
        }),
        trigger('later', ['ticket_opened', 'tags_changed'], undefined, [{ type: 'note', body: 'later' }]),
      ],
    })
    const life = story(definition).open('Mon 09:00', { tags: ['spam'] })
    expect(fired(life.events)).toEqual(['stops'])
    life.do('Mon 09:01', ana, { type: 'untag', tags: ['spam'] })
    expect(fired(life.events)).toEqual(['stops', 'later'])
  })

  it('follows facts of time as it follows commands', () => {
    const definition = deskOf({
      triggers: [
        trigger('woken', 'status_changed', { field: 'kind', op: 'is', value: 'open' }, [
          { type: 'tag', tags: ['woke'] },
        ]),
      ],
    })
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 09:10', ana, { type: 'setStatus', status: 'Answered' })
      .do('Mon 09:20', ana, { type: 'postpone', until: '2024-01-15T12:00:00Z' })
      .until('Tue 00:00')
    expect(told(life.events.slice(-3))).toEqual(['status_changed', 'tags_changed by woken', 'rule_fired by woken'])
    expect(life.events.at(-1)).toMatchObject({
      at: Date.parse('2024-01-15T12:00:00Z'),
      cause: { kind: 'time', fact: 'wake', rule: 'woken' },
      revision: 3,
    })
  })
})

describe('the five passes of a cause', () => {
  it('rules come before SLA matching, so a rule decides the level and the first due time', () => {
    const definition = deskOf({
      ...office,
      triggers: [
        trigger('vip', 'ticket_opened', { field: 'requester.vip', op: 'is', value: true }, [
          { type: 'tag', tags: ['gold'] },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00', { requester: { id: 'mari', vip: true } })
    expect(told(life.events)).toEqual([
      'ticket_opened',
      'message_added',
      'tags_changed by vip',
      'rule_fired by vip',
      'sla_applied',
      'sla_started',
    ])
    expect(life.due('resolution')).toBe('Mon 09:30')
  })

  it('a reply is judged by what was promised until then; what a rule changes on it counts from then on', () => {
    const definition = deskOf({
      ...office,
      triggers: [
        trigger('hurry', 'message_added', { field: 'replies', op: 'gt', value: 0 }, [
          { type: 'setPriority', priority: 'Urgent' },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00').do('Mon 09:30', ana, { type: 'reply', body: 'Hello' })
    expect(told(life.events.slice(4))).toEqual([
      'message_added',
      'status_changed',
      'priority_changed by hurry',
      'rule_fired by hurry',
      'sla_paused',
      'sla_retargeted',
    ])
  })

  it('triggers on the ledger come after the clocks, and what they change goes through matching and clocks once more', () => {
    const definition = deskOf({
      ...office,
      triggers: [
        trigger('started', 'sla_started', undefined, [{ type: 'tag', tags: ['gold'] }, { type: 'escalate' }]),
        trigger('tier', 'tier_changed', undefined, [{ type: 'assign', agent: 'boss' }]),
        trigger('not-again', 'sla_retargeted', undefined, [{ type: 'tag', tags: ['never'] }]),
      ],
    })
    const life = story(definition).open('Mon 09:00')
    expect(life.ticket).toMatchObject({ tags: ['gold'], tier: 2, assignee: 'boss', sla: { level: 'gold' } })
    expect(told(life.events.slice(2))).toEqual([
      'sla_applied',
      'sla_started',
      'tags_changed by started',
      'tier_changed by started',
      'rule_fired by started',
      'assignee_changed by tier',
      'rule_fired by tier',
      'sla_applied',
      'sla_retargeted',
      'rule_loop',
    ])
    expect(loops(life.events)).toEqual([{ because: 'passes', limit: 2, rules: ['not-again'] }])
  })

  it('a breach is a fact of its own: triggers on it are the second pass, those on what the clocks make of it the fifth', () => {
    const definition = deskOf({
      ...office,
      triggers: [
        trigger('late', 'sla_breached', undefined, [{ type: 'tag', tags: ['gold'] }]),
        trigger('retargeted', 'sla_retargeted', undefined, [{ type: 'escalate' }]),
      ],
    })
    const life = story(definition).open('Mon 09:00').until('Mon 18:00')
    expect(told(life.events.slice(4))).toEqual([
      'sla_breached',
      'tags_changed by late',
      'rule_fired by late',
      'sla_applied',
      'sla_retargeted',
      'tier_changed by retargeted',
      'rule_fired by retargeted',
    ])
    expect(new Set(life.events.slice(4).map(({ at }) => at))).toEqual(new Set([Date.parse('2024-01-15T17:00:00.001Z')]))
  })
})

describe('priorities that rules say', () => {
  const rules = (force: boolean) =>
    deskOf({
      triggers: [
        trigger('rule', 'tags_changed', tagged('hot'), [
          { type: 'setPriority', priority: 'High', ...(force ? { force } : {}) },
        ]),
      ],
    })

  it.each([
    ['a rule is weaker than what is set by hand', false, { manual: 'Low', rule: 'High' }, 'Low'],
    ['a forced one is too, and is kept apart', true, { manual: 'Low', forced: 'High' }, 'Low'],
  ])('%s', (_what, force, sources, priority) => {
    const life = story(rules(force))
      .open('Mon 09:00', { priority: 'Low' })
      .do('Mon 09:01', ana, { type: 'tag', tags: ['hot'] })
    expect(life.ticket).toMatchObject({ prioritySources: sources, priority })
    life.do('Mon 09:02', ana, { type: 'unsetPriority' })
    expect(life.ticket.priority).toBe('High')
  })

  it('a rule takes back what rules said', () => {
    const definition = deskOf({
      triggers: [
        trigger('hot', 'tags_changed', tagged('hot'), [{ type: 'setPriority', priority: 'High' }]),
        trigger('cold', 'tags_changed', { none: [tagged('hot')] }, [{ type: 'unsetPriority' }]),
      ],
    })
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 09:01', ana, { type: 'tag', tags: ['hot'] })
    expect(life.ticket.priority).toBe('High')
    life.do('Mon 09:02', ana, { type: 'untag', tags: ['hot'] })
    expect(life.ticket).toMatchObject({ priority: 'Low', prioritySources: {} })
  })
})

describe('rules without end are bounded, recorded, and lose no command (hazard 32)', () => {
  it('ping-pong of values: each fires once, the next round is recorded', () => {
    const definition = deskOf({
      triggers: [
        trigger('up', 'priority_changed', priorityIs('Low'), [{ type: 'setPriority', priority: 'High' }]),
        trigger('down', 'priority_changed', priorityIs('High'), [{ type: 'setPriority', priority: 'Low' }]),
      ],
    })
    const life = story(definition)
      .open('Mon 09:00', { priority: 'Medium' })
      .do('Mon 10:00', ana, { type: 'unsetPriority' })
    expect(told(life.events.slice(2))).toEqual([
      'priority_changed',
      'priority_changed by up',
      'rule_fired by up',
      'priority_changed by down',
      'rule_fired by down',
      'rule_loop',
    ])
    expect(loops(life.events)).toEqual([{ because: 'again', limit: 1, rules: ['up', 'down'] }])
  })

  it('A→B→A', () => {
    const definition = deskOf({
      triggers: [
        trigger('a', ['ticket_opened', 'tier_changed'], undefined, [{ type: 'note', body: 'a' }]),
        trigger('b', 'message_added', undefined, [{ type: 'escalate' }]),
      ],
    })
    const life = story(definition).open('Mon 09:00')
    expect(fired(life.events)).toEqual(['a', 'b'])
    expect(loops(life.events)).toEqual([{ because: 'again', limit: 1, rules: ['a', 'b'] }])
    expect(life.ticket).toMatchObject({ tier: 2, counts: { messages: 2 } })
  })

  it('a rule that wakes itself', () => {
    const definition = deskOf({
      triggers: [trigger('self', 'message_added', undefined, [{ type: 'note', body: 'noted' }])],
    })
    const life = story(definition).open('Mon 09:00')
    expect(life.ticket.counts.messages).toBe(2)
    expect(loops(life.events)).toEqual([{ because: 'again', limit: 1, rules: ['self'] }])
  })

  it('a rule that would do the same again is no loop', () => {
    const definition = deskOf({
      triggers: [trigger('same', ['ticket_opened', 'tags_changed'], undefined, [{ type: 'tag', tags: ['seen'] }])],
    })
    expect(loops(story(definition).open('Mon 09:00').events)).toEqual([])
  })

  it('being woken by two things of one cause is no loop, nor is a chain that comes to an end', () => {
    const definition = deskOf({
      triggers: [
        trigger('told', ['ticket_opened', 'priority_changed', 'tier_changed'], undefined, [
          { type: 'note', body: 'x' },
        ]),
        trigger('marks', 'ticket_opened', undefined, [{ type: 'setPriority', priority: 'High' }]),
        trigger('raises', ['ticket_opened', 'tier_changed'], { none: [{ field: 'tier', op: 'gte', value: 4 }] }, [
          { type: 'escalate' },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00')
    expect(fired(life.events)).toEqual(['told', 'marks', 'raises'])
    expect(loops(life.events)).toEqual([])
  })

  it('1,000 rules fanning out: 100 fire, the rest is told', () => {
    const rules = Array.from({ length: 1_000 }, (_, i) =>
      trigger(`r${i}`, ['ticket_opened', 'message_added'], undefined, [{ type: 'note', body: `${i}` }]),
    )
    const life = story(deskOf({ triggers: rules })).open('Mon 09:00')
    expect(life.ticket.counts.messages).toBe(101)
    expect(loops(life.events)).toEqual([
      { because: 'firings', limit: 100, rules: Array.from({ length: 20 }, (_, i) => `r${100 + i}`) },
    ])
    life.do('Mon 09:01', ana, { type: 'tag', tags: ['goes on'] })
    expect(life.ticket.tags).toEqual(['goes on'])
  })

  it('an action that is refused is left out and told; the command and the other actions stand', () => {
    const definition = deskOf({
      triggers: [
        trigger('x', 'ticket_opened', undefined, [
          { type: 'tag', tags: ['a'] },
          { type: 'setStatus', status: 'New', until: '2030-01-01T00:00:00Z' },
          { type: 'tag', tags: ['b'] },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00')
    expect(life.ticket.tags).toEqual(['a', 'b'])
    expect(life.events.at(-1)).toMatchObject({
      type: 'rule_fired',
      data: { refused: [{ action: 1, code: 'invalid_command' }] },
    })
  })

  it('half of a refused action leaves nothing behind', () => {
    const full = Array.from({ length: bounds.tags }, (_, i) => `t${i}`)
    const definition = deskOf({
      triggers: [
        trigger('x', 'tags_changed', undefined, [
          { type: 'setFields', fields: { a: 1 } },
          { type: 'tag', tags: ['one too many'] },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00').do('Mon 09:01', ana, { type: 'tag', tags: full })
    expect(life.ticket.tags).toHaveLength(bounds.tags)
    expect(life.ticket.fields).toEqual({ a: 1 })
  })

  it('a closed ticket takes from a rule what it takes from anybody', () => {
    const definition = deskOf({
      triggers: [
        trigger('x', 'status_changed', { field: 'kind', op: 'is', value: 'closed' }, [
          { type: 'assign', agent: 'ana' },
          { type: 'tag', tags: ['done'] },
        ]),
      ],
    })
    const life = story(definition).open('Mon 09:00').do('Mon 09:01', ana, { type: 'close' })
    expect(life.ticket).toMatchObject({ assignee: null, tags: ['done'] })
    expect(life.events.at(-1)).toMatchObject({ data: { refused: [{ action: 0, code: 'ticket_closed' }] } })
  })
})

describe('the log of rules', () => {
  it('gives the ticket without any definition, and without what is personal', () => {
    const definition = deskOf({
      triggers: [trigger('x', 'ticket_opened', undefined, [{ type: 'setFields', fields: { a: { b: 1 } } }])],
    })
    const { events, ticket } = story(definition).open('Mon 09:00').do('Mon 10:00', mari, { type: 'message', body: 'x' })
    expect(rebuild(JSON.parse(JSON.stringify(events)) as AnyTicketEvent[])).toEqual(ticket)
  })

  it('a command that changes nothing wakes nothing', () => {
    const definition = deskOf({
      triggers: [trigger('x', 'status_changed', undefined, [{ type: 'note', body: 'x' }])],
    })
    const life = story(definition).open('Mon 09:00', {}, bot)
    const before = life.events.length
    life.do('Mon 10:00', ana, { type: 'setStatus', status: 'New' })
    expect(life.events).toHaveLength(before)
  })
})

describe('what a trigger may say is checked where it is defined', () => {
  const one = (rule: object) => ({ triggers: [{ id: 'x', on: ['ticket_opened'], do: [{ type: 'resolve' }], ...rule }] })
  it.each<[what: string, json: object, code: string, path: string]>([
    ['an unknown key', one({ wen: {} }), 'invalid_definition', 'triggers[0].wen'],
    ['no event', one({ on: [] }), 'invalid_definition', 'triggers[0].on'],
    ['an unknown event', one({ on: ['opened'] }), 'unknown_name', 'triggers[0].on[0]'],
    ['no action', one({ do: [] }), 'invalid_definition', 'triggers[0].do'],
    ['21 actions', one({ do: Array(21).fill({ type: 'resolve' }) }), 'too_large', 'triggers[0].do'],
    ['an action that is a text', one({ do: ['resolve'] }), 'invalid_definition', 'triggers[0].do[0]'],
    ['an unknown action', one({ do: [{ type: 'resolv' }] }), 'unknown_name', 'triggers[0].do[0].type'],
    ['an action for people', one({ do: [{ type: 'reply', body: 'x' }] }), 'unknown_name', 'triggers[0].do[0].type'],
    ['one of the engine’s own', one({ do: [{ type: 'sayPriority' }] }), 'unknown_name', 'triggers[0].do[0].type'],
    ['a name of the prototype', one({ do: [{ type: 'constructor' }] }), 'unknown_name', 'triggers[0].do[0].type'],
    [
      'an unknown key in an action',
      one({ do: [{ type: 'resolve', x: 1 }] }),
      'invalid_definition',
      'triggers[0].do[0].x',
    ],
    [
      'an unknown status',
      one({ do: [{ type: 'setStatus', status: 'Opn' }] }),
      'unknown_name',
      'triggers[0].do[0].status',
    ],
    [
      'a status of another kind',
      one({ do: [{ type: 'resolve', status: 'Open' }] }),
      'unknown_name',
      'triggers[0].do[0].status',
    ],
    [
      'an unknown priority',
      one({ do: [{ type: 'setPriority', priority: 'x' }] }),
      'unknown_name',
      'triggers[0].do[0].priority',
    ],
    [
      '`force` that is no boolean',
      one({ do: [{ type: 'setPriority', priority: 'Low', force: 1 }] }),
      'invalid_definition',
      'triggers[0].do[0].force',
    ],
    [
      '`force` elsewhere',
      one({ do: [{ type: 'resolve', force: true }] }),
      'invalid_definition',
      'triggers[0].do[0].force',
    ],
    [
      'an unknown calendar',
      one({ do: [{ type: 'postpone', until: { nextOpening: 'x' } }] }),
      'unknown_name',
      'triggers[0].do[0].until.nextOpening',
    ],
    [
      'an archived tag',
      { ...one({ do: [{ type: 'tag', tags: ['old'] }] }), tags: [{ name: 'old', archived: true }] },
      'tag_archived',
      'triggers[0].do[0].tags[0]',
    ],
    [
      'a tag outside a closed registry',
      { ...one({ do: [{ type: 'tag', tags: ['x'] }] }), newTags: false },
      'unknown_name',
      'triggers[0].do[0].tags[0]',
    ],
    ['51 tags', one({ do: [{ type: 'tag', tags: Array(51).fill('x') }] }), 'too_large', 'triggers[0].do[0].tags'],
    [
      'a line break in a note’s reason',
      one({ do: [{ type: 'escalate', reason: 'a\nb' }] }),
      'invalid_text',
      'triggers[0].do[0].reason',
    ],
    [
      'an unknown canned message',
      one({ do: [{ type: 'note', canned: 'x' }] }),
      'unknown_name',
      'triggers[0].do[0].canned',
    ],
    [
      'a canned message beside a body',
      one({ do: [{ type: 'note', canned: 'x', body: 'y' }] }),
      'invalid_definition',
      'triggers[0].do[0].canned',
    ],
    [
      'a rule of the same id',
      { triggers: [one({}).triggers[0], one({}).triggers[0]] },
      'duplicate_name',
      'triggers[1].id',
    ],
    [
      'a macro of the same id',
      { ...one({}), macros: [{ id: 'x', do: [{ type: 'resolve' }] }] },
      'duplicate_name',
      'macros[0].id',
    ],
    ['an unknown field', one({ when: { field: 'x', op: 'is', value: 1 } }), 'unknown_name', 'triggers[0].when.field'],
    [
      '__proto__ in an action (hazard 26)',
      JSON.parse(
        '{"triggers":[{"id":"x","on":["ticket_opened"],"do":[{"type":"setFields","fields":{"__proto__":1}}]}]}',
      ),
      'forbidden_key',
      'triggers[0].do[0].fields.__proto__',
    ],
    [
      '"0" for a number (hazard 34)',
      one({ do: [{ type: 'escalate', tier: '2' }] }),
      'invalid_definition',
      'triggers[0].do[0].tier',
    ],
  ])('%s', (_what, json, code, path) => {
    let refusals: unknown = []
    try {
      deskOf(json)
    } catch (error) {
      refusals = JSON.parse((error as Error).message)
    }
    expect(refusals).toContainEqual(expect.objectContaining({ code, path }))
  })
})

describe('a ticket near its bound of 64 kB', () => {
  const wide = (i: number) => '字'.repeat(197) + String(i).padStart(3, '0')
  const grow = [
    { type: 'tag', tags: [900, 901, 902].map(wide) },
    { type: 'setFields', ...{ category: wide(1), impact: wide(2), urgency: wide(3), language: wide(4) } },
    { type: 'setFields', fields: { more: '字'.repeat(2_000) } },
    { type: 'setPriority', priority: 'High' },
  ]
  const near = {
    subject: '字'.repeat(500),
    body: '字'.repeat(600),
    tags: Array.from({ length: 47 }, (_, i) => wide(i)),
    followers: Array.from({ length: 12 }, (_, i) => `f${i}`),
  }
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

  it('takes what people write though a trigger has no room left: its action is refused, and the others are done', () => {
    const life = story(deskOf({ triggers: [trigger('grow', 'message_added', undefined, grow)] }))
    life.open('Mon 09:00', near).do('Mon 10:00', mari, { type: 'message', body: 'please help' })
    expect(life.events.filter(({ type }) => type === 'rule_fired').at(-1)?.data).toMatchObject({
      refused: expect.arrayContaining([{ action: 2, code: 'too_large' }]),
    })
    expect(life.ticket).toMatchObject({ priority: 'High', counts: { messages: 2 } })
    expect(bytes(life.ticket)).toBeLessThanOrEqual(65_536)
  })

  it('is locked by no time rule, and can be made smaller', () => {
    const life = story(deskOf({ timeRules: [{ id: 'grow', since: 'openedAt', after: '1h', do: grow }] }))
    life.open('Mon 09:00', near).until('Mon 11:00')
    expect(life.ticket.priority).toBe('High')
    life.do('Mon 11:00', ana, { type: 'setStatus', status: 'Open' }).do('Mon 11:01', ana, { type: 'resolve' })
    expect(life.refusal('Mon 11:02', ana, { type: 'setFields', fields: { x: 'y'.repeat(9_000) } })).toMatchObject({
      code: 'too_large',
      facts: { limit: 65_536, unit: 'bytes' },
    })
    life.do('Mon 11:03', ana, { type: 'untag', tags: [wide(1)] })
    expect(life.ticket.kind).toBe('resolved')
  })
})

describe('what the clocks do last in a cause', () => {
  const life = (does: readonly { readonly type: string; readonly [key: string]: unknown }[]) => {
    const definition = deskOf({
      calendar: 'alwaysOpen',
      levels: [{ id: 'l', targets: [{ metric: 'resolution', within: { Urgent: '1h', default: '8h' } }] }],
      slaRules: [{ level: 'l' }],
      triggers: [
        trigger('resumed', 'sla_resumed', undefined, [{ type: 'setPriority', priority: 'Urgent' }]),
        trigger('late', 'sla_breached', undefined, does),
      ],
    })
    const told = story(definition).open('Mon 09:00').do('Mon 11:00', ana, { type: 'reply', body: 'x' })
    return told.do('Mon 12:00', mari, { type: 'message', body: 'y' })
  }

  it.each([
    ['change', [{ type: 'escalate' }]],
    ['send', [{ type: 'notify', to: ['assignee'], text: 'Late' }]],
  ])('is told where it wakes a trigger that would %s something', (_what, does) => {
    const { events } = life(does)
    expect([events.at(-2)?.type, ...fired(events)]).toEqual(['sla_breached', 'resumed'])
    expect(loops(events)).toEqual([{ because: 'passes', limit: 2, rules: ['late'] }])
  })

  it('is not told where the trigger would do nothing', () => {
    expect(loops(life([{ type: 'setPriority', priority: 'Urgent' }]).events)).toEqual([])
  })
})

describe('the word of a rule on a priority', () => {
  it('stands when its condition holds no more, and is taken back by a rule', () => {
    const vip = (value: boolean) => ({ field: 'requester.vip', op: 'is', value })
    const gives = trigger('vip', ['ticket_opened', 'requester_changed'], vip(true), [
      { type: 'setPriority', priority: 'High' },
    ])
    const takes = trigger('no-vip', 'requester_changed', { none: [vip(true)] }, [{ type: 'unsetPriority' }])
    const moved = (...triggers: object[]) =>
      story(deskOf({ triggers }))
        .open('Mon 09:00', { requester: { id: 'm', vip: true } }, ana)
        .do('Mon 10:00', ana, { type: 'setRequester', requester: { id: 'n' } }).ticket
    expect(moved(gives)).toMatchObject({ priority: 'High', prioritySources: { rule: 'High' } })
    expect(moved(gives, takes)).toMatchObject({ priority: 'Low', prioritySources: {} })
  })
})
