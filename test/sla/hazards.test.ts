import { type Definitions, decide, defineDesk, parseCommand, unwrap } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, hour, mari, minute, second, story, told, vendor, when } from '../story.ts'
import { desk, nineToFive, targetsOf } from './level.ts'

const postponed = { type: 'setStatus', status: 'Postponed' }
const opened = { type: 'setStatus', status: 'Open' }

describe('hazards 10–13: pauses and reopening', () => {
  it('10: created 09:00, postponed 09:30–09:45, resolved 10:00, reopened 10:30, 120 min: due 11:45', () => {
    const ticket = story(desk({ resolution: '120m', firstResponse: '120m' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, postponed).do('Mon 09:45', ana, opened)
    ticket.do('Mon 10:00', ana, { type: 'resolve' }).do('Mon 10:30', ana, { type: 'reopen' })
    expect(ticket.due('resolution')).toBe('Mon 11:45')
    expect(ticket.due('firstResponse')).toBe('Mon 11:45')
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 09:30 paused',
      'Mon 09:45 resumed',
      'Mon 10:00 fulfilled',
      'Mon 10:30 resumed',
    ])
  })

  it('11: paused and resolved directly, the open pause ends first: created 10:00, paused 10:10, resolved 16:00: 10 min', () => {
    const ticket = story(desk({ resolution: '120m' })).open('Mon 10:00')
    ticket.do('Mon 10:10', ana, postponed).do('Mon 16:00', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({
      state: 'ended',
      ending: 'fulfilled',
      endedBy: 'resolved',
      elapsedMs: 10 * minute,
      latenessMs: 0,
      breachedAt: null,
    })
  })

  it('12: 9–17, 8 h, created 13:00, hold 17:00–09:00 is no open time: due stays next day 13:00', () => {
    const ticket = story(desk({ resolution: '8h' }, 'office')).open('Mon 13:00')
    expect(ticket.due('resolution')).toBe('Tue 13:00')
    ticket.do('Mon 17:00', ana, postponed)
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', dueAt: null, elapsedMs: 4 * hour })
    ticket.do('Tue 09:00', ana, opened)
    expect(ticket.due('resolution')).toBe('Tue 13:00')
  })

  it('12: 4 h target, 1 h used, 10 h paused: 25 % before, during and after', () => {
    const ticket = story(desk({ resolution: '4h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, postponed)
    const share = () => ticket.clock('resolution').elapsedMs / ticket.clock('resolution').targetMs
    expect(share()).toBe(0.25)
    ticket.until('Mon 15:00')
    expect(share()).toBe(0.25)
    ticket.do('Mon 20:00', ana, opened)
    expect(share()).toBe(0.25)
    expect(ticket.due('resolution')).toBe('Mon 23:00')
  })

  it('13: created 09:00, paused 10:00–12:00, at 12:00 switched from 8 h to 4 h: due 15:00', () => {
    const definition = desk({ resolution: { within: { High: '4h', default: '8h' } } })
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, postponed).do('Mon 12:00', ana, opened)
    expect(ticket.due('resolution')).toBe('Mon 19:00')
    ticket.do('Mon 12:00', ana, { type: 'setPriority', priority: 'High' })
    expect(ticket.due('resolution')).toBe('Mon 15:00')
    expect(ticket.clock('resolution')).toMatchObject({ elapsedMs: hour, cycle: 1, application: 2 })
  })

  it('13: the same switch inside the pause', () => {
    const definition = desk({ resolution: { within: { High: '4h', default: '8h' } } })
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, postponed)
    ticket.do('Mon 11:00', ana, { type: 'setPriority', priority: 'High' })
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', dueAt: null, elapsedMs: hour })
    expect(ticket.do('Mon 12:00', ana, opened).due('resolution')).toBe('Mon 15:00')
  })
})

describe('hazard 15: response clocks', () => {
  const definition = desk({ firstResponse: '120m', nextResponse: '60m' })

  it('until the first response the due is +120; the next response does not overrule it', () => {
    const ticket = story(definition).open('Mon 09:00').do('Mon 09:30', mari, { type: 'message', body: 'Hello?' })
    expect(ticket.due('firstResponse')).toBe('Mon 11:00')
    expect(ticket.ticket.clocks.nextResponse).toBeUndefined()
  })

  it('customer 10:10, agent 10:20: nothing is due; customer 10:30 and 10:40: due 10:30 + target', () => {
    const ticket = story(definition).open('Mon 10:10').do('Mon 10:20', ana, { type: 'reply', body: 'x' })
    expect(ticket.clock('firstResponse')).toMatchObject({ state: 'ended', ending: 'fulfilled' })
    expect(ticket.ticket.clocks.nextResponse).toBeUndefined()
    ticket.do('Mon 10:25', ana, { type: 'reply', body: 'One more thing' })
    expect(ticket.ticket.clocks.nextResponse).toBeUndefined()
    ticket.do('Mon 10:30', mari, { type: 'message', body: 'x' }).do('Mon 10:40', mari, { type: 'message', body: 'x' })
    expect(ticket.due('nextResponse')).toBe('Mon 11:30')
    expect(ticket.clock('nextResponse').cycle).toBe(1)
    ticket.do('Mon 10:50', ana, { type: 'reply', body: 'x' }).do('Mon 11:00', mari, { type: 'message', body: 'x' })
    expect(ticket.clock('nextResponse')).toMatchObject({ cycle: 2, elapsedMs: 0 })
    expect(ticket.due('nextResponse')).toBe('Mon 12:00')
  })

  it('reply and postpone in one command: the first response is met', () => {
    const ticket = story(definition).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'update', message: { body: 'x', visibility: 'public' }, status: 'Postponed' })
    expect(ticket.ticket).toMatchObject({ status: 'Postponed', firstRespondedAt: when('Mon 10:00') })
    expect(ticket.clock('firstResponse')).toMatchObject({ ending: 'fulfilled', elapsedMs: hour })
  })

  it('a message that wakes a postponed ticket starts the next response running', () => {
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    ticket.do('Mon 10:05', ana, postponed).do('Mon 11:00', mari, { type: 'message', body: 'x' })
    expect(ticket.clock('nextResponse')).toMatchObject({ state: 'running', elapsedMs: 0 })
    expect(ticket.due('nextResponse')).toBe('Mon 12:00')
  })
})

describe('hazard 16: resolving ends clocks, closing erases nothing', () => {
  it('resolve ends every running clock at that instant', () => {
    const ticket = story(desk({ firstResponse: '1h', resolution: '8h', firstAssignment: '1h' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ ending: 'fulfilled', endedBy: 'resolved' })
    expect(ticket.clock('firstResponse')).toMatchObject({ ending: 'cancelled', endedBy: 'resolved' })
    expect(ticket.clock('firstAssignment')).toMatchObject({ ending: 'cancelled', endedBy: 'resolved' })
    for (const clock of Object.values(ticket.ticket.clocks))
      expect(clock).toMatchObject({
        state: 'ended',
        endedAt: when('Mon 09:30'),
        elapsedMs: 30 * minute,
        runningSince: null,
      })
  })

  it('“thanks!” grows nothing', () => {
    const ticket = story(desk({ resolution: '8h', nextResponse: '1h' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, { type: 'reply', body: 'x' }).do('Mon 10:00', ana, { type: 'resolve' })
    const { clocks } = ticket.ticket
    ticket.do('Mon 11:00', mari, { type: 'message', body: 'Thanks!', reopens: false }).until('Sun 12:00')
    expect(ticket.ticket.clocks).toEqual(clocks)
  })

  it('resolved late between two polls is late', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 15:00', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({
      ending: 'fulfilled',
      breachedAt: when('Mon 10:00') + 1,
      dueAt: when('Mon 10:00'),
      lateFrom: when('Mon 10:00'),
      latenessMs: 5 * hour,
    })
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 10:00:00.001 breached',
      'Mon 15:00 fulfilled',
    ])
  })

  it('no breach is dated inside a pause', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 09:59', ana, postponed)
    ticket.do('Mon 12:00', ana, opened).do('Mon 12:02', ana, postponed).until('Sun 00:00')
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 09:59 paused',
      'Mon 12:00 resumed',
      'Mon 12:01:00.001 breached',
      'Mon 12:02 paused',
    ])
  })

  it('reopening does not fire an old breach again', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 11:00', ana, { type: 'resolve' })
    ticket.do('Mon 12:00', ana, { type: 'reopen' }).until('Sun 00:00')
    expect(ticket.ledger('resolution').filter((entry) => entry.endsWith('breached'))).toEqual([
      'Mon 10:00:00.001 breached',
    ])
    expect(ticket.clock('resolution')).toMatchObject({ state: 'running', dueAt: when('Mon 10:00') })
  })

  it.each([undefined, 'spam', 'duplicate'])('closing (%s) erases no breach', (reason) => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 11:00', ana, { type: 'close', reason })
    expect(ticket.clock('resolution')).toMatchObject({
      ending: reason === undefined ? 'fulfilled' : 'cancelled',
      endedBy: reason ?? 'closed',
      breachedAt: when('Mon 10:00') + 1,
    })
  })

  it('removing the level stops clocks and keeps past breaches', () => {
    const definition = desk({ resolution: '1h', firstResponse: '4h' }, 'alwaysOpen', {
      slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['no sla'] }, level: null }, { level: 'std' }],
    })
    const ticket = story(definition)
      .open('Mon 09:00')
      .do('Mon 11:00', ana, { type: 'tag', tags: ['no sla'] })
    expect(ticket.ticket.sla).toBeNull()
    expect(ticket.clock('resolution')).toMatchObject({
      ending: 'cancelled',
      endedBy: 'no_target',
      breachedAt: when('Mon 10:00') + 1,
    })
    expect(ticket.clock('firstResponse')).toMatchObject({ ending: 'cancelled', endedBy: 'no_target', breachedAt: null })
    expect(ticket.until('Sun 00:00').ticket.version).toBe(ticket.events.length)
    expect(ticket.events.at(-1)?.at).toBe(when('Mon 11:00'))
  })
})

describe('hazard 19: lateness is open time', () => {
  const definition = desk({ firstResponse: '8h' }, 'office')
  const reply = { type: 'reply', body: 'x' }

  it('due Mon 17:00, answered Tue 09:30: 30 min late', () => {
    const ticket = story(definition).open('Mon 09:00')
    expect(ticket.due('firstResponse')).toBe('Mon 17:00')
    expect(told(ticket.clock('firstResponse').lateFrom)).toBe('Tue 09:00')
    ticket.do('Tue 09:30', ana, reply)
    expect(ticket.clock('firstResponse')).toMatchObject({ latenessMs: 30 * minute, breachedAt: when('Tue 09:00') + 1 })
  })

  it('answered Mon 18:00: in time, lateness 0, and no breach event however often polled in between', () => {
    const ticket = story(definition).open('Mon 09:00')
    for (let at = when('Mon 16:59'); at < when('Mon 18:00'); at += minute) ticket.until(at)
    ticket.do('Mon 18:00', ana, reply)
    expect(ticket.clock('firstResponse')).toMatchObject({ ending: 'fulfilled', latenessMs: 0, breachedAt: null })
    expect(ticket.ledger('firstResponse')).toEqual(['Mon 09:00 started', 'Mon 18:00 fulfilled'])
  })

  it('answered in the very millisecond of the next opening: in time; one later: late by one', () => {
    expect(story(definition).open('Mon 09:00').do('Tue 09:00', ana, reply).clock('firstResponse')).toMatchObject({
      latenessMs: 0,
      breachedAt: null,
    })
    const late = story(definition)
      .open('Mon 09:00')
      .do(when('Tue 09:00') + 1, ana, reply)
    expect(late.clock('firstResponse')).toMatchObject({ latenessMs: 1, breachedAt: when('Tue 09:00') + 1 })
  })

  it('created 10:00, 75 min, open until postponed 11:30, resolved 12:00, reopened 12:00: due stays 11:15, breached once', () => {
    const ticket = story(desk({ resolution: '75m' }))
      .open('Mon 10:00')
      .do('Mon 11:00', ana, opened)
    ticket
      .do('Mon 11:30', ana, postponed)
      .do('Mon 12:00', ana, { type: 'resolve' })
      .do('Mon 12:00', ana, { type: 'reopen' })
    expect(ticket.due('resolution')).toBe('Mon 11:15')
    ticket.until('Sun 00:00')
    expect(ticket.due('resolution')).toBe('Mon 11:15')
    expect(ticket.ledger('resolution').filter((entry) => entry.endsWith('breached'))).toEqual([
      'Mon 11:15:00.001 breached',
    ])
  })
})

describe('hazard 20: what meets no response clock', () => {
  it.each([
    ['a bot’s reply', bot, { type: 'reply', body: 'x' }],
    ['an automatic reply', ana, { type: 'reply', body: 'x', automatic: true }],
    ['an internal note', ana, { type: 'note', body: 'x' }],
    ['third-party mail', vendor, { type: 'message', body: 'x', visibility: 'public' }],
    ['a status by hand', ana, { type: 'setStatus', status: 'Answered' }],
  ])('%s', (_name, actor, request) => {
    const ticket = story(desk({ firstResponse: '4h', nextResponse: '4h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', actor, request)
    expect(ticket.clock('firstResponse')).toMatchObject({ state: 'running', dueAt: when('Mon 13:00') })
    expect(ticket.ticket.firstRespondedAt).toBeNull()
    const answered = story(desk({ nextResponse: '4h' }))
      .open('Mon 09:00')
      .do('Mon 09:10', ana, { type: 'reply', body: 'x' })
    answered.do('Mon 09:20', mari, { type: 'message', body: 'x' }).do('Mon 10:00', actor, request)
    expect(answered.clock('nextResponse')).toMatchObject({ state: 'running', dueAt: when('Mon 13:20') })
  })
})

describe('hazard 46: a definition edited while a ticket sleeps', () => {
  const revision = (within: string, since?: string, more: object = {}) =>
    desk({ resolution: within, firstResponse: within }, 'alwaysOpen', { ...(since && { since: when(since) }), ...more })

  it('a running clock keeps the target it runs under', () => {
    const ticket = story([revision('4h'), revision('2h', 'Mon 10:00')]).open('Mon 09:00')
    expect(ticket.until('Mon 12:30').ledger('resolution')).toEqual(['Mon 09:00 started'])
    expect(ticket.until('Mon 14:00').ledger('resolution')).toEqual(['Mon 09:00 started', 'Mon 13:00:00.001 breached'])
  })

  it('a ticket opened after the edit runs under the new one', () => {
    const definitions = [revision('4h'), revision('2h', 'Mon 10:00')]
    expect(
      story(definitions)
        .open(when('Mon 10:00') - 1)
        .clock('resolution').targetMs,
    ).toBe(4 * hour)
    expect(story(definitions).open('Mon 10:00').clock('resolution').targetMs).toBe(2 * hour)
  })

  it('its calendar too: pauses and resumes count by the version it runs under', () => {
    const later = { ...nineToFive, hours: { mon: [['09:00', '10:00']] } }
    const definitions = [
      desk({ resolution: '2h' }, 'office'),
      desk({ resolution: '2h' }, 'office', { since: when('Mon 09:30'), calendars: [later] }),
    ]
    const ticket = story(definitions).open('Mon 09:00').do('Mon 10:30', ana, postponed)
    expect(ticket.clock('resolution').elapsedMs).toBe(90 * minute)
    expect(ticket.do('Mon 11:00', ana, opened).due('resolution')).toBe('Mon 11:30')
  })

  it('a new cycle takes the new one', () => {
    const edited = (within: string, since?: string) =>
      desk({ nextResponse: within }, 'alwaysOpen', since ? { since: when(since) } : {})
    const ticket = story([edited('4h'), edited('2h', 'Mon 12:00')])
      .open('Mon 09:00')
      .do('Mon 09:10', ana, { type: 'reply', body: 'x' })
    ticket.do('Mon 10:00', mari, { type: 'message', body: 'x' }).do('Mon 12:30', ana, { type: 'reply', body: 'x' })
    expect(ticket.clock('nextResponse').targetMs).toBe(4 * hour)
    expect(ticket.do('Mon 13:00', mari, { type: 'message', body: 'x' }).due('nextResponse')).toBe('Mon 15:00')
  })

  it('a finished cycle keeps its verdict: 2.5 h against 4 h is no breach of 2 h', () => {
    const ticket = story([revision('4h'), revision('2h', 'Mon 12:00')])
      .open('Mon 09:00')
      .do('Mon 11:30', ana, { type: 'resolve' })
    ticket.do('Mon 13:00', ana, { type: 'setPriority', priority: 'High' })
    expect(ticket.clock('resolution')).toMatchObject({
      ending: 'fulfilled',
      latenessMs: 0,
      targetMs: 4 * hour,
      breachedAt: null,
    })
  })

  const closing = (after: string, since?: string) =>
    defineDesk({
      ...(since && { since: when(since) }),
      workflow: {
        statuses: ['New', 'Open', 'Resolved', 'Closed'].map((name) => ({ name, kind: name.toLowerCase() as 'new' })),
        autoClose: { after },
      },
    })
  it.each([
    ['longer: what was due before it stays', '1h', '5h', 'Mon 11:00', 'Mon 10:00'],
    ['longer, in force before it was due', '1h', '5h', 'Mon 09:30', 'Mon 14:00'],
    ['longer, in force at the very instant', '1h', '5h', 'Mon 10:00', 'Mon 14:00'],
    [
      'shorter, and past it when it comes into force: at that instant, not before',
      '5h',
      '1h',
      'Mon 12:00',
      'Mon 12:00',
    ],
    ['shorter, not past it yet', '5h', '4h', 'Mon 12:00', 'Mon 13:00'],
  ])('automatic closing made %s', (_name, first, then, since, closes) => {
    const ticket = story([closing(first), closing(then, since)])
      .open('Mon 08:00')
      .do('Mon 09:00', ana, { type: 'resolve' })
    expect(told(ticket.until('Sun 00:00').ticket.closedAt)).toBe(closes)
  })

  it('facts name the revision that decided them', () => {
    const definitions = [revision('1h'), revision('2h', 'Mon 12:00')] as const
    const ticket = story(definitions).open('Mon 09:00').until('Mon 18:00').do('Mon 18:00', ana, { type: 'resolve' })
    const of = (type: string) => ticket.events.find((event) => event.type === type)?.definitionVersion
    expect(of('sla_breached')).toBe(definitions[0].version)
    expect(of('status_changed')).toBe(definitions[1].version)
  })

  it('a clock under a revision that was not handed in stops with definition_missing; nothing is guessed', () => {
    const [first, then] = [revision('4h'), revision('2h', 'Mon 10:00')]
    const { ticket } = story([first, then]).open('Mon 09:00')
    const pause = parseCommand(postponed, { id: 'c', ticketId: 't1', actor: ana })
    const run = (definitions: Definitions) => decide(definitions, ticket, unwrap(pause), when('Mon 11:00'))
    expect(run([first, then])).toMatchObject({ ok: true })
    expect(run(then)).toMatchObject({
      ok: false,
      error: { code: 'definition_missing', facts: { what: 'level', name: 'std' } },
    })
  })
})

describe('SLA arithmetic of KNOWN-BUGS', () => {
  it('20: four hours plus a pause of two', () => {
    const definition = desk({ resolution: { within: { Urgent: '4h', default: '8h' } } })
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, postponed)
    ticket.do('Mon 12:00', ana, { type: 'update', priority: 'Urgent', status: 'Open' })
    expect(ticket.due('resolution')).toBe('Mon 15:00')
  })

  it('45: a level of the future does not rewrite what ended', () => {
    const ticket = story(desk({ resolution: '4h' }))
      .open('Mon 09:00')
      .do('Mon 11:30', ana, { type: 'resolve' })
    expect(ticket.clock('resolution')).toMatchObject({ ending: 'fulfilled', latenessMs: 0 })
  })

  it('46: the requester’s calendar, else the level’s, else the desk’s; the target’s own above all', () => {
    const riyadh = { ...nineToFive, id: 'riyadh', zone: 'Asia/Riyadh' }
    const india = { ...nineToFive, id: 'india', zone: 'Asia/Kolkata' }
    const definition = defineDesk({
      calendars: [nineToFive, riyadh, india],
      calendar: 'office',
      levels: [
        {
          id: 'std',
          calendar: 'riyadh',
          targets: [...targetsOf({ resolution: '1h', firstResponse: { within: '1h', calendar: 'alwaysOpen' } })],
        },
        { id: 'plain', targets: [...targetsOf({ resolution: '1h' })] },
      ],
      slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['plain'] }, level: 'plain' }, { level: 'std' }],
    } as never)
    const due = (input: object) => story(definition).open('Mon 00:00', input).due('resolution')
    expect(due({ requester: { id: 'a', calendar: 'india' } })).toBe('Mon 04:30')
    expect(due({})).toBe('Mon 07:00')
    expect(due({ tags: ['plain'] })).toBe('Mon 10:00')
    expect(due({ tags: ['plain'], requester: { id: 'a', calendar: 'india' } })).toBe('Mon 04:30')
    expect(
      story(definition)
        .open('Mon 00:00', { requester: { id: 'a', calendar: 'india' } })
        .due('firstResponse'),
    ).toBe('Mon 01:00')
  })

  it('54: the next due is recomputed with the message itself', () => {
    const ticket = story(desk({ firstResponse: '1h', nextResponse: '30m' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, { type: 'reply', body: 'x' }).do('Mon 09:40', mari, { type: 'message', body: 'x' })
    expect(ticket.lastTypes()).toEqual(['message_added', 'status_changed', 'sla_started'])
    expect(ticket.due('nextResponse')).toBe('Mon 10:10')
  })
})

it('a target is at least one second', () => expect(() => desk({ resolution: second - 1 })).toThrow(/at least 1 s/))
