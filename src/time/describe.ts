import type { CalendarDefinition, HoursDefinition, WallInterval } from './calendar.ts'

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/**
 * A calendar in words, a line for each of its fields. Takes the JSON; `businessCalendar` checks it.
 *
 * @example
 * describeCalendar({ id: 'shop', zone: 'Europe/Tallinn', hours: { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']]
 * } }) // => 'shop, on the clocks of Europe/Tallinn\nOpen Mon–Tue 09:00–17:00'
 */
export function describeCalendar(definition: CalendarDefinition): string {
  const { id, zone } = definition
  if ('union' in definition)
    return `${id}: open whenever ${definition.union.join(' or ')} is; its days are those of ${zone}`
  if ('intersection' in definition) {
    return `${id}: open only while ${definition.intersection.join(' and ')} are; its days are those of ${zone}`
  }
  return [`${id}, on the clocks of ${zone}`, ...lines(definition)].join('\n')
}

function lines({ hours, specialHours = {}, closures = {}, holidays = [] }: HoursDefinition): string[] {
  const groups: { first: string; last: string; text: string }[] = []
  let previous = -2
  for (const [i, weekday] of weekdays.entries()) {
    const text = said(hours[weekday] ?? [])
    if (!text) continue
    const name = weekday.charAt(0).toUpperCase() + weekday.slice(1)
    const group = groups.at(-1)
    if (group?.text === text && previous === i - 1) group.last = name
    else groups.push({ first: name, last: name, text })
    previous = i
  }
  const week = groups.map(({ first, last, text }) => `${first === last ? first : `${first}–${last}`} ${text}`)
  const special = Object.entries(specialHours).map(([date, intervals]) => `${date} ${said(intervals) || 'closed'}`)
  const cuts = Object.entries(closures)
    .filter(([, intervals]) => intervals.length)
    .map(([date, intervals]) => `${date} ${said(intervals)}`)
  const days = holidays.map((holiday) => {
    const { date, name } = typeof holiday === 'string' ? { date: holiday } : holiday
    const yearly = date.length === 5 ? ' every year' : ''
    return name ? `${date}${yearly} (${name})` : `${date}${yearly}`
  })
  return [
    `Open ${week.join(', ') || 'on no weekday'}`,
    ...(special.length ? [`Instead: ${special.join(', ')}`] : []),
    ...(cuts.length ? [`Closed in between: ${cuts.join(', ')}`] : []),
    ...(days.length ? [`Holidays: ${days.join(', ')}`] : []),
  ]
}

function said(intervals: readonly WallInterval[]): string {
  return intervals.map(([from, to]) => (from === '00:00' && to === '24:00' ? 'all day' : `${from}–${to}`)).join(' and ')
}
