import type { StatusKind } from '../model/names.ts'

/** A status: its name is free, in any language; behaviour hangs on its kind. */
export interface Status<Name extends string = string> {
  readonly name: Name
  readonly kind: StatusKind
  readonly label?: string | undefined
  /** Reactions, wakes and automatic closing go to the default status of a kind: the first one unless marked. */
  readonly default?: boolean | undefined
}

/**
 * From which kind a ticket may go to which (SEMANTICS §3). Statuses of one kind may
 * follow each other, closed ones apart.
 */
export const movesByKind: Readonly<Record<StatusKind, readonly StatusKind[]>> = {
  new: ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'],
  open: ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'],
  answered: ['open', 'answered', 'postponed', 'resolved', 'closed'],
  postponed: ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'],
  resolved: ['open', 'answered', 'postponed', 'resolved', 'closed'],
  closed: ['open'],
}

/**
 * What a message does to the status, by kind: to the default status of the kind named. A kind that is not named stays.
 */
export const reactionsByKind: Readonly<Record<Reaction, Readonly<Partial<Record<StatusKind, StatusKind>>>>> = {
  agentReply: { new: 'answered', open: 'answered' },
  requesterMessage: { answered: 'open', postponed: 'open', resolved: 'open', closed: 'open' },
}

export const reactions = ['agentReply', 'requesterMessage'] as const
export type Reaction = (typeof reactions)[number]
