import { type ClockExplanation, type ClockReason, type Definitions, defineDesk, explainClock } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, colin, day, hour, mari, minute, second, story, told, when } from '../story.ts'
import { desk, nineToFive, targetsOf } from './level.ts'

const postponed = { type: 'setStatus', status: 'Postponed' }
const opened = { type: 'setStatus', status: 'Open' }

/** `+ Mon 09:00–09:30 hours`: what counted has a plus. */
const lines = ({ stretches }: ClockExplanation): string[] =>
  stretches.map(({ from, to, counted, reason }) => `${counted ? '+' : '–'} ${told(from)}–${told(to)} ${said(reason)}`)

function said(reason: ClockReason): string {
  if (reason.kind === 'paused' || reason.kind === 'outOfWork') return `${reason.kind} ${reason.status}`
  return reason.kind === 'holiday' ? `holiday ${reason.name}` : reason.kind
}

const marks = ({ marks }: ClockExplanation): string[] => marks.map(({ at, kind }) => `${told(at)} ${kind}`)

/** The explanation of a told ticket as of an instant; what counted must make up what elapsed. */
function explained(
  ticket: ReturnType<typeof story>,
  metric: string,
  now?: string,
  cycle?: number,
  definitions: Definitions = ticket.definitions,
): ClockExplanation {
  const options = now === undefined ? {} : { now: when(now) }
  const explanation = explainClock(definitions, ticket.events, metric, cycle, options)
  const counted = explanation.stretches.reduce((sum, { from, to, counted }) => sum + (counted ? to - from : 0), 0)
  expect(counted).toBe(explanation.elapsedMs)
  expect(explanation.unexplainedMs).toBe(0)
  return explanation
}

describe('hazards, explained minute by minute', () => {
  it('10: postponed, resolved and reopened, and due after what was left', () => {
    const ticket = story(desk({ resolution: '120m' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, postponed).do('Mon 09:45', ana, opened)
    ticket.do('Mon 10:00', ana, { type: 'resolve' }).do('Mon 10:30', ana, { type: 'reopen' })
    const explanation = explained(ticket, 'resolution', 'Mon 11:45')
    expect(lines(explanation)).toEqual([
      '+ Mon 09:00–Mon 09:30 always',
      '– Mon 09:30–Mon 09:45 paused Postponed',
      '+ Mon 09:45–Mon 10:00 always',
      '– Mon 10:00–Mon 10:30 outOfWork Resolved',
      '+ Mon 10:30–Mon 11:45 always',
    ])
    expect(marks(explanation)).toEqual([
      'Mon 09:00 message',
      'Mon 09:00 started',
      'Mon 10:00 ended',
      'Mon 10:30 continued',
      'Mon 11:45 due',
      'Mon 11:45 lateFrom',
    ])
    expect(explanation.elapsedMs).toBe(120 * minute)
  })

  it('11: paused and resolved directly: ten minutes counted, the rest was a pause', () => {
    const ticket = story(desk({ resolution: '120m' })).open('Mon 10:00')
    ticket.do('Mon 10:10', ana, postponed).do('Mon 16:00', ana, { type: 'resolve' })
    const explanation = explained(ticket, 'resolution', 'Tue 10:00')
    expect(lines(explanation)).toEqual(['+ Mon 10:00–Mon 10:10 always', '– Mon 10:10–Mon 16:00 paused Postponed'])
    expect(explanation.to).toBe(when('Mon 16:00'))
  })

  it('12: a hold through the night takes no open time', () => {
    const ticket = story(desk({ resolution: '8h' }, 'office')).open('Mon 13:00')
    ticket.do('Mon 17:00', ana, postponed).do('Tue 09:00', ana, opened)
    expect(lines(explained(ticket, 'resolution', 'Tue 13:00'))).toEqual([
      '+ Mon 13:00–Mon 17:00 hours',
      '– Mon 17:00–Tue 09:00 paused Postponed',
      '+ Tue 09:00–Tue 13:00 hours',
    ])
  })

  it('14: the second department’s clock counts from its own taking; the first one’s has ended', () => {
    const ticket = story(desk({ handling: '1h' })).open('Mon 09:00', { department: 'first' }, ana)
    ticket.do('Mon 10:30', ana, { type: 'transfer', department: 'second' })
    const [first, second] = [explained(ticket, 'handling', 'Mon 11:30', 1), explained(ticket, 'handling', 'Mon 11:30')]
    expect(lines(first)).toEqual(['+ Mon 09:00–Mon 10:30 always'])
    expect(marks(first)).toContain('Mon 10:30 ended')
    expect(second.cycle).toBe(2)
    expect(lines(second)).toEqual(['+ Mon 10:30–Mon 11:30 always'])
    expect(marks(second)).toContain('Mon 11:30 due')
  })

  it('19: due at closing time, answered half an hour after opening: the night is closed, half an hour is late', () => {
    const ticket = story(desk({ firstResponse: '4h' }, 'office')).open('Mon 13:00')
    ticket.do('Tue 09:30', ana, { type: 'reply', body: 'Yes' })
    const explanation = explained(ticket, 'firstResponse')
    expect(lines(explanation)).toEqual([
      '+ Mon 13:00–Mon 17:00 hours',
      '– Mon 17:00–Tue 09:00 hours',
      '+ Tue 09:00–Tue 09:30 hours',
    ])
    expect(marks(explanation)).toEqual([
      'Mon 13:00 message',
      'Mon 13:00 started',
      'Mon 17:00 due',
      'Tue 09:00 lateFrom',
      'Tue 09:00:00.001 breached',
      'Tue 09:30 message',
      'Tue 09:30 ended',
    ])
    expect(explanation.clock.latenessMs).toBe(30 * minute)
  })
})

describe('each reason by its name', () => {
  const calendar = {
    ...nineToFive,
    specialHours: { '2024-01-17': [['09:00', '12:00']] },
    closures: { '2024-01-16': [['12:00', '13:00']] },
    holidays: [
      { date: '2024-01-18', name: 'Founders’ Day' },
      { date: '2024-01-19', name: 'Bridge' },
    ],
  }
  const definition = desk({ resolution: '80h' }, 'office', { calendars: [calendar] })

  it('closures, special hours, and holidays one by one', () => {
    const ticket = story(definition).open('Tue 11:00')
    expect(lines(explained(ticket, 'resolution', 'Sat 12:00'))).toEqual([
      '+ Tue 11:00–Tue 12:00 hours',
      '– Tue 12:00–Tue 13:00 closure',
      '+ Tue 13:00–Tue 17:00 hours',
      '– Tue 17:00–Wed 00:00 hours',
      '– Wed 00:00–Wed 09:00 specialHours',
      '+ Wed 09:00–Wed 12:00 specialHours',
      '– Wed 12:00–Thu 00:00 specialHours',
      '– Thu 00:00–Fri 00:00 holiday Founders’ Day',
      '– Fri 00:00–Sat 00:00 holiday Bridge',
      '– Sat 00:00–Sat 12:00 hours',
    ])
  })

  it('pauses by status, one after the other; resolved, then closed in between', () => {
    const ticket = story(desk({ resolution: '80h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'reply', body: '?' })
    ticket.do('Mon 11:00', ana, postponed).do('Mon 12:00', ana, { type: 'resolve' })
    ticket.do('Mon 13:00', ana, { type: 'close' }).do('Mon 14:00', ana, { type: 'reopen' })
    expect(lines(explained(ticket, 'resolution', 'Mon 15:00'))).toEqual([
      '+ Mon 09:00–Mon 10:00 always',
      '– Mon 10:00–Mon 11:00 paused Answered',
      '– Mon 11:00–Mon 12:00 paused Postponed',
      '– Mon 12:00–Mon 13:00 outOfWork Resolved',
      '– Mon 13:00–Mon 14:00 outOfWork Closed',
      '+ Mon 14:00–Mon 15:00 always',
    ])
  })

  it('no target in between', () => {
    const within = { Medium: null, default: '8h' }
    const ticket = story(desk({ resolution: within })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'setPriority', priority: 'Medium' })
    ticket.do('Mon 12:00', ana, { type: 'setPriority', priority: 'High' })
    expect(lines(explained(ticket, 'resolution', 'Mon 13:00'))).toEqual([
      '+ Mon 09:00–Mon 10:00 always',
      '– Mon 10:00–Mon 12:00 noTarget',
      '+ Mon 12:00–Mon 13:00 always',
    ])
  })

  it('two teams that follow the sun: what each has to say', () => {
    const calendars = [
      { id: 'east', zone: 'UTC', hours: { mon: [['06:00', '14:00']] } },
      { id: 'west', zone: 'UTC', hours: { mon: [['12:00', '20:00']] } },
      { id: 'sun', zone: 'UTC', union: ['east', 'west'] },
    ]
    const target = { resolution: { within: '80h', calendar: 'sun' } }
    const { stretches } = explained(
      story(desk(target, 'office', { calendars: [nineToFive, ...calendars] })).open('Mon 11:00'),
      'resolution',
      'Mon 21:00',
    )
    const open = stretches.map(({ reason, counted }) => [
      counted,
      reason.kind === 'union' ? reason.parts.map((part) => `${part.calendar} ${part.open}`).join() : '',
    ])
    expect(open).toEqual([
      [true, 'east true,west false'],
      [true, 'east true,west true'],
      [true, 'east false,west true'],
      [false, 'east false,west false'],
    ])
  })
})

describe('what was in force', () => {
  it('a switch of priority, of level and of calendar stands in the terms, and is a mark', () => {
    const levels = [
      { id: 'std', targets: targetsOf({ resolution: { within: { High: '4h', default: '8h' } } }) },
      { id: 'gold', calendar: 'office', targets: targetsOf({ resolution: '2h' }) },
    ]
    const slaRules = [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: 'std' }]
    const ticket = story(defineDesk({ calendars: [nineToFive], calendar: 'alwaysOpen', levels, slaRules } as never))
    ticket.open('Mon 06:00').do('Mon 07:00', ana, { type: 'setPriority', priority: 'High' })
    ticket.do('Mon 08:00', ana, { type: 'tag', tags: ['vip'] })
    const explanation = explained(ticket, 'resolution', 'Mon 10:00')
    expect(
      explanation.terms.map(({ from, application, level, calendar, priority, targetMs, zone }) => [
        told(from),
        application,
        level,
        calendar,
        zone,
        priority,
        targetMs / hour,
      ]),
    ).toEqual([
      ['Mon 06:00', 1, 'std', 'alwaysOpen', 'UTC', 'Low', 8],
      ['Mon 07:00', 2, 'std', 'alwaysOpen', 'UTC', 'High', 4],
      ['Mon 08:00', 3, 'gold', 'office', 'UTC', 'High', 2],
    ])
    expect(explanation.marks.filter(({ kind }) => kind === 'switched')).toMatchObject([
      { at: when('Mon 07:00'), targetMs: 4 * hour, dueAt: when('Mon 10:00') },
      { at: when('Mon 08:00'), targetMs: 2 * hour, dueAt: when('Mon 08:00') },
    ])
    expect(lines(explanation)).toEqual([
      '+ Mon 06:00–Mon 08:00 always',
      '– Mon 08:00–Mon 09:00 hours',
      '+ Mon 09:00–Mon 10:00 hours',
    ])
  })

  it('a breach that a larger target took back is marked as such', () => {
    const ticket = story(desk({ resolution: { within: { High: '1h', default: '8h' } } })).open('Mon 09:00', {
      priority: 'High',
    })
    ticket.do('Mon 11:00', ana, { type: 'setPriority', priority: 'Low' })
    const breaches = explained(ticket, 'resolution', 'Tue 09:00').marks.filter(({ kind }) => kind === 'breached')
    expect(breaches).toEqual([
      { at: when('Mon 10:00') + 1, kind: 'breached', takenBack: true },
      { at: when('Mon 17:00') + 1, kind: 'breached', takenBack: false },
    ])
  })

  it('a calendar edited meanwhile: each stretch by the version it was counted in', () => {
    const first = desk({ resolution: '8h' }, 'office')
    const later = desk({ resolution: '8h' }, 'office', {
      since: '2024-01-15T12:00:00Z',
      calendars: [{ ...nineToFive, hours: { mon: [['09:00', '11:00']] } }],
    })
    const ticket = story([first, later]).open('Mon 10:00').do('Mon 13:00', ana, { type: 'note', body: 'x' })
    const explanation = explained(ticket, 'resolution', 'Mon 15:00')
    expect(lines(explanation)).toEqual(['+ Mon 10:00–Mon 15:00 hours'])
    expect(() => explainClock(later, ticket.events, 'resolution')).toThrow(
      expect.objectContaining({ code: 'definition_missing' }),
    )
  })
})

describe('steps, holds and due times by hand', () => {
  it('steps that fired are marks, each firing of its own', () => {
    const steps = [
      { id: 'half', share: 500 },
      { id: 'nag', afterDue: '10m', every: '10m', times: 3 },
    ]
    const ticket = story(desk({ resolution: { within: '2h', steps } as never })).open('Mon 09:00')
    const fired = explained(ticket, 'resolution', 'Mon 11:25').marks.flatMap((mark) =>
      mark.kind === 'step' ? [`${told(mark.at)} ${mark.step} ${mark.repetition}`] : [],
    )
    expect(fired).toEqual(['Mon 10:00 half 0', 'Mon 11:10 nag 0', 'Mon 11:20 nag 1'])
  })

  it('held by a signal, also while it stood still in a status already', () => {
    const metric = {
      name: 'repair',
      starts: [{ on: 'opened' }],
      fulfilledBy: ['resolved'],
      pausedIn: ['postponed'],
      pausedBy: ['signal:hold'],
      resumedBy: ['signal:go'],
    }
    const definition = desk({ repair: '8h' }, 'alwaysOpen', { metrics: [metric] })
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'signal', name: 'hold' })
    ticket.do('Mon 11:00', ana, { type: 'signal', name: 'go' }).do('Mon 12:00', ana, postponed)
    ticket.do('Mon 13:00', ana, { type: 'signal', name: 'hold' }).do('Mon 14:00', ana, opened)
    ticket.do('Mon 15:00', ana, { type: 'signal', name: 'go' })
    const explanation = explained(ticket, 'repair', 'Mon 16:00')
    expect(lines(explanation)).toEqual([
      '+ Mon 09:00–Mon 10:00 always',
      '– Mon 10:00–Mon 11:00 held',
      '+ Mon 11:00–Mon 12:00 always',
      '– Mon 12:00–Mon 13:00 paused Postponed',
      '– Mon 13:00–Mon 15:00 held',
      '+ Mon 15:00–Mon 16:00 always',
    ])
    expect(explanation.stretches.filter(({ reason }) => reason.kind === 'held')).toMatchObject([
      { reason: { signal: expect.stringContaining('hold') } },
      { reason: { signal: expect.stringContaining('hold') } },
    ])
  })

  it('a due time by hand, and that it was taken back', () => {
    const ticket = story(desk({ resolution: '8h' })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'setDue', metric: 'resolution', dueAt: '2024-01-15T11:00:00Z' })
    const byHand = explained(ticket, 'resolution', 'Mon 12:30')
    expect(marks(byHand)).toEqual(
      expect.arrayContaining(['Mon 10:00 manualDue', 'Mon 11:00 due', 'Mon 11:00:00.001 breached']),
    )
    expect(byHand).toMatchObject({ latenessMs: 90 * minute, elapsedMs: 3.5 * hour })
    ticket.do('Mon 13:00', ana, { type: 'clearDue', metric: 'resolution' })
    const cleared = explained(ticket, 'resolution', 'Mon 14:00')
    expect(cleared.marks.filter(({ kind }) => kind === 'manualDue')).toEqual([
      { at: when('Mon 10:00'), kind: 'manualDue', dueAt: when('Mon 11:00') },
      { at: when('Mon 13:00'), kind: 'manualDue', dueAt: null },
    ])
    expect(cleared).toMatchObject({ latenessMs: 0 })
    expect(cleared.marks.filter(({ kind }) => kind === 'breached')).toMatchObject([{ takenBack: true }])
  })

  it('reapplied: the log counted anew under the calendar in force now', () => {
    const first = desk({ resolution: '8h' }, 'office')
    const later = desk({ resolution: '8h' }, 'office', {
      since: '2024-01-15T12:00:00Z',
      calendars: [{ ...nineToFive, closures: { '2024-01-15': [['10:00', '11:00']] } }],
    })
    const ticket = story([first, later]).open('Mon 09:00').do('Mon 13:00', ana, { type: 'reapply' })
    const explanation = explained(ticket, 'resolution', 'Mon 15:00')
    expect(lines(explanation)).toEqual([
      '+ Mon 09:00–Mon 10:00 hours',
      '– Mon 10:00–Mon 11:00 closure',
      '+ Mon 11:00–Mon 15:00 hours',
    ])
    expect(explanation.marks.some((mark) => mark.kind === 'switched' && mark.reason === 'reapply')).toBe(true)
  })

  it('reapplied, where the answer had come before: it ended then', () => {
    const within = '8h'
    const first = desk({ firstResponse: { within, botsCount: false } as never })
    const later = desk({ firstResponse: { within, botsCount: true } as never }, 'alwaysOpen', {
      since: '2024-01-15T12:00:00Z',
    })
    const ticket = story([first, later]).open('Mon 09:00').do('Mon 10:00', bot, { type: 'reply', body: 'x' })
    ticket.do('Mon 13:00', ana, { type: 'reapply' })
    expect(ticket.clock('firstResponse').state).toBe('ended')
    expect(lines(explained(ticket, 'firstResponse', 'Mon 15:00'))).toEqual([
      '+ Mon 09:00–Mon 10:00 always',
      '– Mon 10:00–Mon 13:00 ended',
    ])
  })
})

describe('a clock that counted the past', () => {
  const levels = [
    { id: 'gold', targets: targetsOf({ resolution: { within: '8h', pauses: ['answered'] }, firstResponse: '1h' }) },
  ]
  const slaRules = [{ when: { field: 'tags', op: 'hasAny', value: ['vip'] }, level: 'gold' }, { level: null }]
  const definition = defineDesk({ calendars: [nineToFive], calendar: 'office', levels, slaRules } as never)

  it('has its stretches from the log, from before there was a target', () => {
    const ticket = story(definition).open('Mon 10:00').do('Mon 11:00', ana, { type: 'reply', body: '?' })
    ticket.do('Mon 12:00', mari, { type: 'message', body: '!' }).do('Mon 14:00', ana, { type: 'tag', tags: ['vip'] })
    const explanation = explained(ticket, 'resolution', 'Mon 15:00')
    expect(lines(explanation)).toEqual([
      '+ Mon 10:00–Mon 11:00 hours',
      '– Mon 11:00–Mon 12:00 paused Answered',
      '+ Mon 12:00–Mon 15:00 hours',
    ])
    expect(explanation.terms).toMatchObject([{ from: when('Mon 10:00'), level: 'gold' }])
  })

  it('one that had ended before: the answer that ended it is its end', () => {
    const ticket = story(definition).open('Mon 10:00').do('Mon 12:00', ana, { type: 'reply', body: '?' })
    ticket.do('Tue 14:00', ana, { type: 'tag', tags: ['vip'] })
    const explanation = explained(ticket, 'firstResponse', 'Wed 15:00')
    expect(lines(explanation)).toEqual(['+ Mon 10:00–Mon 12:00 hours'])
    expect(marks(explanation)).toContain('Mon 12:00 ended')
  })
})

describe('which clock, which cycle, as of when', () => {
  const ticket = story(desk({ firstResponse: '2h', nextResponse: '1h' })).open('Mon 09:00')
  ticket.do('Mon 09:30', ana, { type: 'reply', body: '1' }).do('Mon 10:00', mari, { type: 'message', body: '2' })
  ticket.do('Mon 10:30', ana, { type: 'reply', body: '3' }).do('Mon 11:00', mari, { type: 'message', body: '4' })

  it('the latest cycle, or the one asked for', () => {
    expect(lines(explained(ticket, 'nextResponse', 'Mon 11:15'))).toEqual(['+ Mon 11:00–Mon 11:15 always'])
    expect(lines(explained(ticket, 'nextResponse', 'Mon 11:15', 1))).toEqual(['+ Mon 10:00–Mon 10:30 always'])
  })

  it('up to the last event unless an instant is given; at an earlier one, as it was then', () => {
    expect(lines(explained(ticket, 'nextResponse'))).toEqual([])
    expect(explained(ticket, 'nextResponse', 'Mon 10:15')).toMatchObject({
      cycle: 1,
      to: when('Mon 10:15'),
      clock: { state: 'running' },
    })
  })

  it('what time alone causes by then is there, whether stored or not', () => {
    const waits = story(desk({ resolution: '8h' })).open('Mon 09:00')
    waits.do('Mon 10:00', ana, { type: 'postpone', until: '2024-01-15T12:00:00Z' })
    expect(lines(explained(waits, 'resolution', 'Mon 20:00'))).toEqual([
      '+ Mon 09:00–Mon 10:00 always',
      '– Mon 10:00–Mon 12:00 paused Postponed',
      '+ Mon 12:00–Mon 20:00 always',
    ])
    expect(explained(waits, 'resolution', 'Mon 20:00').clock.breachedAt).toBe(when('Mon 19:00') + 1)
  })

  it('messages by role, public or not, automatic or not', () => {
    const talk = story(desk({ resolution: '8h' })).open('Mon 09:00')
    talk
      .do('Mon 10:00', ana, { type: 'note', body: 'x' })
      .do('Mon 11:00', bot, { type: 'reply', body: 'x', automatic: true })
    talk.do('Mon 12:00', colin, { type: 'message', body: 'x' })
    const messages = explained(talk, 'resolution').marks.flatMap((mark) =>
      mark.kind === 'message' ? [`${mark.role} ${mark.public} ${mark.automatic}`] : [],
    )
    expect(messages).toEqual(['requester true false', 'agent false false', 'bot true true', 'collaborator true false'])
  })

  it.each([
    ['a metric without a clock', ['resolution'], 'unknown_name', 'metric'],
    ['a metric that is none', ['toString'], 'unknown_name', 'metric'],
    ['a cycle it has not had', ['nextResponse', 3], 'unknown_name', 'cycle'],
    ['cycle 0', ['nextResponse', 0], 'invalid_command', 'cycle'],
    ['half a cycle', ['nextResponse', 1.5], 'invalid_command', 'cycle'],
    ['a cycle in words', ['nextResponse', '1'], 'invalid_command', 'cycle'],
    ['a metric that is no name', [7], 'invalid_command', 'metric'],
    ['an instant that is none', ['nextResponse', 1, { now: Number.NaN }], 'invalid_instant', 'now'],
    ['before the cycle began', ['nextResponse', 2, { now: when('Mon 10:45') }], 'unknown_name', 'cycle'],
  ])('%s is refused', (_what, asked, code, path) => {
    const ask = () => explainClock(ticket.definitions, ticket.events, ...(asked as [string]))
    expect(ask).toThrow(expect.objectContaining({ code, path }))
  })

  it('says which there are', () => {
    const refusal = (ask: () => unknown) => {
      try {
        return ask()
      } catch (error) {
        return (error as { facts: { known: string[] } }).facts.known
      }
    }
    expect(refusal(() => explainClock(ticket.definitions, ticket.events, 'resolution'))).toEqual([
      'firstResponse',
      'nextResponse',
    ])
    expect(refusal(() => explainClock(ticket.definitions, ticket.events, 'nextResponse', 9))).toEqual(['1', '2'])
  })

  it('a log that is none is refused, and one that is given is left as it was', () => {
    const { definitions } = ticket
    const malformed = expect.objectContaining({ code: 'event_malformed' })
    expect(() => explainClock(definitions, [], 'nextResponse')).toThrow(malformed)
    expect(() => explainClock(definitions, [{}], 'nextResponse')).toThrow(malformed)
    expect(() => explainClock(definitions, ticket.events.slice(1), 'nextResponse')).toThrow(malformed)
    const log = JSON.parse(JSON.stringify(ticket.events))
    const before = JSON.stringify(log)
    explainClock(definitions, log, 'nextResponse', 1, { now: when('Mon 18:00') })
    expect(JSON.stringify(log)).toBe(before)
    expect(Object.isFrozen(log[0].data)).toBe(false)
  })
})

it('survives JSON, and is the same whenever it is asked for', () => {
  const ticket = story(desk({ resolution: '8h' }, 'office'))
    .open('Mon 13:00')
    .do('Mon 17:00', ana, postponed)
  const once = explained(ticket, 'resolution', 'Wed 10:00')
  expect(JSON.parse(JSON.stringify(once))).toEqual(once)
  expect(explained(ticket.until('Tue 10:00'), 'resolution', 'Wed 10:00')).toEqual(once)
})

it('a year of office hours and of talk is explained to the millisecond', () => {
  const ticket = story(desk({ resolution: '2000h' }, 'office')).open('Mon 09:00')
  for (let week = 0; week < 52; week++) {
    const at = when('Tue 10:00') + week * 7 * day
    ticket
      .do(at + second, ana, { type: 'reply', body: '?' })
      .do(at + 90 * minute + week, mari, { type: 'message', body: '!' })
  }
  const explanation = explained(ticket, 'resolution', '2025-01-15T09:00:00Z')
  expect(explanation.stretches.length).toBeGreaterThan(500)
})
