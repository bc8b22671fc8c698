import type { SlaClock } from './clock.ts'
import type { TicketEvent } from './event.ts'
import type { Json } from './json.ts'
import type { Message, MessageRole } from './message.ts'
import type { StatusKind } from './names.ts'
import type { Requester } from './person.ts'
import type { PrioritySource } from './priority.ts'
import type { RoutingReason } from './routing-reason.ts'
import type { Ticket } from './ticket.ts'

/** What of a message is no secret: it stays when the message is erased. */
type MessageFacts = Omit<Message, 'body' | 'attachments' | 'externalId' | 'inReplyTo' | 'at'>

interface OpenedFacts
  extends Pick<
    Ticket,
    | 'reference'
    | 'category'
    | 'channel'
    | 'language'
    | 'tags'
    | 'tagKeys'
    | 'impact'
    | 'urgency'
    | 'statedUrgency'
    | 'affected'
    | 'effortMinutes'
    | 'assignee'
    | 'department'
    | 'tier'
    | 'status'
    | 'kind'
    | 'wakesTo'
    | 'priority'
    | 'priorityRank'
    | 'prioritySources'
    | 'outbound'
    | 'waitingSince'
    | 'lastRequesterMessageAt'
    | 'firstResolvedAt'
    | 'resolvedAt'
    | 'closedAt'
    | 'closeReason'
    | 'links'
  > {
  readonly requester: Requester | null
  /** Who asked; absent in logs that did not say: then the actor did. */
  readonly openedBy?: MessageRole
}

export type StatusChangeReason = 'command' | 'agent_reply' | 'requester_message' | 'wake' | 'auto_close' | 'merge'

export interface StatusFacts
  extends Pick<
    Ticket,
    | 'status'
    | 'kind'
    | 'postponedUntil'
    | 'wakesTo'
    | 'waitingSince'
    | 'firstResolvedAt'
    | 'resolvedAt'
    | 'closedAt'
    | 'closeReason'
  > {
  readonly from: string
  readonly fromKind: StatusKind
  readonly because: StatusChangeReason
  readonly reopens: number
  /** Absent unless this is the first time. */
  readonly firstMarkedAnsweredAt?: number
}

/** The facts of a ticket that `setFields` changes, custom fields apart. */
export type ContentFacts = Pick<
  Ticket,
  'category' | 'language' | 'impact' | 'urgency' | 'statedUrgency' | 'affected' | 'effortMinutes'
>

/** What every event type carries, and what of that is personal. Past tense; outcomes, not intentions. */
export interface TicketEventShapes {
  ticket_opened: {
    data: OpenedFacts
    personal: Pick<Ticket, 'subject' | 'excerpt' | 'fields' | 'followers' | 'collaborators'> & {
      readonly requester: Partial<Requester>
    }
  }
  message_added: {
    data: Pick<Ticket, 'waitingSince' | 'firstRespondedAt' | 'lastAgentReplyAt' | 'lastRequesterMessageAt'> & {
      readonly message: MessageFacts
      /** It came with the opening of the ticket. */
      readonly opening: boolean
      /** False for "thanks!" and automatic mail: it changes no status and moves no clock. */
      readonly counts: boolean
      readonly messages: number
      readonly replies: number
      /** Absent unless this is the first one. */
      readonly firstBotReplyAt?: number
    }
    personal: Pick<Message, 'body' | 'attachments' | 'externalId' | 'inReplyTo'>
  }
  status_changed: { data: StatusFacts; personal: Pick<Ticket, 'postponeReason'> }
  postponement_changed: { data: Pick<Ticket, 'postponedUntil'>; personal: Pick<Ticket, 'postponeReason'> }
  assignee_changed: {
    data: Pick<Ticket, 'assignee' | 'assignedSince' | 'firstAssignedAt'> & {
      readonly from: string | null
      readonly reassignments: number
      /** Why, where routing did it; absent where somebody did, and in logs that did not say. */
      readonly routed?: RoutingReason
    }
  }
  department_changed: { data: Pick<Ticket, 'department' | 'departmentSince'> & { readonly from: string | null } }
  tier_changed: {
    data: Pick<Ticket, 'tier'> & { readonly from: number | null }
    personal: { readonly reason: string | null }
  }
  priority_changed: {
    data: Pick<Ticket, 'priority' | 'priorityRank' | 'prioritySources'> & {
      readonly from: string
      readonly source: PrioritySource
    }
    personal: { readonly reason: string | null }
  }
  tags_changed: {
    data: Pick<Ticket, 'tags' | 'tagKeys'> & { readonly added: readonly string[]; readonly removed: readonly string[] }
  }
  fields_changed: {
    data: Partial<ContentFacts> & {
      readonly removed: readonly string[]
      /** Names of all that changed, `fields.NAME` of custom ones; absent in logs that did not say. */
      readonly changed?: readonly string[]
    }
    personal: { readonly subject?: string | undefined; readonly fields: { readonly [key: string]: Json } }
  }
  requester_changed: {
    data: { readonly requester: Requester | null }
    personal: { readonly requester: Partial<Requester> }
  }
  people_changed: {
    data: { readonly of: 'followers' | 'collaborators' }
    personal: { readonly people: readonly string[] }
  }
  linked: { data: { readonly as: 'related' | 'parent'; readonly to: string } }
  unlinked: { data: { readonly as: 'related' | 'parent'; readonly to: string } }
  /** On the ticket that is no more. */
  merged: { data: { readonly into: string } }
  /** On the ticket that lives on. */
  merge_received: {
    data: Pick<Ticket, 'waitingSince' | 'lastRequesterMessageAt'> & { readonly from: string; readonly counts: boolean }
  }
  rated: { data: { readonly score: number }; personal: { readonly comment: string | null } }
  signalled: { data: { readonly name: string } }
  /** Erasure: of the whole ticket, or of the messages that the person wrote. */
  personal_erased: { data: { readonly person: string; readonly of: 'ticket' | 'messages' } }
  sla_applied: {
    data: {
      readonly level: string | null
      readonly levelVersion: string | null
      readonly from: string | null
      readonly reason: string
      /** Said by hand; absent when a rule decided. */
      readonly byHand?: true
    }
  }
  sla_started: { data: LedgerEntry }
  sla_paused: { data: LedgerEntry }
  sla_resumed: { data: LedgerEntry }
  sla_retargeted: { data: LedgerEntry }
  sla_step_reached: { data: LedgerEntry & { readonly step: string; readonly repetition: number } }
  sla_breached: { data: LedgerEntry & { readonly penalty?: Json } }
  sla_fulfilled: { data: LedgerEntry }
  sla_cancelled: { data: LedgerEntry }
  /** A trigger or a macro did something. */
  rule_fired: { data: RuleFiring & { readonly kind: 'trigger' | 'macro' } }
  time_rule_fired: {
    data: RuleFiring & {
      /** The instant it counted from: for this one it is done. */
      readonly since: number
      /** How many fired in a row, without a command in between. */
      readonly firings: number
      /** Rules that are no longer defined, and need not be remembered. */
      readonly forgotten: readonly string[]
    }
  }
  /** An advisor said what it makes of the ticket. */
  advised: {
    data: {
      readonly suggestions: readonly {
        readonly of: 'priority' | 'tag' | 'macro' | 'cannedMessage'
        readonly value: string
        readonly confidence: number
        /** It was sure enough for what the definition asks. */
        readonly followed: boolean
      }[]
    }
    /** Why, in the order of the suggestions: they may quote the requester. */
    personal: { readonly reasons: readonly (readonly string[])[] }
  }
  /** Rules would have gone on: the bound stopped them, or each had fired once already. */
  rule_loop: {
    data: {
      readonly because: 'again' | 'firings' | 'passes' | 'time_rules'
      readonly limit: number
      /** Those that would have fired next: the first 20. */
      readonly rules: readonly string[]
    }
  }
}

/** What a rule did, beside the events that carry its id in their cause. */
interface RuleFiring {
  readonly rule: string
  /** Effects it asked for. */
  readonly effects: readonly { readonly id: string; readonly kind: string }[]
  /** Actions, counted from 0, that were refused and left out; the others were done. */
  readonly refused: readonly { readonly action: number; readonly code: string }[]
}

/** An entry of the SLA ledger: the clock as it stands after the change, and why it changed. */
export interface LedgerEntry {
  readonly clock: SlaClock
  readonly reason: string
}

export type TicketEventType = keyof TicketEventShapes

/** Any event of a ticket; `type` tells which. */
export type AnyTicketEvent = {
  [T in TicketEventType]: TicketEvent<
    T,
    TicketEventShapes[T]['data'],
    TicketEventShapes[T] extends { personal: infer P } ? P : never
  >
}[TicketEventType]
