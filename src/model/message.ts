import * as z from 'zod'
import { bounds } from './bounds.ts'
import { Body, Count, ExternalId, Id, InstantInput, Line, list, Name } from './schema.ts'

export const messageRoles = ['requester', 'collaborator', 'third_party', 'agent', 'bot', 'system'] as const
export type MessageRole = (typeof messageRoles)[number]

/** An attachment is metadata; its bytes stay where the application keeps them (`reference`). */
export const Attachment = z.strictObject({
  id: Id,
  name: Line,
  mediaType: Line,
  bytes: Count,
  reference: Line,
})
export type Attachment = Readonly<z.output<typeof Attachment>>

/** What a caller says of a message. Role and visibility follow from the command unless said. */
export const messageInput = {
  /** The id the message has elsewhere (a mail's Message-ID): the same one twice gives the same receipt. */
  externalId: ExternalId.optional(),
  inReplyTo: ExternalId.optional(),
  body: Body.optional(),
  format: z.enum(['text', 'html', 'markdown']).optional(),
  language: Name.optional(),
  channel: Name.optional(),
  /** An out-of-office note, a delivery report: changes no status and moves no clock. */
  automatic: z.boolean().optional(),
  /** When it was written, elsewhere; shown and reported, read by no clock. */
  sentAt: InstantInput.optional(),
  attachments: list(Attachment, bounds.attachments).optional(),
}

/**
 * A message as history tells it. Body, attachments and its ids elsewhere are personal: null and empty after erasure.
 */
export interface Message {
  /** `m1`, `m2` and so on within its ticket. */
  readonly id: string
  readonly externalId: string | null
  readonly inReplyTo: string | null
  readonly role: MessageRole
  readonly visibility: 'public' | 'internal'
  /** The agent who typed it in for somebody else (a phone call). */
  readonly enteredBy: string | null
  readonly channel: string | null
  readonly automatic: boolean
  readonly sentAt: number | null
  readonly format: 'text' | 'html' | 'markdown'
  readonly language: string | null
  readonly at: number
  readonly body: string | null
  readonly attachments: readonly Attachment[]
}

/** What a machine writes; the system counts as a bot. */
export const isBot = (role: MessageRole): boolean => role === 'bot' || role === 'system'

/** Does somebody wait for an answer to it? Collaborators count as requesters; automatic messages never. */
export const asksForAnswer = (message: { role: MessageRole; visibility: string; automatic: boolean }): boolean =>
  !message.automatic && (message.role === 'requester' || message.role === 'collaborator')
