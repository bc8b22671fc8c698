import type { Condition } from './condition/condition.ts'
import type { SortKey, SortPosition } from './condition/sort-key.ts'
import type { Effect } from './model/effect.ts'
import type { Ticket } from './model/ticket.ts'
import type { AnyTicketEvent } from './model/ticket-event.ts'

/**
 * The store port: what a place to keep tickets must do. Types only; `./testing` has the cases that prove a store.
 * Every method may throw `store_busy`, `store_failed` or, where a commit's fate is not known, `outcome_unknown`; and
 * `ticket_damaged`, where what is kept of one ticket is not what was saved.
 * `tenant` is part of every key: what belongs to another tenant does not exist.
 */
export interface Store {
  /** The one clock that judges leases and what is due: milliseconds since the epoch. */
  now(): Promise<number>
  /** A ticket's row with the store's clock and, if a command id is given, that command's receipt: one round trip. */
  load(tenant: string, ticketId: string, commandId?: string): Promise<Loaded>
  /**
   * Saves everything or nothing. Conflicts are answers, not errors, checked in this order: receipt, lease, turn,
   * external id, version, reference. Refuses NUL in any text with `invalid_text` (reads find nothing by it).
   */
  commit(commit: Commit): Promise<CommitOutcome>
  /** Events of a ticket in order of version, from `after` (0: all) on. */
  history(
    tenant: string,
    ticketId: string,
    range?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly AnyTicketEvent[]>
  /** Rows that match, in order, ended by ticket id. */
  find(query: Query): Promise<readonly TicketRow[]>
  count(query: Pick<Query, 'tenant' | 'when' | 'matches'>): Promise<number>
  /** How many rows match, by the values of fields, in any order. */
  tally(query: TallyQuery): Promise<readonly Tally[]>
  /** Ids of tickets to advance, earliest first: `nextAt <= now`, or planned by another definition and not closed. */
  due(
    tenant: string,
    ask: { readonly now: number; readonly plannedBy: string; readonly limit: number },
  ): Promise<readonly string[]>
  /** The ticket with a reference, or with a message of an external id (and the command that brought it). */
  lookup(
    tenant: string,
    key: { readonly reference: string } | { readonly externalId: string },
  ): Promise<{ readonly ticketId: string; readonly commandId: string | null } | null>
  /** The next number for a reference: never the same twice, gaps allowed. */
  nextNumber(tenant: string): Promise<number>
  /**
   * Events of all tickets in the order in which they were committed, after a position (0: from the start).
   * A position is the store's own number: hand back the one it gave, do no sums with it. A page may be longer
   * than `limit` by the rest of a commit, and it never passes a commit that could still become visible before it. With
   * `mayPass` it does: whatever is saved by now is given, for who looks through all of it once and follows nothing.
   */
  changes(
    tenant: string,
    after: number,
    limit: number,
    ask?: { readonly mayPass?: boolean | undefined },
  ): Promise<{ readonly events: readonly AnyTicketEvent[]; readonly position: number }>
  /**
   * A lease on a ticket, unless somebody else holds a live one (null). The same holder gets a new one. Here as below,
   * where the transaction of somebody else has the lease for long: `store_busy` with the ticket's id.
   */
  claim(tenant: string, ticketId: string, holder: string, forMs: number, ask?: Waiting): Promise<Lease | null>
  /** Prolongs a live lease; null if it was lost. */
  renew(tenant: string, lease: LeaseKey, forMs: number): Promise<Lease | null>
  /** Gives a lease back; false if it was lost already. */
  release(tenant: string, lease: LeaseKey, ask?: Waiting): Promise<boolean>
  /** Gives a live lease to somebody else, with a token of its own; null if it was lost. */
  handOver(tenant: string, lease: LeaseKey, to: string, forMs: number): Promise<Lease | null>
  /** The live leases of somebody, by ticket id. */
  leases(tenant: string, holder: string): Promise<readonly Lease[]>
  /**
   * Says what somebody is doing with a ticket, for a while; null: no more. The same again goes on from when it began.
   */
  announce(tenant: string, ticketId: string, person: string, doing: Doing | null, forMs: number): Promise<void>
  /** Who has a live lease on a ticket, and who does what with it, by name; judged by the store's clock. */
  present(
    tenant: string,
    ticketId: string,
  ): Promise<{ readonly lease: Lease | null; readonly people: readonly Presence[] }>
  /** When each agent was last given a ticket, as a number that rises with every turn. Who never was is missing. */
  turns(tenant: string): Promise<{ readonly [agent: string]: number }>
  /**
   * Effects due by `now`, neither settled nor hidden: of each ticket only one, so that they are done one after the
   * other. That is the one that was begun (given out with `hideMs` before), also while it is hidden; else the earliest,
   * by due time, then as they were saved, which is the order of all of them too. With `hideMs` each counts an attempt
   * and is hidden from everybody for so long: one worker delivers it, and another takes over if that one dies.
   */
  effects(
    tenant: string,
    ask: { readonly now: number; readonly limit: number; readonly hideMs?: number },
  ): Promise<readonly PendingEffect[]>
  /** Hides an effect that could not be delivered until an instant. */
  defer(tenant: string, effectId: string, until: number): Promise<void>
  /**
   * Marks an effect as delivered or given up, a dead letter too. Settling twice is no error. Its id stays until
   * `forgetReceipts`, so that a repeat is not done again.
   */
  settle(tenant: string, effectId: string): Promise<void>
  /**
   * Puts an effect that could not be delivered aside, with the reason: a dead letter. It is handed out no more, and
   * what follows on its ticket is. Done again it replaces the reason; a settled effect stays settled.
   */
  bury(tenant: string, effectId: string, reason: string): Promise<void>
  /** Dead letters in the order in which they were saved. */
  buried(tenant: string, limit: number): Promise<readonly BuriedEffect[]>
  /** Makes a dead letter pending again, as if it had never been tried; false if there is none. */
  revive(tenant: string, effectId: string): Promise<boolean>
  /**
   * Forgets receipts of before an instant, and says how many. A desk keeps them for at least 30 days. With them goes
   * what nobody needs any more: effects that were settled before it, and presence that is over. Leases stay, one for
   * each ticket that was ever claimed, since their tokens must rise.
   */
  forgetReceipts(tenant: string, before: number): Promise<number>
  close(): Promise<void>
  /**
   * True: what it writes is part of a transaction that somebody else ends, and an error of it is the end of that; but not
   * `store_busy` with a ticket's id.
   */
  readonly isWithin?: boolean | undefined
}

/** A ticket as kept, with what is worked out from it for the index. */
export interface TicketRow {
  readonly ticket: Ticket
  /** The earliest fact of time ahead; null: none. */
  readonly nextAt: number | null
  /** Version of the definition that `nextAt` was worked out with. */
  readonly plannedBy: string
}

export interface Loaded {
  readonly row: TicketRow | null
  readonly now: number
  readonly receipt: Receipt | null
}

/**
 * One ticket's part of a commit. Without events only `nextAt` and `plannedBy` are written, and `ticket` is not
 * looked at: it may be one that cannot be read.
 */
export interface TicketChange extends TicketRow {
  readonly ticketId: string
  /** The version the events follow on; 0 for a new ticket. */
  readonly expectedVersion: number
  readonly events: readonly AnyTicketEvent[]
  /** External ids of the messages among the events. */
  readonly externalIds: readonly string[]
  /**
   * Earlier events of the ticket as they stand from now on, without what was personal: each replaces the one of its
   * version. How erasure reaches the log; the events of the same commit say that it happened.
   */
  readonly redacted?: readonly AnyTicketEvent[] | undefined
  /** External ids of messages that were erased: nothing is found by them any more. */
  readonly forgottenExternalIds?: readonly string[] | undefined
}

/** What the transaction of somebody else has at this moment is waited for, unless it is said not to be. */
export interface Waiting {
  readonly waits?: boolean | undefined
  /** How long that has been waited for already, in milliseconds, behind others who asked for the same: it counts. */
  readonly waitedMs?: number | undefined
}

export interface Commit extends Waiting {
  readonly tenant: string
  readonly changes: readonly TicketChange[]
  readonly effects: readonly Effect[]
  readonly receipt?: Receipt | undefined
  /** The lease under which the command was given: refused if it is no longer live. */
  readonly lease?: LeaseKey | undefined
  /** An agent's turn, taken by this commit: refused if the agent's last turn is no longer the one that was seen. */
  readonly turn?: { readonly agent: string; readonly seen: number } | undefined
  /**
   * False: where the transaction of somebody else has a ticket of it, or the turn, at this moment, do not wait for the
   * end of that, but answer `held`. What time alone has caused is so: whoever comes next writes it.
   */
  readonly waits?: boolean | undefined
}

export type CommitOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly conflict: 'version'; readonly ticketId: string; readonly actual: number }
  | { readonly ok: false; readonly conflict: 'receipt'; readonly receipt: Receipt }
  | { readonly ok: false; readonly conflict: 'lease'; readonly ticketId: string }
  | { readonly ok: false; readonly conflict: 'turn'; readonly agent: string }
  | { readonly ok: false; readonly conflict: 'reference'; readonly reference: string }
  | { readonly ok: false; readonly conflict: 'external_id'; readonly externalId: string; readonly ticketId: string }
  | { readonly ok: false; readonly conflict: 'held' }

/** Proof that a command was done: no payload, kept for at least 30 days. */
export interface Receipt {
  readonly commandId: string
  /** Hash of what was asked. */
  readonly hash: string
  /** The ticket it led to: a message to a merged ticket leads to the one that lives on, and so does a merge. */
  readonly ticketId: string
  /** The events it made: versions after `from` up to and including `to`. */
  readonly tickets: readonly { readonly ticketId: string; readonly from: number; readonly to: number }[]
  readonly unchanged: boolean
  /** By the store's clock. */
  readonly at: number
}

export interface LeaseKey {
  readonly ticketId: string
  readonly holder: string
  /** Fencing token: rises with every claim on the ticket. */
  readonly token: number
}

export interface Lease extends LeaseKey {
  readonly until: number
}

export type Doing = 'viewing' | 'writing'

/** What somebody is doing with a ticket. */
export interface Presence {
  readonly person: string
  readonly doing: Doing
  readonly since: number
  /** It is over then, unless it is announced again. */
  readonly until: number
}

/** A question of how many, by the values of fields: of a set each member counts, and of an empty one null. */
export interface TallyQuery extends Pick<Query, 'tenant' | 'when' | 'matches'> {
  /** Names of fields. */
  readonly by: readonly string[]
  /** The same as a function: what a ticket counts for, a value for each field; of a set once for each member. */
  readonly values: (ticket: Ticket) => readonly (readonly TallyValue[])[]
}

export type TallyValue = string | number | boolean | null

export interface Tally {
  /** One for each field asked by. */
  readonly values: readonly TallyValue[]
  readonly count: number
}

/** An effect with how often it was given out to be done, this time included. */
export interface PendingEffect extends Effect {
  readonly attempts: number
}

/** An effect that was given up, and why. */
export interface BuriedEffect extends PendingEffect {
  readonly reason: string
}

/**
 * A question to the store, twice: as data (`when`, `keys`), which a database may push down as far as it can,
 * and as functions, which it must apply to the rest. Both mean the same.
 */
export interface Query {
  readonly tenant: string
  readonly when: Condition | null
  readonly matches: (ticket: Ticket) => boolean
  readonly keys: readonly SortKey[]
  readonly position: (ticket: Ticket) => SortPosition
  readonly compare: (a: SortPosition, b: SortPosition) => number
  readonly limit: number
  /** Only what stands after this position. */
  readonly after?: SortPosition | undefined
  /** Only tickets that nobody but this holder has a live lease on. */
  readonly freeFor?: string | undefined
}
