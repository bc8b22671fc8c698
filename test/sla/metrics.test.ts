import { type Actor, type CommandRequest, standardMetrics } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, ben, colin, hour, mari, minute, story, vendor, when } from '../story.ts'
import { desk } from './level.ts'

type Step = readonly [
  at: string,
  actor: Actor,
  request: CommandRequest | { readonly type: string; [field: string]: unknown },
]
const reply = { type: 'reply', body: 'x' } as const
const message = { type: 'message', body: 'x' } as const
const status = (name: string) => ({ type: 'setStatus', status: name }) as const

const all = desk({ firstResponse: '10h', nextResponse: '10h', resolution: '10h', firstAssignment: '10h' })

/** What each metric's clock does, in order; `-` has none. Every story begins with the requester at Mon 09:00. */
const rows: readonly [
  promise: string,
  metric: string,
  steps: readonly Step[],
  ledger: readonly string[],
  opening?: object,
  opener?: Actor,
][] = [
  // firstResponse
  ['starts when the ticket is opened', 'firstResponse', [], ['Mon 09:00 started']],
  [
    'is fulfilled by the first public agent reply, and by no later one',
    'firstResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', ana, reply],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'runs in Open and Answered',
    'firstResponse',
    [
      ['Mon 10:00', ana, status('Open')],
      ['Mon 11:00', ana, status('Answered')],
    ],
    ['Mon 09:00 started'],
  ],
  [
    'stands still while postponed',
    'firstResponse',
    [
      ['Mon 10:00', ana, status('Postponed')],
      ['Mon 11:00', ana, status('Open')],
    ],
    ['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 11:00 resumed'],
  ],
  [
    'is fulfilled inside a pause',
    'firstResponse',
    [
      ['Mon 10:00', ana, status('Postponed')],
      ['Mon 11:00', ana, reply],
    ],
    ['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 11:00 fulfilled'],
  ],
  [
    'is cancelled by resolving, and goes on when reopened',
    'firstResponse',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 cancelled', 'Mon 11:00 resumed'],
  ],
  [
    'once answered, stays ended when reopened',
    'firstResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 10:30', ana, { type: 'resolve' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'answered while resolved, stays ended when reopened',
    'firstResponse',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 10:30', ana, reply],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 cancelled'],
  ],
  [
    'assigned and unassigned while resolved, stays ended when reopened',
    'firstAssignment',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 10:30', ana, { type: 'assign', agent: 'ana' }],
      ['Mon 10:40', ana, { type: 'unassign' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 cancelled'],
  ],
  [
    'of a ticket an agent opens in public starts with the first requester message',
    'firstResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 11:30', mari, message],
    ],
    ['Mon 11:00 started'],
    { visibility: 'public' },
    ana,
  ],
  [
    'of such a ticket, the agent’s next message after that meets it',
    'firstResponse',
    [
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, reply],
    ],
    ['Mon 11:00 started', 'Mon 12:00 fulfilled'],
    { visibility: 'public' },
    ana,
  ],
  [
    'of such a ticket, resolved meanwhile, starts with the message that reopens it',
    'firstResponse',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 11:00 started'],
    { visibility: 'public' },
    ana,
  ],
  ['of a ticket an agent opens in private starts at once', 'firstResponse', [], ['Mon 09:00 started'], {}, ana],
  [
    'of a ticket typed in for the requester starts at once',
    'firstResponse',
    [],
    ['Mon 09:00 started'],
    { role: 'requester' },
    ana,
  ],
  [
    'imported as Resolved starts and ends at once',
    'firstResponse',
    [],
    ['Mon 09:00 started', 'Mon 09:00 cancelled'],
    { status: 'Resolved' },
  ],
  // nextResponse
  ['does not start before the first response', 'nextResponse', [['Mon 10:00', mari, message]], []],
  [
    'starts with the oldest unanswered message after it',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', mari, message],
    ],
    ['Mon 11:00 started'],
  ],
  [
    'a collaborator’s message counts',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', colin, message],
    ],
    ['Mon 11:00 started'],
  ],
  [
    'a third party’s does not',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', vendor, message],
    ],
    [],
  ],
  [
    'automatic mail and “thanks!” do not',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, { ...message, automatic: true }],
      ['Mon 12:00', mari, { ...message, reopens: false }],
    ],
    [],
  ],
  [
    'recurs, each message a cycle',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, reply],
      ['Mon 13:00', mari, message],
    ],
    ['Mon 11:00 started', 'Mon 12:00 fulfilled', 'Mon 13:00 started'],
  ],
  [
    'stands still while postponed',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, status('Postponed')],
      ['Mon 13:00', ana, status('Open')],
    ],
    ['Mon 11:00 started', 'Mon 12:00 paused', 'Mon 13:00 resumed'],
  ],
  [
    'is cancelled by resolving',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, { type: 'resolve' }],
    ],
    ['Mon 11:00 started', 'Mon 12:00 cancelled'],
  ],
  [
    'restarts when a message reopens',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, { type: 'resolve' }],
      ['Mon 13:00', mari, message],
    ],
    ['Mon 11:00 started', 'Mon 12:00 cancelled', 'Mon 13:00 started'],
  ],
  [
    'does not restart when an agent reopens and nobody waits',
    'nextResponse',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, { type: 'resolve' }],
      ['Mon 13:00', ana, { type: 'reopen' }],
    ],
    ['Mon 11:00 started', 'Mon 12:00 cancelled'],
  ],
  // resolution
  ['starts when the ticket is opened', 'resolution', [], ['Mon 09:00 started']],
  [
    'stands still while answered and while postponed',
    'resolution',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', mari, message],
      ['Mon 12:00', ana, status('Postponed')],
      ['Mon 13:00', ana, { type: 'wake' }],
    ],
    ['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 11:00 resumed', 'Mon 12:00 paused', 'Mon 13:00 resumed'],
  ],
  [
    'from Answered to Postponed is one pause',
    'resolution',
    [
      ['Mon 10:00', ana, reply],
      ['Mon 11:00', ana, status('Postponed')],
      ['Mon 12:00', ana, status('Open')],
    ],
    ['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 12:00 resumed'],
  ],
  [
    'is fulfilled by resolving',
    'resolution',
    [['Mon 10:00', ana, { type: 'resolve' }]],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'is fulfilled by closing',
    'resolution',
    [['Mon 10:00', ana, { type: 'close' }]],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'is cancelled by closing as spam',
    'resolution',
    [['Mon 10:00', ana, { type: 'close', reason: 'spam' }]],
    ['Mon 09:00 started', 'Mon 10:00 cancelled'],
  ],
  [
    'is cancelled by closing as duplicate',
    'resolution',
    [['Mon 10:00', ana, { type: 'close', reason: 'duplicate' }]],
    ['Mon 09:00 started', 'Mon 10:00 cancelled'],
  ],
  [
    'closing a resolved ticket changes nothing, even as spam',
    'resolution',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 11:00', ana, { type: 'close', reason: 'spam' }],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'goes on when reopened, the time between being a pause',
    'resolution',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 12:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled', 'Mon 12:00 resumed'],
  ],
  [
    'goes on paused when reopened into Postponed',
    'resolution',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 12:00', ana, status('Postponed')],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled', 'Mon 12:00 paused'],
  ],
  [
    'imported as Closed starts and ends at once',
    'resolution',
    [],
    ['Mon 09:00 started', 'Mon 09:00 fulfilled'],
    { status: 'Closed' },
  ],
  [
    'imported as spam is cancelled',
    'resolution',
    [],
    ['Mon 09:00 started', 'Mon 09:00 cancelled'],
    { status: 'Closed', reason: 'spam' },
  ],
  // firstAssignment
  [
    'starts when the ticket is opened, and does not pause',
    'firstAssignment',
    [['Mon 10:00', ana, status('Postponed')]],
    ['Mon 09:00 started'],
  ],
  [
    'is fulfilled by the first assignment, and by no later one',
    'firstAssignment',
    [
      ['Mon 10:00', ana, { type: 'assign', agent: 'ana' }],
      ['Mon 11:00', ana, { type: 'assign', agent: 'ben' }],
    ],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'a transfer to an agent assigns',
    'firstAssignment',
    [['Mon 10:00', ana, { type: 'transfer', department: 'Billing', agent: 'ben' }]],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
  [
    'a transfer to a department alone does not',
    'firstAssignment',
    [['Mon 10:00', ana, { type: 'transfer', department: 'Billing' }]],
    ['Mon 09:00 started'],
  ],
  [
    'opened with an assignee is fulfilled at once',
    'firstAssignment',
    [],
    ['Mon 09:00 started', 'Mon 09:00 fulfilled'],
    { assignee: 'ana' },
  ],
  [
    'is cancelled by resolving, and goes on when reopened',
    'firstAssignment',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 cancelled', 'Mon 11:00 resumed'],
  ],
  [
    'does not go on when reopened if it was assigned meanwhile',
    'firstAssignment',
    [
      ['Mon 10:00', ana, { type: 'resolve' }],
      ['Mon 10:30', ana, { type: 'assign', agent: 'ana' }],
      ['Mon 11:00', mari, message],
    ],
    ['Mon 09:00 started', 'Mon 10:00 cancelled'],
  ],
  [
    'assigned in the very command that resolves is fulfilled',
    'firstAssignment',
    [['Mon 10:00', ben, { type: 'update', assignee: 'ben', status: 'Resolved' }]],
    ['Mon 09:00 started', 'Mon 10:00 fulfilled'],
  ],
]

describe('the built-in metrics, row by row', () => {
  it.each(rows.map((row) => ({ metric: row[1], promise: row[0], row })))('$metric $promise', ({ row }) => {
    const [, metric, steps, ledger, opening = {}, opener = mari] = row
    const ticket = story(all).open('Mon 09:00', opening, opener)
    for (const step of steps) ticket.do(...step)
    expect(ticket.ledger(metric)).toEqual(ledger)
  })

  it('no clock starts while the ticket is resolved or closed', () => {
    const ticket = story(all).open('Mon 09:00').do('Mon 10:00', ana, reply).do('Mon 11:00', ana, { type: 'resolve' })
    ticket.do('Mon 12:00', mari, { ...message, reopens: false }).do('Mon 13:00', ana, { type: 'close' })
    expect(Object.values(ticket.ticket.clocks).map((clock) => clock?.state)).toEqual(['ended', 'ended', 'ended'])
  })

  it('are data: seven rows', () => {
    expect(Object.keys(standardMetrics)).toEqual([
      'firstResponse',
      'nextResponse',
      'resolution',
      'firstResolution',
      'firstAssignment',
      'periodicUpdate',
      'handling',
    ])
    expect(JSON.parse(JSON.stringify(standardMetrics))).toEqual(standardMetrics)
  })

  it('the ticket opened out has no first response before the requester writes', () => {
    const ticket = story(all).open('Mon 09:00', { visibility: 'public' }, ana).do('Mon 10:00', ana, reply)
    expect(ticket.ticket).toMatchObject({ outbound: true, firstRespondedAt: null, status: 'Answered' })
    ticket.do('Mon 11:00', mari, message).do('Mon 12:00', ana, reply)
    expect(ticket.ticket.firstRespondedAt).toBe(when('Mon 12:00'))
  })
})

describe('pauses of a target’s own', () => {
  const pausing = (pauses: readonly string[]) => desk({ resolution: { within: '10h', pauses: pauses as never } })
  it.each([
    ['none', [], []],
    ['a kind', ['open'], ['Mon 10:00 paused', 'Mon 11:00 resumed']],
    ['a status', ['Answered'], ['Mon 11:00 paused']],
    ['both', ['Open', 'answered'], ['Mon 10:00 paused']],
  ])('%s', (_name, pauses, expected) => {
    const ticket = story(pausing(pauses))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, status('Open'))
      .do('Mon 11:00', ana, status('Answered'))
    expect(ticket.ledger('resolution')).toEqual(['Mon 09:00 started', ...expected])
  })

  it('a status that a target pauses in stands still from the opening on', () => {
    const ticket = story(pausing(['new'])).open('Mon 09:00')
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', elapsedMs: 0, dueAt: null, runningSince: null })
    expect(ticket.do('Mon 10:00', ana, status('Open')).due('resolution')).toBe('Mon 20:00')
  })

  it('each target has its own', () => {
    const ticket = story(
      desk({ resolution: { within: '10h', pauses: [] }, firstResponse: { within: '10h', pauses: ['open'] } }),
    )
    ticket.open('Mon 09:00').do('Mon 10:00', ana, status('Open')).do('Mon 11:00', ana, status('Postponed'))
    expect(ticket.ledger('resolution')).toEqual(['Mon 09:00 started'])
    expect(ticket.ledger('firstResponse')).toEqual(['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 11:00 resumed'])
  })
})

describe('the arithmetic of a clock', () => {
  it('each stretch accrues as a number; the due is what is left from the running one', () => {
    const ticket = story(desk({ resolution: '4h' }, 'office')).open('Mon 16:00')
    expect(ticket.clock('resolution')).toMatchObject({
      startedAt: when('Mon 16:00'),
      runningSince: when('Mon 16:00'),
      elapsedMs: 0,
      targetMs: 4 * hour,
    })
    expect(ticket.due('resolution')).toBe('Tue 12:00')
    ticket.do('Tue 09:30', ana, status('Postponed'))
    expect(ticket.clock('resolution')).toMatchObject({ elapsedMs: 90 * minute, runningSince: null })
    ticket.do('Tue 16:00', ana, status('Open'))
    expect(ticket.due('resolution')).toBe('Wed 10:30')
    ticket.do('Wed 10:30', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ elapsedMs: 4 * hour, latenessMs: 0, breachedAt: null })
  })

  it('the breach is a fact of lateFrom + 1, after everything at lateFrom, commands included', () => {
    const at = when('Mon 11:00')
    const inTime = story(desk({ resolution: '2h' }))
      .open('Mon 09:00')
      .do(at, ana, { type: 'resolve' })
    expect(inTime.clock('resolution')).toMatchObject({ latenessMs: 0, breachedAt: null })
    const polled = story(desk({ resolution: '2h' }))
      .open('Mon 09:00')
      .until(at)
    expect(polled.ticket.version).toBe(polled.events.length)
    expect(polled.ledger('resolution')).toEqual(['Mon 09:00 started'])
    expect(polled.until(at + 1).ticket).toMatchObject({ lastAt: at + 1 })
    expect(polled.events.at(-1)).toMatchObject({
      type: 'sla_breached',
      at: at + 1,
      cause: { kind: 'time', fact: 'breach' },
      data: { clock: { dueAt: at, lateFrom: at, breachedAt: at + 1, state: 'running', elapsedMs: 0 } },
    })
    expect(
      story(desk({ resolution: '2h' }))
        .open('Mon 09:00')
        .do(at + 1, ana, { type: 'resolve' })
        .clock('resolution').latenessMs,
    ).toBe(1)
  })

  it('ties at one millisecond: breaches by metric, then the wake', () => {
    const ticket = story(
      desk({
        resolution: { within: '2h', pauses: [] },
        firstResponse: { within: '2h', pauses: [] },
        firstAssignment: '2h',
      }),
    ).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, { type: 'postpone', until: when('Mon 11:00') + 1 }).until('Mon 12:00')
    expect(
      ticket.events.slice(-4).map(({ type, cause }) => (cause.kind === 'time' ? `${type} ${cause.fact}` : '')),
    ).toEqual(['sla_breached breach', 'sla_breached breach', 'sla_breached breach', 'status_changed wake'])
    expect(ticket.events.slice(-4, -1).map(({ data }) => ('clock' in data ? data.clock.metric : ''))).toEqual([
      'firstAssignment',
      'firstResponse',
      'resolution',
    ])
  })

  it('a wake at the last instant in time comes before the breach one later', () => {
    const ticket = story(desk({ firstResponse: { within: '2h', pauses: [] } })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, { type: 'postpone', until: when('Mon 11:00') }).until('Mon 12:00')
    expect(ticket.events.slice(-2).map(({ type }) => type)).toEqual(['status_changed', 'sla_breached'])
  })

  it('paused with the target used up exactly is no breach; on resuming, the first millisecond is late', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, status('Postponed'))
    expect(ticket.until('Sun 00:00').clock('resolution')).toMatchObject({
      state: 'paused',
      elapsedMs: hour,
      breachedAt: null,
      dueAt: null,
    })
    ticket.do('Sun 12:00', ana, status('Open'))
    expect(ticket.clock('resolution')).toMatchObject({
      dueAt: when('Sun 12:00'),
      lateFrom: when('Sun 12:00'),
      breachedAt: null,
    })
    expect(ticket.until('Sun 13:00').clock('resolution').breachedAt).toBe(when('Sun 12:00') + 1)
  })

  it('once breached, due is frozen against pauses and reopenings', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, status('Postponed'))
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', dueAt: when('Mon 10:00'), elapsedMs: 3 * hour })
    ticket
      .do('Mon 14:00', ana, status('Open'))
      .do('Mon 15:00', ana, { type: 'resolve' })
      .do('Mon 18:00', ana, { type: 'reopen' })
    expect(ticket.clock('resolution')).toMatchObject({
      state: 'running',
      dueAt: when('Mon 10:00'),
      breachedAt: when('Mon 10:00') + 1,
      elapsedMs: 4 * hour,
    })
    expect(ticket.do('Mon 19:00', ana, { type: 'resolve' }).clock('resolution')).toMatchObject({ latenessMs: 4 * hour })
  })

  it('a calendar that runs out leaves the due null; the clock counts on and blocks nothing', () => {
    const once = { id: 'once', zone: 'UTC', hours: {}, specialHours: { '2024-01-15': [['09:00', '10:00']] } }
    const ticket = story(desk({ resolution: '4h' }, 'alwaysOpen', { calendars: [once], calendar: 'once' })).open(
      'Mon 09:00',
    )
    expect(ticket.clock('resolution')).toMatchObject({ state: 'running', dueAt: null, lateFrom: null })
    ticket.until('Sun 00:00').do('Sun 00:00', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ ending: 'fulfilled', elapsedMs: hour, latenessMs: 0 })
  })

  it('a due at closing time whose calendar never opens again is never late', () => {
    const once = { id: 'once', zone: 'UTC', hours: {}, specialHours: { '2024-01-15': [['09:00', '10:00']] } }
    const ticket = story(desk({ resolution: '1h' }, 'alwaysOpen', { calendars: [once], calendar: 'once' })).open(
      'Mon 09:00',
    )
    expect(ticket.clock('resolution')).toMatchObject({ dueAt: when('Mon 10:00'), lateFrom: null })
    expect(ticket.until('Sun 00:00').clock('resolution').breachedAt).toBeNull()
  })
})
