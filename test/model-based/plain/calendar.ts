/** Opening hours for the plain model: the open minutes of the time oracle, run after run. */
import type { CalendarDefinition } from '../../../src/time/calendar.ts'
import { CLOSED, minuteCalendar } from '../../time/oracle/minute-calendar.ts'
import { walk } from '../../time/oracle/walk.ts'
import { MINUTE } from '../../time/oracle/wall-clock.ts'

export interface PlainCalendar {
  between(a: number, b: number): number
  add(t: number, d: number): number
  subtract(t: number, d: number): number
  nextOpening(t: number): number
  addBusinessDays(t: number, days: number): number
  /** Instants of opening and closing near `t`: where mistakes live. */
  edgesNear(t: number): number[]
}

const dayMs = 86_400_000
const firstDay = Date.UTC(2025, 9, 1)
const days = 1_000
const lastDay = firstDay + days * dayMs

export const alwaysOpenPlain: PlainCalendar = {
  between: (a, b) => b - a,
  add: (t, d) => t + d,
  subtract: (t, d) => t - d,
  nextOpening: (t) => t,
  addBusinessDays: (t, n) => t + n * dayMs,
  edgesNear: (t) => [t - (t % dayMs), t - (t % dayMs) + dayMs],
}

export function plainCalendar(
  definition: CalendarDefinition,
  others: readonly CalendarDefinition[] = [],
): PlainCalendar {
  const minutes = minuteCalendar(definition, others, firstDay, days)
  if (!minutes) throw new Error(`${definition.zone} has no whole minutes`)
  const open: [number, number][] = []
  for (let i = 0; i < minutes.owner.length; i++) {
    if (minutes.owner[i] === CLOSED) continue
    const from = firstDay + i * MINUTE
    const last = open.at(-1)
    if (last?.[1] === from) last[1] = from + MINUTE
    else open.push([from, from + MINUTE])
  }
  let walker: ReturnType<typeof walk> | undefined

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
      if (b < a) throw new Error('the plain calendar counts forwards only')
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
    subtract(t, d) {
      let left = d
      if (left === 0) return t
      for (let i = Math.min(firstAfter(t), open.length - 1); i >= 0; i--) {
        const [from, to] = open[i] as [number, number]
        const end = Math.min(to, t)
        if (end <= from) continue
        if (end - from >= left) return end - left
        left -= end - from
      }
      throw new Error('the plain calendar ran out')
    },
    nextOpening(t) {
      const [from] = open[firstAfter(t)] as [number, number]
      return Math.max(from, t)
    },
    addBusinessDays(t, n) {
      walker ??= walk(minutes)
      const found = walker.addBusinessDays(t, n)
      if (typeof found !== 'number') throw new Error('the plain calendar has no such business day')
      return found
    },
    edgesNear(t) {
      const at = firstAfter(t)
      return open.slice(Math.max(0, at - 1), at + 2).flat()
    },
  }
}
