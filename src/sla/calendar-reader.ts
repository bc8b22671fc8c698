import type { SlaClock } from '../model/clock.ts'
import type { Stretch } from '../time/calendar.ts'
import { DAY_MS } from '../time/day.ts'
import type { ClockStretch } from './explanation.ts'
import type { Versions } from './slice.ts'

/** As near as this it is quicker to read on than to begin anew. */
const near = 4 * DAY_MS

/**
 * The stretches of a clock's calendars, asked for in order of time. A calendar is read on from where the last question
 * ended: a clock that runs and stands still by turns asks hundreds of times.
 */
export class CalendarReader {
  readonly #versions: Versions
  readonly #end: number
  #calendarVersion = ''
  #rest: Iterator<Stretch> | undefined
  #current: Stretch | undefined

  /** Nothing is asked beyond `end`. */
  constructor(versions: Versions, end: number) {
    this.#versions = versions
    this.#end = end
  }

  *read({ calendar, calendarVersion }: SlaClock, from: number, to: number): Generator<ClockStretch> {
    const current = this.#current
    if (calendarVersion !== this.#calendarVersion || !current || from < current.from || from - current.to > near) {
      this.#calendarVersion = calendarVersion
      this.#rest = this.#versions.calendar(calendar, calendarVersion).intervals(from, this.#end)
      this.#next()
    }
    while (this.#current && this.#current.to <= from) this.#next()
    for (let stretch = this.#current; stretch && stretch.from < to; stretch = this.#current) {
      const { open, date, reason } = stretch
      yield { from: Math.max(from, stretch.from), to: Math.min(to, stretch.to), counted: open, reason, date }
      if (stretch.to >= to) return
      this.#next()
    }
  }

  #next(): void {
    const next = this.#rest?.next()
    this.#current = next?.done === false ? next.value : undefined
  }
}
