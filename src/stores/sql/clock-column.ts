import type { SlaClock } from '../../model/clock.ts'
import type { Ticket } from '../../model/ticket.ts'

/**
 * What orderings and conditions ask of the clocks, for columns. The same as the fields of that name, which stores
 * cannot see; a test holds the two together.
 */
const clocksOf = ({ clocks }: Ticket): SlaClock[] => Object.values(clocks).filter((clock) => clock !== undefined)

export const hasBreached = (ticket: Ticket): boolean => clocksOf(ticket).some(({ breachedAt }) => breachedAt !== null)

/** The earliest due time of a running clock. */
export function earliestDue(ticket: Ticket): number | null {
  const due = clocksOf(ticket).flatMap(({ state, dueAt }) => (state === 'running' && dueAt !== null ? [dueAt] : []))
  return due.length > 0 ? Math.min(...due) : null
}

/** 0: a running clock is breached; 1: one runs, or none is open; 2: all that are open stand still. */
export function openRank(ticket: Ticket): number {
  const open = clocksOf(ticket).filter(({ state }) => state !== 'ended')
  const running = open.filter(({ state }) => state === 'running')
  if (running.some(({ breachedAt }) => breachedAt !== null)) return 0
  return running.length > 0 || open.length === 0 ? 1 : 2
}
