import { midnight } from '../time/plan.ts'
import type { Zone } from '../time/zone.ts'
import { wallOf } from './words.ts'

/** One line of a drawing: a stretch of time, with what stands left of it. */
export interface Row {
  readonly from: number
  readonly to: number
  readonly label: string
}

/** An instant that the scale names. */
interface Tick {
  readonly at: number
  readonly label: string
}

/** How time is laid out: rows as long as a day, a week, a month, a year, or one row for all of it. */
export interface Scale {
  readonly unit: 'whole' | 'day' | 'week' | 'month' | 'year'
  readonly rows: readonly Row[]
  /** The time that the full width shows: the longest row. */
  readonly spanMs: number
  readonly ticksOf: (row: Row) => readonly Tick[]
  /** The row whose ticks name those of all: a day or week in which no clock changes, a month of 31 days. */
  readonly head: Row | undefined
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** The layout for a length of time: as few rows as show working hours well. */
export function scaleOf(zone: Zone, from: number, to: number, width: number): Scale {
  const length = to - from
  if (length <= 30 * hourMs) return wholeScale(zone, from, to, width)
  const unit =
    length <= 15 * dayMs ? 'day' : length <= 150 * dayMs ? 'week' : length <= 1_200 * dayMs ? 'month' : 'year'
  const rows = rowsOf(zone, unit, from, to)
  const spanMs = Math.max(...rows.map((row) => row.to - row.from))
  const head = rows.find((row) => row.to - row.from === (usualMs[unit] ?? spanMs)) ?? rows[0]
  return { unit, rows, spanMs, ticksOf: (row) => ticksOf[unit](zone, row), head }
}

type Unit = Exclude<Scale['unit'], 'whole'>

const usualMs: Partial<Record<Unit, number>> = { day: dayMs, week: 7 * dayMs }

/** The local day on which a row begins that holds a day, and that on which the next row begins. */
const bounds: Record<Unit, (day: number) => readonly [first: number, next: number]> = {
  day: (day) => [day, day + 1],
  week: (day) => {
    const monday = day - ((((day + 3) % 7) + 7) % 7)
    return [monday, monday + 7]
  },
  month: (day) => {
    const date = new Date(day * dayMs)
    return [firstOf(date.getUTCFullYear(), date.getUTCMonth()), firstOf(date.getUTCFullYear(), date.getUTCMonth() + 1)]
  },
  year: (day) => {
    const year = new Date(day * dayMs).getUTCFullYear()
    return [firstOf(year, 0), firstOf(year + 1, 0)]
  },
}
const firstOf = (year: number, month: number): number => Date.UTC(year, month) / dayMs

const dayOf = (zone: Zone, at: number): number => Math.floor(zone.wall(at) / dayMs)

function rowsOf(zone: Zone, unit: Unit, from: number, to: number): Row[] {
  const rows: Row[] = []
  let [first, next] = bounds[unit](dayOf(zone, from))
  for (let start = midnight(zone, first); start < to; start = midnight(zone, first)) {
    const end = midnight(zone, next)
    if (start < end) rows.push({ from: start, to: end, label: labels[unit](zone, start, end) })
    ;[first, next] = bounds[unit](next)
  }
  return rows
}

const labels: Record<Unit, (zone: Zone, from: number, to: number) => string> = {
  day: (zone, from, to) => {
    const { weekday, date } = wallOf(zone, from)
    const hours = (to - from) / hourMs
    return `${weekday} ${date}${hours === 24 ? '' : ` (${Math.round(hours * 100) / 100} h)`}`
  },
  week: (zone, from) => wallOf(zone, from).date,
  month: (zone, from) => wallOf(zone, from).month,
  year: (zone, from) => wallOf(zone, from).year,
}

const ticksOf: Record<Unit, (zone: Zone, row: Row) => Tick[]> = {
  day: (zone, row) => wallTicks(zone, row, 3 * hourMs, (at) => wallOf(zone, at).time),
  week: (zone, row) => dayTicks(zone, row, (at) => wallOf(zone, at).weekday),
  month: (zone, row) => dayTicks(zone, row, (at) => wallOf(zone, at).date.split(' ')[0] ?? ''),
  year: (zone, row) =>
    Array.from({ length: 12 }, (_, month) => {
      const at = midnight(zone, firstOf(Number(wallOf(zone, row.from).year), month))
      return { at, label: wallOf(zone, at).month.split(' ')[0] ?? '' }
    }),
}

function dayTicks(zone: Zone, row: Row, label: (at: number) => string): Tick[] {
  const ticks: Tick[] = []
  for (let day = dayOf(zone, row.from); midnight(zone, day) < row.to; day++) {
    const at = midnight(zone, day)
    if (at >= row.from && at !== ticks.at(-1)?.at) ticks.push({ at, label: label(at) })
  }
  return ticks
}

const second = 1_000
const steps = [1, 5, 15, 30]
  .map((count) => count * second)
  .concat([1, 5, 10, 15, 30, 60, 120, 180, 360].map((count) => count * minuteMs))

function wholeScale(zone: Zone, from: number, to: number, width: number): Scale {
  const spanMs = Math.max(second, to - from)
  const step = steps.find((step) => (step / spanMs) * width >= 58) ?? 6 * hourMs
  const row = { from, to: from + spanMs, label: '' }
  const ticks = wallTicks(zone, row, step, (at) =>
    at === midnight(zone, dayOf(zone, at))
      ? wallOf(zone, at).date
      : step < minuteMs
        ? wallOf(zone, at).seconds
        : wallOf(zone, at).time,
  )
  return { unit: 'whole', rows: [row], spanMs, ticksOf: () => ticks, head: row }
}

/** Wall times of a row, `step` apart; one that the zone skips has no tick, one that it repeats has its first. */
function wallTicks(zone: Zone, row: Row, step: number, label: (at: number) => string): Tick[] {
  const ticks: Tick[] = []
  for (let wall = Math.ceil(zone.wall(row.from) / step) * step; wall <= zone.wall(row.to); wall += step) {
    const at = zone.instant(wall)
    if (at >= row.from && at < row.to && zone.wall(at) === wall) ticks.push({ at, label: label(at) })
  }
  return ticks
}
