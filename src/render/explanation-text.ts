import type { ClockExplanation, ClockMark, ClockStretch } from '../sla/explanation.ts'
import { utc, type Zone, zoneNamed } from '../time/zone.ts'
import { explanationGiven } from './given.ts'
import { durationText, markText, oneLine, outcomeText, reasonText, totalsOf, wallText } from './words.ts'

/** The zone a clock's times are shown in: that of the calendar it was counted by last. */
export const zoneOf = ({ terms }: ClockExplanation): Zone => zoneNamed(terms.at(-1)?.zone ?? 'UTC') ?? utc

/**
 * An explanation in words: what was promised and used, every stretch with its reason, what happened meanwhile, and
 * totals. Times are those of the clock's calendar. The same explanation gives the same text.
 * @throws DeskError `invalid_command` for what is no explanation, with the place
 * @example
 * console.log(explanationText(await desk.explain(ticket.id, 'resolution')))
 */
export function explanationText(explanation: ClockExplanation): string {
  explanationGiven(explanation)
  const zone = zoneOf(explanation)
  const { reference, metric, cycle, from, to, elapsedMs, unexplainedMs, terms } = explanation
  const parts = [
    [
      `${oneLine(reference)}, ${oneLine(metric)}, cycle ${cycle}: ${outcomeText(explanation)}`,
      ...terms.map(
        (term) =>
          `Target ${durationText(term.targetMs)}: level ${term.level}, priority ${oneLine(term.priority)}, calendar ${term.calendar} (${term.zone}), from ${wallText(zone, term.from)}`,
      ),
      `Used ${durationText(elapsedMs)} of the ${durationText(to - from)} until ${wallText(zone, to)}`,
    ],
    table(linesOf(explanation, zone)),
    totals(explanation),
    unexplainedMs === 0
      ? []
      : [`${durationText(unexplainedMs)} were counted with other time zone data than this runtime has`],
  ]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

type Line = readonly [at: string, to: string, length: string, counted: string, reason: string]

/** Stretches and marks in order of time; a mark stands below the stretch it falls into. */
function linesOf({ stretches, marks: all, clock, to }: ClockExplanation, zone: Zone): Line[] {
  // the due time says it
  const marks = all.filter((mark) => mark.kind !== 'lateFrom' || mark.at !== clock.dueAt)
  const lines: Line[] = []
  let next = 0
  const marksBefore = (end: number) => {
    for (let mark = marks[next]; mark && mark.at < end; mark = marks[++next]) lines.push(ofMark(mark, zone))
  }
  for (const stretch of stretches) {
    marksBefore(stretch.from)
    lines.push(ofStretch(stretch, zone))
  }
  marksBefore(to)
  marksBefore(Number.POSITIVE_INFINITY)
  return lines
}

const ofStretch = ({ from, to, counted, reason }: ClockStretch, zone: Zone): Line => {
  const length = durationText(to - from)
  return [wallText(zone, from), wallText(zone, to), length, counted ? length : '–', reasonText(reason, counted)]
}

const ofMark = (mark: ClockMark, zone: Zone): Line => [wallText(zone, mark.at), '', '', '', `· ${markText(mark, zone)}`]

/** Columns of equal width: instants to the left, lengths to the right. */
function table(lines: readonly Line[]): string[] {
  const head: Line = ['From', 'To', 'Length', 'Counted', 'Why']
  const width = (column: number) => Math.max(...[head, ...lines].map((line) => (line[column] as string).length))
  const [first, second, third, fourth] = [width(0), width(1), width(2), width(3)]
  return [head, ...lines].map(([at, to, length, counted, reason]) =>
    [at.padEnd(first), to.padEnd(second), length.padStart(third), counted.padStart(fourth), reason].join('  '),
  )
}

function totals(explanation: ClockExplanation): string[] {
  const rows = totalsOf(explanation).map(
    ({ text, ms, counted }) => [counted ? 'Counted' : 'Not counted', durationText(ms), text] as const,
  )
  const width = Math.max(0, ...rows.map(([, length]) => length.length))
  return rows.map(([counted, length, text]) => `${counted.padEnd(11)}  ${length.padStart(width)}  ${text}`)
}
