import { shown } from '../errors.ts'
import { fail } from './fail.ts'

/** The longest duration accepted: 3,650 days of 24 hours. */
export const MAX_DURATION_MS = 315_360_000_000

/**
 * What the boundary takes as a duration: milliseconds, `{ hours, minutes, seconds, milliseconds }`, ISO `PT4H30M`,
 * or the short form `4h 30m`. Whole numbers only, except seconds in ISO (`PT0.5S`).
 */
export type DurationInput =
  | number
  | string
  | {
      readonly hours?: number
      readonly minutes?: number
      readonly seconds?: number
      readonly milliseconds?: number
    }

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
/** The same, in which the compiler finds a minus sign before a text; of a number it does not know. */
export type UnsignedDuration = Exclude<DurationInput, string> | `${Digit}${string}` | `P${string}`

const unitMs: Readonly<Record<string, number>> = {
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
}

/** True for an integer number of milliseconds from 0 to ten years. */
export function isDuration(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_DURATION_MS
}

/**
 * A duration in milliseconds, 0 to 315,360,000,000 (ten years). Throws `invalid_duration`; days and weeks are refused,
 * because a day may mean 24 hours, a working day, or the same time tomorrow.
 *
 * @example
 * toDuration('4h 30m') // => 16200000
 */
export function toDuration(input: DurationInput, path?: string): number {
  const found =
    typeof input === 'string' ? ofText(input) : typeof input === 'object' && input !== null ? ofUnits(input) : input
  if (isDuration(found)) return found + 0
  const reason = typeof found === 'string' ? found : 'it must be a whole number of milliseconds, from 0 to ten years'
  throw fail('invalid_duration', { value: shown(input), reason }, path)
}

const forms = 'write PT4H30M or 4h 30m, or give { hours, minutes } or a number of milliseconds'
const ambiguous = 'a day is ambiguous: write its hours (24h), or { businessDays: 1 } where a target takes one'

function ofUnits(input: object): unknown {
  const units = Object.entries(input).filter(([, count]) => count !== undefined)
  let sum = 0
  for (const [unit, count] of units) {
    if (/^(day|week|month|year)s?$/.test(unit)) return ambiguous
    const each = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined
    if (each === undefined) return `it has an unknown unit ${shown(unit)}; ${forms}`
    if (!Number.isInteger(count) || count < 0) return `${unit} must be a whole number, 0 or more`
    sum += count * each
  }
  return units.length ? sum : forms
}

const isoForm = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?$/
const shortForm = /^(?=\d)(?:(\d+) ?h)?(?: ?(\d+) ?m(?:in)?)?(?: ?(\d+) ?s)?(?: ?(\d+) ?ms)?$/

function ofText(text: string): number | string {
  if (text.length > 40) return forms
  const iso = isoForm.exec(text)
  const [, hours = 0, minutes = 0, seconds = 0, rest = 0] = iso ?? shortForm.exec(text) ?? [forms]
  if (iso ?? shortForm.test(text)) {
    const milliseconds = iso && rest ? String(rest).padEnd(3, '0') : rest
    return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(milliseconds)
  }
  return /^P[^T]*\d[DWMY]|\d ?(d|w|days?|weeks?)\b/i.test(text) ? ambiguous : forms
}
