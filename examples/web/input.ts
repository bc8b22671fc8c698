import { createHash } from 'node:crypto'
import { type Actor, type CommandOptions, type CommandRequest, parseCommand, unwrap } from 'ticketwright'
import type { Names } from './definition.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** The headers a route reads, whatever carries them. */
export type Header = (name: string) => string | null

/** @throws Problem 401 */
export function callerOf({ who }: Service, header: Header): Actor {
  const actor = who(header('authorization'))
  if (!actor) throw new Problem(401, 'not_signed_in')
  return actor
}

/** Who sends a command, and under which id. */
export function senderOf(service: Service, header: Header) {
  const actor = callerOf(service, header)
  return { actor, options: optionsOf(actor, header) }
}

/**
 * `Idempotency-Key` becomes the command's id, so that a request sent again is done once; somebody else's key is
 * another one. `If-Match` names the revision that a form showed; one that cannot be read is refused, never ignored.
 * @throws Problem 400
 */
function optionsOf(actor: Actor, header: Header): CommandOptions & { readonly commandId: string } {
  const key = header('idempotency-key')?.replace(/^"(.*)"$/, '$1')
  if (!key || key.length > 200) throw new Problem(400, 'idempotency_key_needed')
  const commandId = createHash('sha256')
    .update(JSON.stringify([actor.kind, actor.id, key]))
    .digest('base64url')
  const shown = header('if-match')
  return { commandId, ...(shown === null ? {} : { expectedRevision: revisionIn(shown) }) }
}

/** The `ETag` of an earlier answer, which a proxy that compresses has made a weak one (`W/"5"`). @throws Problem 400 */
function revisionIn(etag: string): number {
  const digits = /^(?:W\/)?"(\d{1,15})"$/.exec(etag)?.[1]
  if (digits === undefined) throw new Problem(400, 'bad_if_match')
  return Number(digits)
}

/** What agents may send to `/tickets/:id/commands`: the rest has routes of its own, or none. */
const agentCommands: ReadonlySet<unknown> = new Set<CommandRequest['type']>([
  'reply',
  'note',
  'update',
  'setStatus',
  'postpone',
  'resolve',
  'close',
  'reopen',
  'assign',
  'tag',
  'untag',
])

/**
 * A body as a command: its type, keys, lengths and text are judged by the library's schemas, here and now. The names
 * in it (a status, a priority) are judged by the desk.
 * @throws DeskError `invalid_command` and the like, with the path; Problem 400, 403
 */
export function agentCommand(body: unknown, actor: Actor, ticketId: string): CommandRequest<Names> {
  if (actor.kind !== 'agent') throw new Problem(403, 'agents_only')
  const request = body as CommandRequest<Names>
  unwrap(parseCommand(request, { id: 'unnamed', ticketId, actor }))
  if (!agentCommands.has(request.type)) throw new Problem(400, 'command_not_offered')
  // what your own routing writes into the history: nobody says it of themselves
  if ('routed' in request) throw new Problem(400, 'routing_is_ours')
  return request
}

/** The text of a requester's message; they set nothing else. @throws DeskError, Problem 400 */
export function messageIn(body: unknown, actor: Actor): { readonly body: string } {
  const { body: text, ...more } = Object(body) as Record<string, unknown>
  if (Object.keys(more).length > 0 || typeof text !== 'string') throw new Problem(400, 'only_a_body')
  if (text.trim() === '') throw new Problem(400, 'says_nothing')
  unwrap(parseCommand({ type: 'message', body: text }, { id: 'unnamed', ticketId: 'unnamed', actor }))
  return { body: text }
}
