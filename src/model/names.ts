/**
 * The literal names of one definition, inferred from it: a desk typed with them does not compile
 * with a misspelt status. A definition read from JSON has plain strings.
 */
export interface Names {
  readonly status: string
  readonly priority: string
  readonly metric: string
  readonly level: string
  readonly calendar: string
  readonly view: string
  readonly macro: string
  readonly cannedMessage: string
}

/** What behaviour hangs on; any number of statuses may be of one kind. */
export const statusKinds = ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'] as const
export type StatusKind = (typeof statusKinds)[number]

/** Kinds in which somebody here has something to do. */
export const workKinds = ['new', 'open'] as const
export const isWork = (kind: StatusKind): boolean => kind === 'new' || kind === 'open'

/** Kinds in which nobody works on the ticket any more; entering one "leaves work". */
export const isOutOfWork = (kind: StatusKind): boolean => kind === 'resolved' || kind === 'closed'
