import { IANAZone } from 'luxon'
import { DAY_MS } from './day.ts'

/**
 * How a time zone's wall clock relates to instants. A wall time is written as the milliseconds it would be in UTC.
 * The only file that asks luxon anything, and only for offsets: everything else follows from them.
 */
export interface Zone {
  readonly name: string
  /** What to add to an instant to get its wall time, in milliseconds. */
  offset(at: number): number
  /** The wall time the zone shows at an instant. */
  wall(at: number): number
  /**
   * The instant of a wall time, by Temporal's "compatible" rule: a skipped wall time moves forward by the gap,
   * a repeated one is its first occurrence.
   */
  instant(wall: number): number
}

// shorter than any pair of changes that cancel out: Recife had summer time for seven days in 2000
const CELL_MS = 6 * DAY_MS
/** Cells of 1970–2199, with room for the dates around that a search may look at. */
const [CELLS, CELLS_BEFORE] = [14_100, 10]

/** UTC itself, known without asking. */
export const utc: Zone = { name: 'UTC', offset: () => 0, wall: (at) => at, instant: (wall) => wall }

const zones = new Map<string, Zone>()
/** More names than any runtime knows; spellings in other capitals are what could exceed it. */
const MAX_ZONES = 1000

/** The zone of an IANA name, or undefined when this runtime knows none. Offsets such as `+02:00` are no zones. */
export function zoneNamed(name: string): Zone | undefined {
  if (name === 'UTC') return utc
  const known = zones.get(name)
  if (known) return known
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name) || !IANAZone.isValidZone(name)) return undefined
  if (zones.size >= MAX_ZONES) zones.clear()
  const zone = makeZone(name)
  zones.set(name, zone)
  return zone
}

function makeZone(name: string): Zone {
  // half the cost of luxon's own `offset`, which reads the whole date back from its parts; a test compares the two
  const format = new Intl.DateTimeFormat('en', { timeZone: name, second: 'numeric', timeZoneName: 'longOffset' })
  function ask(at: number): number {
    // a runtime that writes it otherwise had better fail than take every zone for UTC
    const [, sign, hours = 0, minutes = 0, seconds = 0] = form.exec(format.format(at)) as RegExpExecArray
    return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '+' ? 1000 : -1000)
  }

  /** Offsets at the starts of cells, as far as anybody asked. */
  const starts: number[] = new Array(CELLS)
  /** Of cells whose offsets at start and end differ: `[at, offset, at, offset, …]`, the latest first. */
  const changes = new Map<number, readonly number[]>()

  function startOf(cell: number): number {
    const known = starts[cell + CELLS_BEFORE]
    if (known !== undefined) return known
    const asked = ask(cell * CELL_MS)
    starts[cell + CELLS_BEFORE] = asked
    return asked
  }

  function changesIn(cell: number): readonly number[] {
    const [start, end] = [cell * CELL_MS, (cell + 1) * CELL_MS]
    const list = [start, startOf(cell)]
    while (list[1] !== startOf(cell + 1)) {
      // every change since 1970 falls on a whole second
      let [from, to] = [list[0] as number, end]
      while (to - from > 1000) {
        const middle = Math.floor((from + to) / 2000) * 1000
        if (ask(middle) === list[1]) from = middle
        else to = middle
      }
      list.unshift(to, ask(to))
    }
    changes.set(cell, list)
    return list
  }

  function offset(at: number): number {
    const cell = Math.floor(at / CELL_MS)
    const start = startOf(cell)
    if (start === startOf(cell + 1)) return start
    const list = changes.get(cell) ?? changesIn(cell)
    let i = 0
    while ((list[i] as number) > at) i += 2
    return list[i + 1] as number
  }

  function instant(wall: number): number {
    // no offset reaches a day, so these two stand safely on either side
    const before = offset(wall - DAY_MS)
    const after = offset(wall + DAY_MS)
    const early = wall - before
    if (before === after || offset(early) === before) return early
    const late = wall - after
    return offset(late) === after ? late : early
  }

  return { name, offset, wall: (at) => at + offset(at), instant }
}

/** `30 GMT+03:00`, `30 GMT`, and with seconds in Liberia before 1972: `30 GMT-00:44:30`. */
const form = /GMT(?:([+−-])(\d+):(\d+):?(\d+)?)?$/
