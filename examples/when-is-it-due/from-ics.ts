/**
 * Public holidays from an `.ics` file, read by ical.js: `node examples/when-is-it-due/from-ics.ts holidays.ics`
 * prints them as the `holidays` of a calendar. Only whole days; recurring ones are written out for the years asked for,
 * moved and cancelled ones as the file says. A change of "this and all that follow" is refused.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ICAL from 'ical.js'

const dayMs = 86_400_000
/** More occurrences than an event of whole days has in 270 years. */
const maxOccurrences = 100_000

/** A holiday as a calendar takes it; an event without SUMMARY gives one without name. */
export interface IcsHoliday {
  date: string
  name?: string
}

/** Throws an `Error` in words for what is no calendar, and for events that cannot be read. */
export function holidaysFromIcs(text: string, firstYear: number, lastYear: number): IcsHoliday[] {
  const events = new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component))
  // an occurrence that an event of its own speaks for, moved or cancelled, is none of its series
  const replaced = new Set(events.filter((event) => event.isRecurrenceException()).map(replacedBy))
  return events
    .filter((event) => startOf(event).isDate && event.component.getFirstPropertyValue('status') !== 'CANCELLED')
    .flatMap((event) => {
      const own = event.isRecurrenceException()
        ? [dayOf(startOf(event))]
        : starts(event, lastYear).filter((day) => !replaced.has(`${event.uid} ${day}`))
      return own.flatMap((day) => dates(event, day, firstYear, lastYear))
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
}

function startOf(event: ICAL.Event): ICAL.Time {
  if (!event.startDate) throw new Error(`the event ${event.uid ?? 'without UID'} has no DTSTART`)
  return event.startDate
}

function dayOf({ year, month, day }: ICAL.Time): number {
  return Date.UTC(year, month - 1, day)
}

function replacedBy(event: ICAL.Event): string {
  if (event.modifiesFuture())
    throw new Error(`the event ${event.uid} changes all that follow (RANGE), which is not read`)
  return `${event.uid} ${dayOf(event.recurrenceId)}`
}

/** The days an event starts on, up to the last year: its own, unless an EXDATE excludes it, and those of its rules. */
function starts(event: ICAL.Event, lastYear: number): number[] {
  const start = startOf(event)
  if (!event.isRecurring()) return [dayOf(start)]
  const found = new Set<number>()
  // a rule gives the event's own date by itself, dates alone do not
  const excluded = event.component
    .getAllProperties('exdate')
    .flatMap((property) => property.getValues() as ICAL.Time[])
    .map(dayOf)
  if (!event.component.hasProperty('rrule') && !excluded.includes(dayOf(start))) found.add(dayOf(start))
  const iterator = event.iterator()
  let count = 0
  for (let next = iterator.next(); next && next.year <= lastYear; next = iterator.next()) {
    if (++count > maxOccurrences) throw new Error(`the event ${event.uid} recurs too often`)
    found.add(dayOf(next))
  }
  return [...found]
}

/** The dates of one occurrence within the years; DTEND is the day after the last. */
function dates(event: ICAL.Event, start: number, firstYear: number, lastYear: number): IcsHoliday[] {
  const days = Math.max(1, event.duration.toSeconds() / 86_400)
  const first = Math.max(start, Date.UTC(firstYear, 0))
  const end = Math.min(start + days * dayMs, Date.UTC(lastYear + 1, 0))
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / dayMs)) }, (_, i) => ({
    date: new Date(first + i * dayMs).toISOString().slice(0, 10),
    ...(event.summary ? { name: event.summary.slice(0, 200) } : {}),
  }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? new URL('estonia-2026.ics', import.meta.url)
  const year = new Date().getFullYear()
  try {
    console.log(JSON.stringify(holidaysFromIcs(readFileSync(path, 'utf8'), year, year + 1), null, 2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
