import * as z from 'zod'
import { fail, shown, unwrap } from '../errors.ts'
import type { Names } from '../model/names.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Advice } from '../rules/advice.ts'

/** Somebody, or something, that is asked what it makes of a ticket: a table, a classifier, a service. */
export interface Advisor<X extends Names = Names> {
  /** Stands in the log, as the actor of what it said. */
  readonly id: string
  /**
   * Asked after a ticket was opened, and after each message that waits for an answer. Nothing said: nothing recorded.
   */
  readonly advise: (ask: AdviceAsk<X>) => Advice<X> | null | undefined | Promise<Advice<X> | null | undefined>
  /** How long a command waits for it, 1 to 600,000 ms: 1,000 unless said. What comes later is dropped. */
  readonly timeoutMs?: number | undefined
  /**
   * Told when it failed, was late or said something that is not accepted; not waited for,
   * and what it throws is dropped.
   */
  readonly failed?: ((error: unknown, ticket: Ticket<X>) => void) | undefined
}

export interface AdviceAsk<X extends Names = Names> {
  readonly ticket: Ticket<X>
  /** What has just happened. */
  readonly events: readonly AnyTicketEvent[]
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}

/** Ten minutes: whoever thinks for longer had better give `advise` when done. */
const maxTimeoutMs = 600_000
const AnyFunction = z.custom((value) => typeof value === 'function', 'a function is needed')
/** What is asked of it; it may be anything else besides, and of a class of its own. */
const Shape = z.object({
  id: Id,
  advise: AnyFunction,
  timeoutMs: z.int().min(1).max(maxTimeoutMs).optional(),
  failed: AnyFunction.optional(),
})

/** @throws DeskError `invalid_command` for what is no advisor, with the place */
export function checkedAdvisor(given: unknown): Advisor | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null)
    throw fail('invalid_command', { reason: `an advisor is an object, not ${shown(given)}` }, 'advisor')
  const { id, advise, timeoutMs, failed } = given as Advisor
  unwrap(parse(Shape, { id, advise, timeoutMs, failed }, 'invalid_command', 'advisor'))
  return given as Advisor
}
