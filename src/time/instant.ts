import { shown } from '../errors.ts'
import { fail } from './fail.ts'

/** 1970-01-01T00:00:00.000Z, the first instant accepted. */
const FIRST_INSTANT = 0

/** 2199-12-31T23:59:59.999Z, the last instant accepted. */
export const LAST_INSTANT = 7_258_118_399_999

/**
 * What the boundary takes as an instant: milliseconds since the epoch, an ISO 8601 string with `Z` or an offset,
 * a `Date`, or a luxon `DateTime` (known by its shape, so any copy of luxon will do).
 */
export type InstantInput = number | string | Date | { readonly isValid: boolean; toMillis(): number }

/** True for an integer number of milliseconds within 1970–2199. */
export function isInstant(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= FIRST_INSTANT && (value as number) <= LAST_INSTANT
}

/**
 * An instant: integer milliseconds since the Unix epoch, UTC, 1970–2199.
 * Throws `invalid_instant` for a string without an offset, a date that does not exist, a leap second, a fraction of a
 * millisecond, or anything outside the bounds; `path` says where it stood.
 *
 * @example
 * toInstant('2026-11-23T09:00:00+02:00') // => 1795417200000
 */
export function toInstant(input: InstantInput, path?: string): number {
  const found = typeof input === 'string' ? ofText(input) : ofValue(input)
  if (isInstant(found)) return found + 0 // -0 becomes 0
  const reason = typeof found === 'string' ? found : 'it must be a whole number of milliseconds within 1970–2199'
  throw fail('invalid_instant', { value: shown(input), reason }, path)
}

/** Milliseconds, or the reason why there are none. */
function ofValue(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) {
    return typeof input === 'number'
      ? input
      : 'give milliseconds, an ISO string with an offset, a Date or a luxon DateTime'
  }
  const ofDate = dateMs(input)
  if (ofDate !== undefined) return ofDate
  const moment = input as { isValid?: unknown; toMillis?: unknown }
  if (typeof moment.toMillis !== 'function') return 'the object is neither a Date nor a luxon DateTime'
  return moment.isValid === true ? moment.toMillis() : 'the luxon DateTime is invalid'
}

/** Of a `Date` of any realm, known by what it holds: its tag can be borrowed. */
function dateMs(input: object): number | undefined {
  try {
    return Date.prototype.getTime.call(input)
  } catch {
    return undefined
  }
}

const iso = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/

function ofText(text: string): number | string {
  const match = text.length < 50 ? iso.exec(text) : null
  if (!match) return 'write it as 2026-11-23T09:00:00Z or 2026-11-23T09:00:00+02:00'
  const [, date = '', hour, minute, second = '00', fraction = '', zone] = match
  if (!zone) return 'it has no Z or offset, so it could be any of 24 hours'
  if (second === '60') return 'leap seconds have no place on the Unix time line'
  if (Number(fraction.slice(3))) return 'it is finer than a millisecond'
  const wall = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  // the round trip is what refuses 30 February and 24:00, which Date.parse would move to the next day
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(`${date}T${hour}`)) {
    return 'there is no such date or time of day'
  }
  const [hours = 0, minutes = 0] =
    zone === 'Z' ? [] : [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))]
  if (hours > 23 || minutes > 59) return 'there is no such offset'
  const offset = (hours * 60 + minutes) * 60_000
  return zone[0] === '-' ? wall + offset : wall - offset
}
