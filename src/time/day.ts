/** One day of 24 hours, in milliseconds. */
export const DAY_MS = 86_400_000

/** Days since 1970-01-01 of a date `YYYY-MM-DD` in 1970–2199; NaN when it is no such date. */
export function dayOf(date: string): number {
  const day = date.length === 10 ? Date.parse(`${date}T00:00:00Z`) / DAY_MS : Number.NaN
  // the round trip is what refuses 30 February, which Date.parse makes 2 March
  return day >= 0 && day < 84_006 && dateOf(day) === date ? day : Number.NaN
}

/** The date `YYYY-MM-DD` of a count of days since 1970-01-01. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** A number for the month and day of a date, the same in every year; far below the numbers of days. */
export function yearlyOf(day: number): number {
  const date = new Date(day * DAY_MS)
  return -1000 - 32 * date.getUTCMonth() - date.getUTCDate()
}

/** Monday is 0. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (day + 10) % 7 // the week before 1970 is as far back as anybody looks
}
