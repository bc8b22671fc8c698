import type { SlaClock } from './clock.ts'
import type { JsonObject } from './json.ts'
import type { Names, StatusKind } from './names.ts'
import type { Requester } from './person.ts'
import type { PrioritySource } from './priority.ts'

/**
 * One request for help: current facts, counters and clocks. Immutable, plain JSON, of bounded size;
 * its story is the event log. All instants are milliseconds since the Unix epoch, UTC.
 */
export interface Ticket<X extends Names = Names> {
  readonly id: string
  /** What people call it, unique in the desk (`T-000123`). */
  readonly reference: string
  /** Position in the event stream: the number of its events. */
  readonly version: number
  /** Rises by one with every command that changed something, never with facts of time. */
  readonly revision: number
  /** The format its log needs, where a release that knows no more than format 1 could not read it; absent otherwise. */
  readonly format?: number

  readonly subject: string
  /** The opening message, its first 500 characters. */
  readonly excerpt: string
  readonly category: string | null
  /** Of the first message. */
  readonly channel: string | null
  readonly language: string | null
  /** Names, as registered or as first written; compare by `tagKeys`. */
  readonly tags: readonly string[]
  /** The folded names, in the order of `tags`. */
  readonly tagKeys: readonly string[]
  /** The application's own. */
  readonly fields: JsonObject
  readonly impact: string | null
  readonly urgency: string | null
  /** What the requester said. */
  readonly statedUrgency: string | null
  /** Number of people affected. */
  readonly affected: number | null
  readonly effortMinutes: number | null

  readonly requester: Requester | null
  readonly assignee: string | null
  readonly department: string | null
  readonly tier: number | null
  readonly followers: readonly string[]
  readonly collaborators: readonly string[]

  readonly status: X['status']
  readonly kind: StatusKind
  readonly statusSince: number
  readonly postponedUntil: number | null
  readonly postponeReason: string | null
  /** It wakes to the default status of this kind; null unless postponed. */
  readonly wakesTo: 'new' | 'open' | null

  readonly priority: X['priority']
  readonly priorityRank: number
  readonly prioritySources: Readonly<Partial<Record<PrioritySource, string>>>

  readonly sla: { readonly level: X['level']; readonly levelVersion: string; readonly appliedAt: number } | null
  /** The level, or that there is none, was said by hand: SLA rules leave it. Absent otherwise. */
  readonly slaByHand?: true
  /** By metric; the latest cycle of each. */
  readonly clocks: { readonly [M in X['metric']]?: SlaClock }

  /** An agent opened it with a public message: the first response is due once the requester has written. */
  readonly outbound: boolean
  /** The oldest message nobody has answered; null when nobody waits. */
  readonly waitingSince: number | null
  readonly openedAt: number
  readonly firstRespondedAt: number | null
  /** First public message of a bot that answered somebody; absent when there was none. */
  readonly firstBotReplyAt?: number
  /** When somebody first set it to Answered without a reply; absent when nobody did. */
  readonly firstMarkedAnsweredAt?: number
  readonly lastAgentReplyAt: number | null
  readonly lastRequesterMessageAt: number | null
  readonly firstResolvedAt: number | null
  /** Of the present stay in Resolved (or Closed after it); null while in work. */
  readonly resolvedAt: number | null
  readonly closedAt: number | null
  readonly closeReason: string | null
  readonly assignedSince: number | null
  readonly firstAssignedAt: number | null
  readonly departmentSince: number | null
  /** When something last happened to it. */
  readonly lastAt: number

  readonly counts: {
    readonly messages: number
    /** Public agent replies. */
    readonly replies: number
    /** From resolved or closed to any other kind. */
    readonly reopens: number
    /** From one agent to another. */
    readonly reassignments: number
  }
  readonly links: {
    readonly mergedInto: string | null
    readonly parent: string | null
    readonly followUpOf: string | null
    readonly related: readonly string[]
  }
  /** What time rules need to remember; absent until one has fired. */
  readonly timeRules?: {
    /** By rule: the instant it last fired for. */
    readonly fired: { readonly [rule: string]: number }
    /** The revision at which it last fired, and how often since. */
    readonly revision: number
    readonly firings: number
  }
  readonly satisfaction: { readonly score: number; readonly comment: string | null; readonly at: number } | null
}

/** A ticket while it is being worked out: the private copy that event rows write to. */
export type TicketDraft = { -readonly [K in keyof Ticket]: Ticket[K] }
