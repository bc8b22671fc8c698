import { shown } from '../errors.ts'
import type { Holiday, HoursDefinition, WallInterval } from './calendar.ts'
import { DAY_MS, dateOf } from './day.ts'
import { fail } from './fail.ts'
import { toInstant } from './instant.ts'
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

/**
 * The calendar with these holidays added: dates they cover become holidays, parts of dates (Christmas Eve from 14:00)
 * closures. Only the types named are taken, `public` unless said otherwise: observances close no office.
 * Throws `unknown_zone`, `invalid_instant`, and `invalid_definition` for a holiday longer than 31 days.
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
  for (const { name, type, start, end } of listed) {
    if (!types.includes(type)) continue
    const from = zone.wall(toInstant(start, 'start'))
    const to = zone.wall(toInstant(end, 'end'))
    if (to - from > MAX_DAYS * DAY_MS) {
      throw fail('invalid_definition', {
        reason: `the holiday ${name.slice(0, 100)} lasts longer than ${MAX_DAYS} days`,
      })
    }
    for (let day = Math.floor(from / DAY_MS); day * DAY_MS < to; day++) {
      const date = dateOf(day)
      const first = Math.max(0, from - day * DAY_MS)
      const last = Math.min(DAY_MS, to - day * DAY_MS)
      if (first === 0 && last === DAY_MS) holidays.push({ date, name })
      else closures[date] = [...(closures[date] ?? []), [wallTime(first), wallTime(last)]]
    }
  }
  return { ...definition, holidays, ...(Object.keys(closures).length ? { closures } : {}) }
}

function wallTime(ms: number): string {
  return ms === DAY_MS ? '24:00' : new Date(ms).toISOString().slice(11, 19)
}
