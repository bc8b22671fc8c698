import type { SlaClock } from '../model/clock.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Allowance } from './allowance.ts'
import { signalsOf } from './signal.ts'
import { type StepView, takeSignal } from './step.ts'

/** The clock a metric would have, had the allowance been in force from the beginning; undefined if it never started. */
export function recount(past: Iterable<{ readonly event: AnyTicketEvent; readonly ticket: Readonly<Ticket> }>, now: StepView, allowance: Allowance): SlaClock | undefined {
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
    for (const signal of signalsOf(event)) clock = takeSignal(view, clock, signal).at(-1)?.clock ?? clock
  }
  return clock
}
