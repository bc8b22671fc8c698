import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { holidaysFromIcs } from '../../examples/when-is-it-due/from-ics.ts'
import { alwaysOpen, businessCalendar } from '../../src/time/business-calendar.ts'
import type { HoursDefinition } from '../../src/time/calendar.ts'
import { describeCalendar } from '../../src/time/describe.ts'
import { toDuration } from '../../src/time/duration.ts'
import { calendarFromHolidays } from '../../src/time/holidays.ts'
import { toInstant } from '../../src/time/instant.ts'

const day = [['00:00', '24:00']] as const
const only = (id: string, ...dates: string[]): HoursDefinition => ({
  id,
  zone: 'UTC',
  hours: {},
  specialHours: Object.fromEntries(dates.map((date) => [date, day])),
})

describe('whether an intersection ever opens', () => {
  const meet = (ids: string[], date: string) =>
    businessCalendar(
      { id: 'meet', zone: 'UTC', intersection: ids },
      ids.filter((id) => id !== alwaysOpen.id).map((id) => only(id, date)),
    )
  const years = Array.from({ length: 230 }, (_, i) => `${1970 + i}-06-01`)

  test.each([[['a', 'b']], [['a', 'alwaysOpen']]])('of %s is looked up in every year', (ids) => {
    for (const date of [
      ...years.filter((_, i) => i % 7 === 0),
      '1970-01-01',
      '2010-06-01',
      '2019-12-21',
      '2199-12-31',
    ]) {
      expect(meet(ids, date).isOpen(Date.parse(date))).toBe(true)
    }
  })

  test.each([
    ['three', 3, '2192-07-10', '2192-07-11'],
    ['sixty', 60, '2031-04-16', '2031-04-17'],
    ['a hundred', 100, '2026-10-21', '2026-10-22'],
  ])('of %s is looked up until the date the reference says', (_, count, last, beyond) => {
    const ids = Array.from({ length: count }, (_, i) => `c${i}`)
    const refused = expect.objectContaining({ code: 'calendar_never_open' })
    expect(meet(ids, '2019-12-22').id).toBe('meet')
    expect(meet(ids, last).id).toBe('meet')
    expect(() => meet(ids, beyond)).toThrow(refused)
    expect(() => meet(ids, '2019-12-21')).toThrow(refused)
  })
})

describe('a holiday whose edge lies in a repeated hour', () => {
  const everyDay = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name) => [name, day]))
  const closed = (zone: string, start: string, end: string) =>
    calendarFromHolidays({ id: 'a', zone, hours: everyDay }, [
      { name: 'feast', type: 'public', start: new Date(start), end: new Date(end) },
    ])

  // Tallinn shows 03:00–04:00 twice: from 00:00 and from 01:00 UTC
  test.each([
    ['start', '2026-10-25T01:30:00Z', '2026-10-25T06:00:00Z'],
    ['start', '2026-10-25T01:00:00Z', '2026-10-25T06:00:00Z'],
    ['end', '2026-10-24T22:00:00Z', '2026-10-25T01:30:00Z'],
    ['end', '2026-10-24T22:00:00Z', '2026-10-25T01:00:00Z'],
    ['end', '2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z'],
  ])('is refused at its %s, in the second showing (%s–%s)', (edge, start, end) => {
    const refused = expect.objectContaining({ code: 'invalid_definition', path: `holidays[0].${edge}` })
    expect(() => closed('Europe/Tallinn', start, end)).toThrow(refused)
  })

  test('is refused where the hour is repeated across midnight', () => {
    // St. John's went from 00:01 back to 23:01 on 2010-11-07, at 02:31 UTC
    expect(() => closed('America/St_Johns', '2010-11-07T02:45:00Z', '2010-11-07T12:00:00Z')).toThrow(
      expect.objectContaining({ code: 'invalid_definition', path: 'holidays[0].start' }),
    )
  })

  test.each([
    ['2026-10-25T00:30:00Z', '2026-10-25T06:00:00Z'],
    ['2026-10-24T22:00:00Z', '2026-10-25T00:30:00Z'],
    ['2026-10-24T22:00:00Z', '2026-10-25T02:00:00Z'],
  ])('closes just that in the first showing and at its end (%s–%s)', (start, end) => {
    const calendar = businessCalendar(closed('Europe/Tallinn', start, end))
    const [from, to] = [toInstant(start), toInstant(end)]
    expect(calendar.between(from - 7_200_000, to + 7_200_000)).toBe(4 * 3_600_000)
    expect(calendar.between(from, to)).toBe(0)
  })
})

test('business days are looked for as long as openings are: 3,650 days of 24 hours from the closing', () => {
  const made = (opens: string) =>
    businessCalendar({
      id: 'a',
      zone: 'UTC',
      hours: {},
      specialHours: { '2026-01-01': [['09:00', '12:00']], '2035-12-30': [[opens, '17:00']] },
    })
  const start = toInstant('2026-01-01T11:00:00Z')
  const closing = toInstant('2026-01-01T12:00:00Z')
  const exhausted = expect.objectContaining({ code: 'calendar_exhausted' })
  expect(made('12:00').nextOpening(closing)).toBe(toInstant('2035-12-30T12:00:00Z'))
  expect(made('12:00').addBusinessDays(start, 1)).toBe(toInstant('2035-12-30T12:00:00Z'))
  expect(() => made('12:01').nextOpening(closing)).toThrow(exhausted)
  expect(() => made('12:01').addBusinessDays(start, 1)).toThrow(exhausted)
})

test('a closure of nothing is not described', () => {
  const calendar = { ...only('a', '2026-01-01'), closures: { '2026-12-24': [] } }
  expect(describeCalendar(calendar)).not.toMatch('Closed in between')
})

test('an object that only bears the tag of a Date is refused as an instant', () => {
  const refused = expect.objectContaining({ code: 'invalid_instant', path: 'at' })
  expect(() => toInstant({ [Symbol.toStringTag]: 'Date' } as never, 'at')).toThrow(refused)
  expect(toInstant(Object.assign(new Date(5), { [Symbol.toStringTag]: 'Mine' }))).toBe(5)
})

test('the hint for a text that is no duration can be followed', () => {
  expect(() => toDuration('3600000')).toThrow(/a number of milliseconds/)
  expect(toDuration(3_600_000)).toBe(toDuration('1h'))
})

const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:a', ...lines, 'END:VEVENT'].join('\r\n')
const ics = (...events: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR'].join('\r\n')
const datesOf = (...events: string[]) => holidaysFromIcs(ics(...events), 2026, 2027).map(({ date }) => date)
const start = 'DTSTART;VALUE=DATE:20260101'

describe('holidays of an .ics file', () => {
  test('one that was moved closes the new date only, and one cancelled none', () => {
    const series = event(start, 'RRULE:FREQ=YEARLY', 'SUMMARY:x')
    expect(datesOf(series, event('DTSTART;VALUE=DATE:20270104', 'RECURRENCE-ID;VALUE=DATE:20270101'))).toEqual([
      '2026-01-01',
      '2027-01-04',
    ])
    const cancelled = event('DTSTART;VALUE=DATE:20270101', 'RECURRENCE-ID;VALUE=DATE:20270101', 'STATUS:CANCELLED')
    expect(datesOf(series, cancelled)).toEqual(['2026-01-01'])
    expect(datesOf(event(start, 'STATUS:CANCELLED'))).toEqual([])
  })

  test('one with dates of its own keeps the first, unless that is excluded', () => {
    const more = 'RDATE;VALUE=DATE:20260301'
    expect(datesOf(event(start, more))).toEqual(['2026-01-01', '2026-03-01'])
    expect(datesOf(event(start, more, 'EXDATE;VALUE=DATE:20260101'))).toEqual(['2026-03-01'])
  })

  test('a long one is not cut short, and goes no further than the years asked for', () => {
    expect(datesOf(event(start, 'DTEND;VALUE=DATE:20260301'))).toHaveLength(59)
    expect(datesOf(event('DTSTART;VALUE=DATE:20251201', 'DTEND;VALUE=DATE:99990101'))).toHaveLength(730)
  })

  test('one without a name is a holiday all the same', () => {
    const holidays = holidaysFromIcs(ics(event(start)), 2026, 2026)
    expect(holidays).toEqual([{ date: '2026-01-01' }])
    expect(businessCalendar({ id: 'a', zone: 'UTC', hours: { fri: day }, holidays }).id).toBe('a')
  })
})

describe('the examples answer in words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ics-'))
  const run = (script: string, ...args: string[]) => {
    const path = fileURLToPath(new URL(`../../examples/when-is-it-due/${script}`, import.meta.url))
    return spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' })
  }
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  test.each([
    ['a missing file', () => join(folder, 'none.ics'), /^ENOENT.*\n$/],
    ['an event without DTSTART', () => file('a.ics', ics(event('SUMMARY:x'))), /^the event a has no DTSTART\n$/],
    ['what is no calendar', () => file('b.ics', 'hello'), /^.+\n$/],
  ])('%s', (_, path, words) => {
    const { status, stdout, stderr } = run('from-ics.ts', path())
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(words)
  })

  test('a due time more than a hundred years off', () => {
    const hour = file('hour.json', JSON.stringify({ id: 'h', zone: 'UTC', hours: { mon: [['09:00', '10:00']] } }))
    const { status, stdout, stderr } = run('index.ts', hour, '2026-01-05T09:00:00Z', '6000h')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/Due +Mon 2140-/)
    expect(stdout).toMatch('too many to list')
    rmSync(folder, { recursive: true })
  })
})
