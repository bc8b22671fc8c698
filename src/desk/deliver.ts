import type { Condition } from '../condition/condition.ts'
import { matches } from '../engine/ask.ts'
import { renderCanned } from '../engine/canned.ts'
import { timelineOf } from '../engine/timeline.ts'
import { fail } from '../errors.ts'
import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { RenderedMessage } from '../rules/canned.ts'
import type { PendingEffect } from '../store.ts'
import type { DeskContext } from './options.ts'
import { ticketNow } from './read.ts'

/** An effect whose time has come, with all that is needed to do it. */
export interface Delivery<X extends Names = Names> {
  /** Its `id` is the same however often it is given out: pass it on, so that the receiver can do it once. */
  readonly effect: PendingEffect
  /** As it is now. */
  readonly ticket: Ticket<X>
  /** The canned message it names, in the ticket's words; null where it names none, or one that is gone. */
  readonly message: RenderedMessage | null
}

/** What a run over effects did. */
export interface DeliveryRun {
  readonly delivered: number
  /** No longer wanted: their condition did not hold any more, or they were stale. */
  readonly skipped: number
  /** What could not be delivered: it comes again later, unless it was given up. */
  readonly failed: readonly { readonly effectId: string; readonly reason: string; readonly givenUp: boolean }[]
  /** The limit was reached, or it was told to stop; more may be due. */
  readonly more: boolean
}

export interface DeliveryOptions {
  /** Effects at most; 1,000 unless said. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** How long an effect given out is hidden from other workers: 5 min. Who takes longer may see it done twice. */
const hideMs = 5 * 60_000
/** An effect that failed waits 30 s, then twice as long each time, an hour at most; after 20 attempts it is given up. */
const firstRetryMs = 30_000
const longestRetryMs = 3_600_000
const maxAttempts = 20
const maxDeliveries = 100_000

/**
 * Gives effects that are due to `send`, in order for each ticket, and settles those it has done. Asked again here: is
 * it still wanted, and is it stale? At least once each: a worker that dies after `send` leaves it to another.
 */
export async function deliverEffects(
  desk: DeskContext,
  send: (delivery: Delivery) => Promise<void> | void,
  { limit = 1_000, signal }: DeliveryOptions = {},
): Promise<DeliveryRun> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxDeliveries))
    throw fail('invalid_command', { reason: `a limit is a whole number from 1 to ${maxDeliveries}` }, 'limit')
  const failed: DeliveryRun['failed'][number][] = []
  let delivered = 0
  let skipped = 0
  for (let done = 0; done < limit; done++) {
    if (signal?.aborted) return { delivered, skipped, failed, more: true }
    const now = await desk.store.now()
    // one at a time: what stands behind it on its ticket must wait for it
    const [effect] = await desk.store.effects(desk.tenant, { now, limit: 1, hideMs })
    if (!effect) return { delivered, skipped, failed, more: false }
    try {
      const ticket = await ticketNow(desk, effect.ticketId)
      if (isWanted(desk, effect, ticket, now)) {
        await send({ effect, ticket, message: messageOf(desk, effect, ticket) })
        delivered += 1
      } else skipped += 1
      await desk.store.settle(desk.tenant, effect.id)
    } catch (error) {
      const givenUp = effect.attempts >= maxAttempts
      if (givenUp) await desk.store.settle(desk.tenant, effect.id)
      else await desk.store.defer(desk.tenant, effect.id, now + retryMs(effect.attempts))
      const reason = error instanceof Error ? error.message : String(error)
      failed.push({ effectId: effect.id, reason: reason.slice(0, 200), givenUp })
    }
  }
  return { delivered, skipped, failed, more: true }
}

const retryMs = (attempts: number): number => Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 20))

function isWanted({ latest }: DeskContext, effect: PendingEffect, ticket: Ticket, now: number): boolean {
  if (effect.staleAfter !== null && effect.staleAfter < now) return false
  const when = effect.data.when as Condition | undefined
  return when === undefined || matches(when, ticket, { now, definition: latest })
}

function messageOf(desk: DeskContext, { data, dueAt }: PendingEffect, ticket: Ticket): RenderedMessage | null {
  const id = data.message
  if (typeof id !== 'string') return null
  const definition = [desk.latest, timelineOf(desk.definitions).at(dueAt)].find((one) => one.cannedMessages.has(id))
  return definition ? renderCanned(definition, id, ticket) : null
}
