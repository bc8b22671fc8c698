import type { Condition } from '../../condition/condition.ts'
import type { Definition } from '../../engine/definition.ts'
import { isDeskError } from '../../errors.ts'
import { isOutOfWork } from '../../model/names.ts'
import { isBusinessDays } from '../../sla/within.ts'
import { alwaysOpen } from '../../time/business-calendar.ts'
import type { BusinessCalendar } from '../../time/calendar.ts'
import { unionCalendars } from '../../time/combine.ts'
import { toDuration } from '../../time/duration.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { type TargetAt, targetsOf } from '../target-at.ts'

/** A time rule that ends the work on every ticket, so long after it was opened. */
interface Closing {
  readonly id: string
  readonly afterMs: number
  /** Null: real time. */
  readonly calendar: string | null
}

/**
 * Targets that cannot be used up before a time rule closes or resolves every ticket: nobody is ever late, unless a due
 * time is set by hand or a ticket is reopened. Told as a finding where it holds in every calendar in which the clock
 * may count, as advice where only in the one that it counts in by itself; each calendar is asked about all of its time.
 * (The automatic closing of a workflow comes after Resolved, where no clock runs.)
 */
export const beyondClosing: Check = (linted) => {
  const closings = closingsOf(linted)
  if (closings.length === 0) return []
  const targets = targetsOf(linted)
  return targets.flatMap((at): Finding[] => {
    const { target, level, path, calendar } = at
    const within = (calendars: readonly string[]) =>
      closings.find((closing) => isBeyond(at, calendars, closing, linted))
    const may = calendarsOf(at, targets, linted)
    const always = within(may)
    const closing = always ?? (calendar === null ? undefined : within([calendar]))
    if (!closing) return []
    const told = `${target.metric} of level ${level} takes longer ${always ? `in ${may.length > 1 ? 'any calendar' : `calendar ${may[0]}`}` : `in calendar ${calendar}`} than a ticket has: time rule ${closing.id} ends the work on it first`
    return [
      {
        code: 'target_beyond_closing',
        path: `${path}.within`,
        ...(always
          ? { sentence: `${told}, so nobody is late unless it is reopened or has a due time set by hand` }
          : {
              sentence: `${told}; late is only what counts in another calendar meanwhile (${others(at)}), is reopened, or has a due time set by hand`,
              severity: 'advice' as const,
            }),
      },
    ]
  })
}

const others = ({ target }: TargetAt) =>
  target.calendar === null
    ? `that of a ${target.row.calendarOf}, or of another level before a switch`
    : 'that of another level before a switch'

/**
 * The calendars in which time that this target counts may pass: those of every target of the metric, since a switch of
 * level keeps what was counted. A requester may have any.
 */
function calendarsOf({ target }: TargetAt, targets: readonly TargetAt[], { definition }: Linted): string[] {
  const alike = targets.filter((other) => other.target.metric === target.metric)
  const found = alike.flatMap(({ target, calendar }) => {
    if (target.calendar !== null) return [target.calendar]
    const party =
      target.row.calendarOf === 'requester'
        ? [...definition.calendars.keys()]
        : [...definition.departments.values()].map((department) => department.calendar)
    return [calendar, ...party].filter((id) => id != null)
  })
  return [...new Set(found)]
}

function closingsOf(linted: Linted): Closing[] {
  const { json, fields } = linted
  const isForAll = (when: unknown) =>
    when === undefined || !canHold({ all: [working, { none: [when as Condition] }] }, fields)
  return (json.timeRules ?? []).flatMap(({ id, active, since, after, calendar = null, when, do: does }) =>
    active !== false && since === 'openedAt' && isForAll(when) && does.some((action) => endsWork(action, linted))
      ? [{ id, afterMs: toDuration(after), calendar }]
      : [],
  )
}

const working: Condition = { field: 'kind', op: 'noneOf', value: ['resolved', 'closed'] }

/** Does an action take a ticket out of work, from every status that it can have there? */
function endsWork(action: unknown, { definition: { workflow } }: Linted): boolean {
  const { type, status } = action as { readonly type: string; readonly status?: string }
  const kind = type === 'resolve' ? 'resolved' : type === 'close' ? 'closed' : undefined
  const to = status === undefined ? kind && workflow.defaultOf(kind) : workflow.statusNamed(status)
  if ((kind === undefined && type !== 'setStatus') || !to || !isOutOfWork(to.kind)) return false
  return workflow.statuses.every(
    (from) => isOutOfWork(from.kind) || workflow.movesFrom(from.name, from.kind).includes(to.name),
  )
}

/** In time that passes in any of the calendars. */
function isBeyond(
  { amounts }: TargetAt,
  calendars: readonly string[],
  { afterMs, calendar }: Closing,
  { definition }: Linted,
): boolean {
  const known = amounts.flatMap(({ amount }) => (amount === null || isBusinessDays(amount) ? [] : [amount]))
  const some = amounts.filter(({ amount }) => amount !== null)
  if (known.length === 0 || known.length < some.length) return false
  const least = Math.min(...known)
  if (calendar !== null) return least >= afterMs && calendars.every((id) => id === calendar)
  if (least >= afterMs) return true
  const counted = togetherOf(calendars, definition)
  return counted !== undefined && !canPassWithin(counted, least, afterMs)
}

/** Open when any of them is; undefined where that is around the clock, or too many to ask. */
function togetherOf(ids: readonly string[], { calendars }: Definition): BusinessCalendar | undefined {
  const named = ids.flatMap((id) => calendars.get(id)?.calendar ?? [])
  if (named.length < ids.length || named.includes(alwaysOpen)) return undefined
  if (named.length <= 1) return named[0]
  try {
    return unionCalendars(named, { id: 'together' })
  } catch (error) {
    if (isDeskError(error, 'too_large')) return undefined
    throw error
  }
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
