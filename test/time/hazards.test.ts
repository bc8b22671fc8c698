import { describe, expect, test } from 'vitest'
import { isDeskError } from '../../src/errors.ts'
import { alwaysOpen, businessCalendar, type CalendarDefinition } from '../../src/time/business-calendar.ts'
import type { HoursDefinition, WallInterval, Weekday } from '../../src/time/calendar.ts'
import { toInstant } from '../../src/time/instant.ts'

const hour = 3_600_000
const at = toInstant
const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function on(days: readonly Weekday[], ...intervals: WallInterval[]): HoursDefinition['hours'] {
  return Object.fromEntries(days.map((day) => [day, intervals]))
}

function calendar(zone: string, hours: HoursDefinition['hours'], rest: Partial<HoursDefinition> = {}) {
  return businessCalendar({ id: 'c', zone, hours, ...rest })
}

const weekdays = week.slice(0, 5)
const iso = (instant: number) => new Date(instant).toISOString()
const codeOf = (run: () => unknown) => {
  try {
    run()
    return 'no error'
  } catch (error) {
    return isDeskError(error) ? error.code : error
  }
}

describe('what has gone wrong elsewhere with time', () => {
  test('24/7 written as 00:00–24:00 loses no minute at midnight', () => {
    const whole = calendar('UTC', on(week, ['00:00', '24:00']))
    expect(whole.add(at('2026-11-23T23:30:00Z'), hour)).toBe(at('2026-11-24T00:30:00Z'))
    expect(whole.between(at('2026-11-23T00:00:00Z'), at('2026-11-25T00:00:00Z'))).toBe(48 * hour)
    expect(whole.nextClosing(at('2026-11-23T00:00:00Z'))).toBeNull()
    expect(alwaysOpen.nextClosing(0)).toBeNull()
  })

  test('09:00–00:00 crosses midnight instead of looping', () => {
    const late = calendar('UTC', on(['mon'], ['09:00', '00:00']))
    expect(late.add(at('2026-11-23T09:00:00Z'), 15 * hour)).toBe(at('2026-11-24T00:00:00Z'))
    expect(late.nextOpening(at('2026-11-24T00:00:00Z'))).toBe(at('2026-11-30T09:00:00Z'))
  })

  test('24:00 in a midnight that Sao Paulo skipped is the end of the gap', () => {
    const whole = calendar('America/Sao_Paulo', on(['sat'], ['20:00', '24:00']))
    // 2018-11-04 00:00 did not exist: the clocks went from 23:59:59 to 01:00
    expect(whole.nextClosing(at('2018-11-03T23:00:00Z'))).toBe(at('2018-11-04T03:00:00Z'))
    expect(whole.add(at('2018-11-03T23:00:00Z'), 5 * hour)).toBe(at('2018-11-10T23:00:00Z'))
  })

  test.each<[string, CalendarDefinition, CalendarDefinition[]]>([
    ['no hours at all', { id: 'c', zone: 'UTC', hours: {} }, []],
    ['empty lists', { id: 'c', zone: 'UTC', hours: { mon: [] }, specialHours: { '2026-01-01': [] } }, []],
    [
      'special hours on a holiday',
      { id: 'c', zone: 'UTC', hours: {}, specialHours: { '2026-01-01': [['09:00', '10:00']] }, holidays: ['01-01'] },
      [],
    ],
    [
      'offices that never meet',
      { id: 'c', zone: 'UTC', intersection: ['a', 'b'] },
      [
        { id: 'a', zone: 'Asia/Tokyo', hours: on(weekdays, ['09:00', '12:00']) },
        { id: 'b', zone: 'America/New_York', hours: on(weekdays, ['09:00', '12:00']) },
      ],
    ],
  ])('a calendar that never opens is refused when defined: %s', (_, definition, others) => {
    expect(codeOf(() => businessCalendar(definition, others))).toBe('calendar_never_open')
  })

  test('a search ends after ten years without an opening, in either direction', () => {
    const once = calendar('UTC', {}, { specialHours: { '2026-01-01': [['09:00', '10:00']] } })
    const opening = at('2026-01-01T09:00:00Z')
    expect(once.nextOpening(opening - 3650 * 24 * hour)).toBe(opening)
    expect(codeOf(() => once.nextOpening(opening - 3650 * 24 * hour - 1))).toBe('calendar_exhausted')
    expect(once.add(opening - 3650 * 24 * hour, hour)).toBe(opening + hour)
    expect(codeOf(() => once.add(opening - 3650 * 24 * hour - 1, hour))).toBe('calendar_exhausted')
    expect(once.subtract(opening + hour + 3650 * 24 * hour, hour)).toBe(opening)
    expect(codeOf(() => once.subtract(opening + hour + 3650 * 24 * hour + 1, hour))).toBe('calendar_exhausted')
    expect(codeOf(() => once.add(opening, hour + 1))).toBe('calendar_exhausted')
    expect(codeOf(() => once.subtract(opening, 1))).toBe('calendar_exhausted')
    expect(codeOf(() => once.nextOpening(opening + hour))).toBe('calendar_exhausted')
    expect(codeOf(() => once.addBusinessDays(opening, 1))).toBe('calendar_exhausted')
    expect(codeOf(() => alwaysOpen.add(at('2199-12-31T23:00:00Z'), hour))).toBe('calendar_exhausted')
    expect(codeOf(() => alwaysOpen.subtract(hour, hour + 1))).toBe('calendar_exhausted')
    expect(codeOf(() => alwaysOpen.addBusinessDays(at('2199-12-30T12:00:00Z'), 2))).toBe('calendar_exhausted')
    expect(codeOf(() => alwaysOpen.addBusinessDays(at('2199-12-30T12:00:00Z'), 3650))).toBe('calendar_exhausted')
    expect(alwaysOpen.addBusinessDays(at('2199-12-30T12:00:00Z'), 1)).toBe(at('2199-12-31T12:00:00Z'))
    const last = calendar('Pacific/Auckland', {}, { specialHours: { '2199-12-31': [['09:00', '10:00']] } })
    expect(codeOf(() => last.addBusinessDays(at('2199-12-30T12:00:00Z'), 1))).toBe('calendar_exhausted')
    expect(alwaysOpen.subtract(hour, hour)).toBe(0)
  })

  test('a night shift is owned by the date it starts on', () => {
    const night = calendar('UTC', on(['mon'], ['22:00', '06:00']))
    expect(night.add(at('2026-11-23T21:00:00Z'), 8 * hour)).toBe(at('2026-11-24T06:00:00Z'))
  })

  test('a New York night has 7 hours in March and 9 in November', () => {
    const night = calendar('America/New_York', on(['sat'], ['22:00', '06:00']))
    const length = (from: string, to: string) => night.between(at(from), at(to)) / hour
    expect(length('2026-03-07T12:00:00Z', '2026-03-08T20:00:00Z')).toBe(7)
    expect(length('2026-10-31T12:00:00Z', '2026-11-01T20:00:00Z')).toBe(9)
  })

  test('the eve of a holiday keeps its hours after midnight; a closure of the day takes them', () => {
    const nights = on(week, ['22:00', '06:00'])
    const holiday = calendar('UTC', nights, { holidays: ['2026-12-25'] })
    const closed = calendar('UTC', nights, { closures: { '2026-12-25': [['00:00', '24:00']] } })
    const [eve, evening] = [at('2026-12-25T03:00:00Z'), at('2026-12-25T23:00:00Z')]
    expect([holiday.isOpen(eve), holiday.isOpen(evening)]).toEqual([true, false])
    expect([closed.isOpen(eve), closed.isOpen(evening)]).toEqual([false, false])
    expect([holiday, closed].map((c) => c.isOpen(at('2026-12-26T03:00:00Z')))).toEqual([false, true])
  })

  test('special hours are those of a local date', () => {
    const london = calendar('Europe/London', on(weekdays, ['09:00', '17:00']), {
      specialHours: { '2024-07-02': [['00:00', '24:00']] },
    })
    expect(iso(london.nextOpening(at('2024-06-30T12:00:00Z')))).toBe('2024-07-01T08:00:00.000Z')
    expect(london.between(at('2024-06-30T12:00:00Z'), at('2024-07-03T00:00:00Z'))).toBe(32 * hour)
  })

  test('a gap of half an hour moves a wall time by half an hour', () => {
    const lordHowe = calendar('Australia/Lord_Howe', on(week, ['02:15', '12:00']))
    expect(iso(lordHowe.nextOpening(at('2024-10-05T15:00:00Z')))).toBe('2024-10-05T15:45:00.000Z')
  })

  test('a repeated wall time is its first occurrence, whatever the zone calls daylight saving', () => {
    const casablanca = calendar('Africa/Casablanca', on(week, ['02:30', '12:00']))
    expect(iso(casablanca.nextOpening(at('2024-03-10T00:30:00Z')))).toBe('2024-03-10T01:30:00.000Z')
    const newYork = calendar('America/New_York', on(['sun'], ['01:00', '01:30']))
    const [first, second] = [at('2024-11-03T05:00:00Z'), at('2024-11-03T06:00:00Z')]
    expect([newYork.isOpen(first), newYork.isOpen(second)]).toEqual([true, false])
    expect(newYork.between(first, second + hour)).toBe(hour / 2)
  })

  test('a Paris day in October has 25 hours', () => {
    const paris = calendar('Europe/Paris', on(['sun'], ['00:00', '24:00']))
    expect(paris.between(at('2020-10-24T12:00:00Z'), at('2020-10-26T12:00:00Z'))).toBe(90_000_000)
  })

  test('a date that Apia skipped owns nothing, and a closure on it cuts nothing', () => {
    const hours = on(week, ['09:00', '17:00'])
    const [from, to] = [at('2011-12-29T00:00:00-10:00'), at('2012-01-01T00:00:00+14:00')]
    // 29 and 31 December
    expect(calendar('Pacific/Apia', hours).between(from, to)).toBe(16 * hour)
    const closures = { '2011-12-30': [['00:00', '24:00']] } as const
    expect(calendar('Pacific/Apia', hours, { closures }).between(from, to)).toBe(16 * hour)
    expect(calendar('Pacific/Apia', hours).addBusinessDays(at('2011-12-29T10:00:00-10:00'), 1)).toBe(
      at('2011-12-31T10:00:00+14:00'),
    )
  })

  test('overlaps count once', () => {
    const lunch = calendar('UTC', on(['mon'], ['09:00', '12:00'], ['11:00', '13:00']))
    expect(lunch.between(at('2026-11-23T00:00:00Z'), at('2026-11-24T00:00:00Z'))).toBe(4 * hour)
  })

  test('a duration that fills the day ends at closing time', () => {
    const office = calendar('UTC', on(weekdays, ['09:00', '17:00']))
    expect(office.add(at('2026-11-23T09:00:00Z'), 8 * hour)).toBe(at('2026-11-23T17:00:00Z'))
    expect(office.add(at('2026-11-23T18:00:00Z'), 0)).toBe(at('2026-11-23T18:00:00Z'))
    expect(office.subtract(at('2026-11-24T09:00:00Z'), 8 * hour)).toBe(at('2026-11-23T09:00:00Z'))
  })

  test('Friday afternoon to Monday morning over the change of clocks', () => {
    const newYork = calendar('America/New_York', on(weekdays, ['09:00', '17:00']))
    expect(iso(newYork.add(at('2026-03-06T16:30:00-05:00'), hour))).toBe('2026-03-09T13:30:00.000Z')
  })

  test('a lunch break is a gap, not a holiday', () => {
    const split = calendar('UTC', on(weekdays, ['09:00', '13:00'], ['14:00', '18:00']))
    expect(split.add(at('2026-11-23T12:30:00Z'), hour)).toBe(at('2026-11-23T14:30:00Z'))
    const cut = calendar('UTC', on(weekdays, ['09:00', '18:00']), { closures: { '2026-11-23': [['13:00', '14:00']] } })
    expect(cut.add(at('2026-11-23T12:30:00Z'), hour)).toBe(at('2026-11-23T14:30:00Z'))
  })

  test('open on Tuesdays only', () => {
    const tuesdays = calendar('UTC', on(['tue'], ['08:00', '17:00']))
    expect(tuesdays.add(at('2026-11-25T10:00:00Z'), 2 * hour)).toBe(at('2026-12-01T10:00:00Z'))
  })

  test.each([Number.NaN, -1, 7_258_118_400_000, Number.POSITIVE_INFINITY, undefined])(
    'arithmetic refuses %s',
    (bad) => {
      const wrong = bad as number
      for (const run of [
        () => alwaysOpen.add(wrong, 1),
        () => alwaysOpen.subtract(wrong, 1),
        () => alwaysOpen.between(0, wrong),
        () => alwaysOpen.between(wrong, 0),
        () => alwaysOpen.isOpen(wrong),
        () => alwaysOpen.nextOpening(wrong),
        () => alwaysOpen.nextClosing(wrong),
        () => alwaysOpen.addBusinessDays(wrong, 1),
        () => alwaysOpen.intervals(0, wrong),
      ]) {
        expect(codeOf(run)).toBe('invalid_instant')
      }
    },
  )

  test('the first and the last instant can be asked about in every direction of the compass', () => {
    const last = 7_258_118_399_999
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12', 'Asia/Kathmandu']) {
      const nights = calendar(zone, on(week, ['22:00', '06:00']))
      const open = (from: number, to: number) =>
        [...nights.intervals(from, to)].reduce(
          (sum, stretch) => sum + (stretch.open ? stretch.to - stretch.from : 0),
          0,
        )
      const week0 = 7 * 24 * hour
      expect(open(0, week0)).toBe(nights.between(0, week0))
      expect(open(last - week0, last)).toBe(nights.between(last - week0, last))
      expect(nights.between(0, week0) / hour).toBe(56)
      expect(nights.nextOpening(0)).toBeGreaterThanOrEqual(0)
      expect(nights.subtract(last, hour)).toBeLessThan(last)
    }
  })

  test('durations and spans have bounds', () => {
    const tenYears = 315_360_000_000
    expect(alwaysOpen.add(0, tenYears)).toBe(tenYears)
    for (const bad of [tenYears + 1, -1, Number.NaN]) {
      expect(codeOf(() => alwaysOpen.add(0, bad))).toBe('invalid_duration')
      expect(codeOf(() => alwaysOpen.subtract(tenYears, bad))).toBe('invalid_duration')
    }
    const century = 36_525 * 24 * hour
    expect(alwaysOpen.between(0, century)).toBe(century)
    expect(codeOf(() => alwaysOpen.between(0, century + 1))).toBe('span_too_long')
    expect(codeOf(() => alwaysOpen.between(century + 1, 0))).toBe('span_too_long')
    expect(codeOf(() => alwaysOpen.intervals(0, century + 1))).toBe('span_too_long')
    for (const bad of [-1, 1.5, 3651, Number.NaN]) {
      expect(codeOf(() => alwaysOpen.addBusinessDays(0, bad))).toBe('invalid_duration')
    }
  })
})
