import { type Field, type FieldTable, type FieldType, family, type Subject } from '../condition/field.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import { elapsedBy, remainingBy } from './measure.ts'

const clocksOf = (ticket: Readonly<Ticket>): SlaClock[] =>
  Object.values(ticket.clocks).filter((clock) => clock !== undefined)

/** A fact of one metric's clock; missing while there is none. */
const ofClock = <const R extends Pick<Field, 'class' | 'unit' | 'known'> & { readonly type: FieldType }>(
  row: R,
  read: (clock: SlaClock, subject: Subject) => unknown,
) =>
  family({
    ...row,
    partNames: 'metric',
    of: (metric) => ({
      ...row,
      read: (subject) => {
        const clock = clockOf(subject.ticket, metric)
        return clock && read(clock, subject)
      },
    }),
  })

const clockOf = ({ clocks }: Readonly<Ticket>, metric: string): SlaClock | undefined =>
  Object.hasOwn(clocks, metric) ? clocks[metric] : undefined

/** A number that time moves. Missing where `now`, or the calendar that the clock runs in, is not known. */
const measured = <const U extends 'ms' | 'permille'>(
  unit: U,
  measure: (clock: SlaClock, calendar: BusinessCalendar, at: number) => number,
) =>
  ofClock({ type: 'number', class: 'clock', unit }, (clock, { now, calendar }) => {
    const counted = calendar?.(clock.calendar, clock.calendarVersion)
    if (now === undefined || !counted) return undefined
    return measure(clock, counted, Math.max(now, clock.runningSince ?? now))
  })

/** What conditions and orderings may ask of the clocks. SLA rules may not: they decide them. */
export const slaFields = {
  'sla.level': { type: 'name', class: 'stored', names: 'level', read: ({ ticket }) => ticket.sla?.level ?? null },
  'sla.breached': {
    type: 'boolean',
    class: 'stored',
    read: ({ ticket }) => clocksOf(ticket).some((clock) => clock.breachedAt !== null),
  },
  /** The earliest due time of a running clock; a breached one keeps its own. */
  'sla.dueAt': { type: 'instant', class: 'stored', read: ({ ticket }) => earliestDue(ticket) },
  /** 0: a running clock is breached; 1: one runs, or there is none; 2: all that are open stand still. */
  'sla.rank': { type: 'number', class: 'stored', read: ({ ticket }) => rank(ticket) },
  'sla.<metric>.state': ofClock(
    { type: 'name', class: 'stored', known: ['running', 'paused', 'ended'] },
    (clock) => clock.state,
  ),
  'sla.<metric>.ending': ofClock(
    { type: 'name', class: 'stored', known: ['fulfilled', 'cancelled'] },
    (clock) => clock.ending,
  ),
  'sla.<metric>.breached': ofClock({ type: 'boolean', class: 'stored' }, (clock) => clock.breachedAt !== null),
  'sla.<metric>.breachedAt': ofClock({ type: 'instant', class: 'stored' }, (clock) => clock.breachedAt),
  /** Null while it stands still, unless it is breached. */
  'sla.<metric>.dueAt': ofClock({ type: 'instant', class: 'stored' }, (clock) => clock.dueAt),
  'sla.<metric>.startedAt': ofClock({ type: 'instant', class: 'stored' }, (clock) => clock.startedAt),
  'sla.<metric>.endedAt': ofClock({ type: 'instant', class: 'stored' }, (clock) => clock.endedAt),
  'sla.<metric>.cycle': ofClock({ type: 'number', class: 'stored' }, (clock) => clock.cycle),
  'sla.<metric>.targetMs': ofClock({ type: 'number', class: 'stored', unit: 'ms' }, (clock) => clock.targetMs),
  /** How late it ended, in open time; null while it is open. */
  'sla.<metric>.latenessMs': ofClock({ type: 'number', class: 'stored', unit: 'ms' }, (clock) => clock.latenessMs),
  /** Open time used up by `now`. */
  'sla.<metric>.elapsedMs': measured('ms', elapsedBy),
  /** Open time left by `now`, to a due time set by hand too; negative when late. */
  'sla.<metric>.remainingMs': measured('ms', remainingBy),
  /** Used up by `now`, per mille of the target: 1,000 is all of it. */
  'sla.<metric>.share': measured('permille', (clock, ...by) => (elapsedBy(clock, ...by) * 1_000) / clock.targetMs),
} as const satisfies FieldTable

function earliestDue(ticket: Readonly<Ticket>): number | null {
  let earliest: number | null = null
  for (const { state, dueAt } of clocksOf(ticket))
    if (state === 'running' && dueAt !== null && (earliest === null || dueAt < earliest)) earliest = dueAt
  return earliest
}

function rank(ticket: Readonly<Ticket>): number {
  const open = clocksOf(ticket).filter((clock) => clock.state !== 'ended')
  const running = open.filter((clock) => clock.state === 'running')
  return running.some((clock) => clock.breachedAt !== null) ? 0 : running.length > 0 || open.length === 0 ? 1 : 2
}
