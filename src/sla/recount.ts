import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import { signalsOf } from './signal.ts'
import type { Stage } from './slice.ts'
import { type StepView, takeSignal } from './step.ts'

/** The clock a metric would have, had the allowance been in force from the beginning; undefined if it never started. */
export function recount(past: Iterable<Stage>, now: StepView, allowance: Allowance): SlaClock | undefined {
  let clock: SlaClock | undefined
  for (const { event, ticket } of past) {
    const view: StepView = {
      ...now,
      ticket,
      at: event.at,
      allowance,
      calendarOf: () => allowance.calendar.calendar,
      pausesIn: () => allowance.target.pausesIn(ticket.status, ticket.kind),
    }
    for (const signal of signalsOf(event)) clock = unbreached(takeSignal(view, clock, signal).at(-1)?.clock ?? clock)
  }
  return clock
}

/** The past did not know of this target: whether it is breached is decided where it comes into force. */
const unbreached = (clock: SlaClock | undefined): SlaClock | undefined =>
  clock && clock.breachedAt !== null ? { ...clock, breachedAt: null, dueAt: null, lateFrom: null } : clock
