/** Opening hours for the plain model: a sorted list of open intervals, worked out day by day with Intl. */

export interface Hours {
  readonly id: string
  readonly zone: string
  readonly hours: Readonly<Record<string, readonly (readonly [string, string])[]>>
  readonly holidays?: readonly string[]
}

export interface PlainCalendar {
  between(a: number, b: number): number
  add(t: number, d: number): number
  nextOpening(t: number): number
}

const dayMs = 86_400_000
const firstDay = Date.UTC(2025, 10, 1)
const lastDay = Date.UTC(2029, 0, 1)
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export const alwaysOpenPlain: PlainCalendar = {
  between: (a, b) => b - a,
  add: (t, d) => t + d,
  nextOpening: (t) => t,
}

function offsets(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map((p) => [p.type, Number(p.value)]))
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
  }
}

/** A skipped wall time moves forward by the gap, a repeated one is its first occurrence. */
function fromWall(wall: number, offset: (instant: number) => number): number {
  const before = offset(wall - dayMs)
  const after = offset(wall + dayMs)
  const found = [wall - before, wall - after].filter((instant) => instant + offset(instant) === wall)
  return found.length > 0 ? Math.min(...found) : wall - before
}

const clockTime = (text: string) => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}

export function plainCalendar({ zone, hours, holidays = [] }: Hours): PlainCalendar {
  const offset = offsets(zone)
  const raw: [number, number][] = []
  for (let date = firstDay; date < lastDay; date += dayMs) {
    if (holidays.includes(new Date(date).toISOString().slice(5, 10))) continue
    for (const [from, to] of hours[weekdays[new Date(date).getUTCDay()] as string] ?? []) {
      const end = clockTime(to) < clockTime(from) ? clockTime(to) + dayMs : clockTime(to)
      const interval: [number, number] = [fromWall(date + clockTime(from), offset), fromWall(date + end, offset)]
      if (interval[0] < interval[1]) raw.push(interval)
    }
  }
  raw.sort((a, b) => a[0] - b[0])
  const open: [number, number][] = []
  for (const [from, to] of raw) {
    const last = open.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else open.push([from, to])
  }

  /** Index of the first interval that ends after `t`. */
  const firstAfter = (t: number) => {
    if (t < firstDay + dayMs || t > lastDay - 10 * dayMs) throw new Error(`the plain calendar does not know ${t}`)
    let low = 0
    let high = open.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((open[middle] as [number, number])[1] > t) high = middle
      else low = middle + 1
    }
    return low
  }
  return {
    between(a, b) {
      let sum = 0
      for (let i = firstAfter(a); i < open.length; i++) {
        const [from, to] = open[i] as [number, number]
        if (from >= b) break
        sum += Math.min(to, b) - Math.max(from, a)
      }
      return sum
    },
    add(t, d) {
      let left = d
      if (left === 0) return t
      for (let i = firstAfter(t); i < open.length; i++) {
        const [from, to] = open[i] as [number, number]
        const start = Math.max(from, t)
        if (to - start >= left) return start + left
        left -= to - start
      }
      throw new Error('the plain calendar ran out')
    },
    nextOpening(t) {
      const [from] = open[firstAfter(t)] as [number, number]
      return Math.max(from, t)
    },
  }
}
