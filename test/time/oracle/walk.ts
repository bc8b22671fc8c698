import { CLOSED, type MinuteCalendar } from './minute-calendar.ts'
import { DAY, MINUTE } from './wall-clock.ts'

/** The operations, one minute after the other. Undefined where the answer lies outside the minutes at hand. */
export function walk({ clock, owner, date, ordered }: MinuteCalendar) {
  const { start, labels } = clock
  const index = (at: number) => Math.floor((at - start) / MINUTE)
  const begin = (i: number) => start + i * MINUTE
  const open = (i: number) => owner[i] !== CLOSED
  // runs of minutes with one owner, `[from, to)`
  const runs: { day: number; from: number; to: number }[] = []
  for (let i = 0; i < owner.length; i++) {
    if (i === 0 || owner[i] !== owner[i - 1]) runs.push({ day: owner[i] as number, from: begin(i), to: begin(i) })
    const run = runs[runs.length - 1] as { to: number }
    run.to = begin(i + 1)
  }
  const owners = [...new Set(runs.map((run) => run.day))].filter((day) => day !== CLOSED)

  function between(from: number, to: number): number {
    if (to < from) return -between(to, from)
    let sum = 0
    for (let i = index(from); begin(i) < to; i++) {
      if (open(i)) sum += Math.min(to, begin(i + 1)) - Math.max(from, begin(i))
    }
    return sum
  }

  function add(at: number, duration: number): number | undefined {
    if (duration === 0) return at
    let left = duration
    for (let i = index(at); i < owner.length; i++) {
      if (!open(i)) continue
      const from = Math.max(at, begin(i))
      const length = begin(i + 1) - from
      if (length >= left) return from + left
      left -= length
    }
    return undefined
  }

  function subtract(at: number, duration: number): number | undefined {
    if (duration === 0) return at
    let left = duration
    // intervals that began before the minutes at hand are missing
    for (let i = index(at); i >= 2 * DAY; i--) {
      if (!open(i)) continue
      const to = Math.min(at, begin(i + 1))
      const length = to - begin(i)
      if (length >= left) return to - left
      left -= length
    }
    return undefined
  }

  function nextOpening(at: number): number | undefined {
    for (let i = index(at); i < owner.length; i++) if (open(i)) return Math.max(at, begin(i))
    return undefined
  }

  function nextClosing(at: number): number | undefined {
    const opening = nextOpening(at)
    if (opening === undefined) return undefined
    for (let i = index(opening); i < owner.length; i++) if (!open(i)) return begin(i)
    return undefined
  }

  /**
   * 'nested' where a shift outlasts a later date's: then the owners do not follow in
   * order, and no law says whose day it is.
   */
  function addBusinessDays(at: number, days: number): number | undefined | 'nested' {
    const opening = nextOpening(at)
    if (opening === undefined) return undefined
    if (days === 0) return opening
    if (!ordered) return 'nested'
    const first = owner[index(opening)] as number
    const day = owners.filter((later) => later > first)[days - 1]
    // a date at the edge may go on beyond it
    if (day === undefined || day > (date.at(-1) as number) - 2) return undefined
    const label = labels[index(opening)] as number
    const nextDate = Math.floor(label / DAY) > first ? 1 : 0
    const minute = clock.indexOf((day + nextDate) * DAY + (((label % DAY) + DAY) % DAY))
    if (minute === undefined) return undefined
    const wanted = begin(minute) + ((opening - start) % MINUTE)
    const own = runs.filter((run) => run.day === day)
    if (own.some(({ from, to }) => from <= wanted && wanted < to)) return wanted
    return own.findLast(({ to }) => to <= wanted)?.to ?? own[0]?.from
  }

  return { between, add, subtract, nextOpening, nextClosing, addBusinessDays, isOpen: (at: number) => open(index(at)) }
}
