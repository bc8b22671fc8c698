/**
 * Draws days of a calendar as SVG, from the calendar's own stretches:
 * `node examples/when-is-it-due/draw.ts` writes the drawings of docs/explanation/business-time.md.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DateTime } from 'luxon'
import { type BusinessCalendar, businessCalendar, type CalendarDefinition, toInstant } from 'ticketwright'

const hourMs = 3_600_000
const [left, hourWidth, rowHeight, top] = [110, 24, 30, 26]
const colours = { hours: '#7fb685', specialHours: '#5b8fb9', always: '#7fb685' } as Record<string, string>
const closed = { holiday: '#e8b4a0', closure: '#d98c8c', specialHours: '#dfe7ee', hours: '#f0f0ee' } as Record<
  string,
  string
>

/** A row for each local date, as long as the date is: 23, 24 or 25 hours. `marks` are instants with a label. */
function daysSvg(calendar: BusinessCalendar, first: string, days: number, marks: [number, string][] = []): string {
  const start = DateTime.fromISO(first, { zone: calendar.zone })
  const rows = Array.from({ length: days }, (_, i) => {
    const date = start.plus({ days: i })
    return { date, from: date.toMillis(), to: date.plus({ days: 1 }).toMillis() }
  })
  const longest = Math.max(...rows.map(({ from, to }) => (to - from) / hourMs))
  const [width, height] = [left + longest * hourWidth + 20, top + days * rowHeight + 10]
  const x = (row: { from: number }, at: number) => left + ((at - row.from) / hourMs) * hourWidth
  const body = rows.flatMap((row, i) => {
    const y = top + i * rowHeight
    const stretches = [...calendar.intervals(row.from, row.to)].map(({ from, to, open, date, reason }) => {
      const fill = (open ? colours : closed)[reason.kind] ?? '#ccc'
      const name = reason.kind === 'holiday' ? ` ${reason.name ?? ''}` : ''
      const title = `<title>${open ? 'open' : 'closed'}, ${date}: ${reason.kind}${name}</title>`
      return `<rect x="${x(row, from)}" y="${y}" width="${((to - from) / hourMs) * hourWidth}" height="${rowHeight - 8}" fill="${fill}">${title}</rect>`
    })
    const mine = marks.filter(([at]) => row.from <= at && at < row.to)
    return [
      `<text x="8" y="${y + 15}">${row.date.toFormat('ccc d LLL')}</text>`,
      ...stretches,
      ...mine.map(([at, label]) => mark(x(row, at), y, label)),
    ]
  })
  const hours = Array.from({ length: 9 }, (_, i) => i * 3)
  const scale = hours.map((hour) => `<text x="${left + hour * hourWidth}" y="16" text-anchor="middle">${hour} h</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${[...scale, ...body].join('\n')}
</svg>
`
}

function mark(x: number, y: number, label: string): string {
  return `<path d="M${x} ${y - 2}v${rowHeight - 4}" stroke="black" stroke-width="2"/><text x="${x + 4}" y="${y + 15}">${label}</text>`
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const office: CalendarDefinition = {
  id: 'office',
  zone: 'Europe/Tallinn',
  hours: Object.fromEntries(weekdays.map((day) => [day, [['09:00', '17:00']]])),
  specialHours: { '2026-12-23': [['09:00', '14:00']] },
  closures: { '2026-12-22': [['12:00', '13:00']] },
  holidays: [
    { date: '12-24', name: 'jõululaupäev' },
    { date: '12-25', name: 'esimene jõulupüha' },
  ],
}
const nights: CalendarDefinition = {
  id: 'nights',
  zone: 'America/New_York',
  hours: { fri: [['22:00', '06:00']], sat: [['22:00', '06:00']], sun: [['22:00', '06:00']] },
}

/** The drawings, by file name. */
export function drawings(): Record<string, string> {
  const start = toInstant('2026-12-22T11:00:00+02:00')
  const calendar = businessCalendar(office)
  const due = calendar.add(start, 12 * hourMs)
  const marks: [number, string][] = [
    [start, 'start'],
    [due, '+ 12 h'],
  ]
  return {
    'business-time-office.svg': daysSvg(calendar, '2026-12-21', 8, marks),
    'business-time-spring.svg': daysSvg(businessCalendar(nights), '2026-03-06', 4),
    'business-time-autumn.svg': daysSvg(businessCalendar(nights), '2026-10-30', 4),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, svg] of Object.entries(drawings())) {
    writeFileSync(new URL(`../../docs/explanation/${name}`, import.meta.url), svg)
  }
}
