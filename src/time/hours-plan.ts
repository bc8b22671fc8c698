import type { Reason } from './calendar.ts'
import { type CalendarRules, noRules } from './calendar-reading.ts'
import { DAY_MS, weekdayOf, yearlyOf } from './day.ts'
import { midnight, type Plan } from './plan.ts'
import { overlay, type Spans, within, without } from './span.ts'
import { stretchesOf } from './stretch.ts'

/** The plan of a calendar with hours of its own. Holiday, special hours, weekly hours decide; closures then cut. */
export function hoursPlan({ id, zone, kind, holidays, special, closures, week }: CalendarRules): Plan {
  function holidayKey(day: number): number | undefined {
    return holidays.size ? [day, yearlyOf(day)].find((key) => holidays.has(key)) : undefined
  }

  function reason(day: number): Reason {
    const key = holidayKey(day)
    if (key === undefined) return { kind: special.has(day) ? 'specialHours' : (kind as 'hours' | 'always') }
    const name = holidays.get(key)
    return name === undefined ? { kind: 'holiday' } : { kind: 'holiday', name }
  }

  /** The instants of the wall times of dates; an interval that a change of the clock leaves empty is left out. */
  function placed(firstDay: number, lastDay: number, wallsOf: (day: number) => Spans | undefined): Spans {
    const spans: number[] = []
    for (let day = firstDay; day <= lastDay; day++) {
      const walls = wallsOf(day)
      if (!walls?.length) continue
      const start = day * DAY_MS
      const offset = zone.offset(start - DAY_MS)
      // nearly every date is far from a change, and needs no asking
      const steady = offset === zone.offset(start + 3 * DAY_MS)
      if (!steady && midnight(zone, day) === midnight(zone, day + 1)) continue
      for (let i = 0; i < walls.length; i += 2) {
        const [from, to] = [start + (walls[i] as number), start + (walls[i + 1] as number)]
        if (steady) spans.push(from - offset, to - offset)
        else if (zone.instant(from) < zone.instant(to)) spans.push(zone.instant(from), zone.instant(to))
      }
    }
    return overlay([spans], 1)
  }

  const planned = (first: number, last: number) =>
    placed(first, last, (day) =>
      holidayKey(day) === undefined ? (special.get(day) ?? week[weekdayOf(day)]) : undefined,
    )
  const cuts = (first: number, last: number) => (closures.size ? placed(first, last, (day) => closures.get(day)) : [])

  /**
   * The dates whose intervals can reach into `[from, to)`: zones differ from UTC by a day, intervals end a day later.
   */
  const near = (from: number, to: number) => [Math.floor(from / DAY_MS) - 3, Math.floor(to / DAY_MS) + 1] as const

  const plan: Plan = {
    id,
    zone,
    size: 1,
    open(from, to) {
      const days = near(from, to)
      return within(without(planned(...days), cuts(...days)), from, to)
    },
    owned: (day) => without(planned(day, day), cuts(day - 2, day + 2)),
    stretches: (from, to) =>
      stretchesOf(plan, from, to, reason, (start, end) => {
        const days = near(start, end)
        return within(overlay([planned(...days), cuts(...days)], 2), start, end)
      }),
  }
  return plan
}

/** Open at every instant; its days are UTC days. */
export const alwaysPlan: Plan = /* @__PURE__ */ hoursPlan({
  ...noRules(),
  id: 'alwaysOpen',
  kind: 'always',
  week: new Array(7).fill([0, DAY_MS]),
})
