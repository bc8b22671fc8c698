import type { BusinessCalendar } from 'ticketwright'

type Stretch = ReturnType<BusinessCalendar['intervals']> extends Iterable<infer S> ? S : never
type Reason = Stretch['reason']

/** `Wed 2026-12-23 15:00:00` */
export function wallTime(at: number, zone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at)
  return `${new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' }).format(at)} ${text}`
}

/** One line about a stretch, with the open time counted up to its end. */
export function stretchLine({ from, to, open, date, reason }: Stretch, countedMs: number, zone: string): string {
  const counted = `${(countedMs / 3_600_000).toFixed(2)} h`.padStart(9)
  const mark = open ? '■ open  ' : '· closed'
  return `${wallTime(from, zone)} → ${wallTime(to, zone)}  ${mark} ${counted}  ${date}: ${because(reason)}`
}

function because(reason: Reason): string {
  switch (reason.kind) {
    case 'hours':
      return 'weekly hours'
    case 'specialHours':
      return 'special hours'
    case 'closure':
      return 'a closure'
    case 'always':
      return 'always open'
    case 'holiday':
      return `holiday${reason.name ? ` (${reason.name})` : ''}`
    case 'union':
    case 'intersection':
      return reason.parts
        .map((part) => `${part.calendar} ${part.open ? 'open' : 'closed'} (${because(part.reason)})`)
        .join(', ')
  }
}
