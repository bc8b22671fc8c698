/** What the one who runs a contest and the processes that contend tell each other. */
import type { Acknowledged } from '../crash/judge.ts'
import type { Fault } from './faulty.ts'

/** A claim that was granted, or handed over. All instants are the store's. */
export interface Claim {
  readonly ticketId: string
  readonly holder: string
  readonly token: number
  /** When it was granted. */
  readonly at: number
  /** When it ends, prolonged or not. */
  until: number
  /** Given back before its end, or handed over. */
  ended: boolean
  /** The version the ticket was found at under it. */
  readonly seen: number
  /** Versions written under it. */
  readonly wrote: number[]
}

/** An effect that was given out. */
export interface Given {
  readonly effectId: string
  readonly ticketId: string
  /** While it was under way, by the store's clock. */
  readonly from: number
  readonly until: number
}

/** What a reader of the feed has seen, beside those who wrote. */
export interface Feed {
  readonly events: number
  readonly pages: number
  /** The version each ticket was last seen at. */
  readonly versions: Readonly<Record<string, number>>
  /** Events that came out of order, twice or after a gap. */
  readonly wrong: readonly string[]
}

/** How commits of a pool went to the server together. */
export interface Company {
  /** Calls of more than one commit. */
  readonly calls: number
  /** Commits in them. */
  readonly commits: number
  /** Those of them that were answered with a conflict, and those whose tickets others had. */
  readonly conflicts: number
  readonly held: number
  /** Calls that failed, so that each commit was sent again by itself. */
  readonly failed: number
}

/** What one contending process did. */
export interface Said {
  readonly claims: readonly Claim[]
  /** Claims that were not granted, since somebody else held the ticket. */
  readonly heldByOthers: number
  readonly acknowledged: readonly Acknowledged[]
  /** By ticket: how often its number was raised by one, each time from what was read before. */
  readonly raised: Readonly<Record<string, number>>
  /** Commands sent under a lease that had ended, and refused for it. */
  readonly tooLate: number
  /** Ids of commands that were refused, or undone with a transaction: nothing of them may be there. */
  readonly refused: readonly string[]
  /** Ids of commands that were saved in a transaction with a row of the application's own. */
  readonly withRow: readonly string[]
  readonly undone: number
  readonly company: Company
  readonly conflicts: number
  readonly facts: number
  readonly delivered: readonly Given[]
  readonly feed: Feed
  /** What should not have been answered so. */
  readonly wrong: readonly string[]
}

/** From the one who runs the contest to a process, and back. */
export type Order =
  | { readonly do: 'begin' }
  /** Nobody writes any more: deliver what is left, read the feed to its end, and say what there was. */
  | { readonly do: 'finish' }
export type Word = { readonly is: 'ready' } | { readonly is: 'done' } | { readonly is: 'said'; readonly said: Said }

/** What a process is told when it is started. */
export interface Task {
  readonly url: string
  readonly name: string
  /** Connections that work at once: half of them in a pool. */
  readonly connections: number
  /** Claims to be granted to this process. */
  readonly claims: number
  readonly hot: number
  readonly due: number
  readonly seed: number
  readonly fault: Fault | null
  /** The tables have row security, and the role of the URL owns nothing. */
  readonly rowSecurity: boolean
}
