import { DAY_MS } from './day.ts'
import { fail } from './fail.ts'
import type { Plan } from './plan.ts'

/** A search that finds no opening for ten years of 365 days is given up. */
export const SEARCH_LIMIT_MS = 3_650 * DAY_MS

/** Of all years of one table together; a year of office hours has 260. */
const MAX_SPANS_HELD = 200_000

const YEARS = 230

/** Where each UTC year of 1970–2199 begins, and where the last one ends. */
const yearStart = Float64Array.from({ length: YEARS + 1 }, (_, year) => Date.UTC(1970 + year, 0))

function yearOf(at: number): number {
  let year = (at / 31_556_952_000) | 0 // the mean length, so at most one off
  while ((yearStart[year + 1] as number) <= at) year++
  while ((yearStart[year] as number) > at) year--
  return year
}

/** The open time of one UTC year, with what finds a place in it without searching. */
interface Year {
  readonly count: number
  readonly total: number
  /** `Infinity` stands behind the last of both. */
  readonly from: Float64Array
  readonly to: Float64Array
  /** Open time of the year before each stretch. */
  readonly before: Float64Array
  /** By day of the year: the first stretch that ends after the day begins. */
  readonly byDay: Uint16Array
  /** By share of the total, in as many parts as there are stretches: the stretch it falls into. */
  readonly byShare: Uint16Array
}

function makeYear(plan: Plan, year: number): Year {
  const start = yearStart[year] as number
  const spans = plan.open(start, yearStart[year + 1] as number)
  const count = spans.length / 2
  const from = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY)
  const to = from.slice()
  const before = new Float64Array(count + 1)
  for (let i = 0; i < count; i++) {
    from[i] = spans[2 * i] as number
    to[i] = spans[2 * i + 1] as number
    before[i + 1] = (before[i] as number) + (to[i] as number) - (from[i] as number)
  }
  const total = before[count] as number
  const byDay = new Uint16Array(366)
  for (let day = 0, i = 0; day < 366; day++) {
    while ((to[i] as number) <= start + day * DAY_MS) i++
    byDay[day] = i
  }
  const byShare = new Uint16Array(count)
  for (let share = 0, i = 0; share < count; share++) {
    while ((before[i + 1] as number) * count <= share * total) i++
    byShare[share] = i
  }
  return { count, total, from, to, before, byDay, byShare }
}

/**
 * The open time of a calendar as sorted stretches with running sums, made year by year as it is asked for, in both
 * directions, and never made anew. Four hours or four thousand cost the same.
 */
export class OpenTable {
  readonly #plan: Plan
  readonly #years: (Year | undefined)[] = new Array(YEARS).fill(undefined)
  /** Open time from the first year asked for until each year; negative for earlier years. */
  readonly #sum = new Float64Array(YEARS + 1)
  /** The years whose sums are known: `[low, high)`. */
  #low = 0
  #high = 0
  #held = 0

  constructor(plan: Plan) {
    this.#plan = plan
  }

  #year(year: number): Year {
    return this.#years[year] ?? this.#grow(year)
  }

  #grow(year: number): Year {
    if (this.#low === this.#high) this.#low = this.#high = year
    for (; this.#high <= year; this.#high++) {
      this.#sum[this.#high + 1] = (this.#sum[this.#high] as number) + this.#make(this.#high).total
    }
    for (; this.#low > year; this.#low--) {
      this.#sum[this.#low - 1] = (this.#sum[this.#low] as number) - this.#make(this.#low - 1).total
    }
    return this.#years[year] ?? this.#make(year)
  }

  #make(year: number): Year {
    const made = makeYear(this.#plan, year)
    this.#held += made.count
    // the sums stay, so a year that is dropped can come back alone
    if (this.#held > MAX_SPANS_HELD) {
      this.#years.fill(undefined)
      this.#held = made.count
    }
    this.#years[year] = made
    return made
  }

  /** The first stretch of the year that ends after `at`. */
  #index(year: Year, number: number, at: number): number {
    let i = year.byDay[((at - (yearStart[number] as number)) / DAY_MS) | 0] as number
    while ((year.to[i] as number) <= at) i++
    return i
  }

  /** Open time before `at`, from an arbitrary but fixed beginning. */
  count(at: number): number {
    return this.#count(yearOf(at), at)
  }

  #count(number: number, at: number): number {
    const year = this.#year(number)
    const i = this.#index(year, number, at)
    const from = year.from[i] as number
    return (this.#sum[number] as number) + (year.before[i] as number) + (at > from ? at - from : 0)
  }

  isOpen(at: number): boolean {
    const number = yearOf(at)
    const year = this.#year(number)
    return (year.from[this.#index(year, number, at)] as number) <= at
  }

  /** The first instant not before `at` by which `durationMs`, which is not 0, of open time have passed. */
  forward(at: number, durationMs: number): number {
    // the last millisecond of the target, and then its end
    const end = this.#seek(at, durationMs - 1, 1) + 1
    return end < (yearStart[YEARS] as number) ? end : this.#exhausted(at, 1)
  }

  /** The last instant not after `at` since which `durationMs`, which is not 0, of open time have passed. */
  backward(at: number, durationMs: number): number {
    return this.#seek(at, -durationMs, -1)
  }

  /** `at` when open, else the next opening. */
  nextOpening(at: number): number {
    return this.#seek(at, 0, 1)
  }

  /**
   * The instant at which the `n`-th open millisecond after that of `at` begins; searches
   * forward, or backward with step -1.
   */
  #seek(at: number, n: number, step: 1 | -1): number {
    const sum = this.#sum
    let number = yearOf(at)
    const target = this.#count(number, at) + n
    let open = number // the last year seen with open time in it
    while (target >= (sum[number + 1] as number) || target < (sum[number] as number)) {
      number += step
      if (number < 0 || number === YEARS || (number - open) * step > 11) this.#exhausted(at, step)
      if (number < this.#low || number >= this.#high) this.#grow(number)
      if (sum[number] === sum[number + 1]) continue
      // no need to look closer where fewer than eight empty years lie between
      if ((number - open) * step > 8) {
        const last = this.#year(Math.min(number, open)).to.at(-2) ?? 0
        const next = this.#year(Math.max(number, open)).from[0] as number
        const quiet = step > 0 ? next - Math.max(last, at) : Math.min(next, at) - last
        if (quiet > SEARCH_LIMIT_MS) this.#exhausted(at, step)
      }
      open = number
    }
    return locate(this.#year(number), target - (sum[number] as number))
  }

  /** Null when it lies more than ten years after the opening. */
  nextClosing(at: number): number | null {
    const opening = this.nextOpening(at)
    let number = yearOf(opening)
    let year = this.#year(number)
    let to = year.to[this.#index(year, number, opening)] as number
    // a stretch that ends with the year may go on in the next
    while (to === yearStart[number + 1] && to - opening <= SEARCH_LIMIT_MS) {
      if (++number === YEARS) return null
      year = this.#year(number)
      if (year.from[0] === to) to = year.to[0] as number
    }
    return to - opening <= SEARCH_LIMIT_MS ? to : null
  }

  #exhausted(at: number, step: 1 | -1): never {
    throw fail('calendar_exhausted', { calendar: this.#plan.id, at, direction: step > 0 ? 'forward' : 'backward' })
  }
}

/** The instant at which the `n`-th open millisecond of a year, counted from 0, begins. */
function locate(year: Year, n: number): number {
  let i = year.byShare[((n * year.count) / year.total) | 0] as number
  while ((year.before[i + 1] as number) <= n) i++
  return (year.from[i] as number) + n - (year.before[i] as number)
}
