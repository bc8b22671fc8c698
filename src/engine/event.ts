import { fail } from '../errors.ts'
import type { TicketEvent } from '../model/event.ts'
import { isPlainObject } from '../model/json.ts'
import type { EventRow } from '../model/pass.ts'
import type { AnyTicketEvent, TicketEventShapes, TicketEventType } from '../model/ticket-event.ts'
import { ruleEvents } from '../rules/events.ts'
import { slaEvents } from '../sla/events.ts'
import { workflowEvents } from '../workflow/events.ts'

type Shapes = TicketEventShapes
type Rows = {
  readonly [T in TicketEventType]: EventRow<Shapes[T]['data'], Shapes[T] extends { personal: infer P } ? P : never>
}

/** What every event does, by type; a type without a row does not compile. */
export const eventRows: Rows = { ...workflowEvents, ...slaEvents, ...ruleEvents }

/** Event types that a trigger may wait for: what rules leave in the log wakes none. */
export const triggerEvents = [...Object.keys({ ...workflowEvents, ...slaEvents }), 'advised']

/**
 * What this release reads of a ticket and its log. Raised when a release writes what the one before could not read: the
 * rows of the events it then writes say so (`format`), and so does every ticket that has had one of them.
 */
export const logFormat = 1

const rowOf = (type: string, rows: Readonly<Record<string, EventRow>> = eventRows): EventRow | undefined =>
  Object.hasOwn(rows, type) ? rows[type] : undefined

/**
 * An event as this release writes it: older schema versions are brought up step by step.
 * @throws DeskError `event_malformed`, or `event_too_new` for a type or version of a later release
 */
export function upcastEvent(event: unknown, rows: Readonly<Record<string, EventRow>> = eventRows): AnyTicketEvent {
  if (!isEnvelope(event)) throw fail('event_malformed', { reason: 'type, v, version, at, ticketId or data is missing' })
  const row = rowOf(event.type, rows)
  if (!row) throw fail('event_too_new', { type: event.type.slice(0, 64), version: event.v, known: 0 })
  if (event.v > row.v) throw fail('event_too_new', { type: event.type, version: event.v, known: row.v })
  if (event.v === row.v) return event as AnyTicketEvent
  const steps = row.upcast?.slice(event.v - 1) ?? []
  if (event.v < 1 || steps.length !== row.v - event.v)
    throw fail('event_malformed', { reason: `${event.type} version ${event.v} cannot be brought up to ${row.v}` })
  let parts: { data: Record<string, unknown>; personal?: Record<string, unknown> } = {
    data: event.data,
    ...(event.personal ? { personal: event.personal } : {}),
  }
  for (const step of steps) parts = step(parts)
  return { ...event, ...parts, v: row.v } as unknown as AnyTicketEvent
}

const isEnvelope = (event: unknown): event is TicketEvent =>
  isPlainObject(event) &&
  typeof event.type === 'string' &&
  typeof event.ticketId === 'string' &&
  Number.isInteger(event.v) &&
  Number.isInteger(event.version) &&
  Number.isInteger(event.revision) &&
  Number.isInteger(event.at) &&
  isPlainObject(event.data)
