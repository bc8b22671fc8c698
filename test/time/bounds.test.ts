import fc from 'fast-check'
import {
  alwaysOpen,
  businessCalendar,
  type CalendarDefinition,
  checkCalendar,
  intersectCalendars,
  toInstant,
} from 'ticketwright'
import { describe, expect, test } from 'vitest'

const hour = 3_600_000
const at = (text: string) => toInstant(`${text}:00Z`)
const on = (...dates: string[]): CalendarDefinition => ({
  id: 'few',
  zone: 'UTC',
  hours: {},
  specialHours: Object.fromEntries(dates.map((date) => [date, [['00:00', '01:00'] as const]])),
})
const fails = (code: string) => expect.objectContaining({ code })

describe('a gap of more than ten years is never stepped over', () => {
  test('forward, whatever the duration', () => {
    const few = businessCalendar(on('2000-01-01', '2010-12-31', '2011-01-01'))
    for (const hours of [1.5, 2, 2.5])
      expect(() => few.add(at('2000-01-01T00:00'), hours * hour)).toThrow(fails('calendar_exhausted'))
    expect(few.add(at('2000-01-01T00:00'), hour)).toBe(at('2000-01-01T01:00'))
    expect(few.add(at('2005-01-01T00:00'), 1.5 * hour)).toBe(at('2011-01-01T00:30'))
  })

  test('backward, whatever the duration', () => {
    const few = businessCalendar(on('1999-12-31', '2000-01-01', '2010-12-31'))
    for (const hours of [1.5, 2, 2.5])
      expect(() => few.subtract(at('2011-01-02T00:00'), hours * hour)).toThrow(fails('calendar_exhausted'))
    expect(few.subtract(at('2011-01-02T00:00'), hour)).toBe(at('2010-12-31T00:00'))
  })
})

test('add(add(t, a), b) runs out exactly where add(t, a + b) does, and so for subtract', { timeout: 120_000 }, () => {
  const orNull = (ask: () => number) => {
    try {
      return ask()
    } catch (error) {
      expect(error).toMatchObject({ code: 'calendar_exhausted' })
      return null
    }
  }
  const day = fc.integer({ min: 0, max: 20_000 })
  const amount = fc.integer({ min: 0, max: 3 * hour })
  let exhausted = 0
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 6 }), day, amount, amount, (days, t, a, b) => {
      const few = businessCalendar(on(...days.map((one) => new Date(one * 24 * hour).toISOString().slice(0, 10))))
      const from = t * 24 * hour
      for (const move of [few.add, few.subtract]) {
        const first = orNull(() => move(from, a))
        const inTwo = first === null ? null : orNull(() => move(first, b))
        const atOnce = orNull(() => move(from, a + b))
        expect(inTwo).toBe(atOnce)
        if (atOnce === null) exhausted += 1
      }
    }),
    { numRuns: 2_000, seed: 3 },
  )
  expect(exhausted).toBeGreaterThan(500)
})

describe('the first days of 1970', () => {
  test('a yearly holiday on 1 January leaves the shift of the eve its hours', () => {
    const night = [['22:00', '06:00']] as const
    const hours = { mon: night, tue: night, wed: night, thu: night, fri: night, sat: night, sun: night }
    const nights = { id: 'nights', zone: 'UTC', hours }
    for (const holidays of [[], ['01-01'], ['01-02'], ['01-03']])
      expect(businessCalendar({ ...nights, holidays }).isOpen(at('1970-01-01T01:00'))).toBe(true)
    expect(businessCalendar({ ...nights, holidays: ['01-01'] }).isOpen(at('1970-01-01T23:00'))).toBe(false)
  })

  test.each(['1970-01-05', '1970-01-19', '1970-03-01', '2001-01-01', '2199-12-31'])(
    'a calendar that opens only on %s is one',
    (date) => {
      expect(businessCalendar(on(date)).isOpen(at(`${date}T00:30`))).toBe(true)
    },
  )
})

describe('calendars made of calendars stay small', () => {
  const office = on('2020-01-01')
  const nested = (levels: number, parts: (below: string, i: number) => string[]) =>
    Array.from({ length: levels }, (_, i) => ({ id: `u${i}`, zone: 'UTC', union: parts(i ? `u${i - 1}` : 'few', i) }))

  test('a part named twice is asked once', () => {
    const [top, ...below] = nested(10, (id) => [id, id]).reverse()
    const union = businessCalendar(top as CalendarDefinition, [office, ...below])
    expect(union.isOpen(at('2020-01-01T00:30'))).toBe(true)
  })

  test('parts that double with every level are refused at once', () => {
    const twins = Array.from({ length: 12 }, (_, i) =>
      ['a', 'b'].map((x) => ({
        id: `${x}${i}`,
        zone: 'UTC',
        union: i ? [`a${i - 1}`, `b${i - 1}`] : ['few', 'alwaysOpen'],
      })),
    ).flat()
    const found = checkCalendar({ id: 'top', zone: 'UTC', union: ['a11', 'b11'] }, '', [office, ...twins])
    expect(found[0]).toMatchObject({ code: 'too_large' })
  })

  test('a chain of twenty thousand is refused, not walked', () => {
    const chain = nested(20_000, (id) => [id])
    const found = checkCalendar(chain.at(-1), '', [office, ...chain.slice(0, -1)])
    expect(found).toMatchObject([{ code: 'too_large', facts: { unit: 'levels' }, path: 'union[0]' }])
  })
})

describe('calendars that never meet are refused in no time', () => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
  const daily = (id: string, zone: string, ...hours: (readonly [string, string])[]): CalendarDefinition => ({
    id,
    zone,
    hours: Object.fromEntries(days.map((day) => [day, hours])),
  })
  const clock = (i: number) => new Date(i * 20 * 60_000).toISOString().slice(11, 16)
  const zones = Intl.supportedValuesOf('timeZone').slice(0, 60)

  test.each<[string, (i: number) => CalendarDefinition]>([
    ['each at another time', (i) => daily(`c${i}`, 'UTC', [clock(i), clock(i + 1)])],
    ['all but the last', (i) => daily(`c${i}`, 'UTC', i === 59 ? ['20:00', '21:00'] : ['08:00', '20:00'])],
    ['in sixty zones', (i) => daily(`c${i}`, zones[i] as string, i % 2 ? ['00:00', '00:30'] : ['12:45', '13:00'])],
  ])('%s', { timeout: 60_000 }, (_, make) => {
    const list = Array.from({ length: 60 }, (_, i) => make(i))
    const json = { id: 'all', zone: 'UTC', intersection: list.map(({ id }) => id) }
    const parts = list.map((one) => businessCalendar(one))
    // time of the processor: shared machines let others go first
    const started = process.cpuUsage()
    expect(checkCalendar(json, '', parts)).toMatchObject([{ code: 'calendar_never_open', facts: { calendar: 'all' } }])
    const { user, system } = process.cpuUsage(started)
    expect(() => intersectCalendars(parts, { id: 'all' })).toThrow(fails('calendar_never_open'))
    // a search through every year took 40 s
    expect(user + system).toBeLessThan(2_000_000)
  })

  test('two that meet once in 230 years are one', () => {
    for (const date of ['1970-01-05', '2199-12-30']) {
      const once = intersectCalendars([businessCalendar(on(date)), alwaysOpen], { id: 'once' })
      expect(once.isOpen(at(`${date}T00:30`))).toBe(true)
    }
  })
})

describe('what closes after more than ten years is as good as always open', () => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
  const open = businessCalendar({
    id: 'open',
    zone: 'UTC',
    hours: Object.fromEntries(days.map((day) => [day, [['00:00', '24:00']]])),
    closures: { '2010-12-01': [['00:00', '24:00']] },
  })

  test('to the millisecond', () => {
    const closing = at('2010-12-01T00:00')
    const tenYears = 3650 * 24 * hour
    expect(open.nextClosing(closing - tenYears)).toBe(closing)
    expect(open.nextClosing(closing - tenYears - 1)).toBe(null)
    // counted from the opening
    expect(open.nextClosing(closing)).toBe(null)
    expect(open.nextClosing(at('2195-01-01T00:00'))).toBe(null)
  })

  test('and the opening is what counts, not the instant asked about', () => {
    const late = businessCalendar(on('2009-12-31'))
    expect(late.nextClosing(at('2000-01-05T00:00'))).toBe(at('2009-12-31T01:00'))
  })
})

describe('what is missing is missing', () => {
  test.each(['id', 'zone', 'hours'])('a key %s without a value', (key) => {
    const json = { ...on('2020-01-01'), [key]: undefined }
    expect(checkCalendar(json)).toMatchObject([
      { code: 'invalid_definition', facts: { reason: `the key ${key} is missing` } },
    ])
  })

  test.each([undefined, null, Number.NaN, '3600000', 5n, 1.5, -1])('a duration of %s', (duration) => {
    const few = businessCalendar(on('2020-01-01'))
    expect(() => few.add(0, duration as never)).toThrow(fails('invalid_duration'))
    expect(() => few.subtract(0, duration as never)).toThrow(fails('invalid_duration'))
  })

  test.each([undefined, null, Number.NaN, '0', new Date(0), 0.5, -1])('an instant of %s', (instant) => {
    const few = businessCalendar(on('2020-01-01'))
    expect(() => few.add(instant as never, 0)).toThrow(fails('invalid_instant'))
    expect(() => few.nextOpening(instant as never)).toThrow(fails('invalid_instant'))
    expect(() => few.between(0, instant as never)).toThrow(fails('invalid_instant'))
  })
})
