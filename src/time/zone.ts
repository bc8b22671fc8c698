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
/** 1970–2199, with room for the dates around that a search may look at. */
const CELLS = 14_100
const CELLS_BEFORE = 10

/** No offsets: a cell nobody asked about, and one with changes in it. */
const UNKNOWN = 0x7fffffff
const CHANGING = 0x7ffffffe

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

  // an offset for nearly every cell; for the rest `[at, offset, at, offset, …]`, from the start of the cell on
  const cells = new Int32Array(CELLS).fill(UNKNOWN)
  const changing = new Map<number, readonly number[]>()
  // years are made from their first cell to their last, each beginning where the one before ended
  let edge = Number.NaN
  let edgeOffset = 0

  function makeCell(index: number): number {
    let from = index * CELL_MS
    const end = from + CELL_MS
    let offset = from === edge ? edgeOffset : ask(from)
    const last = ask(end)
    edge = end
    edgeOffset = last
    if (offset === last) return offset
    const changes = [from, offset]
    while (offset !== last) {
      let to = end
      // every change since 1970 falls on a whole second
      while (to - from > 1000) {
        const middle = Math.floor((from + to) / 2000) * 1000
        if (ask(middle) === offset) from = middle
        else to = middle
      }
      offset = ask(to)
      changes.push(to, offset)
      from = to
    }
    changing.set(index, changes)
    return CHANGING
  }

  function offset(at: number): number {
    const index = Math.floor(at / CELL_MS)
    let cell = cells[index + CELLS_BEFORE] as number
    if (cell === UNKNOWN) cell = cells[index + CELLS_BEFORE] = makeCell(index)
    if (cell !== CHANGING) return cell
    const changes = changing.get(index) as readonly number[]
    let i = changes.length - 2
    while (i > 0 && (changes[i] as number) > at) i -= 2
    return changes[i + 1] as number
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
