import { statusKinds } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Field, type FieldTable, type FieldType, family } from './field.ts'

type FieldValue = string | number | boolean | null | readonly string[]

/** A row, with its type and class as literals: the compiler's conditions are made of them. */
interface Stored<T extends FieldType> {
  readonly type: T
  readonly class: 'stored'
  readonly read: Field['read']
}

const stored = <const T extends FieldType>(
  type: T,
  read: (ticket: Readonly<Ticket>) => FieldValue | undefined,
): Stored<T> => ({ type, class: 'stored', read: ({ ticket }) => read(ticket) })

/** The facts that every ticket keeps. */
export const ticketFields = {
  id: stored('name', (t) => t.id),
  reference: stored('name', (t) => t.reference),
  subject: stored('text', (t) => t.subject),
  excerpt: stored('text', (t) => t.excerpt),
  category: stored('name', (t) => t.category),
  channel: stored('name', (t) => t.channel),
  language: stored('name', (t) => t.language),
  tags: stored('tags', (t) => t.tagKeys),
  impact: stored('name', (t) => t.impact),
  urgency: stored('name', (t) => t.urgency),
  statedUrgency: stored('name', (t) => t.statedUrgency),
  affected: stored('number', (t) => t.affected),
  effortMinutes: { ...stored('number', (t) => t.effortMinutes), unit: 'minutes' },
  status: { ...stored('name', (t) => t.status), names: 'status' },
  kind: { ...stored('name', (t) => t.kind), names: 'kind', known: statusKinds },
  statusSince: stored('instant', (t) => t.statusSince),
  postponedUntil: stored('instant', (t) => t.postponedUntil),
  priority: { ...stored('name', (t) => t.priority), names: 'priority' },
  priorityRank: stored('number', (t) => t.priorityRank),
  assignee: stored('name', (t) => t.assignee),
  department: { ...stored('name', (t) => t.department), names: 'department' },
  tier: stored('number', (t) => t.tier),
  followers: stored('names', (t) => t.followers),
  collaborators: stored('names', (t) => t.collaborators),
  'requester.id': stored('name', (t) => t.requester?.id),
  'requester.name': stored('text', (t) => t.requester?.name),
  'requester.email': stored('text', (t) => t.requester?.email),
  'requester.phone': stored('text', (t) => t.requester?.phone),
  'requester.plan': { ...stored('name', (t) => t.requester?.plan), names: 'plan' },
  'requester.segment': stored('name', (t) => t.requester?.segment),
  'requester.revenue': stored('number', (t) => t.requester?.revenue),
  'requester.since': stored('instant', (t) => t.requester?.since),
  'requester.previousTickets': stored('number', (t) => t.requester?.previousTickets),
  'requester.vip': stored('boolean', (t) => t.requester?.vip),
  'requester.calendar': { ...stored('name', (t) => t.requester?.calendar), names: 'calendar' },
  outbound: stored('boolean', (t) => t.outbound),
  waitingSince: stored('instant', (t) => t.waitingSince),
  openedAt: stored('instant', (t) => t.openedAt),
  firstRespondedAt: stored('instant', (t) => t.firstRespondedAt),
  lastAgentReplyAt: stored('instant', (t) => t.lastAgentReplyAt),
  lastRequesterMessageAt: stored('instant', (t) => t.lastRequesterMessageAt),
  firstResolvedAt: stored('instant', (t) => t.firstResolvedAt),
  resolvedAt: stored('instant', (t) => t.resolvedAt),
  closedAt: stored('instant', (t) => t.closedAt),
  closeReason: stored('name', (t) => t.closeReason),
  assignedSince: stored('instant', (t) => t.assignedSince),
  firstAssignedAt: stored('instant', (t) => t.firstAssignedAt),
  departmentSince: stored('instant', (t) => t.departmentSince),
  lastAt: stored('instant', (t) => t.lastAt),
  messages: stored('number', (t) => t.counts.messages),
  replies: stored('number', (t) => t.counts.replies),
  reopens: stored('number', (t) => t.counts.reopens),
  reassignments: stored('number', (t) => t.counts.reassignments),
  mergedInto: stored('name', (t) => t.links.mergedInto),
  parent: stored('name', (t) => t.links.parent),
  followUpOf: stored('name', (t) => t.links.followUpOf),
  related: stored('names', (t) => t.links.related),
  'satisfaction.score': stored('number', (t) => t.satisfaction?.score),
  /** A custom field, and what is inside it: own properties only. */
  'fields.<path>': family({ type: 'any', class: 'stored', of: customField }),
} as const satisfies FieldTable

function customField(name: string): Field | undefined {
  const path = name.split('.')
  if (path.some((step) => step === '' || unreachable.has(step))) return undefined
  const [only] = path
  if (path.length === 1 && only !== undefined)
    return { type: 'any', class: 'stored', read: ({ ticket }) => ownProperty(ticket.fields, only) }
  return { type: 'any', class: 'stored', read: ({ ticket }) => path.reduce<unknown>(ownProperty, ticket.fields) }
}

const unreachable = new Set(['__proto__', 'constructor', 'prototype'])

const ownProperty = (holder: unknown, key: string): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string, unknown>)[key]
    : undefined
