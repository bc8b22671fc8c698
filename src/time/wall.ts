import { type Refusal, refuse, shown, type TimeCode } from '../errors.ts'
import { DAY_MS } from './day.ts'
import type { Spans } from './span.ts'

/** More stretches than a date can sensibly have: one per half hour. */
const MAX_PER_DATE = 48

const form = /^(\d\d):([0-5]\d)(?::([0-5]\d))?$/

/** Milliseconds since midnight; NaN for what is no wall time. 24:00 is one, at an end. */
function wallMs(value: unknown, end: boolean): number {
  const [, hours, minutes, seconds = 0] = (typeof value === 'string' && form.exec(value)) || [undefined, Number.NaN]
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000
  return ms < DAY_MS || (end && ms === DAY_MS) ? ms : Number.NaN
}

/**
 * The intervals of one date as milliseconds since its midnight, an end on the next date beyond `DAY_MS`.
 * Findings are added to `issues`.
 */
export function readIntervals(value: unknown, path: string, issues: Refusal<TimeCode>[]): Spans {
  const spans: number[] = []
  if (!Array.isArray(value)) {
    issues.push(
      refuse('invalid_definition', { reason: `a list of ['09:00', '17:00'] is expected, not ${shown(value)}` }, path),
    )
    return spans
  }
  if (value.length > MAX_PER_DATE) {
    issues.push(refuse('too_large', { limit: MAX_PER_DATE, actual: value.length, unit: 'entries' }, path))
    return spans
  }
  value.forEach((interval: unknown, i) => {
    const at = `${path}[${i}]`
    if (!Array.isArray(interval) || interval.length !== 2) {
      issues.push(
        refuse('invalid_definition', { reason: `a pair of wall times is expected, not ${shown(interval)}` }, at),
      )
      return
    }
    const [from, to] = interval.map((wall, end) => wallMs(wall, end === 1)) as [number, number]
    const wrong = interval.findIndex((_, end) => Number.isNaN(end ? to : from))
    if (wrong >= 0) issues.push(refuse('invalid_wall_time', { value: shown(interval[wrong]) }, `${at}[${wrong}]`))
    else if (from === to) issues.push(refuse('empty_interval', { from: interval[0], to: interval[1] }, at))
    else spans.push(from, to < from ? to + DAY_MS : to)
  })
  return spans
}
