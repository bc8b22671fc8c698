import type { ClockExplanation, ClockMark, ClockReason } from '../sla/explanation.ts'
import type { Zone } from '../time/zone.ts'

/** A duration as people say it: `9h 30m 12s`, `0s`, `1m 2.005s`; the sign in front. */
export function durationText(ms: number): string {
  const rest = Math.abs(ms)
  const parts: readonly [number, string][] = [
    [Math.floor(rest / 3_600_000), 'h'],
    [Math.floor(rest / 60_000) % 60, 'm'],
    [(rest % 60_000) / 1_000, 's'],
  ]
  const text = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join(' ') || '0s'
  return ms < 0 ? `-${text}` : text
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** What the clocks of a zone show at an instant, in parts: `Mon`, `23 Nov`, `09:00`. */
export function wallOf(zone: Zone, at: number) {
  const wall = new Date(zone.wall(at))
  return {
    weekday: weekdays[wall.getUTCDay()] as string,
    date: `${wall.getUTCDate()} ${months[wall.getUTCMonth()]}`,
    month: `${months[wall.getUTCMonth()]} ${wall.getUTCFullYear()}`,
    year: String(wall.getUTCFullYear()),
    time: wall.toISOString().slice(11, 16),
    seconds: wall.toISOString().slice(11, 19),
  }
}

/** `Mon 2026-11-23 09:00:00 +02:00`, with milliseconds where there are any. */
export function wallText(zone: Zone, at: number): string {
  const wall = new Date(zone.wall(at)).toISOString()
  const fraction = wall.slice(19, 23) === '.000' ? '' : wall.slice(19, 23)
  return `${wallOf(zone, at).weekday} ${wall.slice(0, 10)} ${wall.slice(11, 19)}${fraction} ${offsetText(zone.offset(at))}`
}

function offsetText(offset: number): string {
  const seconds = Math.abs(offset) / 1_000
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0')
  const parts = [two(seconds / 3_600), two((seconds / 60) % 60), ...(seconds % 60 ? [two(seconds % 60)] : [])]
  return `${offset < 0 ? '-' : '+'}${parts.join(':')}`
}

/** Why a stretch counted or not, in words. */
export function reasonText(reason: ClockReason, counted: boolean): string {
  switch (reason.kind) {
    case 'hours':
      return counted ? 'open hours' : 'closed'
    case 'specialHours':
      return counted ? 'special hours' : 'closed by special hours'
    case 'closure':
      return 'closure'
    case 'always':
      return 'always open'
    case 'holiday':
      return reason.name === undefined ? 'holiday' : `holiday: ${oneLine(reason.name)}`
    case 'union':
    case 'intersection':
      return reason.parts.map((part) => `${oneLine(part.calendar)} ${reasonText(part.reason, part.open)}`).join(', ')
    case 'paused':
      return `paused in ${oneLine(reason.status)}`
    case 'held':
      return `held by ${oneLine(reason.signal)}`
    case 'outOfWork':
      return `in ${oneLine(reason.status)}`
    case 'noTarget':
      return 'no target'
    case 'ended':
      return `ended by ${oneLine(reason.by)} already`
    default:
      return reason satisfies never
  }
}

/** A mark in words. */
export function markText(mark: ClockMark, zone: Zone): string {
  switch (mark.kind) {
    case 'started':
      return `started: ${oneLine(mark.reason)}`
    case 'ended':
      return `${mark.ending}: ${oneLine(mark.by)}`
    case 'continued':
      return `goes on: ${oneLine(mark.reason)}`
    case 'switched':
      return `target ${durationText(mark.targetMs)} (${oneLine(mark.reason)})${mark.dueAt === null ? '' : `, due ${wallText(zone, mark.dueAt)}`}`
    case 'manualDue':
      return mark.dueAt === null ? 'due time by hand taken back' : `due by hand: ${wallText(zone, mark.dueAt)}`
    case 'step':
      return `step ${mark.step}${mark.repetition === 0 ? '' : `, time ${mark.repetition + 1}`}`
    case 'message':
      return `${mark.public ? 'message' : 'note'} of ${mark.role.replace('_', ' ')}${mark.automatic ? ', automatic' : ''}`
    case 'due':
      return 'due'
    case 'lateFrom':
      return 'last instant in time'
    case 'breached':
      return mark.takenBack ? 'breached (taken back later)' : 'breached'
    default:
      return mark satisfies never
  }
}

/** How the clock stands: `fulfilled by resolved, 1h 30m late`. */
export function outcomeText({ clock, latenessMs }: ClockExplanation): string {
  const { state, ending, endedBy, breachedAt } = clock
  const how = state === 'ended' ? `${ending} by ${oneLine(endedBy ?? '')}` : state
  const when = latenessMs > 0 ? `${durationText(latenessMs)} late` : breachedAt === null ? 'in time' : 'breached'
  return `${how}, ${when}`
}

/** A total for each reason, the counted ones first, in the order in which they come. */
export function totalsOf({
  stretches,
}: ClockExplanation): readonly { readonly text: string; readonly ms: number; readonly counted: boolean }[] {
  const totals = new Map<string, { text: string; ms: number; counted: boolean }>()
  for (const { from, to, counted, reason } of stretches) {
    const text = reasonText(reason, counted)
    const key = `${counted} ${text}`
    totals.set(key, { text, counted, ms: (totals.get(key)?.ms ?? 0) + to - from })
  }
  return [...totals.values()].sort((a, b) => Number(b.counted) - Number(a.counted))
}

/** Names that people chose, in one line and without what nobody can see. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
