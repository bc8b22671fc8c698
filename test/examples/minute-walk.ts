import type { Row } from './incidents.ts'

/*
 * Resolution times by the plainest means: every minute of an incident's life is looked at, by its date alone.
 * Knows nothing of the library; rests on the log being exact to the minute.
 */

/** The working days that were none. */
export const closedOn = '2016-03-25 2016-04-21 2016-05-26 2016-09-07 2016-10-12 2016-11-02 2016-11-15'.split(' ')

const minute = 60_000
const targetMinutes = { 1: 4 * 60, 2: 8 * 60, 3: 24 * 60, 4: 40 * 60 }
const names = { 1: 'Urgent', 2: 'High', 3: 'Medium', 4: 'Low' }

type IsOpen = (at: number) => boolean

/** Each minute of the log's 14 months, asked once: is it a working one? */
function openMinutes(holidays: readonly string[]): IsOpen {
  const from = Date.parse('2016-01-01')
  const open = Array.from({ length: (Date.parse('2017-03-01') - from) / minute }, (_, i) => {
    const date = new Date(from + i * minute)
    const [weekday, hour] = [date.getUTCDay(), date.getUTCHours()]
    return weekday > 0 && weekday < 6 && hour >= 8 && hour < 18 && !holidays.includes(date.toISOString().slice(0, 10))
  })
  return (at) => open[(at - from) / minute] === true
}

export interface Resolution {
  readonly incident: string
  readonly priority: string
  /** Open minutes it took. */
  readonly used: number
  /** Minutes beyond the target. */
  readonly late: number
}

/**
 * How each incident that is resolved in the end was resolved; those taken out of order are read as the desk takes them.
 */
export function resolutionsOf(rows: readonly Row[], holidays: readonly string[]): readonly Resolution[] {
  const isOpen = openMinutes(holidays)
  const incidents = Map.groupBy(rows, (row) => row.incident)
  return [...incidents].flatMap(([incident, own]) => {
    const ordered = own.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.mod - b.mod)
    const walked = walk(ordered, isOpen)
    return walked ? [{ incident, ...walked }] : []
  })
}

function walk(rows: readonly Row[], isOpen: IsOpen): Omit<Resolution, 'incident'> | null {
  const [first] = rows
  if (!first) return null
  let at = Date.parse(first.openedAt)
  let state = 'New'
  let judgedBy = first.priority
  let used = 0
  for (const row of rows) {
    const counts = state === 'New' || state === 'Active'
    for (const until = Date.parse(row.at); at < until; at += minute) if (counts && isOpen(at)) used += 1
    if (state === 'Resolved' && row.state === 'New') continue // refused: a resolved ticket is not new again
    if (row.state !== '-100' && row.state !== 'Closed') state = row.state
    if (state !== 'Resolved') judgedBy = row.priority // what a row changes as it resolves comes too late
  }
  return state === 'Resolved'
    ? { priority: names[judgedBy], used, late: Math.max(0, used - targetMinutes[judgedBy]) }
    : null
}
