/** What the plain model keeps of a ticket. */
import type { PlainCalendar } from './calendar.ts'
import type { By, Kind, PlainLevel, PlainTarget } from './definition.ts'

/** An unbroken time in which a clock counted; `to` is null while it runs. */
export interface Stretch {
  from: number
  to: number | null
  calendar: PlainCalendar
}

export interface Cycle {
  metric: string
  cycle: number
  application: number
  level: string
  /** The level as it was worded when the cycle came under it; an edit does not reach it. */
  wording: PlainLevel
  row: PlainTarget
  calendarId: string
  calendar: PlainCalendar
  targetMs: number
  startedAt: number
  /** Since when the present application holds: no step of it fires before. */
  appliedAt: number
  stretches: Stretch[]
  /** Stopped by a signal of the application. */
  held: boolean
  manual: { dueAt: number; lateFrom: number } | null
  /** By step: how many of its firings lie behind. */
  fired: Record<string, number>
  everFired: boolean
  ended: boolean
  ending: 'fulfilled' | 'cancelled' | null
  endedBy: 'leftWork' | 'noTarget' | 'own' | null
  endedAt: number | null
  breachedAt: number | null
  /** Frozen by a breach or by the end. */
  dueAt: number | null
  lateFrom: number | null
}

/** Something clocks hear, with what they found then; kept, since a first target may count the past. */
export interface Heard {
  readonly at: number
  /** The signal's names: `agentReply`; `statusChanged`, `left:New`, `left:new`, … */
  readonly names: readonly string[]
  /** Whose opening or message it is. */
  readonly role: By | null
  readonly status: string
  readonly kind: Kind
  /** It took the ticket out of work (resolved or closed) or back into it. */
  readonly work: 'left' | 'again' | null
  /** Closed as spam, duplicate or merged. */
  readonly cancels: boolean
  readonly outbound: boolean
  /** The clock `firstResponse` is not met yet. */
  readonly firstIsOpen?: boolean
  readonly responded: boolean
  readonly botResponded: boolean
  readonly answeredByHand: boolean
  readonly resolvedOnce: boolean
  /** An agent has written to the requester. */
  readonly replied: boolean
  readonly waiting: boolean
  readonly everAssigned: boolean
  readonly department: string | null
}

export interface State {
  status: string
  kind: Kind
  statusSince: number
  postponedUntil: number | null
  postponeReason: string | null
  wakesTo: 'new' | 'open' | null
  priority: string
  manualPriority: string | null
  /** What the SLA rule that matches says; the rules themselves do not see it. */
  slaPriority: string | null
  assignee: string | null
  department: string | null
  requesterCalendar: string | null
  tags: string[]
  level: string | null
  /** When the level, or whose choice it is, last changed. */
  levelSince: number
  /** Given by hand: the rules do not overrule it. */
  levelByHand: { level: string | null } | null
  /** The priority under which targets were last chosen: clocks hear a cause under what was in force before it. */
  targetPriority: string
  outbound: boolean
  requesterWrote: boolean
  everAssigned: boolean
  botResponded: boolean
  answeredByHand: boolean
  waitingSince: number | null
  openedAt: number
  firstRespondedAt: number | null
  lastAgentReplyAt: number | null
  lastRequesterMessageAt: number | null
  firstResolvedAt: number | null
  resolvedAt: number | null
  closedAt: number | null
  closeReason: string | null
  assignedSince: number | null
  departmentSince: number | null
  lastAt: number
  revision: number
  messages: number
  replies: number
  reopens: number
  reassignments: number
  mergedInto: boolean
  /** The present cycle of each metric, by metric. */
  cycles: Cycle[]
  /** Cycles that a later one of their metric followed. */
  past: Cycle[]
  heard: Heard[]
  /** Facts of time, in order: what, of which metric, when. */
  facts: string[]
}

export const copyOf = (state: State): State => ({
  ...state,
  tags: [...state.tags],
  heard: [...state.heard],
  facts: [...state.facts],
  past: [...state.past],
  cycles: state.cycles.map((cycle) => ({
    ...cycle,
    fired: { ...cycle.fired },
    stretches: cycle.stretches.map((stretch) => ({ ...stretch })),
  })),
})
