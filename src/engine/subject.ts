import type { Subject } from '../condition/subject.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Timeline } from './timeline.ts'

/** A ticket at an instant, as conditions ask about it; with what is happening to it, if something is. */
export function subjectAt(
  timeline: Pick<Timeline, 'at' | 'calendar'>,
  ticket: Readonly<Ticket>,
  now: number,
  happening: {
    readonly event?: AnyTicketEvent | undefined
    readonly before?: Readonly<Ticket> | null | undefined
  } = {},
): Subject {
  return {
    ticket,
    now,
    ...happening,
    calendar: (id, version) =>
      version === undefined ? timeline.at(now).calendarNamed(id) : timeline.calendar(id, version),
  }
}
