import fc from 'fast-check'
import { businessCalendar, type CalendarDefinition, checkCalendar, toInstant } from 'ticketwright'
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

test('add(add(t, a), b) runs out exactly where add(t, a + b) does, and so for subtract', () => {
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

describe('what is missing is missing', () => {
  test.each(['id', 'zone', 'hours'])('a key %s without a value', (key) => {
    const json = { ...on('2020-01-01'), [key]: undefined }
    expect(checkCalendar(json)).toMatchObject([
      { code: 'invalid_definition', facts: { reason: `the key ${key} is missing` } },
    ])
  })

  test.each([undefined, null, Number.NaN, '3600000', 5n])('a duration of %s', (duration) => {
    const few = businessCalendar(on('2020-01-01'))
    expect(() => few.add(0, duration as never)).toThrow(fails('invalid_duration'))
    expect(() => few.subtract(0, duration as never)).toThrow(fails('invalid_duration'))
  })

  test.each([undefined, null, Number.NaN, '0', new Date(0)])('an instant of %s', (instant) => {
    const few = businessCalendar(on('2020-01-01'))
    expect(() => few.add(instant as never, 0)).toThrow(fails('invalid_instant'))
    expect(() => few.nextOpening(instant as never)).toThrow(fails('invalid_instant'))
    expect(() => few.between(0, instant as never)).toThrow(fails('invalid_instant'))
  })
})
