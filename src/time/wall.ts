import { DAY_MS } from './day.ts'

const form = /^(\d\d):([0-5]\d)(?::([0-5]\d))?$/

/** Milliseconds since midnight of `HH:MM` or `HH:MM:SS`; NaN for what is no wall time. 24:00 is one, at an `end`. */
export function wallMs(value: unknown, end: boolean): number {
  const [, hours, minutes, seconds = 0] = form.exec(typeof value === 'string' ? value : '') ?? []
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000
  return ms < DAY_MS || (end && ms === DAY_MS) ? ms : Number.NaN
}
