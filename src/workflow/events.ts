import { copyJson } from '../model/json.ts'
import type { EventRow } from '../model/pass.ts'
import { personalOfRequester, type Requester } from '../model/person.ts'
import type { TicketDraft } from '../model/ticket.ts'
import type { TicketEventShapes } from '../model/ticket-event.ts'

type Shapes = TicketEventShapes
type DataOf<T extends keyof Shapes> = Shapes[T]['data']
type PersonalOf<T extends keyof Shapes> = Shapes[T] extends { personal: infer P } ? P : undefined
type Rows<T extends keyof Shapes> = { readonly [K in T]: EventRow<DataOf<K>, PersonalOf<K>> }

/** Event types whose rows stand here: everything but the SLA ledger and what rules leave. */
export type WorkflowEventType = Exclude<keyof Shapes, `sla_${string}` | `${string}rule_${string}` | 'advised'>

/**
 * What each event does to a ticket. A row copies outcomes and decides nothing; where the personal part
 * was erased it leaves the empty value of the same type.
 */
export const workflowEvents: Rows<WorkflowEventType> = {
  ticket_opened: {
    v: 1,
    apply(ticket, data, personal, at) {
      Object.assign(ticket, {
        reference: data.reference,
        subject: personal?.subject ?? '',
        excerpt: personal?.excerpt ?? '',
        category: data.category,
        channel: data.channel,
        language: data.language,
        tags: [...data.tags],
        tagKeys: [...data.tagKeys],
        fields: copyJson(personal?.fields ?? {}),
        impact: data.impact,
        urgency: data.urgency,
        statedUrgency: data.statedUrgency,
        affected: data.affected,
        effortMinutes: data.effortMinutes,
        requester: whole(data.requester, personal?.requester),
        assignee: data.assignee,
        department: data.department,
        tier: data.tier,
        followers: [...(personal?.followers ?? [])],
        collaborators: [...(personal?.collaborators ?? [])],
        status: data.status,
        kind: data.kind,
        statusSince: at,
        postponedUntil: null,
        postponeReason: null,
        wakesTo: data.wakesTo,
        priority: data.priority,
        priorityRank: data.priorityRank,
        prioritySources: { ...data.prioritySources },
        sla: null,
        clocks: {},
        outbound: data.outbound,
        waitingSince: data.waitingSince,
        openedAt: at,
        firstRespondedAt: null,
        lastAgentReplyAt: null,
        lastRequesterMessageAt: data.lastRequesterMessageAt,
        firstResolvedAt: data.firstResolvedAt,
        resolvedAt: data.resolvedAt,
        closedAt: data.closedAt,
        closeReason: data.closeReason,
        assignedSince: data.assignee === null ? null : at,
        firstAssignedAt: data.assignee === null ? null : at,
        departmentSince: data.department === null ? null : at,
        counts: { messages: 0, replies: 0, reopens: 0, reassignments: 0 },
        links: copyJson(data.links),
        satisfaction: null,
      } satisfies Omit<TicketDraft, 'id' | 'version' | 'revision' | 'lastAt'>)
    },
  },
  message_added: {
    v: 1,
    apply(ticket, data) {
      ticket.waitingSince = data.waitingSince
      ticket.firstRespondedAt = data.firstRespondedAt
      ticket.lastAgentReplyAt = data.lastAgentReplyAt
      ticket.lastRequesterMessageAt = data.lastRequesterMessageAt
      if (data.firstBotReplyAt !== undefined) ticket.firstBotReplyAt = data.firstBotReplyAt
      ticket.counts = { ...ticket.counts, messages: data.messages, replies: data.replies }
    },
  },
  status_changed: {
    v: 1,
    apply(ticket, data, personal, at) {
      ticket.status = data.status
      ticket.kind = data.kind
      ticket.statusSince = at
      ticket.postponedUntil = data.postponedUntil
      ticket.postponeReason = personal?.postponeReason ?? null
      ticket.wakesTo = data.wakesTo
      ticket.waitingSince = data.waitingSince
      ticket.firstResolvedAt = data.firstResolvedAt
      ticket.resolvedAt = data.resolvedAt
      ticket.closedAt = data.closedAt
      ticket.closeReason = data.closeReason
      if (data.firstMarkedAnsweredAt !== undefined) ticket.firstMarkedAnsweredAt = data.firstMarkedAnsweredAt
      ticket.counts = { ...ticket.counts, reopens: data.reopens }
    },
  },
  postponement_changed: {
    v: 1,
    apply(ticket, data, personal) {
      ticket.postponedUntil = data.postponedUntil
      ticket.postponeReason = personal?.postponeReason ?? null
    },
  },
  assignee_changed: {
    v: 1,
    apply(ticket, data) {
      ticket.assignee = data.assignee
      ticket.assignedSince = data.assignedSince
      ticket.firstAssignedAt = data.firstAssignedAt
      ticket.counts = { ...ticket.counts, reassignments: data.reassignments }
    },
  },
  department_changed: {
    v: 1,
    apply(ticket, data) {
      ticket.department = data.department
      ticket.departmentSince = data.departmentSince
    },
  },
  tier_changed: {
    v: 1,
    apply(ticket, data) {
      ticket.tier = data.tier
    },
  },
  priority_changed: {
    v: 1,
    apply(ticket, data) {
      ticket.priority = data.priority
      ticket.priorityRank = data.priorityRank
      ticket.prioritySources = { ...data.prioritySources }
    },
  },
  tags_changed: {
    v: 1,
    apply(ticket, data) {
      ticket.tags = [...data.tags]
      ticket.tagKeys = [...data.tagKeys]
    },
  },
  fields_changed: {
    v: 1,
    apply(ticket, { removed, changed: _changed, ...content }, personal) {
      Object.assign(ticket, content)
      if (personal?.subject !== undefined) ticket.subject = personal.subject
      const kept = Object.entries(ticket.fields).filter(([key]) => !removed.includes(key))
      ticket.fields = { ...Object.fromEntries(kept), ...copyJson(personal?.fields ?? {}) }
    },
  },
  requester_changed: {
    v: 1,
    apply(ticket, data, personal) {
      ticket.requester = whole(data.requester, personal?.requester)
    },
  },
  people_changed: {
    v: 1,
    apply(ticket, data, personal) {
      ticket[data.of] = [...(personal?.people ?? [])]
    },
  },
  linked: {
    v: 1,
    apply(ticket, data) {
      ticket.links =
        data.as === 'parent'
          ? { ...ticket.links, parent: data.to }
          : { ...ticket.links, related: [...ticket.links.related, data.to] }
    },
  },
  unlinked: {
    v: 1,
    apply(ticket, data) {
      ticket.links =
        data.as === 'parent'
          ? { ...ticket.links, parent: null }
          : { ...ticket.links, related: ticket.links.related.filter((id) => id !== data.to) }
    },
  },
  merged: {
    v: 1,
    apply(ticket, data) {
      ticket.links = { ...ticket.links, mergedInto: data.into }
    },
  },
  merge_received: {
    v: 1,
    apply(ticket, data) {
      ticket.waitingSince = data.waitingSince
      ticket.lastRequesterMessageAt = data.lastRequesterMessageAt
    },
  },
  rated: {
    v: 1,
    apply(ticket, data, personal, at) {
      ticket.satisfaction = { score: data.score, comment: personal?.comment ?? null, at }
    },
  },
  signalled: { v: 1, apply() {} },
  personal_erased: {
    v: 1,
    apply(ticket, { of }) {
      if (of === 'messages') return
      Object.assign(ticket, {
        subject: '',
        excerpt: '',
        fields: {},
        requester: withoutPersonal(ticket.requester),
        followers: [],
        collaborators: [],
        postponeReason: null,
        satisfaction: ticket.satisfaction && { ...ticket.satisfaction, comment: null },
      } satisfies Partial<TicketDraft>)
    },
  },
}

const withoutPersonal = (requester: Requester | null): Requester | null =>
  requester &&
  (Object.fromEntries(
    Object.entries(requester).filter(([key]) => !(personalOfRequester as readonly string[]).includes(key)),
  ) as unknown as Requester)

const whole = (facts: Requester | null, personal: Partial<Requester> | undefined): Requester | null =>
  facts && { ...facts, ...personal }
