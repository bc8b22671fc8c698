/**
 * What the wall clocks of a zone show, minute by minute, asked of Intl and of nothing in `src/`.
 * A label is the wall time as minutes since 1970-01-01 of the local date.
 */
export const MINUTE = 60_000
export const DAY = 1440

const formats = new Map<string, Intl.DateTimeFormat>()

/** The wall time as milliseconds, as if it were UTC. */
export function wallAt(zone: string, at: number): number {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`)
}

export const zoneNames = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+12', 'Etc/GMT-14']

const jumps = new Map<string, readonly number[]>()

/** Instants at which the zone's clocks jump, 1970–2045; two that undo each other within 30 days may be missing. */
export function jumpsOf(zone: string): readonly number[] {
  const known = jumps.get(zone)
  if (known) return known
  const found: number[] = []
  const offset = (at: number) => wallAt(zone, at) - at
  const step = 30 * DAY * MINUTE
  let before = offset(step)
  for (let at = step; at < Date.UTC(2045, 0); at += step) {
    const after = offset(at + step)
    if (before === after) continue
    let [low, high] = [at, at + step]
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (offset(middle) === before) low = middle
      else high = middle
    }
    found.push(high)
    before = after
  }
  jumps.set(zone, found)
  return found
}

/** The clocks of a zone from `start` on, for a number of days. */
export interface WallClock {
  readonly start: number
  readonly labels: Int32Array
  /** The index of the first minute that shows a label; a skipped label is looked up later by as much as was skipped. */
  indexOf(label: number): number | undefined
  hasDate(day: number): boolean
}

let latest: { zone: string; start: number; days: number; clock: WallClock | undefined } | undefined

/** Undefined where the zone's offset is not in whole minutes (Liberia before 1972). */
export function wallClock(zone: string, start: number, days: number): WallClock | undefined {
  if (latest?.zone !== zone || latest.start !== start || latest.days !== days) {
    latest = { zone, start, days, clock: makeClock(zone, start, days) }
  }
  return latest.clock
}

function makeClock(zone: string, start: number, days: number): WallClock | undefined {
  const labels = new Int32Array(days * DAY)
  const ask = (index: number) => wallAt(zone, start + index * MINUTE)
  // a day, then an hour, over which the clocks advance evenly is asked for once; the rest minute by minute
  function fill(from: number, length: number): boolean {
    const [first, after] = [ask(from), ask(from + length)]
    if (first % MINUTE || after % MINUTE) return false
    if (after - first === length * MINUTE || length === 1) {
      for (let i = 0; i < length; i++) labels[from + i] = first / MINUTE + i
      return true
    }
    const step = length === DAY ? 60 : 1
    for (let i = from; i < from + length; i += step) if (!fill(i, step)) return false
    return true
  }
  for (let day = 0; day < labels.length; day += DAY) if (!fill(day, DAY)) return undefined
  const lowest = (labels[0] as number) - 2 * DAY
  const firsts = new Int32Array(labels.length + 4 * DAY).fill(-1)
  for (let i = labels.length - 1; i >= 0; i--) firsts[(labels[i] as number) - lowest] = i
  const has = (label: number) => (firsts[label - lowest] ?? -1) >= 0

  function indexOf(label: number): number | undefined {
    if (label < (labels[0] as number) || label > (labels.at(-1) as number)) return undefined
    if (has(label)) return firsts[label - lowest]
    let [below, above] = [label, label]
    while (!has(below)) below--
    while (!has(above)) above++
    return indexOf(label + above - below - 1)
  }

  function hasDate(day: number): boolean {
    for (let label = day * DAY; label < (day + 1) * DAY; label++) if (has(label)) return true
    return false
  }

  return { start, labels, indexOf, hasDate }
}
