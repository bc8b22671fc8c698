import { fail } from '../errors.ts'
import { ticketGiven } from '../model/given.ts'
import { isPlainObject } from '../model/json.ts'
import type { Attachment, Message } from '../model/message.ts'
import type { StatusKind } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { presentTags } from '../workflow/tag-registry.ts'
import type { Definition } from './definition.ts'
import { definitionGiven } from './given.ts'

/** How far a ticket is, as its requester sees it. */
export type RequesterState = 'open' | 'answered' | 'solved' | 'closed'

/** What a requester may see of a ticket: these facts and no others. */
export interface RequesterTicket {
  readonly id: string
  readonly reference: string
  readonly subject: string
  readonly state: RequesterState
  readonly openedAt: number
  readonly solvedAt: number | null
  readonly closedAt: number | null
  /** Tags registered as public. */
  readonly tags: readonly string[]
  /** What they said themselves. */
  readonly statedUrgency: string | null
  readonly requester: { readonly id: string; readonly name: string | null; readonly email: string | null } | null
  /** Ids of those who are in copy. */
  readonly collaborators: readonly string[]
  readonly rating: { readonly score: number; readonly comment: string | null } | null
}

/** What a requester may see of a message. */
export interface RequesterMessage {
  readonly id: string
  readonly from: 'requester' | 'collaborator' | 'third_party' | 'support'
  readonly at: number
  readonly sentAt: number | null
  readonly body: string | null
  readonly format: Message['format']
  readonly language: string | null
  readonly attachments: readonly Attachment[]
}

const states: Readonly<Record<StatusKind, RequesterState>> = {
  new: 'open',
  open: 'open',
  postponed: 'open',
  answered: 'answered',
  resolved: 'solved',
  closed: 'closed',
}

const authors: Readonly<Record<Message['role'], RequesterMessage['from']>> = {
  requester: 'requester',
  collaborator: 'collaborator',
  third_party: 'third_party',
  agent: 'support',
  bot: 'support',
  system: 'support',
}

/** Is this a ticket that somebody may see at all: theirs, or one they are in copy of? */
export const isVisibleTo = ({ requester, collaborators }: Ticket, person: string): boolean =>
  requester?.id === person || collaborators.includes(person)

/**
 * The tags of a ticket as they are called now, each once. The ticket keeps the names that were given: one that has
 * become another (`mergedInto`) goes by that one's.
 * @throws DeskError `invalid_definition`, `invalid_command` for what is no definition or no ticket
 */
export const tagsOf = (definition: Definition, ticket: Pick<Ticket, 'tags' | 'tagKeys'>): readonly string[] => {
  const { tags } = definitionGiven(definition)
  if (!Array.isArray(ticket?.tags) || !Array.isArray(ticket.tagKeys)) ticketGiven(null)
  return [...presentTags(tags, ticket).values()]
}

/**
 * A ticket as its requester may see it: a list of what is allowed, so that whatever is added to tickets later stays
 * inside. Names of statuses, priorities, people of the desk, clocks, custom fields and counters are not on it.
 * @throws DeskError `invalid_definition`, `invalid_command` for what is no definition or no ticket
 */
export function requesterTicket(definition: Definition, ticket: Ticket): RequesterTicket {
  definitionGiven(definition)
  const { id, reference, subject, kind, openedAt, resolvedAt, closedAt, statedUrgency } = ticketGiven(ticket)
  const { requester, collaborators, satisfaction } = ticket
  return {
    id,
    reference,
    subject,
    state: states[kind],
    openedAt,
    solvedAt: resolvedAt,
    closedAt,
    tags: tagsOf(definition, ticket).filter((tag) => definition.tags.find(tag)?.visibility === 'public'),
    statedUrgency,
    requester: requester && { id: requester.id, name: requester.name ?? null, email: requester.email ?? null },
    collaborators: [...collaborators],
    rating: satisfaction && { score: satisfaction.score, comment: satisfaction.comment },
  }
}

/**
 * The public messages of a log, in order, each with what its reader may see; an erased one has no body.
 * @throws DeskError `event_malformed` for what is no list of events
 */
export function requesterMessages(history: readonly AnyTicketEvent[]): readonly RequesterMessage[] {
  if (!Array.isArray(history)) throw fail('event_malformed', { reason: 'a list of events is needed' }, 'history')
  return history.flatMap((event: AnyTicketEvent, i) => {
    if (!isPlainObject(event)) throw fail('event_malformed', { reason: 'not an object' }, `history[${i}]`)
    if (event.type !== 'message_added' || event.data.message.visibility !== 'public') return []
    const { id, role, sentAt, format, language } = event.data.message
    const { body = null, attachments = [] } = event.personal ?? {}
    const shown = attachments.map(({ id, name, mediaType, bytes, reference }) => ({
      id,
      name,
      mediaType,
      bytes,
      reference,
    }))
    return [{ id, from: authors[role], at: event.at, sentAt, body, format, language, attachments: shown }]
  })
}
