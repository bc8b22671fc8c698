/**
 * When is something due that is promised within so much open time?
 * `npm run example:due -- calendar.json 2026-12-23T15:00:00+02:00 16h`, or with none of them for an example.
 *
 * The file holds a calendar, or a list: its first calendar is asked, and may be a union or intersection of the others.
 */
import { readFileSync } from 'node:fs'
import { type BusinessCalendar, businessCalendar, isDeskError, toDuration, toInstant } from 'ticketwright'
import { stretchLine, wallTime } from './words.ts'

const [file, start = '2026-12-23T15:00:00+02:00', within = '16h'] = process.argv.slice(2)
const path = file ?? new URL('estonia.json', import.meta.url)

try {
  const [definition, ...others] = [JSON.parse(readFileSync(path, 'utf8'))].flat()
  answer(businessCalendar(definition, others), toInstant(start, 'start'), toDuration(within, 'within'))
} catch (error) {
  if (isDeskError(error)) for (const issue of error.issues) console.error(`${issue.path ?? 'calendar'}: ${issue.code}`)
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function answer(calendar: BusinessCalendar, at: number, durationMs: number) {
  const due = calendar.add(at, durationMs)
  console.log(`Calendar   ${calendar.id} (${calendar.zone})`)
  console.log(`Start      ${wallTime(at, calendar.zone)}`)
  console.log(`Promised   ${within} of open time`)
  console.log(`Due        ${wallTime(due, calendar.zone)}, that is ${new Date(due).toISOString()}`)
  console.log(`Late after ${lateAfter(calendar, due)}\n`)
  const stretches = stretchesUntil(calendar, at, due)
  if (!stretches)
    return console.log('The stretches until then, more than a hundred years of them, are too many to list.')
  let counted = 0
  for (const stretch of stretches) {
    if (stretch.open) counted += stretch.to - stretch.from
    console.log(stretchLine(stretch, counted, calendar.zone))
  }
  console.log(`\nThe open stretches add up to ${counted / 3_600_000} h.`)
}

/** None where there are more years of them than a calendar lists at once. */
function stretchesUntil(calendar: BusinessCalendar, at: number, due: number) {
  try {
    return calendar.intervals(at, due)
  } catch (error) {
    if (isDeskError(error, 'span_too_long')) return undefined
    throw error
  }
}

/** The last instant still in time: who answers while it is closed is not late. */
function lateAfter(calendar: BusinessCalendar, due: number): string {
  try {
    return wallTime(calendar.nextOpening(due), calendar.zone)
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted')) return 'never: nothing opens after that for ten years'
    throw error
  }
}
