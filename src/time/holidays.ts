import { shown } from '../errors.ts'
import type { Holiday, HoursDefinition, WallInterval } from './calendar.ts'
import { DAY_MS, dateOf } from './day.ts'
import { fail } from './fail.ts'
import { toInstant } from './instant.ts'
import { dayAt, midnight } from './plan.ts'
import { zoneNamed } from './zone.ts'

/** A holiday as date-holidays gives it (`new Holidays('EE').getHolidays(2026)`); other fields are ignored. */
export interface ListedHoliday {
  readonly name: string
  /** `public`, `bank`, `school`, `optional`, `observance`. */
  readonly type: string
  readonly start: Date
  /** The instant it is over. */
  readonly end: Date
}

/** At most as many dates for one holiday: a mistaken end is no reason to close for years. */
const MAX_DAYS = 31
const MAX_MS = MAX_DAYS * DAY_MS + DAY_MS / 2 // with what changes of the clock may add

/** An end so little before midnight means midnight: lists write 23:59, 23:59:59 or 23:59:59.999 for it. */
const LAST_MINUTE_MS = 60_000

/**
 * The calendar with these holidays added: dates they cover become holidays, parts of dates (Christmas Eve from 14:00)
 * closures, to the second. Only the types named are taken, `public` unless said otherwise: observances close no office.
 * A date is covered from its first to its last instant, be they midnights or not: where the clocks change at midnight
 * it begins at 01:00. Throws `unknown_zone`, `invalid_instant`, and `invalid_definition` for a holiday that is over
 * before it begins or lasts longer than 31 days.
 */
export function calendarFromHolidays(
  definition: HoursDefinition,
  listed: Iterable<ListedHoliday>,
  types: readonly string[] = ['public'],
): HoursDefinition {
  const zone = zoneNamed(definition.zone)
  if (!zone) throw fail('unknown_zone', { zone: shown(definition.zone) }, 'zone')
  const holidays: Holiday[] = [...(definition.holidays ?? [])]
  const closures: Record<string, readonly WallInterval[]> = { ...definition.closures }
  let index = -1
  for (const { name, type, start, end } of listed) {
    index++
    if (!types.includes(type)) continue
    const at = `holidays[${index}]`
    const from = toInstant(start, `${at}.start`)
    const to = toInstant(end, `${at}.end`)
    const wrong =
      to <= from ? 'is over before it begins' : to - from > MAX_MS ? `lasts longer than ${MAX_DAYS} days` : ''
    if (wrong) throw fail('invalid_definition', { reason: `the holiday ${shown(name)} ${wrong}` }, at)
    for (let day = dayAt(zone, from); midnight(zone, day) < to; day++) {
      const [first, last] = [midnight(zone, day), midnight(zone, day + 1)]
      if (first === last) continue // a date the zone does not have
      const date = dateOf(day)
      const whole = to > last - LAST_MINUTE_MS - 1
      if (from <= first && whole) holidays.push({ date, name })
      else {
        const wallOf = (instant: number, round: (seconds: number) => number) =>
          Math.max(0, round(zone.wall(instant) / 1000) * 1000 - day * DAY_MS)
        const opens = from <= first ? 0 : wallOf(from, Math.floor)
        const closes = whole ? DAY_MS : wallOf(to, Math.ceil)
        // both in an hour that the clocks repeat: there is no wall time for that
        if (opens < closes) closures[date] = [...(closures[date] ?? []), [wallTime(opens), wallTime(closes)]]
      }
    }
  }
  return { ...definition, holidays, ...(Object.keys(closures).length ? { closures } : {}) }
}

function wallTime(ms: number): string {
  return ms === DAY_MS ? '24:00' : new Date(ms).toISOString().slice(11, 19)
}
