import type { Reason } from './calendar.ts'
import type { CalendarRules } from './calendar-reading.ts'
import { DAY_MS, weekdayOf, yearlyOf } from './day.ts'
import type { Plan } from './plan.ts'
import { overlay, type Spans, within, without } from './span.ts'
import { stretchesOf } from './stretch.ts'
import type { Zone } from './zone.ts'

/** The plan of a calendar with hours of its own. Holiday, special hours, weekly hours decide; closures then cut. */
export function hoursPlan(rules: CalendarRules, zone: Zone): Plan {
  const { holidays, special, closures, week } = rules

  function holidayKey(day: number): number | undefined {
    if (!holidays.size) return undefined
    if (holidays.has(day)) return day
    const yearly = yearlyOf(day)
    return holidays.has(yearly) ? yearly : undefined
  }

  function reason(day: number): Reason {
    const key = holidayKey(day)
    if (key === undefined) return { kind: special.has(day) ? 'specialHours' : 'hours' }
    const name = holidays.get(key)
    return name === undefined ? { kind: 'holiday' } : { kind: 'holiday', name }
  }

  /** Adds the instants of a date's wall times; an interval that a change of the clock leaves empty is left out. */
  function place(day: number, walls: Spans, spans: number[]) {
    if (!walls.length) return
    const start = day * DAY_MS
    const offset = zone.offset(start - DAY_MS)
    // nearly every date is far from a change, and needs no asking
    const steady = offset === zone.offset(start + 3 * DAY_MS)
    if (!steady && zone.instant(start) === zone.instant(start + DAY_MS)) return
    for (let i = 0; i < walls.length; i += 2) {
      const [from, to] = [start + (walls[i] as number), start + (walls[i + 1] as number)]
      if (steady) spans.push(from - offset, to - offset)
      else if (zone.instant(from) < zone.instant(to)) spans.push(zone.instant(from), zone.instant(to))
    }
  }

  /** What dates own before closures. */
  function planned(firstDay: number, lastDay: number): number[] {
    const spans: number[] = []
    for (let day = firstDay; day <= lastDay; day++) {
      if (holidayKey(day) === undefined) place(day, special.get(day) ?? (week[weekdayOf(day)] as Spans), spans)
    }
    return overlay([spans], 1)
  }

  function cuts(firstDay: number, lastDay: number): number[] {
    const spans: number[] = []
    if (closures.size) for (let day = firstDay; day <= lastDay; day++) place(day, closures.get(day) ?? [], spans)
    return overlay([spans], 1)
  }

  /** The dates whose intervals can reach into `[from, to)`: zones differ from UTC by a day, intervals end a day later. */
  function days(from: number, to: number): [number, number] {
    return [Math.floor(from / DAY_MS) - 3, Math.floor(to / DAY_MS) + 1]
  }

  return {
    id: rules.id,
    zone,
    size: 1,
    open(from, to) {
      const near = days(from, to)
      return within(without(planned(...near), cuts(...near)), from, to)
    },
    owned: (day) => without(planned(day, day), cuts(day - 2, day + 2)),
    stretches(from, to) {
      return stretchesOf(this, from, to, reason, (start, end) => {
        const near = days(start, end)
        return within(overlay([planned(...near), cuts(...near)], 2), start, end)
      })
    },
  }
}
