/** Calendars to promise in: zones with odd rules; shifts over midnight, split days, few hours, dates apart. */
import type { HoursDefinition } from '../../src/time/calendar.ts'
import { jumpsOf } from '../time/oracle/wall-clock.ts'

type Intervals = readonly (readonly [string, string])[]

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const on = (days: readonly string[], hours: Intervals) => Object.fromEntries(days.map((weekday) => [weekday, hours]))
const weekdays = week.slice(0, 5)

export const pool: readonly HoursDefinition[] = [
  { id: 'office', zone: 'Europe/Tallinn', hours: on(weekdays, [['09:00', '17:00']]), holidays: ['10-28', '12-25'] },
  { id: 'night', zone: 'America/New_York', hours: on(week.slice(0, 6), [['22:00', '06:00']]), holidays: ['11-01'] },
  {
    id: 'lunch',
    zone: 'Asia/Kolkata',
    hours: {
      mon: [
        ['09:00', '12:30'],
        ['13:15', '18:00'],
      ],
      wed: [['00:00', '24:00']],
      thu: [['00:00', '03:00']],
    },
  },
  {
    id: 'island',
    zone: 'Australia/Lord_Howe', // half an hour of summer time
    hours: on(week, [
      ['00:00', '02:15'],
      ['08:00', '16:00'],
    ]),
  },
  { id: 'ramadan', zone: 'Africa/Casablanca', hours: on(week, [['20:00', '02:30']]) },
  {
    id: 'chatham',
    zone: 'Pacific/Chatham', // 45 minutes beside the hour
    hours: on(week, [
      ['02:00', '03:15'],
      ['09:00', '17:30'],
    ]),
  },
  { id: 'cairo', zone: 'Africa/Cairo', hours: on(week, [['00:00', '08:00']]) }, // the gap is at midnight
  { id: 'santiago', zone: 'America/Santiago', hours: on(week, [['16:00', '24:00']]) },
  { id: 'tuesdays', zone: 'Europe/London', hours: { tue: [['08:00', '17:00']] } },
  { id: 'troll', zone: 'Antarctica/Troll', hours: on(week, [['01:00', '23:30']]) }, // two hours of summer time
  {
    id: 'dates',
    zone: 'Europe/Berlin',
    hours: on(weekdays, [['08:00', '18:00']]),
    specialHours: { '2026-03-29': [['01:00', '04:00']], '2026-10-24': [['20:00', '04:00']], '2026-06-10': [] },
    closures: {
      '2026-03-27': [['12:00', '13:00']],
      '2026-10-26': [['09:59', '10:01']],
      '2026-06-11': [['17:30', '01:00']],
    },
    holidays: ['2026-06-12', '10-31'],
  },
]

/** The same after somebody thought again: Sundays two hours, the fourth and the thirteenth of every month off. */
export function reworded(calendar: HoursDefinition): HoursDefinition {
  const months = Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0'))
  return {
    ...calendar,
    hours: { ...calendar.hours, sun: [['10:00', '12:00']] },
    holidays: [...(calendar.holidays ?? []), ...months.flatMap((month) => [`${month}-04`, `${month}-13`])],
  }
}

const hour = 3_600_000
const jumps = new Map(
  pool.map(({ id, zone }) => [id, jumpsOf(zone).filter((at) => new Date(at).getUTCFullYear() === 2026)]),
)

/** Where histories in these calendars begin: some hours before a change of the clocks, and on days like any other. */
export function startsNear(calendars: readonly HoursDefinition[]): number[] {
  const before = calendars.flatMap(({ id }) => (jumps.get(id) ?? []).flatMap((at) => [at - 40 * hour, at - 3 * hour]))
  return [...before, ...before, Date.parse('2026-06-10T06:59:59.999Z'), Date.parse('2026-01-15T12:00:00Z')]
}
