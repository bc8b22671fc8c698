import * as z from 'zod'
import { bounds } from '../model/bounds.ts'
import {
  Excerpt,
  FactsOfRequester,
  Fields,
  Instant,
  Key,
  Kind,
  MessageFacts,
  People,
  PersonalOfRequester,
  type SchemaOf,
  TagKeys,
  Tags,
  Words,
} from '../model/kept.ts'
import { Attachment, messageRoles } from '../model/message.ts'
import { prioritySources } from '../model/priority.ts'
import { RoutingReason } from '../model/routing-reason.ts'
import { Amount, Body, Count, ExternalId, Id, Line, list, Name } from '../model/schema.ts'
import { foldText } from '../model/text.ts'
import type { Ticket } from '../model/ticket.ts'
import type { WorkflowEventType } from './events.ts'

const when = Instant.nullable()
const Tier = z.int().min(1).max(100)
const wakesTo = z.enum(['new', 'open']).nullable()

const content = {
  category: Name.nullable(),
  language: Name.nullable(),
  impact: Name.nullable(),
  urgency: Name.nullable(),
  statedUrgency: Name.nullable(),
  affected: Count.nullable(),
  effortMinutes: Amount.min(0).max(1_000_000).nullable(),
}
const changedContent = Object.fromEntries(
  Object.entries(content).map(([name, schema]) => [name, schema.exactOptional()]),
) as { [K in keyof typeof content]: z.ZodExactOptional<(typeof content)[K]> }

const priority = {
  priority: Words,
  priorityRank: z.int(),
  prioritySources: z.partialRecord(z.enum(prioritySources), Words),
}
const ending = { firstResolvedAt: when, resolvedAt: when, closedAt: when, closeReason: Line.nullable() }
const tagged = { tags: Tags, tagKeys: TagKeys }
/** The keys are those of the tags, one each: a ticket is found by what it shows. */
const keyed = <S extends z.ZodType<Pick<Ticket, 'tags' | 'tagKeys'>>>(data: S): S =>
  data.refine(
    ({ tags, tagKeys }) =>
      tags.length === new Set(tagKeys).size && tags.every((tag, i) => foldText(tag) === tagKeys[i]),
    {
      path: ['tagKeys'],
      error: 'they are not the keys of the tags',
    },
  )
const link = { data: z.strictObject({ as: z.enum(['related', 'parent']), to: Id }) }
const postponeReason = Line.nullable()

/** What each event carries, as it is kept; read by `events.ts`, which must not need to ask. */
export const workflowSchemas: { readonly [T in WorkflowEventType]: SchemaOf<T> } = {
  ticket_opened: {
    data: keyed(
      z.strictObject({
        ...content,
        ...tagged,
        ...priority,
        ...ending,
        reference: Name,
        channel: Name.nullable(),
        requester: FactsOfRequester.nullable(),
        openedBy: z.enum(messageRoles).exactOptional(),
        assignee: Id.nullable(),
        department: Name.nullable(),
        tier: Tier.nullable(),
        status: Words,
        kind: Kind,
        wakesTo,
        outbound: z.boolean(),
        waitingSince: when,
        lastRequesterMessageAt: when,
        links: z.strictObject({
          mergedInto: z.null(),
          parent: Id.nullable(),
          followUpOf: Id.nullable(),
          related: list(Id, bounds.related),
        }),
      }),
    ),
    personal: z.strictObject({
      subject: Line,
      excerpt: Excerpt,
      fields: Fields,
      followers: People,
      collaborators: People,
      requester: PersonalOfRequester,
    }),
  },
  message_added: {
    data: z.strictObject({
      message: MessageFacts,
      opening: z.boolean(),
      counts: z.boolean(),
      waitingSince: when,
      firstRespondedAt: when,
      lastAgentReplyAt: when,
      lastRequesterMessageAt: when,
      messages: Count,
      replies: Count,
      firstBotReplyAt: Instant.exactOptional(),
    }),
    personal: z.strictObject({
      body: Body,
      attachments: list(Attachment, bounds.attachments),
      externalId: ExternalId.nullable(),
      inReplyTo: ExternalId.nullable(),
    }),
  },
  status_changed: {
    data: z.strictObject({
      ...ending,
      from: Words,
      fromKind: Kind,
      status: Words,
      kind: Kind,
      because: z.enum(['command', 'agent_reply', 'requester_message', 'wake', 'auto_close', 'merge']),
      postponedUntil: when,
      wakesTo,
      waitingSince: when,
      reopens: Count,
      firstMarkedAnsweredAt: Instant.exactOptional(),
    }),
    personal: z.strictObject({ postponeReason }),
  },
  postponement_changed: {
    data: z.strictObject({ postponedUntil: when }),
    personal: z.strictObject({ postponeReason }),
  },
  assignee_changed: {
    data: z.strictObject({
      from: Id.nullable(),
      assignee: Id.nullable(),
      assignedSince: when,
      firstAssignedAt: when,
      reassignments: Count,
      routed: RoutingReason.exactOptional(),
    }),
  },
  department_changed: {
    data: z.strictObject({ from: Name.nullable(), department: Name.nullable(), departmentSince: when }),
  },
  tier_changed: {
    data: z.strictObject({ from: Tier.nullable(), tier: Tier.nullable() }),
    personal: z.strictObject({ reason: Line.nullable() }),
  },
  priority_changed: {
    data: z.strictObject({ ...priority, from: Words, source: z.enum(prioritySources) }),
    personal: z.strictObject({ reason: Words.nullable() }),
  },
  tags_changed: {
    data: keyed(z.strictObject({ ...tagged, added: Tags, removed: Tags })),
  },
  fields_changed: {
    data: z.strictObject({
      ...changedContent,
      removed: list(Key, bounds.fields),
      changed: list(Key, 3 * bounds.fields).exactOptional(),
    }),
    personal: z.strictObject({ subject: Line.optional(), fields: Fields }),
  },
  requester_changed: {
    data: z.strictObject({ requester: FactsOfRequester.nullable() }),
    personal: z.strictObject({ requester: PersonalOfRequester }),
  },
  people_changed: {
    data: z.strictObject({ of: z.enum(['followers', 'collaborators']) }),
    personal: z.strictObject({ people: People }),
  },
  linked: link,
  unlinked: link,
  merged: { data: z.strictObject({ into: Id }) },
  merge_received: {
    data: z.strictObject({ from: Id, counts: z.boolean(), waitingSince: when, lastRequesterMessageAt: when }),
  },
  rated: { data: z.strictObject({ score: Amount }), personal: z.strictObject({ comment: Line.nullable() }) },
  signalled: { data: z.strictObject({ name: Name }) },
  personal_erased: { data: z.strictObject({ person: Id, of: z.enum(['ticket', 'messages']) }) },
}
