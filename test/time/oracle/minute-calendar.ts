import type { CalendarDefinition, HoursDefinition, WallInterval } from '../../../src/time/calendar.ts'
import { DAY, MINUTE, type WallClock, wallClock } from './wall-clock.ts'

/** A calendar as a list of minutes, from the words of the specification alone. */
export interface MinuteCalendar {
  readonly clock: WallClock
  /** By minute: the local date that owns it, or `CLOSED`. */
  readonly owner: Int32Array
  /** By minute: why it is open or closed. */
  readonly why: (index: number) => string
  /** The date of each minute, by midnights. */
  readonly date: Int32Array
  /** False where a shift outlasts one of a later date. */
  readonly ordered: boolean
}

export const CLOSED = -1_000_000

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const dateText = (day: number) => new Date(day * DAY * MINUTE).toISOString().slice(0, 10)

/** Undefined where minutes are too coarse for the zone. */
export function minuteCalendar(
  definition: CalendarDefinition,
  others: readonly CalendarDefinition[],
  start: number,
  days: number,
): MinuteCalendar | undefined {
  const clock = wallClock(definition.zone, start, days)
  if (!clock) return undefined
  const date = datesOf(clock)
  if ('hours' in definition) {
    const { owner, why } = hoursMinutes(definition, clock, date)
    return { clock, date, owner, why, ordered: inOrder(owner) }
  }
  const kind = 'union' in definition ? 'union' : 'intersection'
  const ids = 'union' in definition ? definition.union : definition.intersection
  const parts = ids.map((id) =>
    minuteCalendar(others.find((other) => other.id === id) as CalendarDefinition, others, start, days),
  )
  if (parts.some((part) => !part)) return undefined
  const open = (i: number) => {
    const count = parts.filter((part) => part?.owner[i] !== CLOSED).length
    return kind === 'union' ? count > 0 : count === parts.length
  }
  const owner = date.map((day, i) => (open(i) ? day : CLOSED))
  return { clock, date, owner, why: () => kind, ordered: true }
}

function inOrder(owner: Int32Array): boolean {
  let latest = CLOSED
  for (const day of owner) {
    if (day === CLOSED) continue
    if (day < latest) return false
    latest = day
  }
  return true
}

function datesOf(clock: WallClock): Int32Array {
  const date = new Int32Array(clock.labels.length)
  const [first, last] = [clock.labels[0], clock.labels.at(-1)].map((label) => Math.floor((label as number) / DAY))
  date.fill(first as number)
  for (let day = (first as number) + 1; day <= (last as number); day++) date.fill(day, clock.indexOf(day * DAY))
  return date
}

function hoursMinutes(definition: HoursDefinition, clock: WallClock, date: Int32Array) {
  const { length } = clock.labels
  const planned = new Int32Array(length).fill(CLOSED)
  const cut = new Int32Array(length)
  const causes = new Map([[CLOSED, 'closure']])
  const [firstDay, lastDay] = [date[0] as number, date[length - 1] as number]

  for (let day = firstDay - 1; day <= lastDay; day++) {
    const text = dateText(day)
    const holiday = definition.holidays?.some((entry) => {
      const written = typeof entry === 'string' ? entry : entry.date
      return written === text || written === text.slice(5)
    })
    const special = definition.specialHours?.[text]
    causes.set(day, holiday ? 'holiday' : special ? 'specialHours' : 'hours')
    const weekday = weekdays[new Date(day * DAY * MINUTE).getUTCDay()] as (typeof weekdays)[number]
    if (!holiday) paint(day, special ?? definition.hours[weekday] ?? [], planned, day)
    paint(day, definition.closures?.[text] ?? [], cut, 1)
  }

  function paint(day: number, intervals: readonly WallInterval[], minute: Int32Array, mark: number) {
    if (!clock.hasDate(day)) return
    for (const [from, to] of intervals) {
      const end = day * DAY + minutes(to) + (minutes(to) < minutes(from) ? DAY : 0)
      const first = clock.indexOf(day * DAY + minutes(from))
      const last = clock.indexOf(end)
      if (first !== undefined) minute.fill(mark, first, Math.max(first, last ?? length))
    }
  }

  const owner = planned.map((day, i) => (cut[i] ? CLOSED : day))
  const why = (i: number) =>
    causes.get(
      owner[i] !== CLOSED ? (owner[i] as number) : planned[i] !== CLOSED ? CLOSED : (date[i] as number),
    ) as string
  return { owner, why }
}

function minutes(wall: string): number {
  const [hours, rest] = wall.split(':').map(Number) as [number, number]
  return hours * 60 + rest
}
