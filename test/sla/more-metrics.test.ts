import { type Actor, type CommandRequest, type DeskDefinition, defineDesk } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, colin, mari, story } from '../story.ts'
import { desk, nineToFive } from './level.ts'

type Step = readonly [at: string, actor: Actor, request: CommandRequest | { readonly type: string }]
const reply = { type: 'reply', body: 'x' } as const
const message = { type: 'message', body: 'x' } as const
const status = (name: string) => ({ type: 'setStatus', status: name }) as const
const transfer = (department: string) => ({ type: 'transfer', department }) as const

/** The ledger of a metric after some steps; every story begins with the requester at Mon 09:00. */
function ledgerOf(definition: Parameters<typeof story>[0], metric: string, steps: readonly Step[], opening = {}) {
  const ticket = story(definition).open('Mon 09:00', opening)
  for (const step of steps) ticket.do(...step)
  return ticket.ledger(metric)
}

describe('firstResolution', () => {
  it('is fulfilled once and for all: reopening does not run it again', () => {
    expect(
      ledgerOf(desk({ firstResolution: '10h' }), 'firstResolution', [
        ['Mon 10:00', ana, reply],
        ['Mon 11:00', mari, message],
        ['Mon 12:00', ana, { type: 'resolve' }],
        ['Mon 13:00', mari, message],
        ['Mon 14:00', ana, { type: 'resolve' }],
      ]),
    ).toEqual(['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 11:00 resumed', 'Mon 12:00 fulfilled'])
  })
})

describe('periodicUpdate', () => {
  const definition = desk({ periodicUpdate: '10h' })

  it('starts with a public agent reply, and each next one fulfils it and starts the next', () => {
    expect(
      ledgerOf(definition, 'periodicUpdate', [
        ['Mon 10:00', ana, reply],
        ['Mon 11:00', ana, { type: 'note', body: 'x' }],
        ['Mon 12:00', bot, reply],
        ['Mon 13:00', ana, reply],
      ]),
    ).toEqual(['Mon 10:00 started', 'Mon 13:00 fulfilled', 'Mon 13:00 started'])
  })

  it('ends with work, and begins anew when the ticket comes back', () => {
    expect(
      ledgerOf(definition, 'periodicUpdate', [
        ['Mon 10:00', ana, reply],
        ['Mon 11:00', ana, { type: 'resolve' }],
        ['Mon 12:00', mari, message],
        ['Mon 13:00', ana, reply],
      ]),
    ).toEqual([
      'Mon 10:00 started',
      'Mon 11:00 cancelled',
      'Mon 12:00 started',
      'Mon 13:00 fulfilled',
      'Mon 13:00 started',
    ])
  })

  it('a reply beside Resolved starts none', () => {
    expect(
      ledgerOf(definition, 'periodicUpdate', [
        [
          'Mon 10:00',
          ana,
          { type: 'update', message: { role: 'agent', visibility: 'public', body: 'x' }, status: 'Resolved' },
        ],
      ]),
    ).toEqual(['Mon 10:00 started', 'Mon 10:00 cancelled'])
  })
})

describe('handling', () => {
  const calendars = [nineToFive, { ...nineToFive, id: 'late', hours: { mon: [['12:00', '20:00']] } }]
  const departments = [{ id: 'second', calendar: 'late' }]
  const definition = desk({ handling: '1h' }, 'office', { calendars, departments })

  it('runs while a department holds the ticket, a cycle for each', () => {
    expect(
      ledgerOf(definition, 'handling', [
        ['Mon 09:10', ana, transfer('first')],
        ['Mon 09:20', ana, status('Postponed')],
        ['Mon 09:30', ana, { type: 'wake' }],
        ['Mon 10:30', ana, transfer('third')],
        ['Mon 10:40', ana, { type: 'resolve' }],
        ['Mon 10:50', mari, message],
      ]),
    ).toEqual([
      'Mon 09:10 started',
      'Mon 09:20 paused',
      'Mon 09:30 resumed',
      'Mon 10:20:00.001 breached',
      'Mon 10:30 fulfilled',
      'Mon 10:30 started',
      'Mon 10:40 fulfilled',
      'Mon 10:50 started',
    ])
  })

  it('starts at opening where a department has it from the start', () => {
    expect(ledgerOf(definition, 'handling', [], { department: 'first' })).toEqual(['Mon 09:00 started'])
  })

  it('counts in the calendar of the department, from the start', () => {
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:30', ana, transfer('second'))
    expect(ticket.due('handling')).toBe('Mon 13:00')
    expect(ticket.clock('handling')).toMatchObject({ calendar: 'late', application: 1, cycle: 1 })
  })
})

describe('what else counts as a reply', () => {
  const both = (flags: object) =>
    desk({ firstResponse: { within: '10h', ...flags }, nextResponse: { within: '10h', ...flags } })
  const mixed = (first: object, next: object) =>
    desk({ firstResponse: { within: '10h', ...first }, nextResponse: { within: '10h', ...next } })

  it('a bot, where the target says botsCount', () => {
    const steps: Step[] = [['Mon 10:00', bot, reply]]
    expect(ledgerOf(both({}), 'firstResponse', steps)).toEqual(['Mon 09:00 started'])
    expect(ledgerOf(both({ botsCount: true }), 'firstResponse', steps)).toEqual([
      'Mon 09:00 started',
      'Mon 10:00 fulfilled',
    ])
  })

  it('a first response met by a flag opens the way for nextResponse only under the same flag', () => {
    const steps: Step[] = [
      ['Mon 10:00', bot, reply],
      ['Mon 11:00', mari, message],
    ]
    expect(ledgerOf(both({ botsCount: true }), 'nextResponse', steps)).toEqual(['Mon 11:00 started'])
    expect(ledgerOf(mixed({ botsCount: true }, {}), 'nextResponse', steps)).toEqual([])
    expect(ledgerOf(mixed({}, { botsCount: true }), 'nextResponse', steps)).toEqual([])
    expect(
      ledgerOf(mixed({ botsCount: true }, {}), 'nextResponse', [
        ...steps,
        ['Mon 12:00', ana, reply],
        ['Mon 13:00', mari, message],
      ]),
    ).toEqual(['Mon 13:00 started'])
  })

  it('setting the ticket to Answered, where it says answeringCounts', () => {
    const steps: Step[] = [
      ['Mon 10:00', ana, status('Answered')],
      ['Mon 11:00', mari, message],
    ]
    expect(ledgerOf(both({}), 'firstResponse', steps)).toEqual(['Mon 09:00 started'])
    expect(ledgerOf(both({ answeringCounts: true }), 'firstResponse', steps)).toEqual([
      'Mon 09:00 started',
      'Mon 10:00 fulfilled',
    ])
    expect(ledgerOf(both({ answeringCounts: true }), 'nextResponse', steps)).toEqual(['Mon 11:00 started'])
  })

  it('resolving, where it says resolvingCounts; spam cancels all the same', () => {
    const resolved: Step[] = [['Mon 10:00', ana, { type: 'resolve' }]]
    expect(ledgerOf(both({}), 'firstResponse', resolved)).toEqual(['Mon 09:00 started', 'Mon 10:00 cancelled'])
    expect(ledgerOf(both({ resolvingCounts: true }), 'firstResponse', resolved)).toEqual([
      'Mon 09:00 started',
      'Mon 10:00 fulfilled',
    ])
    const spam: Step[] = [['Mon 10:00', ana, { type: 'close', reason: 'spam' }]]
    expect(ledgerOf(both({ resolvingCounts: true }), 'firstResponse', spam)).toEqual([
      'Mon 09:00 started',
      'Mon 10:00 cancelled',
    ])
  })

  it('startedBy: whose message starts the clock', () => {
    const definition = mixed({ startedBy: ['requester'] }, { startedBy: ['requester'] })
    const steps: Step[] = [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', colin, message],
      ['Mon 12:00', mari, message],
    ]
    expect(ledgerOf(definition, 'nextResponse', steps)).toEqual(['Mon 12:00 started'])
    expect(story(definition).open('Mon 09:00', { body: 'a call' }, ana).ledger('firstResponse')).toEqual([])
    expect(
      story(definition).open('Mon 09:00', { body: 'a call', role: 'requester' }, ana).ledger('firstResponse'),
    ).toEqual(['Mon 09:00 started'])
  })
})

describe('metrics of the application’s own', () => {
  const calls = {
    calendars: [nineToFive],
    calendar: 'alwaysOpen',
    metrics: [
      {
        name: 'callAnswer',
        starts: [{ on: 'signal:ringing' }],
        fulfilledBy: ['signal:answered'],
        cancelledBy: ['signal:hung_up'],
        pausedBy: ['signal:hold'],
        resumedBy: ['signal:unhold'],
        recurs: true,
      },
      {
        name: 'vendor',
        starts: [{ on: 'entered:postponed', if: ['assigned'] }],
        fulfilledBy: ['left:Postponed', 'changed:fields.vendorAnswer'],
        onReopen: { mode: 'ignore' },
        recurs: true,
      },
    ],
    levels: [
      {
        id: 'std',
        targets: [
          { metric: 'callAnswer', within: '20s' },
          { metric: 'vendor', within: '48h' },
        ],
      },
    ],
    slaRules: [{ level: 'std' }],
  } as const satisfies DeskDefinition
  const definition = defineDesk(calls)
  const signal = (name: string) => ({ type: 'signal', name }) as const

  it('start, are held, let go, fulfilled and cancelled by signals', () => {
    const ticket = story(definition)
      .open('Mon 09:00')
      .do('Mon 10:00', ana, signal('ringing'))
      .do('Mon 10:00:05', ana, signal('hold'))
      .do('Mon 10:00:50', ana, signal('unhold'))
      .do('Mon 10:01', ana, signal('answered'))
      .do('Mon 10:02', ana, signal('ringing'))
      .do('Mon 10:03', ana, signal('hung_up'))
    expect(ticket.ledger('callAnswer')).toEqual([
      'Mon 10:00 started',
      'Mon 10:00:05 paused',
      'Mon 10:00:50 resumed',
      'Mon 10:01 fulfilled',
      'Mon 10:02 started',
      'Mon 10:02:20.001 breached',
      'Mon 10:03 cancelled',
    ])
    expect(ticket.clock('callAnswer')).toMatchObject({ cycle: 2, latenessMs: 40_000 })
    expect(ticket.clock('callAnswer').held).toBeUndefined()
  })

  it('what a signal holds, no change of status lets go', () => {
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, signal('ringing'))
    ticket.do('Mon 10:00:05', ana, signal('hold')).do('Mon 10:00:10', ana, status('Open'))
    expect(ticket.clock('callAnswer')).toMatchObject({ state: 'paused', held: true, elapsedMs: 5_000 })
  })

  it('listen to statuses and fields', () => {
    const steps: Step[] = [
      ['Mon 10:00', ana, status('Postponed')],
      ['Mon 11:00', ana, { type: 'wake' }],
      ['Mon 12:00', ana, { type: 'assign', agent: 'ana' } as never],
      ['Mon 13:00', ana, status('Postponed')],
      ['Mon 14:00', ana, { type: 'setFields', fields: { vendorAnswer: 'yes' } } as never],
      ['Mon 15:00', ana, { type: 'wake' }],
    ]
    expect(ledgerOf(definition, 'vendor', steps)).toEqual(['Mon 13:00 started', 'Mon 14:00 fulfilled'])
  })

  it.each([
    [
      'a name that is taken',
      { name: 'resolution', starts: [{ on: 'opened' }], fulfilledBy: [] },
      'duplicate_name',
      'metrics[0].name',
    ],
    [
      'an unknown signal',
      { name: 'x', starts: [{ on: 'openedd' }], fulfilledBy: [] },
      'unknown_name',
      'metrics[0].starts[0].on',
    ],
    [
      'an unknown status',
      { name: 'x', starts: [{ on: 'opened' }], fulfilledBy: ['entered:Gone'] },
      'unknown_name',
      'metrics[0].fulfilledBy[0]',
    ],
    [
      'an unknown field',
      { name: 'x', starts: [{ on: 'changed:colour' }], fulfilledBy: [] },
      'unknown_name',
      'metrics[0].starts[0].on',
    ],
    [
      'an unknown fact',
      { name: 'x', starts: [{ on: 'opened', if: ['sunny'] }], fulfilledBy: [] },
      'invalid_definition',
      'metrics[0].starts[0].if[0]',
    ],
    [
      'a nameless signal',
      { name: 'x', starts: [{ on: 'signal:' }], fulfilledBy: [] },
      'invalid_definition',
      'metrics[0].starts[0].on',
    ],
    ['no start', { name: 'x', starts: [], fulfilledBy: [] }, 'invalid_definition', 'metrics[0].starts'],
    [
      'a name that is a key of objects',
      { name: '__proto__', starts: [{ on: 'opened' }], fulfilledBy: [] },
      'forbidden_key',
      'metrics[0].name',
    ],
  ])('%s is refused with its path', (_what, metric, code, path) => {
    expect(() => defineDesk({ metrics: [metric] } as never)).toThrow(expect.objectContaining({ code, path }))
  })
})

describe('business days', () => {
  it('become open time once, counted from the start of the cycle in the calendar of the clock', () => {
    const ticket = story(desk({ resolution: { within: { businessDays: 2 } } }, 'office')).open('Thu 15:00')
    expect(ticket.due('resolution')).toBe('2024-01-22T15:00:00.000Z')
    expect(ticket.clock('resolution')).toMatchObject({ businessDays: 2, targetMs: 16 * 3_600_000 })
  })

  it('stand in a table by priority, and a switch counts them from the start of the cycle', () => {
    const within = { Urgent: { businessDays: 1 }, default: '4h' }
    const ticket = story(desk({ resolution: { within } }, 'office')).open('Mon 11:00')
    expect(ticket.clock('resolution').businessDays).toBeUndefined()
    ticket.do('Mon 12:00', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(ticket.due('resolution')).toBe('Tue 11:00')
    expect(ticket.clock('resolution')).toMatchObject({ businessDays: 1, application: 2 })
    ticket.do('Mon 13:00', ana, { type: 'unsetPriority' })
    expect(ticket.due('resolution')).toBe('Mon 15:00')
    expect(ticket.clock('resolution').businessDays).toBeUndefined()
  })

  it.each([0, 1.5, 3_651, '2'])('%s of them are refused', (businessDays) => {
    expect(() => desk({ resolution: { within: { businessDays } as never } })).toThrow(
      expect.objectContaining({ path: 'levels[0].targets[0].within.businessDays' }),
    )
  })
})
