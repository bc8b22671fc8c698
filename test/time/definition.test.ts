import { describe, expect, test } from 'vitest'
import { isDeskError } from '../../src/errors.ts'
import {
  alwaysOpen,
  type BusinessCalendar,
  businessCalendar,
  type CalendarDefinition,
} from '../../src/time/business-calendar.ts'
import { businessCalendars, checkCalendar, readCalendars } from '../../src/time/calendars.ts'

const office = { id: 'office', zone: 'Europe/Tallinn', hours: { mon: [['09:00', '17:00']] } }
const found = (json: unknown, path?: string) => checkCalendar(json, path).map(({ code, path }) => [code, path])
const withKey = (key: string) => JSON.parse(`{"${key}": [["09:00", "10:00"]]}`)

describe('a calendar is refused with the place that is wrong', () => {
  test.each<[string, unknown, [string, string | undefined][]]>([
    ['nothing', office, []],
    ['holidays of every form', { ...office, holidays: ['2026-12-25', '02-29', { date: '12-25', name: 'Jõulud' }] }, []],
    ['no object', [], [['invalid_definition', undefined]]],
    [
      'missing keys',
      { id: 'a' },
      [
        ['invalid_definition', undefined],
        ['invalid_definition', undefined],
      ],
    ],
    ['unknown key', { ...office, hour: {} }, [['invalid_definition', 'hour']]],
    ['unknown weekday', { ...office, hours: { monday: [] } }, [['invalid_definition', 'hours.monday']]],
    ['unknown zone', { ...office, zone: 'Europe/Talin' }, [['unknown_zone', 'zone']]],
    ['offset for a zone', { ...office, zone: '+02:00' }, [['unknown_zone', 'zone']]],
    ['id', { ...office, id: 'my office' }, [['invalid_definition', 'id']]],
    ['reserved id', { ...office, id: 'alwaysOpen' }, [['invalid_definition', 'id']]],
    ['wall time', { ...office, hours: { mon: [['9:00', '17:00']] } }, [['invalid_wall_time', 'hours.mon[0][0]']]],
    [
      '24:00 as a start',
      { ...office, hours: { mon: [['24:00', '17:00']] } },
      [['invalid_wall_time', 'hours.mon[0][0]']],
    ],
    ['24:01', { ...office, hours: { mon: [['09:00', '24:01']] } }, [['invalid_wall_time', 'hours.mon[0][1]']]],
    [
      'numbers',
      { ...office, hours: { mon: [[9, 17]] } },
      [
        ['invalid_wall_time', 'hours.mon[0][0]'],
        ['invalid_wall_time', 'hours.mon[0][1]'],
      ],
    ],
    [
      'a hole for a wall time',
      { ...office, hours: { mon: [new Array(2)] } },
      [
        ['invalid_wall_time', 'hours.mon[0][0]'],
        ['invalid_wall_time', 'hours.mon[0][1]'],
      ],
    ],
    [
      'no text where text is made of it',
      { ...office, holidays: [{ date: { toString: 1, valueOf: 1 } }] },
      [['invalid_date', 'holidays[0].date']],
    ],
    ['a list of nothing, very long', { ...office, holidays: new Array(2 ** 32 - 1) }, [['too_large', 'holidays']]],
    [
      'a part after one named twice',
      { id: 'u', zone: 'UTC', union: ['alwaysOpen', 'alwaysOpen', 'x'] },
      [['unknown_name', 'union[2]']],
    ],
    ['empty interval', { ...office, hours: { mon: [['09:00', '09:00:00']] } }, [['empty_interval', 'hours.mon[0]']]],
    ['half a pair', { ...office, hours: { mon: [['09:00']] } }, [['invalid_definition', 'hours.mon[0]']]],
    [
      'pair for a list',
      { ...office, hours: { mon: ['09:00', '17:00'] } },
      [
        ['invalid_definition', 'hours.mon[0]'],
        ['invalid_definition', 'hours.mon[1]'],
      ],
    ],
    ['text for a list', { ...office, hours: { mon: '09:00-17:00' } }, [['invalid_definition', 'hours.mon']]],
    ['date', { ...office, holidays: ['2026-02-30'] }, [['invalid_date', 'holidays[0]']]],
    ['yearly date', { ...office, holidays: ['02-30'] }, [['invalid_date', 'holidays[0]']]],
    [
      'date of a named holiday',
      { ...office, holidays: [{ date: 'x', name: 'n' }] },
      [['invalid_date', 'holidays[0].date']],
    ],
    [
      'name of a holiday',
      { ...office, holidays: [{ date: '12-25', name: 5 }] },
      [['invalid_definition', 'holidays[0].name']],
    ],
    [
      'year',
      { ...office, holidays: ['1969-12-31', '2200-01-01'] },
      [
        ['invalid_date', 'holidays[0]'],
        ['invalid_date', 'holidays[1]'],
      ],
    ],
    ['yearly special hours', { ...office, specialHours: { '12-24': [] } }, [['invalid_date', 'specialHours.12-24']]],
    [
      'interval of a closure',
      { ...office, closures: { '2026-12-24': [['10:00', '10:00']] } },
      [['empty_interval', 'closures.2026-12-24[0]']],
    ],
    [
      'two at once',
      { ...office, id: '', zone: 5 },
      [
        ['invalid_definition', 'id'],
        ['unknown_zone', 'zone'],
      ],
    ],
    ['__proto__', { ...office, specialHours: withKey('__proto__') }, [['invalid_date', 'specialHours.__proto__']]],
    ['constructor', { ...office, hours: withKey('constructor') }, [['invalid_definition', 'hours.constructor']]],
    [
      'too many intervals',
      { ...office, hours: { mon: new Array(49).fill(['09:00', '10:00']) } },
      [['too_large', 'hours.mon']],
    ],
    ['too many holidays', { ...office, holidays: new Array(10_001).fill('12-25') }, [['too_large', 'holidays']]],
    ['never open', { ...office, hours: {} }, [['calendar_never_open', undefined]]],
    ['unknown part', { id: 'u', zone: 'UTC', union: ['office'] }, [['unknown_name', 'union[0]']]],
    ['no parts', { id: 'u', zone: 'UTC', intersection: [] }, [['invalid_definition', 'intersection']]],
    ['itself', { id: 'u', zone: 'UTC', union: ['u'] }, [['invalid_definition', 'union[0]']]],
    ['hours and union', { ...office, union: ['alwaysOpen'] }, [['invalid_definition', 'hours']]],
  ])('%s', (_, json, expected) => {
    expect(found(json)).toEqual(expected)
    const below = expected.map(([code, path]) => [code, path ? `calendars[2].${path}` : 'calendars[2]'])
    expect(found(json, 'calendars[2]')).toEqual(below)
    expect(({} as { mon?: unknown }).mon).toBeUndefined()
  })

  test('the error has every finding, with the value and what to do', () => {
    const wrong = {
      ...office,
      zone: 'Europe/Talin',
      hours: { mon: [['09:60', '17:00']] },
    } as unknown as CalendarDefinition
    try {
      businessCalendar(wrong)
      expect.unreachable()
    } catch (error) {
      if (!isDeskError(error)) throw error
      expect(error.issues.map((issue) => issue.code)).toEqual(['unknown_zone', 'invalid_wall_time'])
      expect(error.message).toBe(
        'zone: this runtime knows no time zone "Europe/Talin"; use an IANA name such as Europe/Tallinn',
      )
    }
  })

  test('a hostile definition is refused quickly, and shown in a few words', () => {
    const started = process.cpuUsage()
    const huge = 'x'.repeat(1_000_000)
    const issues = checkCalendar({
      id: huge,
      zone: huge,
      hours: { [huge]: huge, mon: [[huge, huge]] },
      holidays: [huge],
    })
    expect(issues.length).toBe(6)
    expect(JSON.stringify(issues).length).toBeLessThan(2000)
    const { user, system } = process.cpuUsage(started)
    expect(user + system).toBeLessThan(50_000)
  })
})

describe('calendars that name each other', () => {
  const tallinn = office as unknown as CalendarDefinition
  const both: CalendarDefinition = { id: 'both', zone: 'UTC', union: ['later', 'office'] }
  const later: CalendarDefinition = { id: 'later', zone: 'UTC', intersection: ['office', 'alwaysOpen'] }

  test('in any order', () => {
    const calendars = businessCalendars([both, later, tallinn])
    expect([...calendars.keys()]).toEqual(['both', 'later', 'office'])
    expect(calendars.get('both')?.between(0, 1e12)).toBe(calendars.get('office')?.between(0, 1e12))
    expect(calendars.get('both')?.zone).toBe('UTC')
  })

  test('two others of one id are refused, the same one twice is not', () => {
    const union: CalendarDefinition = { id: 'u', zone: 'UTC', union: ['office'] }
    const refused = (others: (CalendarDefinition | BusinessCalendar)[]) =>
      checkCalendar(union, '', others).map(({ code, path }) => [code, path])
    expect(refused([tallinn, tallinn])).toEqual([])
    expect(refused([tallinn, { ...tallinn }])).toEqual([['duplicate_name', 'others[1].id']])
    expect(refused([tallinn, businessCalendar(tallinn)])).toEqual([['duplicate_name', 'others[1].id']])
    expect(refused([tallinn, { ...tallinn, id: 'alwaysOpen' }])).toEqual([['duplicate_name', 'others[1].id']])
    expect(refused([tallinn, alwaysOpen])).toEqual([])
    expect(() => businessCalendar(union, [tallinn, { ...tallinn }])).toThrow(
      'others[1].id: calendar office is defined twice',
    )
  })

  test.each<[string, unknown[], [string, string | undefined][]]>([
    ['the same id twice', [tallinn, tallinn], [['duplicate_name', 'calendars[1].id']]],
    [
      'a circle',
      [
        { id: 'a', zone: 'UTC', union: ['b'] },
        { id: 'b', zone: 'UTC', union: ['a'] },
      ],
      [
        ['invalid_definition', 'calendars[0].union[0]'],
        ['invalid_definition', 'calendars[1].union[0]'],
      ],
    ],
    ['the fault of a part, once', [both, later, { ...office, zone: 'x' }], [['unknown_zone', 'calendars[2].zone']]],
  ])('%s', (_, list, expected) => {
    const issues: ReturnType<typeof checkCalendar> = []
    readCalendars(list, 'calendars', issues)
    expect(issues.map(({ code, path }) => [code, path])).toEqual(expected)
  })
})
