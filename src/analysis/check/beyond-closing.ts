import { isDeskError } from '../../errors.ts'
import { isBusinessDays } from '../../sla/within.ts'
import type { BusinessCalendar } from '../../time/calendar.ts'
import { toDuration } from '../../time/duration.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { type TargetAt, targetsOf } from '../target-at.ts'

/** A time rule that ends the work on every ticket, so long after it was opened. */
interface Closing {
  readonly id: string
  readonly afterMs: number
  /** Null: real time. */
  readonly calendar: string | null
}

/**
 * Targets that cannot be used up before a time rule closes or resolves every ticket: nobody is ever late, unless a
 * ticket is reopened. Never wrong: the calendar is asked about all of its time. (The automatic closing of a workflow
 * comes after Resolved, where no clock runs.)
 */
export const beyondClosing: Check = (linted) => {
  const closings = closingsOf(linted)
  if (closings.length === 0) return []
  return targetsOf(linted).flatMap((at): Finding[] => {
    const closing = closings.find((closing) => isBeyond(at, closing, linted))
    if (!closing) return []
    return [
      {
        code: 'target_beyond_closing',
        path: `${at.path}.within`,
        sentence: `${at.target.metric} of level ${at.level} takes longer in calendar ${at.calendar} than any ticket has: time rule ${closing.id} ends the work on it first, so nobody is late unless it is reopened`,
      },
    ]
  })
}

function closingsOf({ json, definition }: Linted): Closing[] {
  const kindOf = (status: unknown) => definition.workflow.statuses.find(({ name }) => name === status)?.kind
  const ends = (action: { readonly type: string; readonly status?: unknown }) =>
    action.type === 'resolve' || action.type === 'close' || ['resolved', 'closed'].includes(kindOf(action.status) ?? '')
  return (json.timeRules ?? []).flatMap(({ id, active, since, after, calendar = null, when, do: does }) =>
    active !== false &&
    since === 'openedAt' &&
    when === undefined &&
    does.some((action) => ends(action as { readonly type: string }))
      ? [{ id, afterMs: toDuration(after), calendar }]
      : [],
  )
}

function isBeyond(
  { amounts, calendar: id }: TargetAt,
  { afterMs, calendar }: Closing,
  { definition }: Linted,
): boolean {
  const known = amounts.flatMap(({ amount }) => (amount === null || isBusinessDays(amount) ? [] : [amount]))
  const some = amounts.filter(({ amount }) => amount !== null)
  if (id === null || known.length === 0 || known.length < some.length) return false
  const least = Math.min(...known)
  if (calendar === id) return least >= afterMs
  const counted = definition.calendars.get(id)?.calendar
  return calendar === null && counted !== undefined && !canPassWithin(counted, least, afterMs)
}

const day = 86_400_000
const years = 366 * day
/** A walk of this many years at a time. */
const stride = 5 * years
const [earliest, latest] = [0, Date.UTC(2199, 0, 1)]

/**
 * Can so much open time pass in less real time than this? The shortest way begins at an opening or ends at a closing:
 * anywhere else it can be moved without growing longer.
 */
function canPassWithin(calendar: BusinessCalendar, amount: number, real: number): boolean {
  if (amount >= real) return false
  for (let from = earliest; from < latest; from += stride)
    for (const stretch of calendar.intervals(from, Math.min(from + stride, latest))) {
      if (!stretch.open) continue
      if ((spanFrom(calendar, stretch.from, amount) ?? real) < real) return true
      if ((spanTo(calendar, stretch.to, amount) ?? real) < real) return true
    }
  return false
}

const spanFrom = (calendar: BusinessCalendar, at: number, amount: number) =>
  unlessExhausted(() => calendar.add(at, amount) - at)
const spanTo = (calendar: BusinessCalendar, at: number, amount: number) =>
  unlessExhausted(() => at - calendar.subtract(at, amount))

function unlessExhausted(span: () => number): number | undefined {
  try {
    return span()
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted') || isDeskError(error, 'invalid_instant')) return undefined
    throw error
  }
}
