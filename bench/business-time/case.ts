import type { HoursDefinition, WallInterval } from '../../src/time/calendar.ts'

export const zone = 'Europe/Tallinn'
const hour = 3_600_000
const day = 24 * hour

const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const on = (...intervals: WallInterval[]) => Object.fromEntries(workdays.map((weekday) => [weekday, intervals]))

/** `count` holidays in the years of the inputs, on all sorts of weekdays. */
function holidays(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(2018, 0, 10) + Math.floor((i * 12 * 365) / count) * day).toISOString().slice(0, 10),
  )
}

export const calendars = {
  '9–17, 20 holidays': { id: 'office', zone, hours: on(['09:00', '17:00']), holidays: holidays(20) },
  '9–17, 150 holidays': { id: 'office', zone, hours: on(['09:00', '17:00']), holidays: holidays(150) },
  'split shifts': { id: 'split', zone, hours: on(['08:00', '12:00'], ['13:00', '17:00']), holidays: holidays(20) },
  'overnight shifts': { id: 'night', zone, hours: on(['22:00', '06:00']), holidays: holidays(20) },
  'sparse (Tuesdays 9–12)': { id: 'sparse', zone, hours: { tue: [['09:00', '12:00']] }, holidays: holidays(20) },
} as const satisfies Record<string, HoursDefinition>

export const office = calendars['9–17, 20 holidays']

/** Inputs lie in these ten years. */
export const from = Date.UTC(2018, 0, 1)
export const to = Date.UTC(2028, 0, 1)

export const jobs = [
  ...[4, 40, 400, 4000].map((hours) => ({
    name: `add ${hours.toLocaleString('en')} h`,
    op: 'add' as const,
    ms: hours * hour,
  })),
  ...[
    ['1 day', 1],
    ['30 days', 30],
    ['1 year', 365],
    ['10 years', 3652],
  ].map(([text, days]) => ({ name: `between, ${text} apart`, op: 'between' as const, ms: Number(days) * day })),
]

export type Job = (typeof jobs)[number]
