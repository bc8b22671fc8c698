import type { FieldTable } from '../condition/field.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'

const clocksOf = (ticket: Readonly<Ticket>): SlaClock[] =>
  Object.values(ticket.clocks).filter((clock) => clock !== undefined)

/** What conditions and orderings may ask of the clocks. SLA rules may not: they decide them. */
export const slaFields = {
  'sla.level': { type: 'name', class: 'stored', read: ({ ticket }) => ticket.sla?.level ?? null },
  'sla.breached': {
    type: 'boolean',
    class: 'stored',
    read: ({ ticket }) => clocksOf(ticket).some((clock) => clock.breachedAt !== null),
  },
  /** The earliest due time of a running clock; a breached one keeps its own. */
  'sla.dueAt': { type: 'instant', class: 'stored', read: ({ ticket }) => earliestDue(ticket) },
  /** 0: a running clock is breached; 1: one runs, or there is none; 2: all that are open stand still. */
  'sla.rank': { type: 'number', class: 'stored', read: ({ ticket }) => rank(ticket) },
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
