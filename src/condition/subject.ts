import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { BusinessCalendar } from '../time/calendar.ts'

/** What a condition is asked about. What is not given is missing to every field that reads it. */
export interface Subject {
  readonly ticket: Readonly<Ticket>
  /** What is happening, for fields of class `event`. */
  readonly event?: AnyTicketEvent | undefined
  /** The ticket before it, for `changed`; null: there was none yet. */
  readonly before?: Readonly<Ticket> | null | undefined
  /** For fields of class `clock`. */
  readonly now?: number | undefined
  /** A calendar of the definition, in the version in force or in one that a clock runs under. */
  readonly calendar?: ((id: string, version?: string) => BusinessCalendar | undefined) | undefined
}
