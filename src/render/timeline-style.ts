/**
 * The colours of a clock's timeline, light and where the reader prefers it dark; text
 * never stands on what it was not made for.
 */
const light: Palette = {
  page: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  grid: '#d1d9e0',
  counted: '#8ecf98',
  late: '#f2a0a0',
  closed: '#e6eaef',
  holiday: '#f3d3b8',
  pauses: ['#f5dd8a', '#cdbdf0', '#a9d0f5', '#f0bfdc'],
  out: '#c9d1d9',
  none: '#f6f8fa',
  alarm: '#b3261e',
}
const dark: Palette = {
  page: '#0d1117',
  text: '#e6edf3',
  faint: '#9198a1',
  grid: '#30363d',
  counted: '#2b6a3c',
  late: '#8f3436',
  closed: '#22282f',
  holiday: '#6b4a2f',
  pauses: ['#6a5715', '#4a3b78', '#24507c', '#703a5b'],
  out: '#3d444d',
  none: '#151b23',
  alarm: '#ff8a80',
}

interface Palette {
  readonly page: string
  readonly text: string
  readonly faint: string
  readonly grid: string
  readonly counted: string
  readonly late: string
  readonly closed: string
  readonly holiday: string
  /** By status, in the order in which they come; more than these share them. */
  readonly pauses: readonly [string, string, string, string]
  readonly out: string
  readonly none: string
  readonly alarm: string
}

/** How many pauses have a colour of their own. */
export const pauseColours = light.pauses.length

const rules = (colours: Palette): string =>
  [
    `.page { fill: ${colours.page} }`,
    `text { fill: ${colours.text} }`,
    `.faint { fill: ${colours.faint} }`,
    `.grid { stroke: ${colours.grid} }`,
    `.counted { fill: ${colours.counted} }`,
    `.late { fill: ${colours.late} }`,
    `.closed { fill: ${colours.closed} }`,
    `.holiday { fill: ${colours.holiday} }`,
    ...colours.pauses.map((colour, i) => `.pause${i} { fill: ${colour} }`),
    `.out { fill: ${colours.out} }`,
    `.none { fill: ${colours.none}; stroke: ${colours.grid} }`,
    `.stem { stroke: ${colours.text} }`,
    `.alarm { fill: ${colours.alarm}; stroke: ${colours.alarm} }`,
    `text.alarm { stroke: none }`,
    `.glyph { fill: ${colours.text}; stroke: ${colours.text} }`,
    `.glyph.internal { fill: ${colours.page} }`,
    `.pill { fill: ${colours.page}; stroke: ${colours.text} }`,
  ]
    .map((rule) => `.sla-timeline ${rule}`)
    .join('\n')

export const timelineStyle = `.sla-timeline { font: 11px sans-serif }
.sla-timeline .head { font-size: 14px; font-weight: bold }
${rules(light)}
@media (prefers-color-scheme: dark) {
${rules(dark)}
}`
