import type { StatusKind } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { SignalName } from './signal.ts'

/** Facts that a start may depend on, read from the ticket as it stands after the event. */
export const startFacts = {
  /** The requester came first, or has written since. */
  inbound: (ticket) => !ticket.outbound,
  outbound: (ticket) => ticket.outbound,
  responded: (ticket) => ticket.firstRespondedAt !== null,
  waiting: (ticket) => ticket.waitingSince !== null,
  unresponded: (ticket) => ticket.firstRespondedAt === null,
  neverAssigned: (ticket) => ticket.firstAssignedAt === null,
} as const satisfies Record<string, (ticket: Ticket) => boolean>
export type StartFact = keyof typeof startFacts

/** What an SLA measures, as data. */
export interface Metric {
  /** A cycle starts on the signal, if the facts hold. */
  readonly starts: readonly { readonly on: SignalName; readonly if?: readonly StartFact[] }[]
  readonly fulfilledBy: readonly SignalName[]
  /** Kinds in which it pauses unless a target says otherwise. */
  readonly pausedIn: readonly StatusKind[]
  /** What resolving or closing means for a clock that still runs. */
  readonly onLeavingWork: 'fulfil' | 'cancel'
  /** `continue` resumes the cycle that leaving work ended, `restart` begins the next, both if the facts hold; `ignore` leaves it. */
  readonly onReopen: { readonly mode: 'continue' | 'restart' | 'ignore'; readonly if?: readonly StartFact[] }
  /** May it start again after a cycle has ended? */
  readonly recurs: boolean
}

/** The built-in metrics, a row each (SEMANTICS §5). */
export const standardMetrics = {
  firstResponse: {
    starts: [
      { on: 'opened', if: ['inbound'] },
      { on: 'requesterMessage', if: ['outbound'] },
      // that message may be the one that reopens the ticket: no clock starts before it does
      { on: 'reopened', if: ['outbound', 'waiting'] },
    ],
    fulfilledBy: ['agentReply'],
    pausedIn: ['postponed'],
    onLeavingWork: 'cancel',
    // an answer given while it was resolved was the first response
    onReopen: { mode: 'continue', if: ['unresponded'] },
    recurs: false,
  },
  nextResponse: {
    starts: [{ on: 'requesterMessage', if: ['responded'] }],
    fulfilledBy: ['agentReply'],
    pausedIn: ['postponed'],
    onLeavingWork: 'cancel',
    onReopen: { mode: 'restart', if: ['responded', 'waiting'] },
    recurs: true,
  },
  resolution: {
    starts: [{ on: 'opened' }],
    fulfilledBy: [],
    pausedIn: ['answered', 'postponed'],
    onLeavingWork: 'fulfil',
    onReopen: { mode: 'continue' },
    recurs: false,
  },
  firstAssignment: {
    starts: [{ on: 'opened' }],
    fulfilledBy: ['assigned'],
    pausedIn: [],
    onLeavingWork: 'cancel',
    onReopen: { mode: 'continue', if: ['neverAssigned'] },
    recurs: false,
  },
} as const satisfies Record<string, Metric>

export type StandardMetric = keyof typeof standardMetrics
