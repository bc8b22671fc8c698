import type { HoursDefinition, WallInterval, Weekday } from '../../time/calendar.ts'
import type { Draw } from './draw.ts'

export interface CalendarOptions {
  /** `drawn` unless given. */
  readonly id?: string
  /** Zones whose clocks do what few expect, unless given. */
  readonly zones?: readonly string[]
}

/** Ordinary ones first, since that is where failures shrink to. */
const oddZones: readonly string[] = [
  'UTC',
  'Europe/Tallinn',
  'America/New_York',
  'Asia/Kolkata', // half an hour beside the hour
  'Australia/Lord_Howe', // summer time of half an hour
  'Pacific/Chatham', // 45 minutes beside the hour
  'Africa/Casablanca', // winter time in Ramadan
  'Africa/Cairo', // the gap is at midnight
  'America/Santiago', // and in the evening of the southern autumn
  'Antarctica/Troll', // two hours of summer time
  'Pacific/Apia', // once without a 30th of December
]
const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const shifts: readonly (readonly WallInterval[])[] = [
  [['09:00', '17:00']],
  [
    ['09:00', '12:30'],
    ['13:15', '18:00'],
  ],
  [['00:00', '24:00']],
  [['22:00', '06:00']],
  [['16:00', '24:00']],
  [
    ['00:00', '02:15'],
    ['02:45', '03:15'],
  ],
]
const weeks: readonly (readonly Weekday[])[] = [week.slice(0, 5), week, week.slice(0, 6), ['tue'], ['sat', 'sun']]

/** Office hours, split days, nights, one day a week; a holiday, a closure and special hours now and then. */
export function drawCalendar(draw: Draw, { id = 'drawn', zones = oddZones }: CalendarOptions): HoursDefinition {
  const zone = draw.pick(zones)
  const hours = draw.pick(shifts)
  const days = draw.pick(weeks)
  const date = () => `2026-${draw.pick(['03', '10', '06'])}-${draw.pick(['29', '25', '08', '27'])}`
  return {
    id,
    zone,
    hours: Object.fromEntries(days.map((weekday) => [weekday, hours])),
    ...(draw.chance(3) && { holidays: [date(), '12-25'] }),
    ...(draw.chance(4) && { specialHours: { [date()]: draw.chance(2) ? [] : draw.pick(shifts) } }),
    ...(draw.chance(4) && { closures: { [date()]: [['11:59', '13:00']] } }),
  }
}
