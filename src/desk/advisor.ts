import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Advice } from '../rules/advice.ts'

/** Somebody, or something, that is asked what it makes of a ticket: a table, a classifier, a service. */
export interface Advisor<X extends Names = Names> {
  /** Stands in the log, as the actor of what it said. */
  readonly id: string
  /** Asked after a ticket was opened, and after each message that waits for an answer. Nothing said: nothing recorded. */
  readonly advise: (ask: AdviceAsk<X>) => Advice<X> | null | undefined | Promise<Advice<X> | null | undefined>
  /** How long a command waits for it: 1,000 ms unless said. What comes later is dropped. */
  readonly timeoutMs?: number | undefined
  /** Told when it failed, was late or said something that is not accepted. */
  readonly failed?: ((error: unknown, ticket: Ticket<X>) => void) | undefined
}

export interface AdviceAsk<X extends Names = Names> {
  readonly ticket: Ticket<X>
  /** What has just happened. */
  readonly events: readonly AnyTicketEvent[]
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}
