import * as z from 'zod'
import { LAST_INSTANT } from '../time/instant.ts'
import { bounds } from './bounds.ts'
import { messageRoles } from './message.ts'
import { statusKinds } from './names.ts'
import { Requester } from './person.ts'
import { Id, JsonValue, list, Name, record } from './schema.ts'
import type { TicketEventShapes, TicketEventType } from './ticket-event.ts'

/**
 * What events are made of, as they are kept: nothing is read into another form, as it is of commands. The bounds are
 * those of the commands that write it.
 */

/** Milliseconds, 1970–2199. */
export const Instant = z.int().min(0).max(LAST_INSTANT)
/** A name of the definition, or a sentence made of some: 1,000 characters. */
export const Words = z.string().max(1_000)
/** Names of custom fields may be anything. */
export const Key = z.string().max(bounds.ticketBytes)
export const Kind = z.enum(statusKinds)
export const Excerpt = z.string().max(bounds.excerptCharacters)
export const People = list(Id, bounds.people)
export const Fields = record(JsonValue, bounds.fields)
export const Tags = list(Name, bounds.tags)
/** A folded name may be eighteen times as long as the name. */
export const TagKeys = list(z.string().max(18 * bounds.nameCharacters), bounds.tags)

const { name, email, phone, since: _since, ...facts } = Requester.shape
export const PersonalOfRequester = z.strictObject({ name, email, phone })
/** Without what is personal. */
export const FactsOfRequester = z.strictObject({ ...facts, since: Instant.optional() })

export const MessageFacts = z.strictObject({
  id: Id,
  role: z.enum(messageRoles),
  visibility: z.enum(['public', 'internal']),
  enteredBy: Id.nullable(),
  channel: Name.nullable(),
  automatic: z.boolean(),
  sentAt: Instant.nullable(),
  format: z.enum(['text', 'html', 'markdown']),
  language: Name.nullable(),
})

/** Data and personal part of an event type; one without the second has nothing personal. */
export type SchemaOf<T extends TicketEventType> = {
  readonly data: z.ZodType<TicketEventShapes[T]['data']>
} & (TicketEventShapes[T] extends { personal: infer P } ? { readonly personal: z.ZodType<P> } : unknown)
