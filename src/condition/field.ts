import type { Ticket } from '../model/ticket.ts'

/** `text` is matched folded, `name` exactly; `names` and `tags` are sets; `any` is a custom field. */
export type FieldType = 'text' | 'name' | 'number' | 'instant' | 'boolean' | 'names' | 'tags' | 'any'

/** `stored` is kept on the ticket, `event` is known while something happens, `clock` moves with time alone. */
export type FieldClass = 'stored' | 'event' | 'clock'

/** What a condition is asked about. */
export interface Subject {
  readonly ticket: Ticket
}

type FieldValue = string | number | boolean | null | readonly string[]

export interface Field {
  readonly type: FieldType
  readonly class: FieldClass
  readonly read: (subject: Subject) => unknown
}

/** Each room contributes its rows; the engine puts them together. */
export type FieldTable = Readonly<Record<string, Field>>

const stored = (type: FieldType, read: (ticket: Ticket) => FieldValue | undefined): Field => ({
  type,
  class: 'stored',
  read: ({ ticket }) => read(ticket),
})

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
  effortMinutes: stored('number', (t) => t.effortMinutes),
  status: stored('name', (t) => t.status),
  kind: stored('name', (t) => t.kind),
  statusSince: stored('instant', (t) => t.statusSince),
  postponedUntil: stored('instant', (t) => t.postponedUntil),
  priority: stored('name', (t) => t.priority),
  priorityRank: stored('number', (t) => t.priorityRank),
  assignee: stored('name', (t) => t.assignee),
  department: stored('name', (t) => t.department),
  tier: stored('number', (t) => t.tier),
  followers: stored('names', (t) => t.followers),
  collaborators: stored('names', (t) => t.collaborators),
  'requester.id': stored('name', (t) => t.requester?.id),
  'requester.name': stored('text', (t) => t.requester?.name),
  'requester.email': stored('text', (t) => t.requester?.email),
  'requester.plan': stored('name', (t) => t.requester?.plan),
  'requester.segment': stored('name', (t) => t.requester?.segment),
  'requester.revenue': stored('number', (t) => t.requester?.revenue),
  'requester.since': stored('instant', (t) => t.requester?.since),
  'requester.previousTickets': stored('number', (t) => t.requester?.previousTickets),
  'requester.vip': stored('boolean', (t) => t.requester?.vip),
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
  'satisfaction.score': stored('number', (t) => t.satisfaction?.score),
} as const satisfies FieldTable

/** A row of the table, or the reader of a custom field (`fields.contract.level`): own properties only. */
export function fieldNamed(fields: FieldTable, name: string): Field | undefined {
  if (Object.hasOwn(fields, name)) return fields[name]
  if (!name.startsWith('fields.')) return undefined
  const path = name.slice('fields.'.length).split('.')
  if (path.some((step) => step === '' || unreachable.has(step))) return undefined
  return { type: 'any', class: 'stored', read: ({ ticket }) => path.reduce<unknown>(ownProperty, ticket.fields) }
}

const unreachable = new Set(['__proto__', 'constructor', 'prototype'])

const ownProperty = (holder: unknown, key: string): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string, unknown>)[key]
    : undefined
