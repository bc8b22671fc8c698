import { defineDesk } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, hour, mari, type Story, story, told, when } from '../story.ts'

const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'UTC',
      hours: {
        mon: [['09:00', '17:00']],
        tue: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
        wed: [['09:00', '17:00']],
      },
    },
  ],
  levels: [{ id: 'std', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '480h' }] }],
  slaRules: [{ level: 'std' }],
})
const open = (at = 'Mon 09:00'): Story => story(definition).open(at)

describe('postpone', () => {
  it.each<[promise: string, at: string, until: unknown, wakes: string | null]>([
    ['without an instant: for a third party, no wake', 'Mon 10:00', undefined, null],
    ['null is without', 'Mon 10:00', null, null],
    ['until an instant', 'Mon 10:00', '2024-01-16T11:00:00+02:00', 'Tue 09:00'],
    ['until milliseconds', 'Mon 10:00', when('Tue 09:00'), 'Tue 09:00'],
    ['until a Date', 'Mon 10:00', new Date(when('Tue 09:00')), 'Tue 09:00'],
    ['until one millisecond later', 'Mon 10:00', when('Mon 10:00') + 1, 'Mon 10:00:00.001'],
    ['next opening, while closed: the start of the next interval', 'Mon 08:00', { nextOpening: 'office' }, 'Mon 09:00'],
    ['next opening, while open: the one after this interval', 'Mon 10:00', { nextOpening: 'office' }, 'Tue 09:00'],
    ['next opening, at the opening: the one after', 'Mon 09:00', { nextOpening: 'office' }, 'Tue 09:00'],
    ['next opening, in the morning: after lunch', 'Tue 10:00', { nextOpening: 'office' }, 'Tue 13:00'],
    ['next opening, at closing time', 'Tue 12:00', { nextOpening: 'office' }, 'Tue 13:00'],
    ['two hours of open time', 'Mon 16:00', { business: '2h', calendar: 'office' }, 'Tue 10:00'],
  ])('%s', (_promise, at, until, wakes) => {
    const postponed = open('Mon 07:00').do(at, ana, { type: 'postpone', until, reason: 'Waits for the vendor' })
    expect(postponed.ticket).toMatchObject({
      kind: 'postponed',
      postponeReason: 'Waits for the vendor',
      wakesTo: 'new',
      statusSince: when(at),
    })
    expect(told(postponed.ticket.postponedUntil)).toBe(wakes)
  })

  it.each<[promise: string, until: unknown, code: string, path: string]>([
    ['this instant', when('Mon 10:00'), 'wake_in_past', 'until'],
    ['an earlier one', when('Mon 10:00') - 1, 'wake_in_past', 'until'],
    ['no open time at all', { business: 0, calendar: 'office' }, 'wake_in_past', 'until'],
    ['the next opening of what never closes', { nextOpening: 'alwaysOpen' }, 'wake_in_past', 'until'],
    ['an unknown calendar', { nextOpening: 'offce' }, 'unknown_name', 'until'],
    ['an unknown calendar', { business: '1h', calendar: 'offce' }, 'unknown_name', 'until'],
    ['an instant without a zone', '2024-01-16T11:00:00', 'invalid_instant', 'until'],
    ['30 February', '2024-02-30T11:00:00Z', 'invalid_instant', 'until'],
    ['an ambiguous duration', { business: '1 day', calendar: 'office' }, 'invalid_duration', 'until.business'],
    ['a calendar that is no name', { nextOpening: 5 }, 'invalid_command', 'until.nextOpening'],
    ['a list', [], 'invalid_instant', 'until'],
  ])('refuses %s', (_promise, until, code, path) => {
    expect(open().refusal('Mon 10:00', ana, { type: 'postpone', until })).toMatchObject({ code, path })
  })

  it('tells what was asked when it is too late', () => {
    expect(open().refusal('Mon 10:00', ana, { type: 'postpone', until: when('Mon 09:30') })).toEqual({
      code: 'wake_in_past',
      path: 'until',
      facts: { until: when('Mon 09:30'), at: when('Mon 10:00') },
    })
  })

  it('only a postponed ticket waits until an instant', () => {
    const request = { type: 'setStatus', status: 'Open', until: when('Tue 09:00') }
    expect(open().refusal('Mon 10:00', ana, request)).toMatchObject({ code: 'invalid_command', path: 'until' })
  })
})

describe('postponing again', () => {
  const postponed = () => open().do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00'), reason: 'Vendor' })

  it('replaces reason and wake, keeps statusSince and wakesTo, and moves no clock', () => {
    const before = postponed()
    const { clocks, version } = before.ticket
    before.do('Mon 12:00', ana, { type: 'postpone', until: when('Wed 09:00') })
    expect(before.ticket).toMatchObject({
      postponedUntil: when('Wed 09:00'),
      postponeReason: null,
      statusSince: when('Mon 10:00'),
      wakesTo: 'new',
      clocks,
      version: version + 1,
      revision: 3,
    })
    expect(before.lastTypes()).toEqual(['postponement_changed'])
  })

  it('without an instant takes the wake away', () => {
    const told = postponed().do('Mon 12:00', ana, { type: 'postpone', reason: 'Vendor' })
    expect(told.ticket.postponedUntil).toBeNull()
    expect(told.until('Sun 09:00').ticket.kind).toBe('postponed')
  })

  it.each([
    [{ type: 'setStatus', status: 'Postponed' }],
    [{ type: 'postpone', until: when('Tue 09:00'), reason: 'Vendor' }],
    [{ type: 'update', status: 'Postponed' }],
  ])('as before changes nothing: %o', (request) => {
    expect(postponed().attempt('Mon 12:00', ana, request)).toMatchObject({ value: { unchanged: true } })
  })
})

describe('waking (hazard 23)', () => {
  it.each<[from: string, to: string]>([
    ['New', 'New'],
    ['Open', 'Open'],
    ['Answered', 'Open'],
    ['Resolved', 'Open'],
  ])('at exactly the stored instant, %s to %s', (from, to) => {
    const postponed = open()
    if (from !== 'New') postponed.do('Mon 09:30', ana, { type: 'setStatus', status: from })
    postponed.do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00') })
    expect(postponed.until(when('Tue 09:00') - 1).ticket.kind).toBe('postponed')
    postponed.until('Sun 12:00')
    expect(postponed.ticket).toMatchObject({
      status: to,
      statusSince: when('Tue 09:00'),
      lastAt: when('Tue 09:00'),
      postponedUntil: null,
      postponeReason: null,
      wakesTo: null,
      revision: from === 'New' ? 2 : 3,
    })
    expect(postponed.events.filter(({ cause }) => cause.kind === 'time')[0]).toMatchObject({
      at: when('Tue 09:00'),
      cause: { fact: 'wake' },
      data: { because: 'wake' },
    })
  })

  it('to New although it was postponed again since', () => {
    const told = open().do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00') })
    told.do('Mon 11:00', ana, { type: 'postpone', until: when('Tue 10:00') })
    expect(told.until('Tue 10:00').ticket.status).toBe('New')
  })

  it('by command, whenever it was due', () => {
    const told = open().do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00') })
    expect(told.do('Mon 11:00', ana, { type: 'wake' }).ticket).toMatchObject({ status: 'New', postponedUntil: null })
    expect(told.until('Sun 12:00').ticket.version).toBe(told.events.length)
  })

  it('elsewhere there is nothing to wake', () => {
    expect(open().attempt('Mon 11:00', ana, { type: 'wake' })).toMatchObject({ value: { unchanged: true } })
  })

  it.each([
    ['a message', mari, { type: 'message', body: 'x' }, 'open'],
    ['resolve', ana, { type: 'resolve' }, 'resolved'],
    ['close', ana, { type: 'close' }, 'closed'],
    ['an answer by hand', ana, { type: 'setStatus', status: 'Answered' }, 'answered'],
    ['requeueing', ana, { type: 'setStatus', status: 'New' }, 'new'],
  ])('%s clears the wake: nothing fires later', (_name, actor, request, kind) => {
    const told = open().do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00'), reason: 'Vendor' })
    told.do('Mon 11:00', actor, request)
    expect(told.ticket).toMatchObject({ kind, postponedUntil: null, postponeReason: null, wakesTo: null })
    told.until(when('Mon 11:00') + 100 * hour)
    expect(told.events.some(({ cause }) => cause.kind === 'time' && cause.fact === 'wake')).toBe(false)
  })

  it('comes before a command of the same instant', () => {
    const told = open().do('Mon 10:00', ana, { type: 'postpone', until: when('Tue 09:00') })
    expect(told.attempt('Tue 09:00', ana, { type: 'wake' })).toMatchObject({ value: { unchanged: true } })
    expect(told.ticket).toMatchObject({ status: 'New', revision: 2 })
  })
})
