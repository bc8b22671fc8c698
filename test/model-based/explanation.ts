/** Finds what is wrong with an explanation, by the plain model's own stretches and the statuses of the log. */
import type { AnyTicketEvent, ClockExplanation, ClockStretch } from 'ticketwright'
import { elapsedOf } from './plain/cycle.ts'
import { isOut, type Kind } from './plain/definition.ts'
import type { Cycle } from './plain/state.ts'

const ofCalendar = new Set(['hours', 'specialHours', 'closure', 'always', 'holiday', 'union', 'intersection'])

/** The first thing that is wrong; undefined when every minute is explained as the model lived it. */
export function faultOf(
  explanation: ClockExplanation,
  cycle: Cycle,
  events: readonly AnyTicketEvent[],
  now: number,
): string | undefined {
  const { stretches, from, to, elapsedMs, unexplainedMs } = explanation
  const end = cycle.endedAt ?? now
  if (from !== cycle.startedAt || to !== end) return `it lasts ${from}–${to}, not ${cycle.startedAt}–${end}`
  if (from === to) return stretches.length === 0 ? undefined : 'a cycle of no time has stretches'
  if (stretches[0]?.from !== from || stretches.at(-1)?.to !== to) return 'the stretches do not reach from start to end'
  const torn = stretches.find(
    (stretch, i) => stretch.from >= stretch.to || (i > 0 && stretches[i - 1]?.to !== stretch.from),
  )
  if (torn) return `the stretch at ${torn.from} is empty, or does not follow on the one before`
  const counted = stretches.reduce((sum, one) => sum + (one.counted ? one.to - one.from : 0), 0)
  const lived = elapsedOf(cycle, end)
  if (counted !== lived || elapsedMs !== lived || unexplainedMs !== 0)
    return `counted ${counted}, elapsed ${elapsedMs}, unexplained ${unexplainedMs}, and the model ${lived}`
  for (const stretch of stretches)
    for (const at of [stretch.from, Math.floor((stretch.from + stretch.to) / 2), stretch.to - 1]) {
      const wrong = wrongAt(stretch, at, cycle, events)
      if (wrong) return `at ${at}: ${wrong}`
    }
  return undefined
}

function wrongAt(
  { counted, reason }: ClockStretch,
  at: number,
  cycle: Cycle,
  events: readonly AnyTicketEvent[],
): string | undefined {
  const running = cycle.stretches.find(({ from, to }) => from <= at && (to === null || at < to))
  if (running) {
    const open = running.calendar.between(at, at + 1) === 1
    if (!ofCalendar.has(reason.kind)) return `it runs, and is said to be ${reason.kind}`
    return counted === open ? undefined : `the calendar is ${open ? 'open' : 'closed'}`
  }
  if (counted) return 'it stands still'
  const { status, kind } = statusAt(events, at)
  const out = isOut(kind)
  switch (reason.kind) {
    case 'paused':
      return !out && reason.status === status ? undefined : `paused in ${reason.status}, and it is ${status}`
    case 'outOfWork':
      return out && reason.status === status ? undefined : `out of work in ${reason.status}, and it is ${status}`
    case 'held':
      return out ? `held, and it is ${status}` : undefined
    case 'ended':
      return cycle.ended ? undefined : 'it has not ended'
    case 'noTarget':
      return out ? `no target, and it is ${status}` : undefined
    default:
      return `it stands still, and is said to be ${reason.kind}`
  }
}

function statusAt(events: readonly AnyTicketEvent[], at: number): { readonly status: string; readonly kind: Kind } {
  let found: { readonly status: string; readonly kind: Kind } = { status: '', kind: 'new' }
  for (const event of events)
    if (event.at <= at && (event.type === 'ticket_opened' || event.type === 'status_changed')) found = event.data
  return found
}
