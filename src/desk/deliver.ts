import * as z from 'zod'
import { type Condition, fieldsRead } from '../condition/condition.ts'
import { matches } from '../engine/ask.ts'
import { renderCanned } from '../engine/canned.ts'
import type { Definition } from '../engine/definition.ts'
import { timelineOf } from '../engine/timeline.ts'
import { fail, isDeskError, shown, unwrap } from '../errors.ts'
import type { Names } from '../model/names.ts'
import { DurationInput as DurationSchema, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { RenderedMessage } from '../rules/canned.ts'
import type { BuriedEffect, PendingEffect } from '../store.ts'
import type { DurationInput } from '../time/duration.ts'
import { type DeskContext, Signal } from './options.ts'
import { ticketNow } from './read.ts'
import { isRefusal } from './store-failure.ts'

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
  /** What could not be delivered: it comes again later, or (`givenUp`) is a dead letter now. */
  readonly failed: readonly { readonly effectId: string; readonly reason: string; readonly givenUp: boolean }[]
  /** The limit was reached, or it was told to stop; more may be due. */
  readonly more: boolean
}

export interface DeliveryOptions {
  /** Effects at most, 1 to 100,000: 1,000 unless said. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Effects at once, each of another ticket, 1 to 100: 1 unless said. */
  readonly atOnce?: number | undefined
  /**
   * How long an effect given out is hidden from other workers: 5 min unless said. Who
   * takes longer may see it done twice.
   */
  readonly within?: DurationInput | undefined
  /** How often it is tried before it becomes a dead letter, 1 to 100: 20 unless said. */
  readonly maxAttempts?: number | undefined
}

const Options = z.strictObject({
  limit: z.int().min(1).max(100_000).optional(),
  signal: Signal.optional(),
  atOnce: z.int().min(1).max(100).optional(),
  within: DurationSchema.optional(),
  maxAttempts: z.int().min(1).max(100).optional(),
})

/** An effect that failed waits 30 s, then twice as long each time, an hour at most. */
const firstRetryMs = 30_000
const longestRetryMs = 3_600_000

/**
 * Gives effects that are due to `send`, in order for each ticket, and settles those it has done. Asked again here: is
 * it still wanted, and is it stale? At least once each: a worker that dies after `send` leaves it to another.
 * @throws DeskError `invalid_command`, `invalid_duration`; what a store that fails
 * throws, once what was begun has ended
 */
export async function deliverEffects(
  desk: DeskContext,
  send: Send,
  options: DeliveryOptions = {},
): Promise<DeliveryRun> {
  const asked = unwrap(parse<z.output<typeof Options>>(Options, options, 'invalid_command'))
  if (typeof send !== 'function')
    throw fail('invalid_command', { reason: `effects are given to a function, not ${shown(send)}` }, 'send')
  const { limit = 1_000, signal, atOnce = 1, within = 300_000, maxAttempts = 20 } = asked
  const failed: Failed[] = []
  const counts = { delivered: 0, skipped: 0 }
  for (let left = limit; left > 0; ) {
    if (signal?.aborted) return { ...counts, failed, more: true }
    const now = await desk.store.now()
    // of each ticket only the first: what stands behind it must wait for it
    const taken = await take(desk, { now, limit: Math.min(atOnce, left), hideMs: within })
    if ('reason' in taken) {
      left -= 1
      failed.push(taken)
      continue
    }
    if (taken.length === 0) return { ...counts, failed, more: false }
    left -= taken.length
    // all of them come to their end, also where the store fails one
    const fates = await Promise.allSettled(taken.map((effect) => deliverOne(desk, send, effect, maxAttempts)))
    for (const fate of fates) {
      if (fate.status === 'rejected') throw fate.reason
      if (typeof fate.value === 'string') counts[fate.value] += 1
      else failed.push(fate.value)
    }
  }
  return { ...counts, failed, more: true }
}

type Send = (delivery: Delivery) => Promise<void> | void
type Failed = DeliveryRun['failed'][number]

/**
 * Effects to be done; or one that is damaged: it is hidden as the others are, and comes
 * again after that time. `discard` ends that.
 */
async function take(
  { store, tenant }: DeskContext,
  ask: { readonly now: number; readonly limit: number; readonly hideMs: number },
): Promise<readonly PendingEffect[] | Failed> {
  try {
    return await store.effects(tenant, ask)
  } catch (error) {
    if (!isDeskError(error, 'ticket_damaged')) throw error
    return { effectId: error.facts.id, reason: reasonOf(error), givenUp: false }
  }
}

async function deliverOne(
  desk: DeskContext,
  send: Send,
  effect: PendingEffect,
  maxAttempts: number,
): Promise<'delivered' | 'skipped' | Failed> {
  const { store, tenant } = desk
  // one more was counted when it was given out: workers that died with it come to an end too
  if (effect.attempts > maxAttempts) return putAside(desk, effect, 'no worker came to an end with it', true)
  const failed = (error: unknown) => putAside(desk, effect, reasonOf(error), effect.attempts >= maxAttempts)
  let wanted: Delivery | null
  try {
    wanted = await deliveryOf(desk, effect)
  } catch (error) {
    if (isDeskError(error) && !isRefusal(error)) throw error // the store's fault, and not this effect's
    return failed(error)
  }
  try {
    if (wanted) await send(wanted)
  } catch (error) {
    return failed(error)
  }
  await store.settle(tenant, effect.id)
  return wanted ? 'delivered' : 'skipped'
}

/** Null: it is not wanted any more. */
async function deliveryOf(desk: DeskContext, effect: PendingEffect): Promise<Delivery | null> {
  const ticket = await ticketNow(desk, effect.ticketId)
  if (!isWanted(desk, effect, ticket, await desk.store.now())) return null
  return { effect, ticket, message: messageOf(desk, effect, ticket) }
}

async function putAside(
  { store, tenant }: DeskContext,
  { id, attempts }: PendingEffect,
  reason: string,
  givenUp: boolean,
): Promise<Failed> {
  if (givenUp) await store.bury(tenant, id, reason)
  else await store.defer(tenant, id, (await store.now()) + retryMs(attempts))
  return { effectId: id, reason, givenUp }
}

const retryMs = (attempts: number): number => Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 20))

/** As text without NUL, at most 200 characters of it: anything may be thrown, and a `message` be anything. */
function reasonOf(error: unknown): string {
  const said = (error as { readonly message?: unknown } | null | undefined)?.message ?? error
  const text = typeof said === 'string' ? said : shown(said)
  return text.replaceAll('\0', '').toWellFormed().slice(0, 200)
}

/** Dead letters, 100 unless said. */
export const deadLetters = ({ store, tenant }: DeskContext, limit = 100): Promise<readonly BuriedEffect[]> =>
  store.buried(tenant, unwrap(parse(z.int().min(1).max(10_000), limit, 'invalid_command', 'limit')))

function isWanted(desk: DeskContext, effect: PendingEffect, ticket: Ticket, now: number): boolean {
  if (effect.staleAfter !== null && effect.staleAfter < now) return false
  const when = effect.data.when as Condition | undefined
  if (when === undefined) return true
  // a calendar that the latest revision has no more is what it was in the last one that had it
  const asked = [...fieldsRead(when)].filter((field) => field.startsWith(byCalendar))
  const knows = ({ calendars }: Definition) => asked.every((field) => calendars.has(field.slice(byCalendar.length)))
  const definition = timelineOf(desk.definitions).revisions.findLast(knows) ?? desk.latest
  return matches(when, ticket, { now, definition })
}

const byCalendar = 'inBusinessHours.'

function messageOf(desk: DeskContext, { data, dueAt }: PendingEffect, ticket: Ticket): RenderedMessage | null {
  const id = data.message
  if (typeof id !== 'string') return null
  const definition = [desk.latest, timelineOf(desk.definitions).at(dueAt)].find((one) => one.cannedMessages.has(id))
  return definition ? renderCanned(definition, id, ticket) : null
}
