import type { ClockExplanation, ClockMark, ClockStretch } from '../sla/explanation.ts'
import type { Zone } from '../time/zone.ts'
import { type Label, placeLabels } from './label.ts'
import type { Row, Scale } from './scale.ts'
import { escaped, fitting, px, textWidth } from './svg.ts'
import { durationText, markText, oneLine, reasonText, wallOf, wallText } from './words.ts'

/** What all rows of a drawing share. */
export interface Canvas {
  readonly explanation: ClockExplanation
  readonly zone: Zone
  readonly scale: Scale
  /** Where time begins and ends on the page. */
  readonly left: number
  readonly right: number
  /** The class of a stretch, for its colour. */
  readonly classOf: (stretch: ClockStretch) => string
}

/** A row drawn from `top` down. */
export interface Drawn {
  readonly svg: readonly string[]
  readonly height: number
}

const bar = { counted: 24, other: 16 } as const
const lane = 14
const messageLane = 13

export function drawRow(canvas: Canvas, row: Row, isLast: boolean, top: number): Drawn {
  const { left, right, scale } = canvas
  const x = (at: number): number => left + ((at - row.from) / scale.spanMs) * (right - left)
  const inside = <T extends { readonly at: number }>(what: readonly T[]) =>
    what.filter(({ at }) => at >= row.from && (at < row.to || (isLast && at === row.to)))
  const marks = inside(canvas.explanation.marks)
  const labels = [...eventLabels(canvas, marks, x), ...presentLabel(canvas, row, x)]
  const above = stems(labels, left, right)
  const middle = top + above.height + bar.counted / 2
  const bottom = middle + bar.counted / 2
  const cut = stretchesIn(canvas.explanation, row)
  const bars = drawBars(
    canvas,
    cut,
    x,
    middle,
    labels.map((label) => label.x),
  )
  const below = drawNames(bars.names, left, right, bottom)
  const messages = drawMessages(canvas, marks, x, bottom + below.height)
  return {
    svg: [
      ...(row.label === '' ? [] : [`<text x="8" y="${px(middle + 4)}">${escaped(row.label)}</text>`]),
      ...scale
        .ticksOf(row)
        .map(
          ({ at }) => `<path class="grid" d="M${px(x(at))} ${px(middle - bar.counted / 2 - 2)}V${px(bottom + 2)}"/>`,
        ),
      ...bars.svg,
      ...above.draw(top, bottom),
      ...below.svg,
      ...messages.svg,
    ],
    height: above.height + bar.counted + below.height + messages.height + 8,
  }
}

interface Cut extends ClockStretch {
  readonly late: boolean
}

/** The stretches of a row, cut where the clock is late. */
function stretchesIn({ stretches, clock }: ClockExplanation, { from, to }: Row): Cut[] {
  const lateFrom = clock.breachedAt === null ? null : clock.lateFrom
  return stretches.flatMap((stretch): Cut[] => {
    const piece = { ...stretch, from: Math.max(from, stretch.from), to: Math.min(to, stretch.to) }
    if (piece.from >= piece.to) return []
    if (lateFrom === null || !piece.counted || piece.to <= lateFrom) return [{ ...piece, late: false }]
    if (piece.from >= lateFrom) return [{ ...piece, late: true }]
    return [
      { ...piece, to: lateFrom, late: false },
      { ...piece, from: lateFrom, late: true },
    ]
  })
}

/** Names that find no place in their bars stand below. */
function drawBars(
  { classOf, zone }: Canvas,
  cut: readonly Cut[],
  x: (at: number) => number,
  middle: number,
  stemsAt: readonly number[],
) {
  const svg: string[] = []
  const names: Named[] = []
  for (const stretch of cut) {
    const { from, to, counted, late, reason } = stretch
    const [start, width, height] = [x(from), x(to) - x(from), counted ? bar.counted : bar.other]
    const title = `${wallText(zone, from)} – ${wallText(zone, to)}: ${reasonText(reason, counted)}${late ? ', late' : ''}, ${durationText(to - from)}`
    svg.push(
      `<rect class="${late ? 'late' : classOf(stretch)}" x="${px(start)}" y="${px(middle - height / 2)}" width="${px(Math.max(width, 0.3))}" height="${height}"><title>${escaped(title)}</title></rect>`,
    )
    const name = nameOf(stretch)
    if (name === undefined) continue
    const place = placeIn(start, start + width, textWidth(name), stemsAt)
    if (place !== undefined) svg.push(text(place, middle + 4, name))
    else if (reason.kind === 'holiday') names.push({ x: start + width / 2, name })
  }
  return { svg, names }
}

/** Where a text of some width finds room in a bar, no stem going through it; undefined where there is none. */
function placeIn(from: number, to: number, width: number, stemsAt: readonly number[]): number | undefined {
  const starts = [from, ...stemsAt.filter((x) => x > from && x < to)].map((x) => x + 4).sort((a, b) => a - b)
  return starts.find((x) => x + width + 4 <= to && !stemsAt.some((stem) => stem > x - 3 && stem < x + width + 3))
}

interface Named {
  readonly x: number
  readonly name: string
}

/** What a stretch is called in the drawing; open hours and closed time need no name. */
function nameOf({ reason }: ClockStretch): string | undefined {
  switch (reason.kind) {
    case 'holiday':
      return oneLine(reason.name ?? 'holiday')
    case 'paused':
    case 'outOfWork':
      return oneLine(reason.status)
    case 'held':
      return oneLine(reason.signal)
    case 'noTarget':
      return 'no target'
    default:
      return undefined
  }
}

const longestName = 160

/** Names of holidays below their bars; the same name again nearby is said once. */
function drawNames(names: readonly Named[], left: number, right: number, bottom: number): Drawn {
  const labels: (Label & { readonly name: string })[] = []
  for (const { x, name } of names) {
    const shown = fitting(name, longestName)
    const width = textWidth(shown)
    const last = labels.findLast((label) => label.name === shown)
    if (!last || x - last.x > last.width + 40) labels.push({ x, width, name: shown })
  }
  const placed = placeLabels(labels, left, right)
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane + 1))
  return {
    svg: placed.flatMap(({ label, lane: at, textX }) => {
      const y = bottom + 11 + at * lane
      return [
        `<path class="stem" stroke-width="0.6" d="M${px(label.x)} ${px(bottom - 4)}V${px(y)}"/>`,
        text(textX, y, label.name, 'faint'),
      ]
    }),
    height: lanes === 0 ? 0 : lanes * lane + 2,
  }
}

interface EventLabel extends Label {
  readonly name: string
  readonly alarm: boolean
  readonly title: string
  /** Where it happened again, so near that it is said once. */
  readonly again: readonly number[]
}

/** The marks that are said in words; the same again within reach of its words is counted. */
function eventLabels(
  { zone, scale, explanation }: Canvas,
  marks: readonly ClockMark[],
  x: (at: number) => number,
): EventLabel[] {
  const labels: EventLabel[] = []
  const latest = new Map<string, number>()
  for (const mark of marks) {
    const said = saidOf(mark, explanation)
    if (!said) continue
    const time = said.timed ? ` ${timeOf(zone, scale, mark.at)}` : ''
    const title = `${wallText(zone, mark.at)}: ${markText(mark, zone)}`
    const at = x(mark.at)
    const index = latest.get(said.name)
    const before = index === undefined ? undefined : labels[index]
    if (index !== undefined && before && at - before.x < before.width + 24) {
      const again = [...before.again, at]
      const name = `${said.name} ×${again.length + 1}`
      labels[index] = { ...before, name, width: textWidth(name), again }
    } else {
      latest.set(said.name, labels.length)
      const name = fitting(`${said.name}${time}`, 220)
      labels.push({ x: at, width: textWidth(name), name, alarm: said.alarm ?? false, title, again: [] })
    }
  }
  return labels
}

/** How far a clock has come that has not ended. */
function presentLabel(
  { explanation: { clock, to }, zone, scale }: Canvas,
  row: Row,
  x: (at: number) => number,
): EventLabel[] {
  if (clock.state === 'ended' || to <= row.from || to > row.to) return []
  const name = `so far ${timeOf(zone, scale, to)}`
  return [{ x: x(to), width: textWidth(name), name, alarm: false, title: wallText(zone, to), again: [] }]
}

interface Said {
  readonly name: string
  readonly alarm?: boolean
  readonly timed?: boolean
}

function saidOf(mark: ClockMark, { clock }: ClockExplanation): Said | undefined {
  switch (mark.kind) {
    case 'message':
      return undefined
    case 'started':
      return { name: 'start', timed: true }
    case 'ended':
      return { name: mark.ending, timed: true }
    case 'continued':
      return { name: 'goes on' }
    case 'switched':
      return { name: `target ${durationText(mark.targetMs)}` }
    case 'manualDue':
      return { name: mark.dueAt === null ? 'due time taken back' : 'due time set' }
    case 'step':
      return { name: mark.step }
    case 'due':
      return { name: 'due', timed: true, alarm: true }
    case 'lateFrom':
      // where it is the due time, or the breach tells it
      return mark.at === clock.dueAt || clock.breachedAt === mark.at + 1
        ? undefined
        : { name: 'late from', timed: true, alarm: true }
    case 'breached':
      return { name: mark.takenBack ? 'breached (taken back)' : 'breached', timed: true, alarm: true }
    default:
      return mark satisfies never
  }
}

function timeOf(zone: Zone, { unit }: Scale, at: number): string {
  const { date, time } = wallOf(zone, at)
  return unit === 'whole' || unit === 'day' ? time : `${date} ${time}`
}

/** Labels in lanes above a bar, each with a stem through it. */
function stems(labels: readonly EventLabel[], left: number, right: number) {
  const placed = placeLabels(labels, left, right)
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane + 1))
  const height = lanes === 0 ? 4 : lanes * lane + 4
  return {
    height,
    draw: (top: number, bottom: number): string[] =>
      placed.flatMap(({ label, lane: at, textX }) => {
        const y = top + (lanes - at) * lane - 3
        const kind = label.alarm ? 'alarm' : ''
        const line = `stroke-width="${label.alarm ? 2 : 1}"`
        const ticks = [...new Set(label.again.map(px))].map((x) => `M${x} ${px(top + height - 2)}v6`).join('')
        return [
          `<path class="${kind || 'stem'}" ${line} d="M${px(label.x)} ${px(y - 8)}V${px(bottom)}"/>`,
          ...(ticks === '' ? [] : [`<path class="${kind || 'stem'}" d="${ticks}"/>`]),
          text(textX, y, label.name, kind, label.title),
        ]
      }),
  }
}

/** Who writes from outside, and who from the desk: a line each. */
const outside: ReadonlySet<string> = new Set(['requester', 'collaborator', 'third_party'])
const near = 10

type MessageMark = Extract<ClockMark, { kind: 'message' }>

function drawMessages({ zone }: Canvas, marks: readonly ClockMark[], x: (at: number) => number, top: number): Drawn {
  const messages = marks.filter((mark): mark is MessageMark => mark.kind === 'message')
  const lines = [true, false].map((fromOutside) => messages.filter(({ role }) => outside.has(role) === fromOutside))
  const svg: string[] = []
  let height = 0
  for (const [i, line] of lines.entries()) {
    if (line.length === 0) continue
    const y = top + height + 7
    for (const group of grouped(line, x)) svg.push(glyph(group, i === 0, x, y, zone))
    height += messageLane
  }
  return { svg, height }
}

/** Messages too close to each other to be told apart become one sign with their number. */
function grouped(messages: readonly MessageMark[], x: (at: number) => number): MessageMark[][] {
  const groups: { messages: MessageMark[]; end: number }[] = []
  for (const message of messages) {
    const last = groups.at(-1)
    if (last && x(message.at) - near <= last.end) {
      last.messages.push(message)
      // a number is wider than a sign, and grows around its middle
      last.end = Math.max(x(message.at), centre(last.messages, x) + pillWidth(last.messages.length) / 2)
    } else groups.push({ messages: [message], end: x(message.at) })
  }
  // a sign in the middle of its messages may have come near the one before
  return groups.reduce<MessageMark[][]>((kept, { messages }) => {
    const before = kept.at(-1)
    if (before && centre(messages, x) - half(messages) < centre(before, x) + half(before) + 2) before.push(...messages)
    else kept.push(messages)
    return kept
  }, [])
}

const centre = (group: readonly MessageMark[], x: (at: number) => number): number =>
  (x(group[0]?.at ?? 0) + x(group.at(-1)?.at ?? 0)) / 2
const pillWidth = (count: number): number => 8 + 6.6 * String(count).length
const half = (group: readonly MessageMark[]): number => (group.length === 1 ? 4 : pillWidth(group.length) / 2)

function glyph(
  group: readonly MessageMark[],
  fromOutside: boolean,
  x: (at: number) => number,
  y: number,
  zone: Zone,
): string {
  const [first] = group
  const last = group.at(-1)
  if (!first || !last) return ''
  const at = centre(group, x)
  const internal = group.every((message) => !message.public) ? ' internal' : ''
  if (group.length === 1)
    return titled(sign(fromOutside, at, y, internal), `${wallText(zone, first.at)}: ${markText(first, zone)}`)
  const width = pillWidth(group.length)
  const title = `${group.length} messages ${fromOutside ? 'from outside' : 'of the desk'}, ${wallText(zone, first.at)} – ${wallText(zone, last.at)}`
  const pill = `<rect class="pill" x="${px(at - width / 2)}" y="${px(y - 6)}" width="${px(width)}" height="11" rx="${fromOutside ? 5.5 : 1.5}">`
  return `${pill}<title>${escaped(title)}</title></rect><text x="${px(at)}" y="${px(y + 3.5)}" text-anchor="middle" font-size="9">${group.length}</text>`
}

/** A circle for what comes from outside, a square for what the desk writes; hollow when internal. */
export const sign = (fromOutside: boolean, x: number, y: number, internal: string): string =>
  fromOutside
    ? `<circle class="glyph${internal}" cx="${px(x)}" cy="${px(y)}" r="3.5"/>`
    : `<rect class="glyph${internal}" x="${px(x - 3.2)}" y="${px(y - 3.2)}" width="6.4" height="6.4"/>`

const titled = (shape: string, title: string): string => {
  const tag = /^<(\w+)/.exec(shape)?.[1] ?? 'g'
  return `${shape.slice(0, -2)}><title>${escaped(title)}</title></${tag}>`
}

export function text(x: number, y: number, content: string, kind = '', title?: string): string {
  const inner = `${title === undefined ? '' : `<title>${escaped(title)}</title>`}${escaped(content)}`
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${px(x)}" y="${px(y)}">${inner}</text>`
}
