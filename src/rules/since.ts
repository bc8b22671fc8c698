import * as z from 'zod'
import { Name } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { DurationInput, UnsignedDuration } from '../time/duration.ts'

/** The instants of a ticket from which a time rule may count; null: there is none now. */
const sinceRows = {
  openedAt: (ticket) => ticket.openedAt,
  statusSince: (ticket) => ticket.statusSince,
  waitingSince: (ticket) => ticket.waitingSince,
  assignedSince: (ticket) => ticket.assignedSince,
  departmentSince: (ticket) => ticket.departmentSince,
  lastAgentReplyAt: (ticket) => ticket.lastAgentReplyAt,
  resolvedAt: (ticket) => ticket.resolvedAt,
} as const satisfies Record<string, (ticket: Readonly<Ticket>) => number | null>

export type SinceName = keyof typeof sinceRows

/** From when a time rule counts: an instant of the ticket, or the due time of an open clock. */
export type SinceInput<M extends string = string> = SinceName | { readonly dueAt: M }

/**
 * When a time rule is due. Only the due time of a clock is known beforehand: before it, `after` is negative (`'-1h'`).
 */
export type CountedFrom<M extends string = string> =
  | {
      readonly since: SinceName
      /** Open time of the calendar. */
      readonly after: UnsignedDuration
    }
  | {
      readonly since: Exclude<SinceInput<M>, SinceName>
      /** Open time of the calendar; negative: before it. */
      readonly after: DurationInput
    }

const names = Object.keys(sinceRows) as [SinceName, ...SinceName[]]
export const Since = z.union([z.enum(names), z.strictObject({ dueAt: Name })])

export function sinceReader(since: z.output<typeof Since>): (ticket: Readonly<Ticket>) => number | null {
  if (typeof since === 'string') return sinceRows[since]
  return ({ clocks }) => {
    const clock = clocks[since.dueAt]
    return clock && clock.state !== 'ended' ? clock.dueAt : null
  }
}
