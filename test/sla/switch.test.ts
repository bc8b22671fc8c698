import { advance, decide, parseCommand, type TargetDefinition, unwrap } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, hour, mari, story, told, when } from '../story.ts'
import { desk, nineToFive, targetsOf } from './level.ts'

const byPriority = (within: TargetDefinition['within'], more: object = {}) => desk({ resolution: { within, ...more } })
const priority = (name: string) => ({ type: 'setPriority', priority: name })
const postponed = { type: 'setStatus', status: 'Postponed' }
const opened = { type: 'setStatus', status: 'Open' }

describe('a switch by priority', () => {
  it('restartFrom opening (the default) keeps what has accrued', () => {
    const ticket = story(byPriority({ Urgent: '4h', default: '8h' })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, priority('Urgent'))
    expect(ticket.clock('resolution')).toMatchObject({
      cycle: 1,
      application: 2,
      elapsedMs: hour,
      runningSince: when('Mon 10:00'),
      targetMs: 4 * hour,
      dueAt: when('Mon 13:00'),
    })
    expect(ticket.lastTypes()).toEqual(['priority_changed', 'sla_retargeted'])
    expect(ticket.do('Mon 11:00', ana, { type: 'unsetPriority' }).due('resolution')).toBe('Mon 17:00')
    expect(ticket.clock('resolution').application).toBe(3)
  })

  it('restartFrom switch ends the cycle as cancelled and starts the next at 0', () => {
    const ticket = story(byPriority({ Urgent: '4h', default: '8h' }, { restartFrom: 'switch' })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, priority('Urgent'))
    expect(ticket.events.slice(-2)).toMatchObject([
      {
        type: 'sla_cancelled',
        data: { clock: { cycle: 1, elapsedMs: hour, endedBy: 'switched', ending: 'cancelled' } },
      },
      {
        type: 'sla_started',
        data: { clock: { cycle: 2, application: 1, elapsedMs: 0, startedAt: when('Mon 10:00') } },
      },
    ])
    expect(ticket.due('resolution')).toBe('Mon 14:00')
  })

  it('restartFrom switch starts the next cycle paused where the ticket is paused', () => {
    const ticket = story(byPriority({ Urgent: '4h', default: '8h' }, { restartFrom: 'switch' })).open('Mon 09:00')
    ticket.do('Mon 09:30', ana, postponed).do('Mon 10:00', ana, priority('Urgent'))
    expect(ticket.clock('resolution')).toMatchObject({ cycle: 2, state: 'paused', elapsedMs: 0 })
    expect(ticket.do('Mon 11:00', ana, opened).due('resolution')).toBe('Mon 15:00')
  })

  it('a change that leaves allowance and calendar as they are is no switch', () => {
    const ticket = story(byPriority({ Urgent: '4h', default: '8h' })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, priority('High'))
    expect(ticket.lastTypes()).toEqual(['priority_changed'])
    ticket.do('Mon 10:00', ana, { type: 'setRequester', requester: { id: 'other', name: 'Other' } })
    expect(ticket.lastTypes()).toEqual(['requester_changed'])
    expect(ticket.clock('resolution')).toMatchObject({ application: 1, dueAt: when('Mon 17:00') })
  })

  it('target below elapsed: a running clock breaches in that same cause, due and late from the switch', () => {
    const ticket = story(byPriority({ Urgent: '1h', default: '8h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, priority('Urgent'))
    const at = when('Mon 12:00')
    expect(ticket.lastTypes()).toEqual(['priority_changed', 'sla_retargeted', 'sla_breached'])
    expect(ticket.clock('resolution')).toMatchObject({
      state: 'running',
      breachedAt: at,
      dueAt: at,
      lateFrom: at,
      elapsedMs: 3 * hour,
    })
    expect(ticket.do('Mon 13:00', ana, { type: 'resolve' }).clock('resolution').latenessMs).toBe(3 * hour)
  })

  it.each([
    ['resumes', opened],
    ['ends', { type: 'resolve' }],
  ])('target below elapsed: a paused clock breaches when it %s', (_when, request) => {
    const ticket = story(byPriority({ Urgent: '1h', default: '8h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, postponed)
    ticket.do('Mon 13:00', ana, priority('Urgent')).until('Mon 13:30')
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', breachedAt: null })
    const at = when('Mon 14:00')
    expect(ticket.do(at, ana, request).clock('resolution')).toMatchObject({ breachedAt: at, dueAt: at, lateFrom: at })
    expect(ticket.ledger('resolution').filter((entry) => entry.endsWith('breached'))).toHaveLength(1)
  })

  it('target equal to elapsed follows the ordinary rule: late one millisecond later', () => {
    const ticket = story(byPriority({ Urgent: '1h', default: '8h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, priority('Urgent'))
    expect(ticket.clock('resolution')).toMatchObject({
      breachedAt: null,
      dueAt: when('Mon 10:00'),
      lateFrom: when('Mon 10:00'),
    })
    expect(ticket.until('Mon 11:00').clock('resolution').breachedAt).toBe(when('Mon 10:00') + 1)
  })

  it('a switch that makes elapsed fit takes the breach back; the ledger keeps it, and a later one is new', () => {
    const ticket = story(byPriority({ Urgent: '1h', default: '8h' })).open('Mon 09:00', { priority: 'Urgent' })
    ticket.until('Mon 11:00')
    expect(ticket.clock('resolution').breachedAt).toBe(when('Mon 10:00') + 1)
    ticket.do('Mon 11:00', ana, { type: 'unsetPriority' })
    expect(ticket.clock('resolution')).toMatchObject({
      breachedAt: null,
      dueAt: when('Mon 17:00'),
      lateFrom: when('Mon 17:00'),
    })
    ticket.until('Mon 18:00')
    expect(ticket.ledger('resolution')).toEqual([
      'Mon 09:00 started',
      'Mon 10:00:00.001 breached',
      'Mon 11:00 retargeted',
      'Mon 17:00:00.001 breached',
    ])
  })

  it('a breached clock that is still late after the switch stays breached, once', () => {
    const ticket = story(byPriority({ Urgent: '1h', High: '2h', default: '8h' })).open('Mon 09:00', {
      priority: 'Urgent',
    })
    ticket.do('Mon 12:00', ana, priority('High')).until('Sun 00:00')
    expect(ticket.clock('resolution')).toMatchObject({ breachedAt: when('Mon 10:00') + 1, targetMs: 2 * hour })
    expect(ticket.ledger('resolution').filter((entry) => entry.endsWith('breached'))).toHaveLength(1)
  })

  it('the reply of the same update is judged by what was promised until then', () => {
    const definition = desk({ firstResponse: { within: { Urgent: '30m', default: '8h' } } })
    const ticket = story(definition).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'update', priority: 'Urgent', message: { body: 'x', visibility: 'public' } })
    expect(ticket.clock('firstResponse')).toMatchObject({
      ending: 'fulfilled',
      targetMs: 8 * hour,
      breachedAt: null,
      application: 1,
    })
  })

  it('the status of the same update as well, and the switch comes after it', () => {
    const ticket = story(byPriority({ Urgent: '30m', default: '8h' })).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'update', priority: 'Urgent', status: 'Postponed' })
    expect(ticket.ledger('resolution')).toEqual(['Mon 09:00 started', 'Mon 10:00 paused', 'Mon 10:00 retargeted'])
    expect(ticket.clock('resolution')).toMatchObject({ state: 'paused', breachedAt: null, elapsedMs: hour })
  })

  it('a priority set while opening is what the first target goes by', () => {
    expect(
      story(byPriority({ Urgent: '1h', default: '8h' }))
        .open('Mon 09:00', { priority: 'Urgent' })
        .clock('resolution'),
    ).toMatchObject({
      targetMs: hour,
      application: 1,
    })
  })
})

describe('a switch of calendar', () => {
  const tallinn = { ...nineToFive, id: 'tallinn', zone: 'Europe/Tallinn' }
  const definition = desk({ resolution: '8h' }, 'office', { calendars: [nineToFive, tallinn] })

  it('with the requester: each stretch counts in the calendar in force during it', () => {
    const ticket = story(definition).open('Mon 09:00')
    ticket.do('Mon 11:00', ana, { type: 'setRequester', requester: { id: 'mari', calendar: 'tallinn' } })
    expect(ticket.clock('resolution')).toMatchObject({ calendar: 'tallinn', elapsedMs: 2 * hour, application: 2 })
    expect(ticket.due('resolution')).toBe('Tue 09:00')
  })

  it('an unknown one is refused with its path', () => {
    const requester = { id: 'mari', calendar: 'talinn' }
    expect(
      story(definition).open('Mon 09:00').refusal('Mon 10:00', ana, { type: 'setRequester', requester }),
    ).toMatchObject({
      code: 'unknown_name',
      path: 'requester.calendar',
      facts: { what: 'calendar', name: 'talinn', known: ['alwaysOpen', 'office', 'tallinn'] },
    })
  })
})

describe('a switch of level', () => {
  const rules = (...levels: readonly (readonly [string, object])[]) =>
    desk({}, 'alwaysOpen', {
      levels: levels.map(([id, targets]) => ({ id, targets: targetsOf(targets as never) })),
      slaRules: [
        ...levels.slice(1).map(([id]) => ({ when: { field: 'tags', op: 'hasAny', value: [id] }, level: id })),
        { when: { field: 'tags', op: 'hasAny', value: ['none'] }, level: null },
        { level: levels[0]?.[0] },
      ],
    })
  const tag = (name: string) => ({ type: 'tag', tags: [name] })
  const untag = (name: string) => ({ type: 'untag', tags: [name] })

  it('the first rule that matches gives the level, and the event says which', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['gold', { resolution: '4h' }])).open('Mon 09:00', {
      tags: ['gold'],
    })
    expect(ticket.ticket.sla).toMatchObject({ level: 'gold', appliedAt: when('Mon 09:00') })
    expect(ticket.events.find(({ type }) => type === 'sla_applied')).toMatchObject({
      data: { level: 'gold', from: null, reason: 'rule 1' },
    })
  })

  it('is looked for again when a field that the rules read changes, once per cause', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['gold', { resolution: '4h' }])).open('Mon 09:00')
    ticket.do('Mon 10:00', ana, { type: 'update', tags: { add: ['gold'] }, priority: 'High', fields: { a: 1 } })
    expect(ticket.lastTypes()).toEqual([
      'fields_changed',
      'tags_changed',
      'priority_changed',
      'sla_applied',
      'sla_retargeted',
    ])
    expect(ticket.due('resolution')).toBe('Mon 13:00')
    ticket.do('Mon 10:30', ana, tag('other'))
    expect(ticket.lastTypes()).toEqual(['tags_changed'])
  })

  it('a new level with the same allowance is a switch', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['gold', { resolution: '8h' }]))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, tag('gold'))
    expect(ticket.clock('resolution')).toMatchObject({ level: 'gold', application: 2, dueAt: when('Mon 17:00') })
  })

  it('takes over the new level’s pause list', () => {
    const ticket = story(
      rules(['std', { resolution: '8h' }], ['gold', { resolution: { within: '8h', pauses: ['new'] } }]),
    ).open('Mon 09:00')
    expect(ticket.do('Mon 10:00', ana, tag('gold')).clock('resolution')).toMatchObject({
      state: 'paused',
      elapsedMs: hour,
    })
    expect(ticket.do('Mon 11:00', ana, untag('gold')).clock('resolution')).toMatchObject({
      state: 'running',
      dueAt: when('Mon 18:00'),
    })
  })

  it('to one without the target cancels the clock; back again resumes its cycle, the gap being a pause', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['bare', {}]))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, tag('bare'))
    expect(ticket.clock('resolution')).toMatchObject({
      state: 'ended',
      ending: 'cancelled',
      endedBy: 'no_target',
      elapsedMs: hour,
    })
    ticket.do('Mon 13:00', ana, untag('bare'))
    expect(ticket.clock('resolution')).toMatchObject({
      state: 'running',
      cycle: 1,
      elapsedMs: hour,
      endedAt: null,
      endedBy: null,
    })
    expect(ticket.due('resolution')).toBe('Mon 20:00')
  })

  it('no level: no open clocks; the level returns: the same', () => {
    const ticket = story(rules(['std', { resolution: '8h', firstResponse: '8h' }]))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, tag('none'))
    expect(ticket.ticket.sla).toBeNull()
    expect(Object.values(ticket.ticket.clocks).map((clock) => clock?.state)).toEqual(['ended', 'ended'])
    ticket.do('Mon 11:00', ana, untag('none'))
    expect(ticket.due('resolution')).toBe('Mon 18:00')
    expect(ticket.due('firstResponse')).toBe('Mon 18:00')
  })

  it('a target that is null for one priority is the same as none', () => {
    const ticket = story(byPriority({ Low: null, default: '8h' }))
      .open('Mon 09:00', { priority: 'High' })
      .do('Mon 10:00', ana, priority('Low'))
    expect(ticket.clock('resolution')).toMatchObject({ ending: 'cancelled', endedBy: 'no_target' })
    expect(ticket.do('Mon 12:00', ana, priority('High')).due('resolution')).toBe('Mon 19:00')
  })

  it('a target that returns while the ticket is resolved resumes when it is reopened', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['bare', {}]))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, tag('bare'))
    ticket.do('Mon 11:00', ana, { type: 'resolve' }).do('Mon 12:00', ana, untag('bare'))
    expect(ticket.clock('resolution')).toMatchObject({ state: 'ended', endedBy: 'no_target' })
    expect(ticket.do('Mon 13:00', ana, { type: 'reopen' }).due('resolution')).toBe('Mon 20:00')
  })

  it('the verdict of a cycle is by the target in force at its end; a finished cycle is left alone', () => {
    const ticket = story(rules(['std', { resolution: '8h' }], ['gold', { resolution: '1h' }]))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, { type: 'resolve' })
    const { clocks } = ticket.ticket
    expect(ticket.do('Mon 13:00', ana, tag('gold')).ticket.clocks).toEqual(clocks)
    expect(ticket.do('Mon 14:00', ana, { type: 'reopen' }).clock('resolution')).toMatchObject({
      targetMs: hour,
      breachedAt: when('Mon 14:00'),
    })
  })
})

describe('a first target that comes late counts the past from the log', () => {
  const rules = (targets: object) =>
    desk({}, 'alwaysOpen', {
      levels: [{ id: 'late', targets: targetsOf(targets as never) }],
      slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['sla'] }, level: 'late' }],
    })
  const tag = { type: 'tag', tags: ['sla'] }

  it('decide asks for the history', () => {
    const definition = rules({ resolution: '8h' })
    const ticket = story(definition).open('Mon 09:00')
    const command = unwrap(parseCommand(tag, { id: 'x', ticketId: 't1', actor: ana }))
    const at = when('Mon 12:00')
    expect(decide(definition, ticket.ticket, command, at)).toEqual({
      ok: false,
      error: { code: 'history_needed', facts: { ticketId: 't1', metric: 'resolution' } },
    })
    expect(decide(definition, ticket.ticket, command, at, { history: ticket.events })).toMatchObject({ ok: true })
  })

  it('with its pauses', () => {
    const ticket = story(rules({ resolution: '8h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, postponed)
      .do('Mon 12:00', ana, opened)
    ticket.do('Mon 13:00', ana, tag)
    expect(ticket.clock('resolution')).toMatchObject({
      startedAt: when('Mon 09:00'),
      elapsedMs: 2 * hour,
      runningSince: when('Mon 13:00'),
    })
    expect(ticket.due('resolution')).toBe('Mon 19:00')
    expect(ticket.events.at(-1)).toMatchObject({
      type: 'sla_started',
      at: when('Mon 13:00'),
      data: { reason: 'history' },
    })
  })

  it('a response given before is met', () => {
    const ticket = story(rules({ firstResponse: '8h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    ticket.do('Mon 12:00', ana, tag)
    expect(ticket.clock('firstResponse')).toMatchObject({
      state: 'ended',
      ending: 'fulfilled',
      endedAt: when('Mon 10:00'),
      elapsedMs: hour,
    })
  })

  it('a requester who waits already waits since then', () => {
    const ticket = story(rules({ nextResponse: '2h' }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    ticket.do('Mon 11:00', mari, { type: 'message', body: 'x' }).do('Mon 12:00', ana, tag)
    expect(ticket.due('nextResponse')).toBe('Mon 13:00')
  })

  it('what is past its target by then is late at the switch, in that cause', () => {
    const ticket = story(rules({ resolution: '1h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, tag)
    const at = when('Mon 12:00')
    expect(ticket.lastTypes()).toEqual(['tags_changed', 'sla_applied', 'sla_started', 'sla_breached'])
    expect(ticket.clock('resolution')).toMatchObject({ breachedAt: at, dueAt: at, lateFrom: at })
    expect(ticket.do('Mon 13:00', ana, { type: 'resolve' }).clock('resolution').latenessMs).toBe(3 * hour)
  })

  it('what is not late yet becomes late in its time', () => {
    const ticket = story(rules({ resolution: '4h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, tag)
      .until('Sun 00:00')
    expect(ticket.clock('resolution').breachedAt).toBe(when('Mon 13:00') + 1)
  })

  it('a metric that never started has no clock', () => {
    const ticket = story(rules({ nextResponse: '4h' }))
      .open('Mon 09:00')
      .do('Mon 12:00', ana, tag)
    expect(ticket.ticket.clocks).toEqual({})
  })

  it('a target for a priority only, given with the switch itself', () => {
    const ticket = story(byPriority({ Urgent: '4h', default: null }))
      .open('Mon 09:00')
      .do('Mon 10:00', ana, priority('Urgent'))
    expect(ticket.due('resolution')).toBe('Mon 13:00')
  })

  it('also when time alone brings it: a wake into a status that the rules read', () => {
    const definition = desk({ resolution: { within: '8h', pauses: ['postponed'] } }, 'alwaysOpen', {
      slaRules: [{ when: { field: 'kind', op: 'is', value: 'open' }, level: 'std' }],
    })
    const ticket = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    ticket.do('Mon 11:00', ana, { type: 'postpone', until: when('Mon 12:00') })
    const woken = advance(definition, ticket.ticket, when('Mon 13:00'), { history: ticket.events })
    expect(woken.ticket).toMatchObject({
      status: 'Open',
      sla: { level: 'std' },
      clocks: { resolution: { elapsedMs: 2 * hour } },
    })
    expect(told(woken.ticket.clocks.resolution?.dueAt)).toBe('Mon 18:00')
  })
})
