import { describe, expect, it } from 'vitest'
import { ana, hour, mari, minute, type Story, story, told } from '../story.ts'
import { desk } from './level.ts'

const status = (name: string) => ({ type: 'setStatus', status: name }) as const
const reply = { type: 'reply', body: 'x' } as const

/** Steps that fired: `Mon 13:00 warn`, `Mon 14:00 again.1` for a repetition. */
const fired = ({ events }: Story): string[] =>
  events.flatMap((event) =>
    event.type === 'sla_step_reached'
      ? [`${told(event.at)} ${event.data.step}${event.data.repetition ? `.${event.data.repetition}` : ''}`]
      : [],
  )

const withSteps = (within: string, steps: readonly object[], calendar: 'alwaysOpen' | 'office' = 'alwaysOpen') =>
  desk({ resolution: { within, steps } as never }, calendar)

describe('steps', () => {
  it('fire at a share, before and after the target, each at its exact instant', () => {
    const steps = [
      { id: 'half', share: 500 },
      { id: 'soon', before: '30m' },
      { id: 'late', afterDue: '10m', every: '10m', times: 2 },
    ]
    const ticket = story(withSteps('2h', steps)).open('Mon 09:00').until('Mon 23:00')
    expect(fired(ticket)).toEqual(['Mon 10:00 half', 'Mon 10:30 soon', 'Mon 11:10 late', 'Mon 11:20 late.1'])
    expect(
      ticket.events.map(({ cause }) => (cause.kind === 'time' ? `${cause.fact} ${cause.key}` : '')).filter(Boolean),
    ).toEqual([
      'step resolution/1/1/half/0',
      'step resolution/1/1/soon/0',
      'breach resolution/1/1',
      'step resolution/1/1/late/0',
      'step resolution/1/1/late/1',
    ])
  })

  it('a share is rounded up to a millisecond', () => {
    const ticket = story(
      withSteps('1s', [
        { id: 'third', share: 333 },
        { id: 'bit', share: 1 },
      ]),
    ).open('Mon 09:00')
    expect(fired(ticket.until('Mon 10:00'))).toEqual(['Mon 09:00:00.001 bit', 'Mon 09:00:00.333 third'])
  })

  it('a warning 4 h before an 8 h target on 9–17 fires at 13:00, not at creation (hazard 18)', () => {
    const ticket = story(withSteps('8h', [{ id: 'warn', before: '4h' }], 'office'))
      .open('Mon 09:00')
      .until('Tue 09:00')
    expect(fired(ticket)).toEqual(['Mon 13:00 warn'])
  })

  it('repeats keep to the calendar (hazard 18)', () => {
    const steps = [{ id: 'nag', afterDue: '0h', every: '3h', times: 4 }]
    const ticket = story(withSteps('4h', steps, 'office'))
      .open('Mon 09:00')
      .until('Wed 09:00')
    expect(fired(ticket)).toEqual(['Mon 13:00 nag', 'Mon 16:00 nag.1', 'Tue 11:00 nag.2', 'Tue 14:00 nag.3'])
  })

  it('fire in no pause: what is passed meanwhile fires when the clock resumes', () => {
    const ticket = story(withSteps('4h', [{ id: 'warn', share: 250 }])).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, status('Postponed')).until('Mon 12:00')
    expect(fired(ticket)).toEqual([])
    ticket.do('Mon 12:00', ana, { type: 'wake' }).until('Mon 20:00')
    expect(fired(ticket)).toEqual(['Mon 12:30 warn'])
  })

  it('one that is passed at the start fires at the start; one that would be before it, too', () => {
    const ticket = story(withSteps('1h', [{ id: 'early', before: '5h' }]))
      .open('Mon 09:00')
      .until('Mon 09:00')
    expect(fired(ticket)).toEqual(['Mon 09:00 early'])
  })

  it('ties fire by metric, then by step id, after a breach of the same millisecond', () => {
    const steps = [
      { id: 'b', afterDue: '1ms' },
      { id: 'a', afterDue: '1ms' },
    ]
    const ticket = story(
      desk({ resolution: { within: '1h', steps }, firstAssignment: { within: '1h', steps } } as never),
    )
    ticket.open('Mon 09:00').until('Mon 12:00')
    const keys = ticket.events.flatMap(({ cause }) => (cause.kind === 'time' ? [cause.key] : []))
    expect(keys).toEqual([
      'firstAssignment/1/1',
      'resolution/1/1',
      'firstAssignment/1/1/a/0',
      'firstAssignment/1/1/b/0',
      'resolution/1/1/a/0',
      'resolution/1/1/b/0',
    ])
  })

  it('after a switch one that has fired fires again only if its new instant lies ahead', () => {
    const within = { Urgent: '2h', High: '10h', default: '4h' }
    const steps = [{ id: 'half', share: 500 }]
    const level = desk({ resolution: { within, steps } } as never)
    const longer = story(level).open('Mon 09:00').do('Mon 12:00', ana, { type: 'setPriority', priority: 'High' })
    expect(fired(longer.until('Tue 09:00'))).toEqual(['Mon 11:00 half', 'Mon 14:00 half'])
    const shorter = story(level).open('Mon 09:00').do('Mon 10:30', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(fired(shorter.until('Tue 09:00'))).toEqual(['Mon 10:30 half'])
    const both = story(level).open('Mon 09:00').do('Mon 11:30', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(fired(both.until('Tue 09:00'))).toEqual(['Mon 11:00 half'])
  })

  it('are over when the clock ends; a reopened cycle goes on where it stood', () => {
    const steps = [{ id: 'nag', afterDue: '0h', every: '1h', times: 24 }]
    const ticket = story(withSteps('1h', steps)).open('Mon 09:00').do('Mon 11:30', ana, { type: 'resolve' })
    ticket.do('Mon 15:00', mari, { type: 'message', body: 'x' }).until('Mon 16:00')
    expect(fired(ticket)).toEqual(['Mon 10:00 nag', 'Mon 11:00 nag.1', 'Mon 15:30 nag.2'])
  })

  it('a ticket untouched for a year with an hourly repeat fires as often as the step says, polled or not (hazard 48)', () => {
    const level = withSteps('1h', [{ id: 'nag', afterDue: '0h', every: '1h', times: 24 }])
    const once = story(level).open('2024-01-15T09:00:00Z').until('2025-01-15T09:00:00Z')
    const often = story(level).open('2024-01-15T09:00:00Z')
    for (let i = 1; i < 40; i++) often.until(Date.parse('2024-01-15T09:00:00Z') + i * 47 * minute)
    often.until('2025-01-15T09:00:00Z')
    expect(fired(once)).toHaveLength(24)
    expect(JSON.stringify(often.events.map(({ at, data }) => [at, data]))).toBe(
      JSON.stringify(once.events.map(({ at, data }) => [at, data])),
    )
  })

  it.each([
    [
      'twice the same id',
      [
        { id: 'a', share: 1 },
        { id: 'a', share: 2 },
      ],
      'duplicate_name',
      'steps[1].id',
    ],
    ['repeats without a time between', [{ id: 'a', afterDue: '0h', times: 2 }], 'invalid_duration', 'steps[0].every'],
    ['a share of nothing', [{ id: 'a', share: 0 }], 'invalid_definition', 'steps[0].share'],
    [
      'too many repeats',
      [{ id: 'a', afterDue: '0h', every: '1h', times: 1_001 }],
      'invalid_definition',
      'steps[0].times',
    ],
    ['an unknown key', [{ id: 'a', share: 500, at: 1 }], 'invalid_definition', 'steps[0].at'],
    ['too many', Array.from({ length: 21 }, (_, i) => ({ id: `s${i}`, share: 1 })), 'too_large', 'steps'],
  ])('%s is refused with its path', (_what, steps, code, path) => {
    expect(() => withSteps('1h', steps)).toThrow(
      expect.objectContaining({ code, path: `levels[0].targets[0].${path}` }),
    )
  })
})

describe('a penalty', () => {
  it('stands in the breach, whichever way it came about', () => {
    const penalty = { euro: 50 }
    const level = desk({ resolution: { within: { High: '1h', default: '4h' }, penalty } } as never)
    const breachesOf = (ticket: Story) =>
      ticket.events.flatMap((event) => (event.type === 'sla_breached' ? [event.data.penalty] : []))
    expect(breachesOf(story(level).open('Mon 09:00').until('Mon 20:00'))).toEqual([penalty])
    const switched = story(level).open('Mon 09:00').do('Mon 11:00', ana, { type: 'setPriority', priority: 'High' })
    expect(breachesOf(switched)).toEqual([penalty])
    const without = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .until('Mon 20:00')
    expect(without.events.find(({ type }) => type === 'sla_breached')?.data).not.toHaveProperty('penalty')
  })

  it('is at most 4 kB', () => {
    expect(() => desk({ resolution: { within: '1h', penalty: 'x'.repeat(4_100) } })).toThrow(
      expect.objectContaining({ code: 'too_large', path: 'levels[0].targets[0].penalty' }),
    )
  })
})

describe('a due time by hand', () => {
  const level = desk({
    resolution: {
      within: { High: '1h', default: '4h' },
      steps: [
        { id: 'warn', before: '1h' },
        { id: 'half', share: 500 },
        { id: 'nag', afterDue: '1h' },
      ],
    },
  } as never)
  const setDue = (dueAt: string) => ({ type: 'setDue', metric: 'resolution', dueAt }) as const
  const at = (time: string) => `2024-01-15T${time}:00Z`

  it('stays through pauses and priority changes (hazard 17)', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('18:00')))
    expect(ticket.due('resolution')).toBe('Mon 18:00')
    ticket.do('Mon 10:00', ana, status('Postponed')).do('Mon 11:00', ana, { type: 'setPriority', priority: 'High' })
    expect(ticket.due('resolution')).toBe('Mon 18:00')
    ticket.do('Mon 12:00', ana, { type: 'wake' })
    expect(ticket.due('resolution')).toBe('Mon 18:00')
    ticket.do('Mon 17:59', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ breachedAt: null, latenessMs: 0, ending: 'fulfilled' })
  })

  it('is late by the time since then, inside a pause as well', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('12:00')))
    ticket.do('Mon 10:00', ana, status('Postponed')).until('Mon 13:00')
    expect(told(ticket.clock('resolution').breachedAt)).toBe('Mon 12:00:00.001')
    ticket.do('Mon 14:00', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ latenessMs: 2 * hour })
  })

  it('in the past is late from the command on', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 10:00', ana, setDue(at('08:00')))
    expect(told(ticket.clock('resolution').lateFrom)).toBe('Mon 10:00')
    ticket.do('Mon 10:00', ana, { type: 'note', body: 'x' })
    expect(ticket.clock('resolution').breachedAt).toBeNull()
    expect(told(ticket.until('Mon 11:00').clock('resolution').breachedAt)).toBe('Mon 10:00:00.001')
  })

  it('answered within closed hours after it is in time', () => {
    const ticket = story(desk({ resolution: '4h' }, 'office'))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, setDue(at('20:00')))
    ticket.do('Tue 09:00', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ breachedAt: null, latenessMs: 0 })
  })

  it('steps by duration count from it, shares do not apply', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('18:00')))
      .until('Tue 09:00')
    expect(fired(ticket)).toEqual(['Mon 17:00 warn', 'Mon 19:00 nag'])
  })

  it('cleared, the target decides again, which may be late by then', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('18:00')))
    ticket.do('Mon 10:00', ana, { type: 'clearDue', metric: 'resolution' })
    expect(ticket.due('resolution')).toBe('Mon 13:00')
    expect(ticket.clock('resolution')).toMatchObject({ application: 3, elapsedMs: hour })
    const late = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('18:00')))
    late.do('Mon 15:00', ana, { type: 'clearDue', metric: 'resolution' })
    expect(told(late.clock('resolution').breachedAt)).toBe('Mon 15:00')
    expect(late.due('resolution')).toBe('Mon 15:00')
  })

  it('belongs to its cycle', () => {
    const responses = story(desk({ firstResponse: '4h', nextResponse: '4h' })).open('Mon 09:00')
    responses.do('Mon 09:10', ana, reply).do('Mon 10:00', mari, { type: 'message', body: 'x' })
    responses
      .do('Mon 10:10', ana, { type: 'setDue', metric: 'nextResponse', dueAt: at('20:00') })
      .do('Mon 10:20', ana, reply)
    responses.do('Mon 11:00', mari, { type: 'message', body: 'x' })
    expect(responses.due('nextResponse')).toBe('Mon 15:00')
    expect(responses.clock('nextResponse').manualDueAt).toBeUndefined()
  })

  it('set twice the same, or cleared where none is, is nothing', () => {
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 09:30', ana, setDue(at('18:00')))
    const { version } = ticket.ticket
    ticket.do('Mon 09:40', ana, setDue(at('18:00')))
    expect(ticket.ticket.version).toBe(version)
    const plain = story(level).open('Mon 09:00').do('Mon 09:30', ana, { type: 'clearDue', metric: 'resolution' })
    expect(plain.lastTypes()).not.toContain('sla_retargeted')
  })

  it.each([
    ['a clock that has ended', 'no_clock', 'metric', setDue(at('18:00'))],
    ['a metric without a clock', 'no_clock', 'metric', { type: 'clearDue', metric: 'handling' }],
    ['an unknown metric', 'unknown_name', 'metric', { type: 'setDue', metric: 'resolutoin', dueAt: 0 }],
    [
      'a time without a zone',
      'invalid_instant',
      'dueAt',
      { type: 'setDue', metric: 'resolution', dueAt: '2024-01-15T18:00' },
    ],
  ])('%s is refused', (_what, code, path, request) => {
    const ticket = story(level).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
    expect(ticket.refusal('Mon 11:00', ana, request)).toMatchObject({ code, path })
  })
})

describe('a level by hand', () => {
  const levels = desk({ resolution: '4h' }, 'alwaysOpen', {
    levels: [
      { id: 'std', targets: [{ metric: 'resolution', within: '4h' }] },
      { id: 'gold', targets: [{ metric: 'resolution', within: '2h' }] },
    ],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: 'std' }],
  })

  it('stays whatever the rules say, until the choice is theirs again', () => {
    const ticket = story(levels).open('Mon 09:00').do('Mon 10:00', ana, { type: 'applySla', level: 'gold' })
    expect(ticket.due('resolution')).toBe('Mon 11:00')
    expect(ticket.ticket).toMatchObject({ sla: { level: 'gold' }, slaByHand: true })
    ticket.do('Mon 10:10', ana, { type: 'tag', tags: ['vip'] }).do('Mon 10:20', ana, { type: 'untag', tags: ['vip'] })
    expect(ticket.ticket.sla?.level).toBe('gold')
    ticket.do('Mon 10:30', ana, { type: 'applySla' })
    expect(ticket.ticket.sla?.level).toBe('std')
    expect(ticket.ticket.slaByHand).toBeUndefined()
    expect(ticket.due('resolution')).toBe('Mon 13:00')
  })

  it('none by hand stops the clocks and keeps them stopped', () => {
    const ticket = story(levels).open('Mon 09:00').do('Mon 10:00', ana, { type: 'applySla', level: null })
    ticket.do('Mon 10:10', ana, { type: 'tag', tags: ['vip'] })
    expect(ticket.ticket.sla).toBeNull()
    expect(ticket.ledger('resolution')).toEqual(['Mon 09:00 started', 'Mon 10:00 cancelled'])
    ticket.do('Mon 11:00', ana, { type: 'applySla' })
    expect(ticket.ledger('resolution').at(-1)).toBe('Mon 11:00 resumed')
    expect(ticket.clock('resolution')).toMatchObject({ level: 'gold', elapsedMs: hour })
  })

  it('an unknown one is refused', () => {
    const ticket = story(levels).open('Mon 09:00')
    expect(ticket.refusal('Mon 10:00', ana, { type: 'applySla', level: 'silver' })).toMatchObject({
      code: 'unknown_name',
      path: 'level',
    })
  })
})

describe('targets that come late', () => {
  const levels = (silver: object, gold: object | null, more: object = {}) =>
    desk({ resolution: '1h' }, 'office', {
      levels: [
        { id: 'silver', targets: [silver] },
        { id: 'gold', targets: gold ? [gold] : [] },
      ],
      slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: 'silver' }],
      ...more,
    })

  it('a step that is passed by the log fires when the target comes, not before', () => {
    const level = levels(
      {
        metric: 'firstResponse',
        within: '4h',
        steps: [
          { id: 'a', before: '8h' },
          { id: 'b', share: 250 },
        ],
      },
      null,
    )
    const ticket = story(level)
      .open('Mon 09:00', { tags: ['vip'] })
      .do('Mon 12:00', ana, { type: 'untag', tags: ['vip'] })
    expect(fired(ticket.until('Mon 12:00'))).toEqual(['Mon 12:00 a', 'Mon 12:00 b'])
    expect(ticket.due('firstResponse')).toBe('Mon 13:00')
    expect(told(ticket.ticket.lastAt)).toBe('Mon 12:00')
  })

  it('another level counts the past of a metric that its own message would have started', () => {
    const level = levels(
      { metric: 'firstResolution', within: '4h', startedBy: ['requester'] },
      { metric: 'firstResolution', within: '4h' },
    )
    const ticket = story(level)
      .open('Mon 09:00', { body: 'a call' }, ana)
      .do('Mon 10:00', ana, { type: 'tag', tags: ['vip'] })
    expect(ticket.due('firstResolution')).toBe('Mon 13:00')
  })

  it('what was done while there was no target is done', () => {
    const metrics = [{ name: 'onboarding', starts: [{ on: 'opened' }], fulfilledBy: ['changed:priority'] }]
    const level = levels({ metric: 'onboarding', within: '4h' }, null, { metrics })
    const ticket = story(level)
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'tag', tags: ['vip'] })
    ticket
      .do('Mon 11:00', ana, { type: 'setPriority', priority: 'High' })
      .do('Mon 12:00', ana, { type: 'untag', tags: ['vip'] })
    expect(ticket.ledger('onboarding')).toEqual(['Mon 09:00 started', 'Mon 10:00 cancelled'])
  })

  it('a source that changes while the priority stays is no change of the priority', () => {
    const metrics = [{ name: 'triage', starts: [{ on: 'opened' }], fulfilledBy: ['changed:priority'] }]
    const level = levels({ metric: 'triage', within: '4h' }, null, { metrics })
    const ticket = story(level).open('Mon 09:00', { priority: 'Low' }).do('Mon 10:00', ana, { type: 'unsetPriority' })
    expect(ticket.ledger('triage')).toEqual(['Mon 09:00 started'])
  })

  it('opened in Resolved, a department has had it for no time', () => {
    const ticket = story(desk({ handling: '1h' })).open('Mon 09:00', { department: 'first', status: 'Resolved' })
    expect(ticket.ledger('handling')).toEqual(['Mon 09:00 started', 'Mon 09:00 fulfilled'])
  })
})

it('a next response does not start beside an open first one, when a level comes back', () => {
  const level = desk({ resolution: '1h' }, 'alwaysOpen', {
    levels: [
      {
        id: 'silver',
        targets: [
          { metric: 'firstResponse', within: '9h' },
          { metric: 'nextResponse', within: '9h', resolvingCounts: true },
        ],
      },
    ],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['nosla'] }, level: null }, { level: 'silver' }],
  })
  const ticket = story(level).open('Mon 09:00').do('Mon 09:00', ana, { type: 'resolve' })
  ticket.do('Mon 09:10', mari, { type: 'message', body: 'x' }).do('Mon 10:00', ana, { type: 'tag', tags: ['nosla'] })
  ticket.do('Tue 10:00', ana, { type: 'untag', tags: ['nosla'] })
  expect(ticket.clock('firstResponse').state).toBe('running')
  expect(ticket.ledger('nextResponse')).toEqual([])
})
