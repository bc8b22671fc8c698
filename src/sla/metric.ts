import type { SlaClock } from '../model/clock.ts'
import type { StatusKind } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { SignalName } from './signal.ts'

/** What a start looks at: the ticket as it stands after the event, its clocks, and what the target counts. */
export interface StartView {
  readonly ticket: Readonly<Ticket>
  readonly clocks: { readonly [metric: string]: SlaClock | undefined }
  readonly counts: Counts
}

/** What else than an agent's reply a target takes for one. */
export interface Counts {
  /** A public message of a bot. */
  readonly bots: boolean
  /** Setting the ticket to Answered by hand. */
  readonly answering: boolean
  /** Resolving or closing it. */
  readonly resolving: boolean
}

/** Facts that a start may depend on. */
export const startFacts = {
  /** The requester came first, or has written since. */
  inbound: ({ ticket }) => !ticket.outbound,
  outbound: ({ ticket }) => ticket.outbound,
  responded: (view) => view.ticket.firstRespondedAt !== null || respondedByFlag(view),
  unresponded: ({ ticket, counts }) =>
    ticket.firstRespondedAt === null && !(counts.bots && ticket.firstBotReplyAt !== undefined),
  waiting: ({ ticket }) => ticket.waitingSince !== null,
  /** An agent has written to the requester. */
  written: ({ ticket, counts }) =>
    ticket.lastAgentReplyAt !== null || (counts.bots && ticket.firstBotReplyAt !== undefined),
  assigned: ({ ticket }) => ticket.assignee !== null,
  neverAssigned: ({ ticket }) => ticket.firstAssignedAt === null,
  inDepartment: ({ ticket }) => ticket.department !== null,
} as const satisfies Record<string, (view: StartView) => boolean>
export type StartFact = keyof typeof startFacts

/** A first response met by a flag opens the way only for a target with the same flag. */
function respondedByFlag({ ticket, clocks, counts }: StartView): boolean {
  const first = clocks.firstResponse
  if (first && first.state !== 'ended') return false
  return (
    (counts.bots && ticket.firstBotReplyAt !== undefined) ||
    (counts.answering && ticket.firstMarkedAnsweredAt !== undefined) ||
    (counts.resolving && ticket.firstResolvedAt !== null)
  )
}

/** What an SLA measures, as data. */
export interface Metric {
  /** A cycle starts on the signal, if the facts hold. */
  readonly starts: readonly { readonly on: SignalName; readonly if?: readonly StartFact[] | undefined }[]
  readonly fulfilledBy: readonly (SignalName | 'markedAnswered')[]
  readonly cancelledBy?: readonly SignalName[] | undefined
  /** Kinds or statuses in which it pauses unless a target says otherwise. */
  readonly pausedIn: readonly string[]
  /** Signals that hold it, and those that let it go. */
  readonly pausedBy?: readonly SignalName[] | undefined
  readonly resumedBy?: readonly SignalName[] | undefined
  /** What resolving or closing means for a clock that still runs. */
  readonly onLeavingWork: 'fulfil' | 'cancel'
  /**
   * `continue` resumes the cycle that leaving work ended, `restart` begins the next, both
   * if the facts hold; `ignore` leaves it.
   */
  readonly onReopen: {
    readonly mode: 'continue' | 'restart' | 'ignore'
    readonly if?: readonly StartFact[] | undefined
  }
  /** May it start again after a cycle has ended? */
  readonly recurs: boolean
  /** Whose calendar comes after the target's own and before the level's. */
  readonly calendarOf: 'requester' | 'department'
}

const working = { calendarOf: 'requester' } as const
const answer = {
  ...working,
  fulfilledBy: ['agentReply'],
  pausedIn: ['postponed'] as StatusKind[],
  onLeavingWork: 'cancel',
} as const
const solution = {
  ...working,
  starts: [{ on: 'opened' }],
  fulfilledBy: [],
  pausedIn: ['answered', 'postponed'] as StatusKind[],
  onLeavingWork: 'fulfil',
  recurs: false,
} as const

/** The built-in metrics, a row each (SEMANTICS §5). */
export const standardMetrics = {
  firstResponse: {
    ...answer,
    starts: [
      { on: 'opened', if: ['inbound'] },
      { on: 'requesterMessage', if: ['outbound'] },
      // that message may be the one that reopens the ticket: no clock starts before it does
      { on: 'reopened', if: ['outbound', 'waiting'] },
    ],
    // an answer given while it was resolved was the first response
    onReopen: { mode: 'continue', if: ['unresponded'] },
    recurs: false,
  },
  nextResponse: {
    ...answer,
    starts: [{ on: 'requesterMessage', if: ['responded'] }],
    onReopen: { mode: 'restart', if: ['responded', 'waiting'] },
    recurs: true,
  },
  resolution: { ...solution, onReopen: { mode: 'continue' } },
  firstResolution: { ...solution, onReopen: { mode: 'ignore' } },
  firstAssignment: {
    ...working,
    starts: [{ on: 'opened' }],
    fulfilledBy: ['assigned'],
    pausedIn: [],
    onLeavingWork: 'cancel',
    onReopen: { mode: 'continue', if: ['neverAssigned'] },
    recurs: false,
  },
  periodicUpdate: {
    ...answer,
    starts: [{ on: 'agentReply' }],
    pausedIn: [],
    onReopen: { mode: 'restart', if: ['written'] },
    recurs: true,
  },
  handling: {
    starts: [{ on: 'departmentTaken' }],
    fulfilledBy: ['departmentLeft'],
    pausedIn: ['postponed'],
    onLeavingWork: 'fulfil',
    onReopen: { mode: 'restart', if: ['inDepartment'] },
    recurs: true,
    calendarOf: 'department',
  },
} as const satisfies Record<string, Metric>

export type StandardMetric = keyof typeof standardMetrics
