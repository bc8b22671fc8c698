import type { Actor } from './actor.ts'
import type { Cause } from './event.ts'
import type { TicketDraft } from './ticket.ts'

/**
 * What a room is given while one cause is worked out: the ticket as it stands after every event so
 * far, and the means to add the next one. `emit` records the event and applies it at once.
 */
export interface Pass<Shapes, Definition> {
  readonly definition: Definition
  readonly ticketId: string
  readonly ticket: Readonly<TicketDraft>
  readonly at: number
  readonly actor: Actor
  readonly cause: Cause
  emit<T extends keyof Shapes & string>(
    type: T,
    data: Shapes[T] extends { data: infer D } ? D : never,
    personal?: Shapes[T] extends { personal: infer P } ? P : never,
  ): void
}

/** How an event changes a ticket: writes to the draft's own keys only, and copies what it stores. */
export interface EventRow<Data = never, Personal = never> {
  /** Schema version of `data` and `personal` in this release. */
  readonly v: number
  /** The format of logs that has this version of the event first; absent: 1. */
  readonly format?: number
  /** From version n to n + 1, at index n − 1. Total: never throws on what an older release wrote. */
  readonly upcast?: readonly ((old: { data: Record<string, unknown>; personal?: Record<string, unknown> }) => {
    data: Record<string, unknown>
    personal?: Record<string, unknown>
  })[]
  readonly apply: (ticket: TicketDraft, data: Data, personal: Personal | undefined, at: number) => void
}
