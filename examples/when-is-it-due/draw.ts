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
/**
 * Light, and dark where the reader prefers it; the page is coloured too, so text never
 * stands on what it was not made for.
 */
const style = `
svg { font: 12px sans-serif }
.page { fill: #ffffff } text { fill: #24292f } .mark { stroke: #24292f }
.open.hours, .open.always { fill: #7fb685 } .open.specialHours { fill: #8cb4d8 }
.closed { fill: #ececea } .closed.specialHours { fill: #dfe7ee } .closure { fill: #e59a9a } .holiday { fill: #efc3b2 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #e6edf3 } .mark { stroke: #e6edf3 }
.open.hours, .open.always { fill: #2f6f43 } .open.specialHours { fill: #2b5c8a }
.closed { fill: #21262d } .closed.specialHours { fill: #22303d } .closure { fill: #8a3b3b } .holiday { fill: #6b4032 }
}`

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
      const [state, name] = [open ? 'open' : 'closed', reason.kind === 'holiday' ? (reason.name ?? '') : '']
      const title = `<title>${`${state}, ${date}: ${reason.kind} ${name}`.trim()}</title>`
      const size = `width="${((to - from) / hourMs) * hourWidth}" height="${rowHeight - 8}"`
      const rect = `<rect class="${state} ${reason.kind}" x="${x(row, from)}" y="${y}" ${size}>${title}</rect>`
      return name ? `${rect}<text x="${x(row, from) + 6}" y="${y + 15}">${name}</text>` : rect
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
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<title>${calendar.id}, ${days} days from ${first}</title>
<style>${style}
</style>
<rect class="page" width="100%" height="100%" rx="6"/>
${[...scale, ...body].join('\n')}
</svg>
`
}

function mark(x: number, y: number, label: string): string {
  return `<path class="mark" d="M${x} ${y - 2}v${rowHeight - 4}" stroke-width="2"/><text x="${x + 4}" y="${y + 15}">${label}</text>`
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
