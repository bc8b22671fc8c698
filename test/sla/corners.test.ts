/** What a reader found who tried to refute the clocks: a case for each. */
import { type Definition, defineDesk, explainClock, matches, slaState } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, hour, mari, story, told, when } from '../story.ts'
import { desk } from './level.ts'

const reply = { type: 'reply', body: 'x' } as const
const own = (metric: object, more: object = {}, target: object = {}) =>
  desk({ [(metric as { name: string }).name]: { within: '8h', ...target } as never }, 'alwaysOpen', {
    metrics: [metric],
    ...more,
  })
const edited = (before: object, after: object, since: string): readonly Definition[] =>
  [before, { ...after, since: when(since) }].map((one) =>
    defineDesk({ calendar: 'alwaysOpen', slaRules: [{ level: 'std' }], ...one } as never),
  ) as unknown as Definition[]
const std = (...targets: object[]) => ({ levels: [{ id: 'std', targets }] })

it('a due time by hand that passes while the ticket is out of work is late from the reopening on, not before', () => {
  const ticket = story(desk({ resolution: '8h' })).open('Mon 09:00')
  ticket.do('Mon 09:30', ana, { type: 'setDue', metric: 'resolution', dueAt: '2024-01-15T11:00:00Z' })
  ticket.do('Mon 10:00', ana, { type: 'resolve' }).do('Mon 12:00', ana, { type: 'reopen' }).until('Mon 13:00')
  expect(told(ticket.clock('resolution').breachedAt)).toBe('Mon 12:00:00.001')
  const instants = ticket.events.map(({ at }) => at)
  expect(instants).toEqual([...instants].sort((a, b) => a - b))
  expect(
    explainClock(ticket.definitions, ticket.events, 'resolution', 1, { now: when('Mon 13:00') }).unexplainedMs,
  ).toBe(0)
})

it('a clock whose metric the definition has dropped ends with the work', () => {
  const metrics = [{ name: 'own', starts: [{ on: 'opened' }], fulfilledBy: ['agentReply'] }]
  const definition = edited({ ...std({ metric: 'own', within: '4h' }), metrics }, std(), 'Mon 09:30')
  const replied = story(definition).open('Mon 09:00').do('Mon 10:00', ana, reply)
  expect(replied.ledger('own')).toEqual(['Mon 09:00 started', 'Mon 10:00 fulfilled'])
  const spam = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'close', reason: 'spam' })
  expect(spam.until('Tue 09:00').ledger('own')).toEqual(['Mon 09:00 started', 'Mon 10:00 cancelled'])
  const without = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'applySla', level: null })
  expect(without.clock('own').state).toBe('ended')
})

describe('counting anew a cycle that had ended by the terms of now', () => {
  const bots = (within: string) => std({ metric: 'firstResponse', within, botsCount: true })
  const story3 = (before: string, after: string) =>
    story(edited(std({ metric: 'firstResponse', within: before }), bots(after), 'Mon 12:30'))
      .open('Mon 09:00')
      .do('Mon 12:00', bot, reply)
  it('is breached if it is late, and is not if it is not', () => {
    const late = story3('8h', '1h').do('Mon 13:00', ana, { type: 'reapply' })
    expect(late.clock('firstResponse')).toMatchObject({
      ending: 'fulfilled',
      latenessMs: 2 * hour,
      breachedAt: when('Mon 13:00'),
    })
    const met = story3('1h', '8h').do('Mon 13:00', ana, { type: 'reapply' })
    expect(met.clock('firstResponse')).toMatchObject({ ending: 'fulfilled', latenessMs: 0, breachedAt: null })
  })
  it('keeps a due time by hand', () => {
    const ticket = story3('8h', '8h')
    ticket.do('Mon 12:10', ana, { type: 'setDue', metric: 'firstResponse', dueAt: '2024-01-15T12:20:00Z' })
    ticket.do('Mon 13:00', ana, { type: 'reapply' })
    expect(ticket.clock('firstResponse')).toMatchObject({ manualDueAt: when('Mon 12:20'), ending: 'fulfilled' })
    expect(told(ticket.clock('firstResponse').breachedAt)).toBe('Mon 12:20:00.001')
  })
})

const restarting = desk({ handling: { within: { High: '6h', default: '8h' }, restartFrom: 'switch' } } as never)

it('a cycle that a switch began goes on when its target returns; the gap is a pause', () => {
  const ticket = story(restarting).open('Mon 09:00', { department: 'a' })
  ticket
    .do('Mon 10:00', ana, { type: 'setPriority', priority: 'High' })
    .do('Mon 11:00', ana, { type: 'applySla', level: null })
  ticket.do('Mon 12:00', ana, { type: 'applySla', level: 'std' })
  expect(ticket.clock('handling')).toMatchObject({ cycle: 2, elapsedMs: hour, startedAt: when('Mon 10:00') })
  expect(ticket.due('handling')).toBe('Mon 17:00')
})

it('counting anew without an edit or a switch changes nothing, and a cycle that a switch began stays', () => {
  const ticket = story(restarting).open('Mon 09:00', { department: 'a' })
  ticket.do('Mon 10:00', ana, { type: 'setPriority', priority: 'High' })
  const { version } = ticket.ticket
  expect(ticket.do('Mon 11:00', ana, { type: 'reapply' }).ticket.version).toBe(version)
})

it('a metric that starts on reopening starts each time', () => {
  const metric = { name: 'again', starts: [{ on: 'reopened' }], fulfilledBy: ['agentReply'], recurs: true }
  const ticket = story(own(metric)).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
  ticket.do('Mon 11:00', mari, { type: 'reopen' }).do('Mon 11:10', ana, reply).do('Mon 12:00', ana, { type: 'resolve' })
  ticket.do('Mon 13:00', ana, { type: 'reopen' })
  expect(ticket.ledger('again')).toEqual(['Mon 11:00 started', 'Mon 11:10 fulfilled', 'Mon 13:00 started'])
})

it.each(['resolved', 'entered:resolved'])('a metric fulfilled by %s is continued by reopening', (signal) => {
  const metric = { name: 'work', starts: [{ on: 'opened' }], fulfilledBy: [signal], onReopen: { mode: 'continue' } }
  const ticket = story(own(metric))
    .open('Mon 09:00')
    .do('Mon 10:00', ana, { type: 'resolve' })
    .do('Mon 11:00', ana, { type: 'reopen' })
  expect(ticket.ledger('work')).toEqual(['Mon 09:00 started', 'Mon 10:00 fulfilled', 'Mon 11:00 resumed'])
})

it('closing as spam cancels also what leaving a status would fulfil', () => {
  const metric = { name: 'parts', starts: [{ on: 'entered:postponed' }], fulfilledBy: ['left:postponed'] }
  const ticket = story(own(metric)).open('Mon 09:00').do('Mon 10:00', ana, { type: 'postpone' })
  expect(ticket.do('Mon 11:00', ana, { type: 'close', reason: 'spam' }).ledger('parts').at(-1)).toBe(
    'Mon 11:00 cancelled',
  )
})

it('a department given by a trigger at opening brings its calendar', () => {
  const calendar = { id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }
  const metric = { name: 'work', starts: [{ on: 'opened' }], fulfilledBy: ['resolved'], calendarOf: 'department' }
  const ticket = story(
    own(metric, {
      calendars: [calendar],
      departments: [{ id: 'b', calendar: 'office' }],
      triggers: [{ id: 'route', on: ['ticket_opened'], do: [{ type: 'transfer', department: 'b' }] }],
    }),
  ).open('Mon 10:00')
  expect(ticket.clock('work').calendar).toBe('office')
})

it('late from, if nothing changes: not of a clock that pauses when the ticket wakes', () => {
  const level = desk({ resolution: { within: '8h', pauses: ['new', 'open'] } })
  const ticket = story(level)
    .open('Mon 09:00')
    .do('Mon 09:30', ana, { type: 'postpone', until: '2024-01-15T10:00:00Z' })
  expect(slaState(level, ticket.ticket, when('Mon 09:40')).clocks.resolution?.lateFromIfUnchanged).toBeNull()
})

it('an explanation as of before the opening is refused as such', () => {
  const ticket = story(desk({ resolution: '8h' })).open('Mon 09:00')
  expect(() => explainClock(ticket.definitions, ticket.events, 'resolution', 1, { now: when('Mon 08:00') })).toThrow(
    expect.objectContaining({ code: 'clock_went_back', path: 'now' }),
  )
})

it('steps that are passed together fire in the order of their ids', () => {
  const steps = [
    { id: 'c', share: 500 },
    { id: 'a', share: 800 },
    { id: 'b', before: '1h' },
  ]
  const level = desk({ resolution: '1h' }, 'alwaysOpen', {
    levels: [
      { id: 'gold', targets: [] },
      { id: 'silver', targets: [{ metric: 'resolution', within: '2h', steps }] },
    ],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: 'silver' }],
  })
  const ticket = story(level)
    .open('Mon 09:00', { tags: ['vip'] })
    .do('Mon 10:50', ana, { type: 'untag', tags: ['vip'] })
  const fired = ticket
    .until('Mon 10:50')
    .events.flatMap((event) => (event.type === 'sla_step_reached' ? [event.data.step] : []))
  expect(fired).toEqual(['a', 'b', 'c'])
})

it('a step at the start, restarts by switch, and rules that switch there and back come to rest (hazard 32)', () => {
  const target = (within: string) => ({
    metric: 'resolution',
    within,
    restartFrom: 'switch',
    steps: [{ id: 'soon', before: '9h' }],
  })
  const definition = defineDesk({
    calendar: 'alwaysOpen',
    levels: [
      { id: 'std', targets: [target('8h')] },
      { id: 'gold', targets: [target('4h')] },
    ],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: 'std' }],
    triggers: [
      { id: 'up', on: ['sla_step_reached'], do: [{ type: 'tag', tags: ['vip'] }] },
      {
        id: 'down',
        on: ['sla_started'],
        when: { field: 'tags', op: 'hasAny', value: ['vip'] },
        do: [{ type: 'untag', tags: ['vip'] }],
      },
    ],
  } as never) as unknown as Definition
  const ticket = story(definition).open('Mon 09:00').until('Mon 09:00')
  const steps = ticket.events.filter(({ type }) => type === 'sla_step_reached')
  expect(steps.length).toBeLessThan(5)
  expect(ticket.do('Mon 10:00', ana, { type: 'note', body: 'x' }).clock('resolution').state).toBe('running')
})

it('counting anew without an edit changes nothing, not even a clock whose priority changed to one with the same target', () => {
  const ticket = story(desk({ resolution: '8h' })).open('Mon 09:00')
  ticket.do('Mon 10:00', ana, { type: 'setPriority', priority: 'High' })
  const { version } = ticket.ticket
  expect(ticket.do('Mon 11:00', ana, { type: 'reapply' }).ticket.version).toBe(version)
})

it('a clock that stands still once it is counted anew has no step ahead, and time goes on', () => {
  const target = { metric: 'resolution', within: '8h', steps: [{ id: 'soon', before: '1h' }] }
  const ticket = story(edited(std(target), std({ ...target, pauses: ['new'] }), 'Mon 10:00')).open('Mon 09:00')
  ticket.do('Mon 11:00', ana, { type: 'reapply' }).do('Tue 11:00', ana, reply).until('Wed 11:00')
  expect(ticket.ledger('resolution')).toEqual([
    'Mon 09:00 started',
    'Mon 11:00 retargeted',
    'Tue 11:00 resumed',
    'Tue 18:00 step_reached',
    'Tue 19:00:00.001 breached',
  ])
})

describe('what is counted from the log sees the first response as the level now in force would have had it', () => {
  const gold = [
    { metric: 'firstResponse', within: '8h' },
    { metric: 'nextResponse', within: '4h', resolvingCounts: true },
  ]
  const reopened = (ticket: ReturnType<typeof story>) =>
    ticket.do('Mon 10:00', ana, { type: 'resolve' }).do('Mon 11:00', mari, { type: 'message', body: 'x' })

  it('by a level that comes with the reply', () => {
    const vip = { field: 'tags', op: 'hasAny', value: ['vip'] }
    const level = desk({}, 'alwaysOpen', {
      levels: [
        { id: 'gold', targets: gold },
        { id: 'silver', targets: [] },
      ],
      slaRules: [{ when: vip, level: 'gold' }, { level: 'silver' }],
    })
    const ticket = reopened(story(level).open('Mon 09:00'))
    ticket.do('Mon 12:00', ana, {
      type: 'update',
      message: { body: 'x', visibility: 'public' },
      tags: { add: ['vip'] },
    })
    expect(ticket.clock('firstResponse').ending).toBe('fulfilled')
    expect(ticket.ledger('nextResponse')).toEqual([])
  })

  it('by counting anew', () => {
    const ticket = reopened(story(edited(std(), std(...gold), 'Mon 11:30')).open('Mon 09:00'))
    ticket.do('Mon 12:00', ana, { type: 'reapply' })
    expect(ticket.clock('firstResponse').state).toBe('running')
    expect(ticket.ledger('nextResponse')).toEqual([])
  })
})

it('a cycle cancelled for want of a target goes on with the level that promises it, whatever level stood between', () => {
  const levels = [
    { id: 'std', targets: [{ metric: 'resolution', within: '8h' }] },
    // by this one the ticket would never have had a clock: an agent opened it
    { id: 'gold', targets: [{ metric: 'resolution', within: '4h', startedBy: ['requester'] }] },
  ]
  const ticket = story(desk({}, 'alwaysOpen', { levels })).open('Mon 09:00', { role: 'agent' }, ana)
  const apply = (at: string, level: string | null) => ticket.do(at, ana, { type: 'applySla', level })
  apply('Mon 10:00', null)
  apply('Mon 11:00', 'gold')
  expect(ticket.clock('resolution').state).toBe('ended')
  apply('Mon 12:00', 'std')
  expect(ticket.clock('resolution')).toMatchObject({ cycle: 1, elapsedMs: hour })
  expect(ticket.ledger('resolution').at(-1)).toBe('Mon 12:00 resumed')
})

it('setting a resolved ticket to Answered reopens it and answers it', () => {
  const ticket = story(desk({ firstResponse: { within: '4h', answeringCounts: true } as never }, 'alwaysOpen'))
  ticket.open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
  ticket.do('Mon 11:00', ana, { type: 'setStatus', status: 'Answered' }).until('Tue 09:00')
  expect(ticket.ledger('firstResponse')).toEqual([
    'Mon 09:00 started',
    'Mon 10:00 cancelled',
    'Mon 11:00 resumed',
    'Mon 11:00 fulfilled',
  ])
})

it('a condition sees what is left until a due time set by hand', () => {
  const definition = desk({ resolution: '8h' }, 'alwaysOpen')
  const ticket = story(definition).open('Mon 09:00')
  ticket.do('Mon 10:00', ana, { type: 'setDue', metric: 'resolution', dueAt: '2024-01-15T11:00:00Z' })
  const left = (at: string) =>
    matches({ field: 'sla.resolution.remainingMs', op: 'lt', value: 0 }, ticket.until(at).ticket, {
      definition,
      now: when(at),
    })
  expect([left('Mon 10:30'), left('Mon 13:00')]).toEqual([false, true])
})

describe('a clock that a signal holds stays held', () => {
  const metric = {
    name: 'call',
    starts: [{ on: 'signal:ring' }],
    fulfilledBy: ['signal:answer'],
    pausedBy: ['signal:hold'],
    resumedBy: ['signal:unhold'],
    recurs: true,
  }
  const signal = (name: string) => ({ type: 'signal', name }) as const
  const priority = (name: string) => ({ type: 'setPriority', priority: name }) as const
  const onHold = (target: object) =>
    story(own(metric, {}, target))
      .open('Mon 09:00')
      .do('Mon 09:00', ana, signal('ring'))
      .do('Mon 09:10', ana, signal('hold'))

  it('when a switch begins its cycle anew', () => {
    const ticket = onHold({ within: { Urgent: '30m', default: '60m' }, restartFrom: 'switch' })
    ticket.do('Mon 09:20', ana, priority('Urgent')).do('Mon 10:30', ana, signal('unhold'))
    ticket.do('Mon 10:35', ana, signal('answer'))
    expect(ticket.clock('call')).toMatchObject({ cycle: 2, elapsedMs: hour / 12, breachedAt: null })
  })

  it('when its target was gone for a while', () => {
    const ticket = onHold({ within: { Urgent: null, default: '60m' } })
    ticket.do('Mon 09:20', ana, priority('Urgent')).do('Mon 09:30', ana, priority('Low'))
    expect(ticket.clock('call')).toMatchObject({ state: 'paused', held: true })
    const { version } = ticket.ticket
    expect(ticket.do('Mon 09:40', ana, { type: 'reapply' }).ticket.version).toBe(version)
    ticket.do('Mon 12:50', ana, signal('unhold')).do('Mon 13:00', ana, signal('answer'))
    expect(ticket.clock('call')).toMatchObject({ elapsedMs: hour / 3, breachedAt: null })
  })
})

describe('a level that comes while the ticket is out of work', () => {
  const gold = desk({}, 'alwaysOpen', {
    levels: [{ id: 'gold', targets: [{ metric: 'resolution', within: '2h' }] }],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' }],
  } as never)
  const tagged = (end: 'resolve' | 'close') =>
    story(gold)
      .open('Mon 09:00')
      .do('Mon 12:00', ana, { type: end })
      .do('Mon 15:00', ana, { type: 'tag', tags: ['gold'] })

  it.each(['resolve', 'close'] as const)('after %s starts nothing, and nobody is late', (end) => {
    expect(tagged(end).until('Tue 09:00').ledger('resolution')).toEqual([])
  })

  it('counts the log once work goes on; what came between was a pause', () => {
    const ticket = tagged('resolve').do('Mon 16:00', ana, { type: 'reopen' })
    expect(ticket.ledger('resolution')).toEqual(['Mon 16:00 started', 'Mon 16:00 breached'])
    expect(ticket.clock('resolution')).toMatchObject({ elapsedMs: 3 * hour, dueAt: when('Mon 16:00') })
  })
})

it('a target that comes late is never due earlier than a shorter one', () => {
  const due = (within: string) => {
    const definition = desk({}, 'office', {
      levels: [{ id: 'gold', targets: [{ metric: 'resolution', within }] }],
      slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' }],
    } as never)
    return story(definition)
      .open('Mon 09:00')
      .do('Mon 20:00', ana, { type: 'tag', tags: ['gold'] })
      .due('resolution')
  }
  expect([due('4h'), due('8h'), due('9h')]).toEqual(['Mon 20:00', 'Mon 20:00', 'Tue 10:00'])
})

it('what was answered late before its target came was due by its answer', () => {
  const definition = desk({}, 'alwaysOpen', {
    levels: [{ id: 'gold', targets: [{ metric: 'firstResponse', within: '1h' }] }],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' }],
  } as never)
  const ticket = story(definition)
    .open('Mon 09:00')
    .do('Mon 11:00', ana, reply)
    .do('Mon 15:00', ana, { type: 'tag', tags: ['gold'] })
  expect(ticket.clock('firstResponse')).toMatchObject({
    endedAt: when('Mon 11:00'),
    dueAt: when('Mon 11:00'),
    breachedAt: when('Mon 15:00'),
    latenessMs: hour,
  })
})

describe('a clock that is due with another one is breached too, whatever rules make of the first breach', () => {
  const twins = (rule: object) =>
    desk({}, 'alwaysOpen', {
      levels: [
        {
          id: 'std',
          targets: [
            { metric: 'firstResolution', within: '4h' },
            { metric: 'resolution', within: { Urgent: '8h', default: '4h' }, restartFrom: 'switch' },
          ],
        },
      ],
      triggers: [{ id: 'late', on: ['sla_breached'], do: [rule] }],
    } as never)

  it('a switch that begins it anew', () => {
    const ticket = story(twins({ type: 'setPriority', priority: 'Urgent' }))
      .open('Mon 09:00')
      .until('Mon 14:00')
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 13:00:00.001 breached',
      'Mon 13:00:00.001 cancelled',
      'Mon 13:00:00.001 started',
    ])
  })

  it('a pause', () => {
    const ticket = story(twins({ type: 'postpone' }))
      .open('Mon 09:00')
      .until('Mon 14:00')
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', breachedAt: when('Mon 13:00') + 1 })
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 13:00:00.001 breached',
      'Mon 13:00:00.001 paused',
    ])
  })
})
