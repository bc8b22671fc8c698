import { describe, expect, test } from 'vitest'
import { isDeskError } from '../../src/errors.ts'
import { alwaysOpen, businessCalendar, type CalendarDefinition } from '../../src/time/business-calendar.ts'
import type { HoursDefinition } from '../../src/time/calendar.ts'
import { intersectCalendars, unionCalendars } from '../../src/time/combine.ts'
import { describeCalendar } from '../../src/time/describe.ts'
import { calendarFromHolidays } from '../../src/time/holidays.ts'
import { toInstant } from '../../src/time/instant.ts'

const hour = 3_600_000
const nineToFive = { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']] } as const
const tallinnJson: CalendarDefinition = { id: 'tallinn', zone: 'Europe/Tallinn', hours: nineToFive }
const newYorkJson: CalendarDefinition = { id: 'newYork', zone: 'America/New_York', hours: nineToFive }
const tallinn = businessCalendar(tallinnJson)
const newYork = businessCalendar(newYorkJson)
const monday = toInstant('2026-11-23T00:00:00Z')
const wednesday = toInstant('2026-11-25T00:00:00Z')

describe('calendars made of others', () => {
  test('a union follows the sun', () => {
    const desk = unionCalendars([tallinn, newYork], { id: 'desk', zone: 'Europe/Tallinn' })
    // 07–15 and 14–22 UTC
    expect(desk.between(monday, wednesday)).toBe(2 * 15 * hour)
    expect(desk.add(toInstant('2026-11-23T14:30:00Z'), 8 * hour)).toBe(toInstant('2026-11-24T07:30:00Z'))
    expect(desk.zone).toBe('Europe/Tallinn')
  })

  test('an intersection is when they can meet', () => {
    const meeting = intersectCalendars([tallinn, newYork], { id: 'meeting' })
    expect(meeting.between(monday, wednesday)).toBe(2 * hour)
    expect(meeting.nextOpening(monday)).toBe(toInstant('2026-11-23T14:00:00Z'))
    expect(intersectCalendars([tallinn, alwaysOpen], { id: 'same' }).between(monday, wednesday)).toBe(16 * hour)
  })

  test('values and JSON give the same', () => {
    const json = businessCalendar({ id: 'desk', zone: 'Europe/Tallinn', union: ['tallinn', 'newYork'] }, [
      tallinn,
      newYorkJson,
    ])
    const value = unionCalendars([tallinn, newYork], { id: 'desk' })
    expect([...json.intervals(monday, wednesday)]).toEqual([...value.intervals(monday, wednesday)])
    expect(json.addBusinessDays(monday, 1)).toBe(value.addBusinessDays(monday, 1))
  })

  test('one given twice counts once, 100 are not too many', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => businessCalendar({ ...tallinnJson, id: `c${i}` }))
    const union = unionCalendars([...hundred, hundred[0] as typeof tallinn], { id: 'all' })
    expect(union.between(monday, wednesday)).toBe(16 * hour)
    const reason = [...union.intervals(monday, monday + 1)][0]?.reason
    expect(reason?.kind === 'union' && reason.parts.length).toBe(100)
  })

  test('unions of unions', () => {
    const desk = unionCalendars([tallinn, newYork], { id: 'desk' })
    const all = unionCalendars([desk, alwaysOpen], { id: 'all' })
    expect(all.between(monday, wednesday)).toBe(48 * hour)
    const parts = [...all.intervals(monday, monday + 1)][0]?.reason
    expect(parts).toMatchObject({
      kind: 'union',
      parts: [
        { calendar: 'desk', open: false },
        { calendar: 'alwaysOpen', open: true },
      ],
    })
  })

  test.each<[string, () => unknown, string]>([
    ['no calendars', () => unionCalendars([], { id: 'none' }), 'invalid_definition'],
    ['a look-alike', () => unionCalendars([{ ...tallinn }], { id: 'copy' }), 'invalid_definition'],
    ['an unknown zone', () => unionCalendars([tallinn], { id: 'a', zone: 'Mars' }), 'unknown_zone'],
    ['a zone that is no text', () => unionCalendars([tallinn], { id: 'a', zone: 5 as never }), 'unknown_zone'],
    ['an id with a blank', () => unionCalendars([tallinn], { id: 'my desk' }), 'invalid_definition'],
    ['no id', () => unionCalendars([tallinn], {} as never), 'invalid_definition'],
    ['an id that is taken', () => intersectCalendars([tallinn], { id: 'alwaysOpen' }), 'invalid_definition'],
    ['two of one id', () => unionCalendars([tallinn, businessCalendar(tallinnJson)], { id: 'a' }), 'duplicate_name'],
    [
      'more than 100 calendars',
      () =>
        unionCalendars(
          Array.from({ length: 101 }, (_, i) => businessCalendar({ ...tallinnJson, id: `c${i}` })),
          { id: 'a' },
        ),
      'too_large',
    ],
    [
      'unions within unions without end',
      () => {
        let union = tallinn
        for (let i = 0; i < 10_000; i++) union = unionCalendars([union], { id: `u${i}` })
      },
      'too_large',
    ],
    [
      'never both',
      () => {
        const tokyo = businessCalendar({ id: 'tokyo', zone: 'Asia/Tokyo', hours: { mon: [['09:00', '10:00']] } })
        return intersectCalendars([tokyo, newYork], { id: 'never' })
      },
      'calendar_never_open',
    ],
  ])('refused: %s', (_, run, code) => {
    expect(run).toThrow(expect.toSatisfy((error: unknown) => isDeskError(error) && error.code === code))
  })
})

describe('every stretch has its date and its reason', () => {
  const calendar = businessCalendar({
    id: 'shop',
    zone: 'Europe/Tallinn',
    hours: {
      mon: [['09:00', '17:00']],
      tue: [['22:00', '06:00']],
      wed: [['09:00', '17:00']],
      thu: [['09:00', '17:00']],
    },
    closures: { '2026-12-21': [['12:00', '13:00']] },
    specialHours: { '2026-12-23': [['10:00', '14:00']] },
    holidays: [{ date: '12-24', name: 'Jõululaupäev' }],
  })

  test('in words', () => {
    const words = [
      ...calendar.intervals(toInstant('2026-12-21T00:00:00+02:00'), toInstant('2026-12-25T00:00:00+02:00')),
    ].map(({ from, to, open, date, reason }) => {
      const local = (at: number) => new Date(at + 2 * hour).toISOString().slice(8, 16)
      const name = reason.kind === 'holiday' ? ` ${reason.name}` : ''
      return `${local(from)}–${local(to)} ${open ? 'open' : 'closed'} ${date.slice(5)} ${reason.kind}${name}`
    })
    expect(words).toEqual([
      '21T00:00–21T09:00 closed 12-21 hours',
      '21T09:00–21T12:00 open 12-21 hours',
      '21T12:00–21T13:00 closed 12-21 closure',
      '21T13:00–21T17:00 open 12-21 hours',
      '21T17:00–22T00:00 closed 12-21 hours',
      '22T00:00–22T22:00 closed 12-22 hours',
      '22T22:00–23T06:00 open 12-22 hours',
      '23T06:00–23T10:00 closed 12-23 specialHours',
      '23T10:00–23T14:00 open 12-23 specialHours',
      '23T14:00–24T00:00 closed 12-23 specialHours',
      '24T00:00–25T00:00 closed 12-24 holiday Jõululaupäev',
    ])
  })

  test('lazily: a century costs nothing until it is read', () => {
    const started = performance.now()
    const first = calendar.intervals(0, 36_525 * 24 * hour).next().value
    expect(first?.from).toBe(0)
    expect(performance.now() - started).toBeLessThan(100)
  })
})

describe('business days', () => {
  const at = (text: string) => toInstant(`${text}+02:00`)
  const hours: HoursDefinition['hours'] = {
    mon: [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ],
    tue: [['09:00', '17:00']],
    wed: [['22:00', '06:00']],
    thu: [['22:00', '06:00']],
    fri: [['09:00', '13:00']],
  }
  const office = businessCalendar({ id: 'office', zone: 'Europe/Tallinn', hours, holidays: ['2026-12-01'] })

  test.each([
    ['same wall time', '2026-11-23T10:30:00', 1, '2026-11-24T10:30:00'],
    ['none: the next opening', '2026-11-22T12:00:00', 0, '2026-11-23T09:00:00'],
    ['from a closed day: of the next opening', '2026-11-22T12:00:00', 1, '2026-11-24T09:00:00'],
    ['closed then: the closing before', '2026-11-24T15:00:00', 3, '2026-11-27T13:00:00'],
    ['closed then, in a break: the closing before', '2026-11-27T12:30:00', 1, '2026-11-30T12:00:00'],
    ['closed then, too early: the first opening', '2026-11-24T10:00:00', 1, '2026-11-25T22:00:00'],
    ['after midnight in a shift: after midnight again', '2026-11-26T02:00:00', 1, '2026-11-27T02:00:00'],
    ['a night shift to an office day', '2026-11-27T02:00:00', 1, '2026-11-27T13:00:00'],
    ['over a weekend and a holiday', '2026-11-27T10:00:00', 2, '2026-12-02T22:00:00'],
  ])('%s', (_, from, days, expected) => {
    expect(new Date(office.addBusinessDays(at(from), days)).toISOString()).toBe(new Date(at(expected)).toISOString())
  })

  test('alwaysOpen has UTC days', () => {
    expect(alwaysOpen.addBusinessDays(monday + 5, 3)).toBe(monday + 5 + 72 * hour)
  })

  test('a closure that empties a date takes it off the list', () => {
    const closed = businessCalendar({
      id: 'closed',
      zone: 'Europe/Tallinn',
      hours,
      closures: { '2026-11-24': [['00:00', '24:00']] },
    })
    expect(closed.addBusinessDays(at('2026-11-23T10:00:00'), 1)).toBe(at('2026-11-25T22:00:00'))
  })
})

describe('calendars in words, and from lists of holidays', () => {
  test('words', () => {
    const week = {
      mon: [
        ['09:00', '12:30'],
        ['13:00', '17:00'],
      ],
      tue: [['09:00', '17:00']],
      wed: [['09:00', '17:00']],
      sun: [['00:00', '24:00']],
    } as const
    expect(
      describeCalendar({
        id: 'shop',
        zone: 'Europe/Tallinn',
        hours: week,
        specialHours: { '2026-12-23': [['10:00', '14:00']], '2026-12-28': [] },
        closures: { '2026-11-23': [['12:00', '13:00']] },
        holidays: ['2026-06-24', { date: '12-25', name: 'Jõulud' }],
      }),
    ).toBe(
      [
        'shop, on the clocks of Europe/Tallinn',
        'Open Mon 09:00–12:30 and 13:00–17:00, Tue–Wed 09:00–17:00, Sun all day',
        'Instead: 2026-12-23 10:00–14:00, 2026-12-28 closed',
        'Closed in between: 2026-11-23 12:00–13:00',
        'Holidays: 2026-06-24, 12-25 every year (Jõulud)',
      ].join('\n'),
    )
    expect(describeCalendar({ id: 'u', zone: 'UTC', union: ['a', 'b'] })).toMatch(/whenever a or b is/)
    expect(describeCalendar({ id: 'i', zone: 'UTC', intersection: ['a', 'b'] })).toMatch(/only while a and b are/)
  })

  // as new Holidays('EE').getHolidays(2026) of date-holidays gives them
  const listed = [
    {
      date: '2026-02-24 00:00:00',
      start: new Date('2026-02-23T22:00:00Z'),
      end: new Date('2026-02-24T22:00:00Z'),
      name: 'iseseisvuspäev',
      type: 'public',
      rule: '02-24',
    },
    {
      date: '2026-03-08 00:00:00',
      start: new Date('2026-03-07T22:00:00Z'),
      end: new Date('2026-03-08T22:00:00Z'),
      name: 'naistepäev',
      type: 'observance',
      rule: '03-08',
    },
    {
      date: '2026-12-24 14:00:00',
      start: new Date('2026-12-24T12:00:00Z'),
      end: new Date('2026-12-24T22:00:00Z'),
      name: 'lühem päev',
      type: 'public',
      rule: '12-24 14:00',
    },
  ]

  test('whole dates become holidays, parts of dates closures, observances nothing', () => {
    const definition = calendarFromHolidays(tallinnJson as HoursDefinition, listed)
    expect(definition.holidays).toEqual([{ date: '2026-02-24', name: 'iseseisvuspäev' }])
    expect(definition.closures).toEqual({ '2026-12-24': [['14:00:00', '24:00']] })
    expect(businessCalendar(definition).isOpen(toInstant('2026-02-24T10:00:00+02:00'))).toBe(false)
    expect(calendarFromHolidays(tallinnJson as HoursDefinition, listed, ['observance']).holidays).toHaveLength(1)
  })

  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
  const everyDay = Object.fromEntries(days.map((day) => [day, [['00:00', '24:00']]])) as HoursDefinition['hours']
  const listedFor = (start: string, end: string) => [
    { name: 'feast', type: 'public', start: new Date(start), end: new Date(end) },
  ]

  test.each([
    // Cairo's clocks go from 00:00 to 01:00 on 26 April 2024, and from 24:00 back to 23:00 on 31 October
    ['begins at 01:00', 'Africa/Cairo', '2024-04-25T22:00:00Z', '2024-04-26T21:00:00Z', ['2024-04-26']],
    ['of 25 hours', 'Africa/Cairo', '2024-10-30T21:00:00Z', '2024-10-31T22:00:00Z', ['2024-10-31']],
    ['until 23:59:59.999', 'Europe/Tallinn', '2026-02-23T22:00:00Z', '2026-02-24T21:59:59.999Z', ['2026-02-24']],
    ['until 23:59', 'Europe/Tallinn', '2026-02-23T22:00:00Z', '2026-02-24T21:59:00Z', ['2026-02-24']],
    [
      'three',
      'Africa/Cairo',
      '2024-04-24T22:00:00Z',
      '2024-04-27T21:00:00Z',
      ['2024-04-25', '2024-04-26', '2024-04-27'],
    ],
    ['that is skipped', 'Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-31T10:00:00Z', ['2011-12-29', '2011-12-31']],
  ])('a date %s is one date', (_, zone, start, end, dates) => {
    const definition = calendarFromHolidays({ id: 'a', zone, hours: everyDay }, listedFor(start, end))
    expect(definition.holidays).toEqual(dates.map((date) => ({ date, name: 'feast' })))
    expect(definition.closures).toBeUndefined()
    const calendar = businessCalendar(definition)
    expect(calendar.between(toInstant(start), toInstant(end))).toBe(0)
    expect(calendar.isOpen(toInstant(start) - 1)).toBe(true)
    expect(calendar.nextOpening(toInstant(start))).toBe(
      Math.ceil(toInstant(end) / 60_000 + (end.includes('59:00') ? 1 : 0)) * 60_000,
    )
  })

  test('an afternoon that ends within a minute is cut to the second', () => {
    const [start, end] = ['2026-12-24T12:00:00.500Z', '2026-12-24T15:29:59.999Z']
    const definition = calendarFromHolidays(tallinnJson as HoursDefinition, listedFor(start, end))
    expect(definition.closures).toEqual({ '2026-12-24': [['14:00:00', '17:30:00']] })
  })

  test.each([
    ['over before it begins', '2026-12-25T00:00:00Z', '2026-12-24T00:00:00Z', 'invalid_definition', 'holidays[0]'],
    ['without length', '2026-12-25T00:00:00Z', '2026-12-25T00:00:00Z', 'invalid_definition', 'holidays[0]'],
    ['of months', '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', 'invalid_definition', 'holidays[0]'],
    ['of no date', 'never', '2026-03-01T00:00:00Z', 'invalid_instant', 'holidays[0].start'],
  ])('a holiday %s is refused', (_, start, end, code, path) => {
    const run = () => calendarFromHolidays(tallinnJson as HoursDefinition, listedFor(start, end))
    expect(run).toThrow(expect.objectContaining({ code, path }))
  })
})
