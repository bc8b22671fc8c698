import * as z from 'zod'
import { fail, unwrap } from '../errors.ts'
import { actorKinds } from '../model/actor.ts'
import { Instant, type SchemaOf, Words } from '../model/kept.ts'
import { Count, Id, parse } from '../model/schema.ts'
import type { AnyTicketEvent, TicketEventType } from '../model/ticket-event.ts'
import { ruleSchemas } from '../rules/event-schema.ts'
import { slaSchemas } from '../sla/event-schema.ts'
import { workflowSchemas } from '../workflow/event-schema.ts'
import { upcastEvent } from './event.ts'
import { placed } from './given.ts'

/** A type without a schema does not compile. */
const schemas: { readonly [T in TicketEventType]: SchemaOf<T> } = { ...workflowSchemas, ...slaSchemas, ...ruleSchemas }

/** A key of a fact of time is made of up to six names. */
const maxKey = 6_000
const rule = { rule: Words.optional() }
const envelope = {
  id: z.string(),
  ticketId: Id,
  tenant: Id,
  version: z.int().min(1),
  revision: Count,
  type: z.string(),
  v: z.int().min(1),
  at: Instant,
  recordedAt: Instant,
  actor: z.strictObject({ kind: z.enum(actorKinds), id: Id }),
  cause: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('command'), id: Words, ...rule }),
    z.strictObject({
      kind: z.literal('time'),
      fact: z.enum(['wake', 'auto_close', 'breach', 'step', 'time_rule']),
      key: z.string().max(maxKey),
      ...rule,
    }),
  ]),
  definitionVersion: Words,
}

/** Made when first needed: whoever imports nothing pays for none. */
const known = new Map<TicketEventType, z.ZodType>()

function schemaOf(type: TicketEventType): z.ZodType {
  const made = known.get(type)
  if (made) return made
  const { data, personal }: { data: z.ZodType; personal?: z.ZodType } = schemas[type]
  const schema = z.strictObject({ ...envelope, data, ...(personal ? { personal: personal.optional() } : {}) })
  known.set(type, schema)
  return schema
}

/**
 * An event from outside, in the form of this release: all of it is as a desk of this release would have written it,
 * within the same bounds. Whether it follows on another is for the log to say.
 * @throws DeskError `event_too_new`, `event_malformed`, and what a command with such a value would get (`too_large`,
 * `invalid_text`, `forbidden_key`), with the place
 */
export function checkedEvent(event: unknown, path: string): AnyTicketEvent {
  const upcast = inPlace(event, path)
  unwrap(parse(schemaOf(upcast.type), upcast, 'event_malformed', path))
  return upcast
}

function inPlace(event: unknown, path: string): AnyTicketEvent {
  try {
    return upcastEvent(event)
  } catch (error) {
    throw placed(error, path)
  }
}

/** What has happened cannot lie after the event that says so. */
const pastFacts = [
  ...['waitingSince', 'firstRespondedAt', 'lastAgentReplyAt', 'lastRequesterMessageAt', 'firstBotReplyAt'],
  ...['firstMarkedAnsweredAt', 'firstResolvedAt', 'resolvedAt', 'closedAt', 'assignedSince', 'firstAssignedAt'],
  ...['departmentSince', 'startedAt', 'runningSince', 'breachedAt', 'endedAt'],
] as const

/**
 * Does a log go on as a ticket's does? Versions have no gap, instants and revisions only rise, and what an event tells
 * of the past is past.
 * @throws DeskError `event_malformed` with the place
 */
export function checkCourse(events: readonly AnyTicketEvent[], path: string): void {
  let before: AnyTicketEvent | undefined
  for (const [i, event] of events.entries()) {
    const wrong = (what: string, reason: string) => fail('event_malformed', { reason }, `${path}[${i}].${what}`)
    if (event.version !== i + 1) throw wrong('version', `version ${event.version} stands where ${i + 1} is expected`)
    if ((i === 0) !== (event.type === 'ticket_opened')) throw wrong('type', 'a log begins with ticket_opened, once')
    if (event.at < (before?.at ?? 0)) throw wrong('at', `it lies before the event that it follows, ${before?.at}`)
    const from = before?.revision ?? 0
    if (event.revision < from || event.revision > from + 1)
      throw wrong('revision', `${event.revision} cannot follow on ${from}`)
    const clock = 'clock' in event.data ? 'data.clock' : 'data'
    const facts = ('clock' in event.data ? event.data.clock : event.data) as unknown as Readonly<
      Record<string, unknown>
    >
    const ahead = pastFacts.find((name) => typeof facts[name] === 'number' && facts[name] > event.at)
    if (ahead) throw wrong(`${clock}.${ahead}`, `${facts[ahead]} lies after the event that tells of it, ${event.at}`)
    before = event
  }
}
