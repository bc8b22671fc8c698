import { advance, compileDefinition, type Definition, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, when as at, day, hour, mari, minute, story, told as when } from '../story.ts'
import { deskOf, fired, loops, tagged, told } from './desk.ts'

const rule = (id: string, more: object) => ({ id, do: [{ type: 'tag', tags: [id] }], ...more })
const kindIs = (value: string) => ({ field: 'kind', op: 'is', value })
/** When each time rule fired, as `rule at`. */
const firings = (life: { events: readonly { type: string; at: number; data: object }[] }) =>
  life.events.flatMap(({ type, at: then, data }) =>
    type === 'time_rule_fired' ? [`${(data as { rule: string }).rule} ${when(then)}`] : [],
  )

describe('a time rule', () => {
  it('fires at its exact instant, whenever somebody looks', () => {
    const definition = deskOf({ timeRules: [rule('old', { since: 'openedAt', after: '2h' })] })
    const life = story(definition).open('Mon 09:00').until('Fri 09:00')
    expect(told(life.events.slice(2))).toEqual(['tags_changed by old', 'time_rule_fired by old'])
    expect(life.events[2]).toMatchObject({
      at: at('Mon 11:00'),
      revision: 1,
      actor: { kind: 'system', id: 'rules' },
      cause: { kind: 'time', fact: 'time_rule', key: `old/${at('Mon 09:00')}`, rule: 'old' },
    })
    expect(life.ticket).toMatchObject({
      revision: 1,
      tags: ['old'],
      timeRules: { fired: { old: at('Mon 09:00') }, firings: 1 },
    })
  })

  it('is part of nextAt, with everything else that time will cause', () => {
    const definition = deskOf({
      timeRules: [rule('b', { since: 'openedAt', after: '2h' }), rule('a', { since: 'openedAt', after: '3h' })],
    })
    const { ticket } = story(definition).open('Mon 09:00')
    const first = advance(definition, ticket, at('Mon 09:00'))
    expect(when(first.nextAt)).toBe('Mon 11:00')
    const second = advance(definition, ticket, at('Mon 11:00'))
    expect(when(second.nextAt)).toBe('Mon 12:00')
    expect(advance(definition, second.ticket, at('Tue 11:00')).nextAt).toBeNull()
  })

  it.each<[since: unknown, after: string, expected: string]>([
    ['openedAt', '10h', 'Mon 19:00'],
    ['statusSince', '10h', 'Mon 20:00'],
    ['waitingSince', '10h', 'Mon 21:00'],
    ['assignedSince', '10h', 'Mon 22:00'],
    ['departmentSince', '10h', 'Mon 22:30'],
    ['lastAgentReplyAt', '12h', 'Mon 22:00'],
    [{ dueAt: 'resolution' }, '-30m', 'Mon 23:30'],
    [{ dueAt: 'resolution' }, '1h', 'Tue 01:00'],
  ])('counts from %o', (since, after, expected) => {
    const definition = deskOf({
      calendar: 'alwaysOpen',
      levels: [{ id: 'l', targets: [{ metric: 'resolution', within: '15h', pauses: [] }] }],
      slaRules: [{ level: 'l' }],
      timeRules: [rule('x', { since, after })],
    })
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'reply', body: 'x' })
      .do('Mon 10:30', ana, { type: 'setStatus', status: 'Answered' })
      .do('Mon 11:00', mari, { type: 'message', body: 'x', role: 'requester' })
      .do('Mon 12:00', ana, { type: 'assign', agent: 'ana' })
      .do('Mon 12:30', ana, { type: 'transfer', department: 'billing', agent: 'ana' })
    // the message at 11:00 opened it again: count the status from a move that nothing follows
    const shown = since === 'statusSince' ? 'Mon 21:00' : expected
    expect(firings(life.until('Sat 09:00'))[0]).toBe(`x ${shown}`)
  })

  it('counts from resolvedAt, before the ticket closes by itself', () => {
    const definition = deskOf({ timeRules: [rule('x', { since: 'resolvedAt', after: '24h' })] })
    const life = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' }).until('Sun 20:00')
    expect(firings(life)).toEqual(['x Tue 10:00'])
    expect(life.ticket.kind).toBe('closed')
  })

  it('counts open time of its calendar', () => {
    const definition = deskOf({
      calendars: [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']] } }],
      timeRules: [rule('x', { since: 'openedAt', after: '4h', calendar: 'office' })],
    })
    expect(firings(story(definition).open('Mon 15:00').until('Sun 00:00'))).toEqual(['x Tue 11:00'])
  })

  it('fires once for each value of `since`', () => {
    const definition = deskOf({
      timeRules: [rule('x', { since: 'waitingSince', after: '1h', do: [{ type: 'note', body: 'waits' }] })],
    })
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 12:00', mari, { type: 'message', body: 'still waiting' })
      .do('Mon 13:00', ana, { type: 'reply', body: 'x' })
      .do('Mon 14:00', mari, { type: 'message', body: 'again' })
      .until('Fri 00:00')
    expect(firings(life)).toEqual(['x Mon 10:00', 'x Mon 15:00'])
  })

  it('is not due when `since` has gone by then', () => {
    const definition = deskOf({ timeRules: [rule('x', { since: 'waitingSince', after: '1h' })] })
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 09:59', ana, { type: 'reply', body: 'x' })
      .until('Fri 00:00')
    expect(firings(life)).toEqual([])
  })

  it('at its instant comes before a command of that instant', () => {
    const definition = deskOf({ timeRules: [rule('x', { since: 'waitingSince', after: '1h' })] })
    const life = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    expect(firings(life)).toEqual(['x Mon 10:00'])
  })

  it('that starts in the past fires at once', () => {
    const definition = deskOf({
      calendar: 'alwaysOpen',
      levels: [{ id: 'l', targets: [{ metric: 'resolution', within: '30m' }] }],
      slaRules: [{ level: 'l' }],
      timeRules: [rule('x', { since: { dueAt: 'resolution' }, after: '-1h' })],
    })
    expect(firings(story(definition).open('Mon 09:00'))).toEqual(['x Mon 09:00'])
  })

  it('wakes triggers, and is woken by none of what they do', () => {
    const definition = deskOf({
      timeRules: [rule('old', { since: 'openedAt', after: '1h' })],
      triggers: [{ id: 'then', on: ['tags_changed'], when: tagged('old'), do: [{ type: 'escalate' }] }],
    })
    const life = story(definition).open('Mon 09:00').until('Tue 00:00')
    expect(fired(life.events)).toEqual(['old', 'then'])
    expect(life.events.at(-1)?.cause).toMatchObject({ kind: 'time', fact: 'time_rule', rule: 'then' })
  })
})

describe('where `when` does not hold at the due instant', () => {
  const definition = deskOf({ timeRules: [rule('x', { since: 'openedAt', after: '1h', when: tagged('hot') })] })

  it('the rule fires with the first later event after which it does, at its instant', () => {
    const life = story(definition)
      .open('Mon 09:00')
      .do('Mon 12:00', ana, { type: 'tag', tags: ['cold'] })
      .do('Mon 13:00', ana, { type: 'tag', tags: ['hot'] })
    expect(firings(life)).toEqual(['x Mon 13:00'])
    expect(life.events.at(-1)).toMatchObject({ cause: { kind: 'time' }, revision: 3 })
  })

  it('not before it is due, however often it holds', () => {
    const life = story(definition)
      .open('Mon 09:00', { tags: ['hot'] })
      .do('Mon 09:30', ana, { type: 'untag', tags: ['hot'] })
      .until('Tue 00:00')
    expect(firings(life)).toEqual([])
  })

  it('and not when `since` is another one by then', () => {
    const waiting = deskOf({ timeRules: [rule('x', { since: 'waitingSince', after: '1h', when: tagged('hot') })] })
    const life = story(waiting)
      .open('Mon 09:00')
      .do('Mon 11:00', ana, { type: 'reply', body: 'x' })
      .do('Mon 12:00', mari, { type: 'message', body: 'x' })
      .do('Mon 12:30', ana, { type: 'tag', tags: ['hot'] })
      .until('Tue 00:00')
    expect(firings(life)).toEqual(['x Mon 13:00'])
  })

  it('a condition about time is asked at the due instant, then with each event', () => {
    const early = deskOf({
      timeRules: [
        rule('x', { since: 'openedAt', after: '1h', when: { field: 'hoursSince.openedAt', op: 'gte', value: 5 } }),
      ],
    })
    const life = story(early).open('Mon 09:00').until('Mon 20:00')
    expect(firings(life)).toEqual([])
    life.do('Mon 21:00', ana, { type: 'note', body: 'x' })
    expect(firings(life)).toEqual(['x Mon 21:00'])
  })
})

describe('a closed ticket', () => {
  it('is left alone; after a reopening, what is due and holds fires', () => {
    const definition = deskOf({ timeRules: [rule('x', { since: 'openedAt', after: '2h' })] })
    const life = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'close' }).until('Tue 10:00')
    expect(firings(life)).toEqual([])
    expect(advance(definition, life.ticket, at('Tue 10:00')).nextAt).toBeNull()
    life.do('Wed 10:00', ana, { type: 'reopen' })
    expect(firings(life)).toEqual(['x Wed 10:00'])
  })
})

describe('a definition that changes', () => {
  const revision = (since: string | null, timeRules: object[]) =>
    deskOf({ ...(since === null ? {} : { since: new Date(at(since)).toISOString() }), timeRules })
  const opened = (...definitions: Definition[]) => story(definitions).open('Mon 09:00')
  const one = (after: string, more: object = {}) => rule('x', { since: 'openedAt', after, ...more })

  it('another name makes it no other rule: it goes on waiting', () => {
    const when = { field: 'priority', op: 'is', value: 'Urgent' }
    const named = (name: string) => [one('1h', { name, when })]
    const life = opened(revision(null, named('Late')), revision('Mon 12:00', named('Too late')))
    life.do('Mon 13:00', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(fired(life.events)).toEqual(['x'])
  })

  it.each<[what: string, revisions: [string | null, object[]][], expected: string[]]>([
    [
      'a new rule does not fire for instants past',
      [
        [null, []],
        ['Mon 12:00', [one('1h')]],
      ],
      [],
    ],
    [
      'with `catchUp` it fires when it comes into force, once',
      [
        [null, []],
        ['Mon 12:00', [one('1h', { catchUp: true })]],
      ],
      ['x Mon 12:00'],
    ],
    [
      'a new rule fires for instants ahead',
      [
        [null, []],
        ['Mon 12:00', [one('4h')]],
      ],
      ['x Mon 13:00'],
    ],
    [
      'the instant at which it comes into force is ahead',
      [
        [null, []],
        ['Mon 12:00', [one('3h')]],
      ],
      ['x Mon 12:00'],
    ],
    [
      'what was due before is a fact of the old revision (hazard 46)',
      [
        [null, [one('1h')]],
        ['Mon 12:00', []],
      ],
      ['x Mon 10:00'],
    ],
    [
      'a rule that is gone fires no more',
      [
        [null, [one('4h')]],
        ['Mon 12:00', []],
      ],
      [],
    ],
    [
      'a rule that stays applies as if nothing had changed',
      [
        [null, [one('1h', { when: tagged('x') })]],
        ['Mon 12:00', [one('1h', { when: tagged('x') })]],
      ],
      [],
    ],
    [
      'an edited rule is a new one: its past instants are past',
      [
        [null, [one('6h')]],
        ['Mon 12:00', [one('2h')]],
      ],
      [],
    ],
    [
      'an edited rule fires for instants ahead',
      [
        [null, [one('6h')]],
        ['Mon 12:00', [one('4h')]],
      ],
      ['x Mon 13:00'],
    ],
    [
      'an edited rule that has fired does not fire again for the same `since`',
      [
        [null, [one('1h')]],
        ['Mon 12:00', [one('8h')]],
      ],
      ['x Mon 10:00'],
    ],
    [
      'a rule that comes back is a new one',
      [
        [null, [one('4h')]],
        ['Mon 10:00', []],
        ['Mon 15:00', [one('4h')]],
      ],
      [],
    ],
  ])('%s', (_what, revisions, expected) => {
    const definitions = revisions.map(([since, rules]) => revision(since, rules))
    const never = opened(...definitions).until('Fri 00:00')
    expect(firings(never)).toEqual(expected)
    const polled = opened(...definitions)
    for (let now = at('Mon 09:00'); now <= at('Tue 09:00'); now += 30 * minute) polled.until(now)
    expect(firings(polled.until('Fri 00:00'))).toEqual(expected)
  })

  it('what a rule waits for survives a revision that leaves it alone', () => {
    const waits = one('1h', { when: tagged('hot') })
    const life = opened(
      revision(null, [waits]),
      revision('Mon 12:00', [waits, rule('y', { since: 'openedAt', after: '400h' })]),
    )
    life.do('Mon 13:00', ana, { type: 'tag', tags: ['hot'] })
    expect(firings(life)).toEqual(['x Mon 13:00'])
  })

  it('forgets rules that are no longer defined, so the ticket stays small', () => {
    const many = Array.from({ length: 100 }, (_, i) =>
      rule(`r${i}`, { since: 'openedAt', after: '1h', do: [{ type: 'tag', tags: ['t'] }] }),
    )
    const life = opened(revision(null, many), revision('Tue 00:00', [rule('z', { since: 'openedAt', after: '48h' })]))
    life.until('Mon 20:00')
    expect(Object.keys(life.ticket.timeRules?.fired ?? {})).toHaveLength(100)
    life.until('Fri 00:00')
    expect(life.ticket.timeRules?.fired).toEqual({ z: at('Mon 09:00') })
  })
})

describe('time rules without end', () => {
  const flip = (from: string, to: string) => ({
    id: `from-${from}`,
    since: 'statusSince',
    after: '1h',
    when: kindIs(from),
    do: [{ type: 'setStatus', status: to }],
  })
  const definition = deskOf({ timeRules: [flip('open', 'Answered'), flip('answered', 'Open')] })

  it('rest after 200 in a row, say so, and go on after a command', () => {
    const life = story(definition).open('Mon 09:00').do('Mon 09:00', ana, { type: 'setStatus', status: 'Open' })
    life.until(at('Mon 09:00') + 60 * day)
    expect(firings(life)).toHaveLength(200)
    expect(loops(life.events)).toEqual([{ because: 'time_rules', limit: 200, rules: ['from-open'] }])
    const rested = life.ticket
    life.until(at('Mon 09:00') + 365 * day)
    expect(life.ticket).toEqual(rested)
    life.do(at('Mon 09:00') + 366 * day, ana, { type: 'note', body: 'x' })
    expect(firings(life)).toHaveLength(201)
  })

  it('of no length are bounded as well', () => {
    const restless = deskOf({
      timeRules: ['open', 'answered'].map((from) => ({
        ...flip(from, from === 'open' ? 'Answered' : 'Open'),
        after: 0,
      })),
    })
    const life = story(restless).open('Mon 09:00').do('Mon 09:00', ana, { type: 'setStatus', status: 'Open' })
    expect(firings(life).length + loops(life.events).length).toBeLessThanOrEqual(201)
  })
})

describe('polled often, once a day or never, the events are the same', () => {
  const definition = deskOf({
    calendars: [
      {
        id: 'office',
        zone: 'Europe/Tallinn',
        hours: { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']], wed: [['09:00', '17:00']] },
      },
    ],
    calendar: 'office',
    levels: [
      {
        id: 'l',
        targets: [
          { metric: 'firstResponse', within: '2h' },
          { metric: 'resolution', within: '6h' },
        ],
      },
    ],
    slaRules: [{ level: 'l' }],
    triggers: [
      { id: 'late', on: ['sla_breached'], do: [{ type: 'escalate' }] },
      { id: 'woke', on: ['status_changed'], when: kindIs('open'), do: [{ type: 'tag', tags: ['awake'] }] },
    ],
    timeRules: [
      rule('warn', { since: { dueAt: 'firstResponse' }, after: '-30m', calendar: 'office' }),
      rule('stale', { since: 'statusSince', after: '26h', do: [{ type: 'note', body: 'stale' }] }),
      rule('hot', { since: 'openedAt', after: '3h', when: tagged('late', 'awake') }),
    ],
  })
  const strip = (life: { events: readonly object[] }) => life.events.map((event) => ({ ...event, recordedAt: 0 }))

  it.each([
    ['every quarter of an hour', 15 * minute],
    ['each hour', hour],
    ['once a day', day],
  ])('%s', (_what, pause) => {
    const life = (poll: boolean) => {
      const ticket = story(definition).open('Mon 08:00').do('Mon 08:00', ana, { type: 'setStatus', status: 'Open' })
      const wait = (from: string, to: string) => {
        for (let now = at(from); poll && now < at(to); now += pause) ticket.until(now)
      }
      wait('Mon 08:00', 'Tue 10:00')
      ticket.do('Tue 10:00', ana, { type: 'postpone', until: at('Wed 10:00') })
      wait('Tue 10:00', 'Fri 08:00')
      ticket.do('Fri 08:00', ana, { type: 'resolve' })
      wait('Fri 08:00', 'Sun 20:00')
      return ticket.until('Sun 20:00')
    }
    const [polled, never] = [life(true), life(false)]
    expect(strip(polled)).toEqual(strip(never))
    expect(polled.ticket).toEqual(never.ticket as Ticket)
    expect(new Set(fired(never.events))).toEqual(new Set(['late', 'warn', 'stale', 'hot', 'woke']))
  })
})

describe('what a time rule may say is checked where it is defined', () => {
  const one = (more: object) => ({
    timeRules: [{ id: 'x', since: 'openedAt', after: '1h', do: [{ type: 'resolve' }], ...more }],
  })
  it.each<[what: string, json: object, code: string, path: string]>([
    ['an unknown instant', one({ since: 'opendAt' }), 'invalid_definition', 'timeRules[0].since'],
    ['an unknown metric', one({ since: { dueAt: 'resoluton' } }), 'unknown_name', 'timeRules[0].since.dueAt'],
    ['a negative time after a known instant', one({ after: '-1h' }), 'invalid_duration', 'timeRules[0].after'],
    ['"1 day"', one({ after: '1 day' }), 'invalid_duration', 'timeRules[0].after'],
    ['more than ten years', one({ after: '90000h' }), 'invalid_duration', 'timeRules[0].after'],
    ['a fraction', one({ after: 0.5 }), 'invalid_duration', 'timeRules[0].after'],
    ['an unknown calendar', one({ calendar: 'offce' }), 'unknown_name', 'timeRules[0].calendar'],
    [
      'a condition about an event',
      one({ when: { field: 'message.body', op: 'contains', value: 'x' } }),
      'field_not_allowed',
      'timeRules[0].when.field',
    ],
    ['`catchUp` that is no boolean', one({ catchUp: 'yes' }), 'invalid_definition', 'timeRules[0].catchUp'],
    [
      '101 rules',
      { timeRules: Array.from({ length: 101 }, (_, i) => ({ ...one({}).timeRules[0], id: `r${i}` })) },
      'too_large',
      'timeRules',
    ],
  ])('%s', (_what, json, code, path) => {
    const found = compileDefinition(json)
    expect('refusals' in found && found.refusals).toContainEqual(expect.objectContaining({ code, path }))
  })
})
