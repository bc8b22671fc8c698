/**
 * Public holidays from an `.ics` file, read by ical.js: `node examples/when-is-it-due/from-ics.ts holidays.ics`
 * prints them as the `holidays` of a calendar. Only whole days; recurring ones are written out for the years asked for.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ICAL from 'ical.js'

const dayMs = 86_400_000

export function holidaysFromIcs(text: string, firstYear: number, lastYear: number): { date: string; name: string }[] {
  const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent')
  return events
    .map((component) => new ICAL.Event(component))
    .filter((event) => event.startDate.isDate)
    .flatMap((event) => starts(event, lastYear).flatMap((start) => dates(event, start)))
    .filter(({ date }) => Number(date.slice(0, 4)) >= firstYear && Number(date.slice(0, 4)) <= lastYear)
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
}

/** The dates an event starts on, up to the last year: one, or those of its rule. */
function starts(event: ICAL.Event, lastYear: number): ICAL.Time[] {
  if (!event.isRecurring()) return [event.startDate]
  const found: ICAL.Time[] = []
  const iterator = event.iterator()
  for (let next = iterator.next(); next && next.year <= lastYear; next = iterator.next()) found.push(next)
  return found
}

/** DTEND is the day after the last. */
function dates(event: ICAL.Event, start: ICAL.Time): { date: string; name: string }[] {
  const days = Math.max(1, event.duration.toSeconds() / 86_400)
  const first = Date.UTC(start.year, start.month - 1, start.day)
  return Array.from({ length: Math.min(days, 31) }, (_, i) => ({
    date: new Date(first + i * dayMs).toISOString().slice(0, 10),
    name: event.summary,
  }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? new URL('estonia-2026.ics', import.meta.url)
  const year = new Date().getFullYear()
  console.log(JSON.stringify(holidaysFromIcs(readFileSync(path, 'utf8'), year, year + 1), null, 2))
}
