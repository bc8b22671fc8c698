import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { isStaff, staffKinds } from '../../model/actor.ts'
import { bounds } from '../../model/bounds.ts'
import type { Json } from '../../model/json.ts'
import { asksForAnswer, type MessageRole, messageInput, messageRoles } from '../../model/message.ts'
import { isOutOfWork } from '../../model/names.ts'
import { Requester } from '../../model/person.ts'
import { CustomFields, Id, Line, list, Name } from '../../model/schema.ts'
import { foldText } from '../../model/text.ts'
import type { WorkflowPass } from '../pass.ts'
import { checkPriority, effectivePriority, ownSources } from '../priority.ts'
import { react } from '../react.ts'
import type { Status } from '../status.ts'
import { checkTag, contentInput, TagList } from './content.ts'
import { recordMessage } from './message.ts'
import { splitRequester, unknownCalendar } from './people.ts'
import { inOrder, row } from './row.ts'

const { subject: _subject, fields: _fields, ...content } = contentInput
const People = list(Id, bounds.people)

const { externalId: _externalId, inReplyTo: _inReplyTo, ...carried } = messageInput
/** Its ids elsewhere stay with the message it is a copy of. */
const CarriedMessage = z.strictObject({
  ...carried,
  role: z.enum(messageRoles),
  visibility: z.enum(['public', 'internal']),
})

const Open = z.strictObject({
  /** Unique in the desk; the ticket's id unless given. */
  reference: Name.optional(),
  subject: Line,
  ...content,
  fields: CustomFields.optional(),
  tags: TagList.optional(),
  /** By hand. What the requester merely says of it is `statedUrgency`. */
  priority: Name.optional(),
  /** One of the workflow's `initial`; New unless said. */
  status: Name.optional(),
  reason: Name.optional(),
  requester: Requester.nullable().optional(),
  department: Name.optional(),
  assignee: Id.optional(),
  tier: z.int().min(1).max(100).optional(),
  followers: People.optional(),
  collaborators: People.optional(),
  parent: Id.optional(),
  related: list(Id, bounds.related).optional(),
  followUpOf: Id.optional(),
  ...messageInput,
  role: z.enum(messageRoles).optional(),
  visibility: z.enum(['public', 'internal']).optional(),
  /** Messages that come along from another ticket (a split): they are told, and move no clock. */
  messages: list(CarriedMessage, 100).optional(),
})
type Open = z.output<typeof Open>

export const openCommand = {
  open: row({ schema: Open, onClosed: 'accepted', decide: (pass, input) => open(pass, input) }),
}

function open(pass: WorkflowPass, input: Open): Refusal | undefined {
  const { actor, definition } = pass
  const role = input.role ?? actor.kind
  const { initial, statusNamed, defaultOf } = definition.workflow
  const usual = defaultOf('new')?.name ?? ''
  const name =
    input.status ??
    (initial.includes(usual) ? usual : (initial.find((one) => statusNamed(one)?.kind === 'new') ?? initial[0] ?? ''))
  const status = initial.includes(name) ? statusNamed(name) : undefined
  const calendar = input.requester?.calendar
  const refusal = inOrder(
    () =>
      !isStaff(actor) && role !== actor.kind
        ? refuse('wrong_actor', { command: 'open', actor: actor.kind, allowed: staffKinds }, 'role')
        : undefined,
    () => (input.priority === undefined ? undefined : checkPriority(definition, input.priority)),
    () => inOrder(...(input.tags ?? []).map((tag, i) => () => checkTag(definition, tag, `tags[${i}]`))),
    () =>
      calendar === undefined || definition.calendarNamed(calendar)
        ? undefined
        : unknownCalendar(pass, calendar, 'requester.calendar'),
    () =>
      [input.parent, input.followUpOf, ...(input.related ?? [])].includes(pass.ticketId)
        ? refuse('invalid_command', { reason: 'a ticket cannot be linked to itself' })
        : undefined,
  )
  if (refusal) return refusal
  if (!status) return refuse('unknown_name', { what: 'initial status', name, known: initial }, 'status')
  recordOpening(pass, input, role, status)
  return undefined
}

function recordOpening(pass: WorkflowPass, input: Open, role: MessageRole, status: Status): void {
  const { actor, definition, at, emit } = pass
  const automatic = input.automatic === true
  const visibility = input.visibility ?? (role === 'requester' || role === 'collaborator' ? 'public' : 'internal')
  const asks = asksForAnswer({ role, visibility, automatic })
  // a message from elsewhere is kept even where it is empty: its id must not open a second ticket
  const written = input.body !== undefined || input.attachments !== undefined || input.externalId !== undefined
  const outbound = written && role === 'agent' && visibility === 'public' && !automatic
  const requester =
    input.requester === undefined && actor.kind === 'requester'
      ? { id: actor.id, ...(actor.name === undefined ? {} : { name: actor.name }) }
      : (input.requester ?? null)
  const { facts, personal } = splitRequester(requester)
  const tags = new Map(
    (input.tags ?? []).map((tag) => {
      const name = definition.tags.find(tag)?.name ?? tag
      return [foldText(name), name] as const
    }),
  )
  const own = ownSources(definition, {
    impact: input.impact ?? null,
    urgency: input.urgency ?? null,
    statedUrgency: input.statedUrgency ?? null,
    affected: input.affected ?? null,
    tagKeys: [...tags.keys()],
  })
  const prioritySources = {
    ...(input.priority === undefined ? {} : { manual: input.priority }),
    ...(own.matrix ? { matrix: own.matrix.name } : {}),
    ...(own.tag ? { tag: own.tag.name } : {}),
  }
  const { priority } = effectivePriority(definition, prioritySources, facts)
  const waits = asks && !isOutOfWork(status.kind)
  emit(
    'ticket_opened',
    {
      reference: input.reference ?? pass.ticketId,
      category: input.category ?? null,
      channel: input.channel ?? null,
      language: input.language ?? null,
      tags: [...tags.values()],
      tagKeys: [...tags.keys()],
      impact: input.impact ?? null,
      urgency: input.urgency ?? null,
      statedUrgency: input.statedUrgency ?? null,
      affected: input.affected ?? null,
      effortMinutes: input.effortMinutes ?? null,
      requester: facts,
      openedBy: role,
      assignee: input.assignee ?? null,
      department: input.department ?? null,
      tier: input.tier ?? null,
      status: status.name,
      kind: status.kind,
      wakesTo: status.kind === 'postponed' ? 'open' : null,
      priority: priority.name,
      priorityRank: priority.rank,
      prioritySources,
      outbound,
      waitingSince: waits ? at : null,
      lastRequesterMessageAt: asks ? at : null,
      firstResolvedAt: status.kind === 'resolved' ? at : null,
      resolvedAt: status.kind === 'resolved' ? at : null,
      closedAt: status.kind === 'closed' ? at : null,
      closeReason: status.kind === 'closed' ? (input.reason ?? null) : null,
      links: {
        mergedInto: null,
        parent: input.parent ?? null,
        followUpOf: input.followUpOf ?? null,
        related: [...new Set(input.related)],
      },
    },
    {
      subject: input.subject,
      excerpt: excerptOf(input.body ?? input.messages?.[0]?.body ?? ''),
      fields: withoutNulls(input.fields ?? {}),
      followers: [...new Set(input.followers)],
      collaborators: [...new Set(input.collaborators)],
      requester: personal,
    },
  )
  if (written) recordMessage(pass, { content: input, role, visibility }, { passive: automatic, opening: true })
  for (const carried of input.messages ?? [])
    recordMessage(
      pass,
      { content: carried, role: carried.role, visibility: carried.visibility },
      { passive: true, opening: true },
    )
  // an agent who opens a ticket by writing to the requester has answered it, unless a status was said
  if (outbound && input.status === undefined) react(pass, 'agentReply', 'agent_reply')
}

/** The first 500 characters, never half of a surrogate pair. */
const excerptOf = (body: string): string => body.slice(0, bounds.excerptCharacters).replace(/[\uD800-\uDBFF]$/, '')

const withoutNulls = (fields: Readonly<Record<string, Json>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
