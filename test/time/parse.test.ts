import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { isDeskError } from '../../src/errors.ts'
import { type DurationInput, isDuration, toDuration } from '../../src/time/duration.ts'
import { type InstantInput, isInstant, toInstant } from '../../src/time/instant.ts'

function refusal(run: () => unknown) {
  try {
    return run()
  } catch (error) {
    if (isDeskError(error)) return { code: error.code, path: error.path, message: error.message }
    throw error
  }
}

describe('instants', () => {
  const noon = 1_795_420_800_000
  test.each<[InstantInput, number]>([
    [noon, noon],
    [-0, 0],
    ['2026-11-23T08:00:00Z', noon],
    ['2026-11-23T08:00Z', noon],
    ['2026-11-23T08:00:00.000000Z', noon],
    ['2026-11-23T08:00:00,5Z', noon + 500],
    ['2026-11-23T10:00:00+02:00', noon],
    ['2026-11-23T10:00:00+0200', noon],
    ['2026-11-23T10:00:00+02', noon],
    ['2026-11-22T20:15:00-11:45', noon],
    ['1970-01-01T00:00:00Z', 0],
    ['2199-12-31T23:59:59.999Z', 7_258_118_399_999],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000],
    [new Date(noon), noon],
    [DateTime.fromMillis(noon, { zone: 'Asia/Tokyo' }), noon],
  ])('%s', (input, expected) => {
    expect(Object.is(toInstant(input), expected)).toBe(true)
    expect(isInstant(expected)).toBe(true)
  })

  test.each<[unknown, RegExp]>([
    ['2026-11-23T08:00:00', /no Z or offset/],
    ['2026-11-23', /write it as/],
    ['2026-02-30T00:00:00Z', /no such date/],
    ['2026-13-01T00:00:00Z', /no such date/],
    ['2025-02-29T00:00:00Z', /no such date/],
    ['2026-11-23T24:00:00Z', /no such date or time/],
    ['2026-11-23T08:60:00Z', /no such date or time/],
    ['2016-12-31T23:59:60Z', /leap second/],
    ['2026-11-23T08:00:00.0001Z', /finer than a millisecond/],
    ['2026-11-23T08:00:00+24:00', /no such offset/],
    ['2026-11-23T08:00:00+01:60', /no such offset/],
    ['2026-11-23 08:00:00Z', /write it as/],
    ['2026-11-23t08:00:00z', /write it as/],
    [' 2026-11-23T08:00:00Z', /write it as/],
    ['20261123T080000Z', /write it as/],
    ['+002026-11-23T08:00:00Z', /write it as/],
    ['1969-12-31T23:59:59Z', /1970–2199/],
    ['2200-01-01T00:00:00Z', /1970–2199/],
    ['1970-01-01T00:00:00+01:00', /1970–2199/],
    ['', /write it as/],
    ['1'.repeat(1_000_000), /write it as/],
    [Number.NaN, /whole number/],
    [0.5, /whole number/],
    [-1, /1970–2199/],
    [Number.POSITIVE_INFINITY, /whole number/],
    [new Date(Number.NaN), /whole number/],
    [DateTime.invalid('never'), /luxon DateTime is invalid/],
    [{}, /neither a Date/],
    [{ toMillis: () => 5 }, /invalid/],
    [null, /give milliseconds/],
    [undefined, /give milliseconds/],
    [true, /give milliseconds/],
    [10n, /give milliseconds/],
  ])('refuses %s', (input, message) => {
    const found = refusal(() => toInstant(input as InstantInput, 'at'))
    expect(found).toMatchObject({ code: 'invalid_instant', path: 'at', message: expect.stringMatching(message) })
    expect((found as { message: string }).message.length).toBeLessThan(300)
  })
})

describe('durations', () => {
  test.each<[DurationInput, number]>([
    [0, 0],
    [5, 5],
    [315_360_000_000, 315_360_000_000],
    [{ hours: 4, minutes: 30 }, 16_200_000],
    [{ seconds: 1, milliseconds: 1 }, 1001],
    ['PT4H30M', 16_200_000],
    ['PT0.5S', 500],
    ['PT1H', 3_600_000],
    ['PT90M', 5_400_000],
    ['4h 30m', 16_200_000],
    ['4h30m', 16_200_000],
    ['4h', 3_600_000 * 4],
    ['30m', 1_800_000],
    ['30 min', 1_800_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['1h 1s', 3_601_000],
  ])('%j', (input, expected) => {
    expect(toDuration(input)).toBe(expected)
    expect(isDuration(expected)).toBe(true)
  })

  test.each<[unknown, RegExp]>([
    ['1d', /ambiguous/],
    ['2 days', /ambiguous/],
    ['P1D', /ambiguous/],
    ['P1DT2H', /ambiguous/],
    ['1w', /ambiguous/],
    [{ days: 1 }, /ambiguous.*businessDays/],
    [{ hours: 1.5 }, /whole number/],
    [{ hours: -1 }, /whole number/],
    [{ hours: '1' }, /whole number/],
    [{ hour: 1 }, /unknown unit/],
    [JSON.parse('{"__proto__": 1}'), /unknown unit/],
    [{}, /write/],
    [[], /write/],
    ['', /write/],
    ['PT', /write/],
    ['4', /write/],
    ['1.5h', /write/],
    ['-1h', /write/],
    ['30m 4h', /write/],
    ['h'.repeat(1_000_000), /write/],
    [-1, /0 to ten years|from 0/],
    [0.5, /whole number/],
    [Number.NaN, /whole number/],
    [315_360_000_001, /ten years/],
    ['87601h', /ten years/],
    [null, /whole number/],
  ])('refuses %j', (input, message) => {
    const found = refusal(() => toDuration(input as DurationInput, 'within'))
    expect(found).toMatchObject({ code: 'invalid_duration', path: 'within', message: expect.stringMatching(message) })
  })
})
