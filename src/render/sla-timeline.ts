import { fail, shown } from '../errors.ts'
import { optionsGiven } from '../model/given.ts'
import type { ClockExplanation, ClockStretch } from '../sla/explanation.ts'
import { zoneOf } from './explanation-text.ts'
import { explanationGiven } from './given.ts'
import { scaleOf } from './scale.ts'
import { escaped, fitting, px, textWidth } from './svg.ts'
import { type Canvas, drawRow, sign, text } from './timeline-row.ts'
import { pauseColours, timelineStyle } from './timeline-style.ts'
import { durationText, oneLine, outcomeText, totalsOf, wallText } from './words.ts'

export interface TimelineOptions {
  /** In pixels, 480 to 4,000; 800 unless said. */
  readonly width?: number
}

const margin = 12
const rowNames = 96

/**
 * An explanation as an SVG timeline: what counted (tall) and what did not (low), by reason; holidays and statuses by
 * name; messages below; steps, due time and breach above. Rows are as long as suits: an hour fills one, a year twelve.
 * No scripts; light or dark as the reader prefers; a title and a description for those who do not see it.
 * @throws DeskError `invalid_command` for what is no explanation, with the place, and for a width out of bounds
 * @example
 * writeFileSync('ticket.svg', slaTimeline(await desk.explain(ticket.id, 'resolution')))
 */
export function slaTimeline(explanation: ClockExplanation, options: TimelineOptions = {}): string {
  explanationGiven(explanation)
  const { width = 800 } = optionsGiven(options, ['width'])
  if (!(Number.isInteger(width) && width >= 480 && width <= 4_000))
    throw fail('invalid_command', { reason: `a width is 480 to 4,000 whole pixels, not ${shown(width)}` }, 'width')
  const zone = zoneOf(explanation)
  const until = endOf(explanation)
  const right = width - margin
  const left = until - explanation.from <= 30 * 3_600_000 ? margin : rowNames
  const scale = scaleOf(zone, explanation.from, until, right - left)
  const classOf = classesOf(explanation)
  const canvas: Canvas = { explanation, zone, scale, left, right, classOf }
  const svg: string[] = [...head(explanation, right)]
  let y = 64
  const { head: named } = scale
  if (named)
    for (const { at, label } of scale.ticksOf(named)) {
      const x = left + ((at - named.from) / scale.spanMs) * (right - left)
      if (x + textWidth(label) + 2 <= width) svg.push(text(x + 2, y, label, 'faint'))
    }
  y += 8
  for (const [i, row] of scale.rows.entries()) {
    const drawn = drawRow(canvas, row, i === scale.rows.length - 1, y)
    svg.push(...drawn.svg)
    y += drawn.height
  }
  const legend = drawLegend(explanation, classOf, right, y + 6)
  y += 6 + legend.height + margin
  const id = `sla-${explanation.ticketId}-${explanation.metric}-${explanation.cycle}`.replace(/[^A-Za-z0-9_-]/g, '-')
  return `<svg xmlns="http://www.w3.org/2000/svg" class="sla-timeline" viewBox="0 0 ${width} ${px(y)}" width="${width}" height="${px(y)}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escaped(titleOf(explanation))}</title>
<desc id="${id}-desc">${escaped(descriptionOf(explanation))}</desc>
<style>
${timelineStyle}
</style>
<rect class="page" width="100%" height="100%" rx="6"/>
${[...svg, ...legend.svg].join('\n')}
</svg>
`
}

/**
 * The end of the cycle; or the due time ahead of it, unless that is so far off that it would press the rest together.
 */
function endOf({ from, to, clock }: ClockExplanation): number {
  const ahead = Math.max(clock.lateFrom ?? 0, clock.dueAt ?? 0)
  return ahead > to && ahead - from <= 4 * (to - from) ? ahead + 1 : to
}

/** The colour of every stretch; pauses have one by status, in the order in which they come. */
function classesOf({ stretches }: ClockExplanation): (stretch: ClockStretch) => string {
  const pauses: string[] = []
  const nameOf = ({ reason }: ClockStretch) =>
    reason.kind === 'paused'
      ? `status ${reason.status}`
      : reason.kind === 'held'
        ? `signal ${reason.signal}`
        : undefined
  for (const stretch of stretches) {
    const name = nameOf(stretch)
    if (name !== undefined && !pauses.includes(name)) pauses.push(name)
  }
  return (stretch) => {
    if (stretch.counted) return 'counted'
    const name = nameOf(stretch)
    if (name !== undefined) return `pause${pauses.indexOf(name) % pauseColours}`
    const { kind } = stretch.reason
    return kind === 'outOfWork' || kind === 'ended'
      ? 'out'
      : kind === 'noTarget'
        ? 'none'
        : kind === 'holiday'
          ? 'holiday'
          : 'closed'
  }
}

const titleOf = ({ reference, metric, cycle }: ClockExplanation): string =>
  `${oneLine(reference)} · ${oneLine(metric)}, cycle ${cycle}`

function descriptionOf(explanation: ClockExplanation): string {
  const zone = zoneOf(explanation)
  const { from, to, elapsedMs, clock } = explanation
  const totals = totalsOf(explanation).map(
    ({ text, ms, counted }) => `${text}${counted ? ' (counted)' : ''} ${durationText(ms)}`,
  )
  const due = clock.dueAt === null ? 'no due time' : `due ${wallText(zone, clock.dueAt)}`
  return `From ${wallText(zone, from)} to ${wallText(zone, to)}: ${outcomeText(explanation)}, ${due}. Used ${durationText(elapsedMs)} of ${durationText(clock.targetMs)}. ${totals.join('; ')}.`
}

function head(explanation: ClockExplanation, right: number): string[] {
  const { clock, elapsedMs } = explanation
  const zone = zoneOf(explanation)
  const due = clock.dueAt === null ? '' : ` · due ${wallText(zone, clock.dueAt)}`
  const used = `${outcomeText(explanation)} · used ${durationText(elapsedMs)} of ${durationText(clock.targetMs)}${due}`
  const terms = `level ${clock.level} · priority ${oneLine(clock.priority)} · calendar ${clock.calendar} (${zone.name})`
  const room = right - margin
  return [
    text(margin, 20, fitting(titleOf(explanation), (room * 11) / 15), 'head'),
    text(margin, 36, fitting(used, room)),
    text(margin, 50, fitting(terms, room), 'faint'),
  ]
}

interface Entry {
  readonly sign: (x: number, y: number) => string
  readonly name: string
}

/** What the colours and signs mean, with the time of each. */
function drawLegend(explanation: ClockExplanation, classOf: Canvas['classOf'], right: number, top: number) {
  const swatch = (kind: string) => (x: number, y: number) =>
    `<rect class="${kind}" x="${px(x)}" y="${px(y - 9)}" width="12" height="10"/>`
  const entries: Entry[] = legendOf(explanation, classOf).map(([kind, name]) => ({ sign: swatch(kind), name }))
  const messages = explanation.marks.filter((mark) => mark.kind === 'message')
  const desk = (role: string) => role === 'agent' || role === 'bot' || role === 'system'
  const add = (found: boolean, fromOutside: boolean, internal: string, name: string) => {
    if (found) entries.push({ sign: (x, y) => sign(fromOutside, x + 6, y - 4, internal), name })
  }
  add(
    messages.some((mark) => !desk(mark.role)),
    true,
    '',
    'message from outside',
  )
  add(
    messages.some((mark) => desk(mark.role) && mark.public),
    false,
    '',
    'message of the desk',
  )
  add(
    messages.some((mark) => desk(mark.role) && !mark.public),
    false,
    ' internal',
    'internal note',
  )
  const svg: string[] = []
  let [x, y] = [margin, top + 10]
  for (const { sign, name } of entries) {
    const shown = fitting(name, right - margin - 20)
    const width = 18 + textWidth(shown) + 14
    if (x > margin && x + width > right) {
      x = margin
      y += 17
    }
    svg.push(sign(x, y), text(x + 18, y, shown))
    x += width
  }
  return { svg, height: y - top }
}

/** Classes with what they stand for and for how long, the counted ones first; all holidays are one entry. */
function legendOf({ stretches, clock }: ClockExplanation, classOf: Canvas['classOf']): [kind: string, name: string][] {
  const times = new Map<string, { kind: string; name: string; ms: number }>()
  const add = (kind: string, name: string, ms: number) => {
    if (ms > 0) times.set(name, { kind, name, ms: (times.get(name)?.ms ?? 0) + ms })
  }
  const lateFrom = clock.breachedAt === null ? null : clock.lateFrom
  for (const stretch of stretches) {
    const { from, to, counted } = stretch
    const late = counted && lateFrom !== null ? Math.max(0, to - Math.max(from, lateFrom)) : 0
    add('late', 'counted, late', late)
    add(classOf(stretch), legendName(stretch), to - from - late)
  }
  const order = ['counted', 'late']
  return [...times.values()]
    .sort(
      (a, b) =>
        (order.indexOf(b.kind) < 0 ? 0 : 1) - (order.indexOf(a.kind) < 0 ? 0 : 1) ||
        order.indexOf(a.kind) - order.indexOf(b.kind),
    )
    .map(({ kind, name, ms }) => [kind, `${name} ${durationText(ms)}`])
}

function legendName({ counted, reason }: ClockStretch): string {
  if (counted) return 'counted'
  switch (reason.kind) {
    case 'holiday':
      return 'holiday'
    case 'paused':
      return `paused in ${oneLine(reason.status)}`
    case 'held':
      return `held by ${oneLine(reason.signal)}`
    case 'outOfWork':
      return 'resolved or closed in between'
    case 'noTarget':
      return 'no target'
    case 'ended':
      return 'ended already'
    default:
      return 'closed'
  }
}
