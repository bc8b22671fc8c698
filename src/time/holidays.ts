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
 * before it begins, lasts longer than 31 days, or covers a part of a date that begins or ends when the clocks show an
 * hour the second time: a wall time means the first.
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
        const wallOf = (edge: 'start' | 'end', second: number) => {
          const wall = zone.wall(second * 1000)
          if (zone.instant(wall) === second * 1000 && wall >= day * DAY_MS) return wall - day * DAY_MS
          const reason = `the ${edge} of the holiday ${shown(name)} lies in an hour shown the second time, which no closure can say`
          throw fail('invalid_definition', { reason }, `${at}.${edge}`)
        }
        const opens = from <= first ? 0 : wallOf('start', Math.floor(from / 1000))
        const closes = whole ? DAY_MS : wallOf('end', Math.ceil(to / 1000))
        closures[date] = [...(closures[date] ?? []), [wallTime(opens), wallTime(closes)]]
      }
    }
  }
  return { ...definition, holidays, ...(Object.keys(closures).length ? { closures } : {}) }
}

function wallTime(ms: number): string {
  return ms === DAY_MS ? '24:00' : new Date(ms).toISOString().slice(11, 19)
}
