import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { isStaff, staffKinds } from '../../model/actor.ts'
import { asksForAnswer, isBot, type MessageRole, messageInput, messageRoles } from '../../model/message.ts'
import type { WorkflowPass } from '../pass.ts'
import { checkReopening, react } from '../react.ts'
import { row } from './row.ts'

const MessageContent = z.strictObject(messageInput)
type MessageContent = z.output<typeof MessageContent>

const IncomingMessage = MessageContent.extend({
  role: z.enum(['requester', 'collaborator', 'third_party', 'bot', 'system']).optional(),
  visibility: z.enum(['public', 'internal']).optional(),
  /** False: "thanks!" — recorded, but it changes no status, moves no clock and reopens nothing. */
  reopens: z.boolean().optional(),
})

export const MessageInUpdate = MessageContent.extend({
  role: z.enum(messageRoles).optional(),
  visibility: z.enum(['public', 'internal']).optional(),
  reopens: z.boolean().optional(),
})
export type MessageInUpdate = z.output<typeof MessageInUpdate>

interface Draft {
  readonly content: MessageContent
  readonly role: MessageRole
  readonly visibility: 'public' | 'internal'
  readonly reopens?: boolean | undefined
}

export const messageCommands = {
  /** A message from outside: the requester's unless another role is said. */
  message: row({
    schema: IncomingMessage,
    onClosed: 'accepted',
    decide: (pass, input) => addMessage(pass, written(pass, input, 'requester'), 'react'),
  }),
  /** A public answer of an agent (or of a bot, which answers for nobody unless a target says so). */
  reply: row({
    schema: MessageContent,
    onClosed: 'refused',
    decide: (pass, content) =>
      staffOnly(pass, 'reply') ??
      addMessage(pass, { content, role: pass.actor.kind as MessageRole, visibility: 'public' }, 'react'),
  }),
  /** An internal note. */
  note: row({
    schema: MessageContent,
    onClosed: 'accepted',
    decide: (pass, content) =>
      staffOnly(pass, 'note') ??
      addMessage(pass, { content, role: pass.actor.kind as MessageRole, visibility: 'internal' }, 'react'),
  }),
}

const staffOnly = ({ actor }: WorkflowPass, command: string): Refusal | undefined =>
  isStaff(actor) ? undefined : refuse('wrong_actor', { command, actor: actor.kind, allowed: staffKinds })

/** Role and visibility as said; unsaid, people outside write publicly as themselves, and all else is internal. */
export function written({ actor }: WorkflowPass, input: MessageInUpdate, forAgents: 'requester' | 'agent'): Draft {
  const { role, visibility, reopens, ...content } = input
  const writes = role ?? (actor.kind === 'agent' ? forAgents : actor.kind)
  return {
    content,
    role: writes,
    visibility: visibility ?? (writes === 'requester' || writes === 'collaborator' ? 'public' : 'internal'),
    reopens,
  }
}

/**
 * Records a message and what follows from it. `status: 'given'` leaves the status to the caller
 * (a status said together with a message replaces the reaction).
 */
export function addMessage(pass: WorkflowPass, draft: Draft, status: 'react' | 'given'): Refusal | undefined {
  const { ticket, actor } = pass
  if (!isStaff(actor) && draft.role !== actor.kind)
    return refuse('wrong_actor', { command: 'message', actor: actor.kind, allowed: staffKinds }, 'role')
  const passive = draft.content.automatic === true || draft.reopens === false
  const asks = !passive && asksForAnswer({ ...draft, automatic: false })
  const refused = ticket.kind === 'closed' && status === 'react' ? checkClosed(pass, draft, passive, asks) : undefined
  const late =
    refused ?? (asks && status === 'react' ? checkReopening(pass.definition.workflow, ticket, pass.at) : undefined)
  if (late) return late
  recordMessage(pass, draft, { passive, opening: false })
  if (passive || status === 'given') return undefined
  if (asks) react(pass, 'requesterMessage', 'requester_message')
  else if (draft.role === 'agent' && draft.visibility === 'public') react(pass, 'agentReply', 'agent_reply')
  return undefined
}

/** A closed ticket takes what is internal or passive, and what may reopen it. */
const checkClosed = ({ ticket }: WorkflowPass, draft: Draft, passive: boolean, asks: boolean): Refusal | undefined =>
  asks || draft.visibility === 'internal' || (passive && draft.role !== 'agent')
    ? undefined
    : refuse('ticket_closed', { ticketId: ticket.id, command: 'message' }, 'ticketId')

/** The event of a message, with what it does to who waits for whom. */
export function recordMessage(
  pass: WorkflowPass,
  { content, role, visibility }: Draft,
  { passive, opening }: { passive: boolean; opening: boolean },
): void {
  const { ticket, actor, at } = pass
  const asks = !passive && asksForAnswer({ role, visibility, automatic: false })
  const answers = !passive && role === 'agent' && visibility === 'public'
  // on a ticket that an agent opened, nothing is a first response before the requester has written
  const asked = !ticket.outbound || ticket.lastRequesterMessageAt !== null
  const responds = answers && !opening && asked
  const botResponds = !passive && !opening && asked && isBot(role) && visibility === 'public'
  pass.emit(
    'message_added',
    {
      message: {
        id: `m${ticket.counts.messages + 1}`,
        role,
        visibility,
        enteredBy: actor.kind === 'agent' && role !== 'agent' ? actor.id : null,
        channel: content.channel ?? null,
        automatic: content.automatic ?? false,
        sentAt: content.sentAt ?? null,
        format: content.format ?? 'text',
        language: content.language ?? null,
      },
      opening,
      counts: !passive,
      // whether somebody waits for the opening stands in `ticket_opened`: not where it was opened as resolved
      waitingSince: answers ? null : asks && !opening ? (ticket.waitingSince ?? at) : ticket.waitingSince,
      firstRespondedAt: ticket.firstRespondedAt ?? (responds ? at : null),
      lastAgentReplyAt: answers ? at : ticket.lastAgentReplyAt,
      lastRequesterMessageAt: asks ? at : ticket.lastRequesterMessageAt,
      messages: ticket.counts.messages + 1,
      replies: ticket.counts.replies + (answers ? 1 : 0),
      ...(botResponds && ticket.firstBotReplyAt === undefined ? { firstBotReplyAt: at } : {}),
    },
    {
      body: content.body ?? '',
      attachments: content.attachments ?? [],
      externalId: content.externalId ?? null,
      inReplyTo: content.inReplyTo ?? null,
    },
  )
}
