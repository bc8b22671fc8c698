import { type ClockState, defineDesk, slaState } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, hour, mari, minute, story, told, when } from '../story.ts'
import { desk, nineToFive, targetsOf } from './level.ts'

const postponed = { type: 'setStatus', status: 'Postponed' }

/** One clock of a told ticket at an instant. */
function shown(ticket: ReturnType<typeof story>, metric: string, now: string | number): ClockState {
  const clock = slaState(ticket.definitions, ticket.ticket, when(now), { history: ticket.events }).clocks[metric]
  if (!clock) throw new Error(`there is no clock ${metric}`)
  return clock
}

describe('a clock at an instant', () => {
  const ticket = story(desk({ resolution: '8h' }, 'office')).open('Mon 13:00')

  it.each([
    // at, elapsed h, left h, per mille, breached
    ['Mon 13:00', 0, 8, 0, false],
    ['Mon 15:00', 2, 6, 250, false],
    ['Mon 22:00', 4, 4, 500, false],
    ['Tue 13:00', 8, 0, 1_000, false],
    ['Tue 15:00', 10, -2, 1_250, true],
  ])('%s: used, left, share, breached', (at, elapsed, left, usedPerMille, breached) => {
    expect(shown(ticket, 'resolution', at)).toMatchObject({
      state: 'running',
      pausedBy: null,
      elapsedMs: elapsed * hour,
      remainingMs: left * hour,
      usedPerMille,
      breached,
      dueAt: when('Tue 13:00'),
      lateFrom: when('Tue 13:00'),
      lateFromIfUnchanged: when('Tue 13:00'),
    })
  })

  it('is late from the opening after a due time of closing hour', () => {
    const closing = story(desk({ resolution: '4h' }, 'office')).open('Mon 13:00')
    const [last, after] = [
      shown(closing, 'resolution', 'Tue 09:00'),
      shown(closing, 'resolution', when('Tue 09:00') + 1),
    ]
    expect(last).toMatchObject({
      dueAt: when('Mon 17:00'),
      lateFrom: when('Tue 09:00'),
      breached: false,
      remainingMs: 0,
    })
    expect(after).toMatchObject({
      breached: true,
      breachedAt: when('Tue 09:00') + 1,
      remainingMs: -1,
      usedPerMille: 1_000,
    })
  })

  it('ended: how, and nothing ahead of it', () => {
    const ended = story(desk({ resolution: '8h', firstResponse: '1h' })).open('Mon 13:00')
    ended.do('Mon 15:00', ana, { type: 'resolve' })
    expect(shown(ended, 'resolution', 'Mon 20:00')).toMatchObject({
      state: 'ended',
      ending: 'fulfilled',
      endedBy: 'resolved',
      elapsedMs: 2 * hour,
      remainingMs: 6 * hour,
      lateFromIfUnchanged: null,
    })
    expect(shown(ended, 'firstResponse', 'Mon 20:00')).toMatchObject({
      ending: 'cancelled',
      breached: true,
      remainingMs: -hour,
    })
  })
})

describe('if nothing changes', () => {
  it('paused until the ticket wakes: late from what is left after that', () => {
    const ticket = story(desk({ resolution: '8h' }, 'office')).open('Mon 13:00')
    ticket.do('Mon 14:00', ana, { type: 'postpone', until: '2024-01-17T12:00:00Z' })
    expect(shown(ticket, 'resolution', 'Tue 10:00')).toMatchObject({
      state: 'paused',
      pausedBy: { kind: 'status', status: 'Postponed' },
      dueAt: null,
      remainingMs: 7 * hour,
      lateFromIfUnchanged: when('Thu 11:00'),
    })
    expect(told(shown(ticket, 'resolution', 'Wed 12:00').lateFrom)).toBe('Thu 11:00')
  })

  it('paused with nobody to wake it: never', () => {
    const ticket = story(desk({ resolution: '8h' }))
      .open('Mon 13:00')
      .do('Mon 14:00', ana, postponed)
    expect(shown(ticket, 'resolution', 'Tue 10:00')).toMatchObject({ state: 'paused', lateFromIfUnchanged: null })
  })

  it('it wakes, but into a status in which the clock stands still: never', () => {
    const ticket = story(desk({ resolution: { within: '8h', pauses: ['postponed', 'new'] } })).open(
      'Mon 13:00',
      {},
      mari,
    )
    ticket.do('Mon 14:00', ana, { type: 'postpone', until: '2024-01-15T20:00:00Z' })
    expect(shown(ticket, 'resolution', 'Mon 15:00').lateFromIfUnchanged).toBeNull()
    expect(shown(ticket, 'resolution', 'Mon 21:00').state).toBe('paused')
  })

  it('breached and paused: it stays late from when it was', () => {
    const ticket = story(desk({ resolution: '1h' }))
      .open('Mon 13:00')
      .do('Mon 15:00', ana, postponed)
    expect(shown(ticket, 'resolution', 'Tue 10:00')).toMatchObject({
      state: 'paused',
      breached: true,
      remainingMs: -hour,
      lateFromIfUnchanged: when('Mon 14:00'),
    })
  })

  it('is what comes true when nothing changes', () => {
    const ticket = story(desk({ resolution: '8h', firstResponse: '3h' }, 'office')).open('Mon 13:00')
    ticket.do('Mon 14:00', ana, { type: 'postpone', until: '2024-01-16T10:00:00Z' })
    for (const metric of ['resolution', 'firstResponse']) {
      const lateFrom = shown(ticket, metric, 'Mon 15:00').lateFromIfUnchanged ?? 0
      expect(shown(ticket, metric, lateFrom).breached).toBe(false)
      expect(shown(ticket, metric, lateFrom + 1).breached).toBe(true)
    }
  })
})

describe('what lies ahead', () => {
  const steps = [
    { id: 'half', share: 500 },
    { id: 'nag', afterDue: '0h', every: '1h', times: 2 },
  ]
  const ticket = story(desk({ resolution: { within: '4h', steps } as never })).open('Mon 09:00')

  it.each([
    ['Mon 10:00', 'half', 0, 'Mon 11:00'],
    ['Mon 11:00', 'nag', 0, 'Mon 13:00'],
    ['Mon 13:00', 'nag', 1, 'Mon 14:00'],
  ])('at %s the next step is %s', (at, id, repetition, next) => {
    expect(shown(ticket, 'resolution', at).nextStep).toEqual({ id, repetition, at: when(next) })
  })

  it('no step is left, or the clock stands still', () => {
    expect(shown(ticket, 'resolution', 'Mon 15:00').nextStep).toBeNull()
    const paused = story(ticket.definitions).open('Mon 09:00').do('Mon 10:00', ana, postponed)
    expect(shown(paused, 'resolution', 'Mon 11:00').nextStep).toBeNull()
  })

  it('a due time by hand: what is left until it, also inside a pause', () => {
    const byHand = story(desk({ resolution: '8h' }, 'office')).open('Mon 09:00')
    byHand.do('Mon 10:00', ana, { type: 'setDue', metric: 'resolution', dueAt: '2024-01-16T10:00:00Z' })
    byHand.do('Mon 16:00', ana, postponed)
    expect(shown(byHand, 'resolution', 'Mon 16:00')).toMatchObject({
      state: 'paused',
      remainingMs: 2 * hour,
      dueAt: when('Tue 10:00'),
      lateFromIfUnchanged: when('Tue 10:00'),
    })
    expect(shown(byHand, 'resolution', 'Tue 11:00')).toMatchObject({ breached: true, remainingMs: -hour })
  })

  it('held by a signal', () => {
    const metric = {
      name: 'repair',
      starts: [{ on: 'opened' }],
      fulfilledBy: ['resolved'],
      pausedBy: ['signal:hold'],
      resumedBy: ['signal:go'],
    }
    const held = story(desk({ repair: '8h' }, 'alwaysOpen', { metrics: [metric] })).open('Mon 09:00')
    held.do('Mon 10:00', ana, { type: 'signal', name: 'hold' })
    expect(shown(held, 'repair', 'Mon 11:00')).toMatchObject({ state: 'paused', pausedBy: { kind: 'signal' } })
  })
})

describe('the state of a ticket', () => {
  it('has all clocks by name, the level, and what time alone has caused; nothing is changed', () => {
    const ticket = story(desk({ resolution: '8h', firstResponse: '1h' })).open('Mon 13:00')
    const before = JSON.stringify(ticket.ticket)
    const state = slaState(ticket.definitions, ticket.ticket, when('Mon 15:00'))
    expect(state).toMatchObject({ ticketId: 't1', at: when('Mon 15:00'), level: 'std' })
    expect(Object.keys(state.clocks)).toEqual(['firstResponse', 'resolution'])
    expect(state.clocks.firstResponse).toMatchObject({ breachedAt: when('Mon 14:00') + 1, remainingMs: -hour })
    expect(JSON.stringify(ticket.ticket)).toBe(before)
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('of a ticket without a level is empty', () => {
    const ticket = story(defineDesk({})).open('Mon 13:00')
    expect(slaState(ticket.definitions, ticket.ticket, when('Mon 14:00'))).toMatchObject({ level: null, clocks: {} })
  })

  it('asks for the history when waking gives it a first target that counts the past', () => {
    const levels = [{ id: 'late', targets: targetsOf({ resolution: '8h' }) }]
    const slaRules = [{ when: { field: 'kind', op: 'oneOf', value: ['open', 'new'] }, level: 'late' }, { level: null }]
    const definition = defineDesk({ calendars: [nineToFive], calendar: 'office', levels, slaRules } as never)
    const ticket = story(definition).open('Mon 09:00', { status: 'Resolved' }, ana)
    ticket.do('Mon 10:00', ana, { type: 'postpone', until: '2024-01-15T12:00:00Z' })
    const ask = (options?: { history: readonly unknown[] }) =>
      slaState(definition, ticket.ticket, when('Mon 13:00'), options)
    expect(() => ask()).toThrow(expect.objectContaining({ code: 'history_needed' }))
    expect(ask({ history: ticket.events }).clocks.resolution?.state).toBe('running')
  })

  it.each([
    ['before what happened last', when('Mon 13:00') - 1, 'clock_went_back'],
    ['no instant', Number.NaN, 'invalid_instant'],
    ['a fraction', 0.5, 'invalid_instant'],
  ])('%s is refused', (_what, now, code) => {
    const ticket = story(desk({ resolution: '8h' })).open('Mon 13:00')
    const ask = () => slaState(ticket.definitions, ticket.ticket, now)
    expect(ask).toThrow(expect.objectContaining({ code, path: 'now' }))
  })
})

it('half a minute of four hours is two per mille', () => {
  const ticket = story(desk({ resolution: '4h' })).open('Mon 13:00')
  expect(shown(ticket, 'resolution', when('Mon 13:00') + minute / 2).usedPerMille).toBe(2)
})
