import * as z from 'zod'
import type { Guard } from '../engine/decide.ts'
import type { Definition } from '../engine/definition.ts'
import type { Effect } from '../model/effect.ts'
import type { Names } from '../model/names.ts'
import { Id } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { RoutingTrigger } from '../queue/routing/definition.ts'
import type { Proposal } from '../queue/routing/route.ts'
import type { CauseExplanation } from '../rules/explain.ts'
import type { LeaseKey, Presence, Store } from '../store.ts'
import type { Clock } from '../time/clock.ts'
import type { InstantInput } from '../time/instant.ts'
import type { Advisor } from './advisor.ts'
import type { Directory } from './directory.ts'
import type { TakeTurn } from './turns.ts'

/** What a desk is made of. */
export interface DeskOptions<X extends Names = Names> {
  /** The definition, or its revisions, oldest first. */
  readonly definition: Definition<X> | readonly Definition<X>[]
  readonly store: Store
  /** Whose tickets: every key in the store begins with it. `default` unless given. */
  readonly tenant?: string
  /** This machine's clock; the system's unless given. */
  readonly clock?: Clock
  /** Ids of tickets and commands that come without one; random UUIDs unless given. */
  readonly ids?: () => string
  /** How a number becomes a reference; `T-000123` unless given. */
  readonly reference?: (number: number) => string
  /** The application's own say on each command: a reason to refuse it. */
  readonly guard?: Guard
  /** Asked what it makes of new tickets and questions; it never holds up a command for longer than its time. */
  readonly advisor?: Advisor<X> | undefined
  /** Who works here: needed for routing, and for what each agent may take by `next`. */
  readonly directory?: Directory
}

/** How a command is given, beside what it says. */
export interface CommandOptions {
  /** The same id does the same thing once, however often it is sent. */
  readonly commandId?: string | undefined
  /** When it happened; now unless given. */
  readonly at?: InstantInput | undefined
  /** The revision the caller looked at: `revision_conflict` if somebody changed the ticket since. */
  readonly expectedRevision?: number | undefined
  /** The claim under which it is given: `lease_lost` if that ran out. */
  readonly lease?: LeaseKey | undefined
}

/** A lease as somebody shows it: what else it says is of no account. */
export const LeaseKeySchema = z.object({ ticketId: Id, holder: Id, token: z.int() })

const Unchecked = z.unknown().optional()
/** As it comes in; `at` is read, and judged, where the ticket is known. */
export const CommandOptionsSchema = z.strictObject({
  commandId: Id.optional(),
  at: Unchecked as z.ZodType<InstantInput | undefined>,
  expectedRevision: z.int().min(0).optional(),
  lease: LeaseKeySchema.optional(),
})

/** What cancels long work: anything that tells whether it was aborted. */
export const Signal: z.ZodType<AbortSignal> = z.custom<AbortSignal>(
  (value) => typeof value === 'object' && value !== null && 'aborted' in value,
  'an AbortSignal is needed',
)
export const Callback = <F>(): z.ZodType<F> =>
  z.custom<F>((value) => typeof value === 'function', 'a function is needed')

/** What a command led to. */
export interface Outcome<X extends Names = Names> {
  readonly ticket: Ticket<X>
  readonly commandId: string
  readonly events: readonly AnyTicketEvent[]
  readonly effects: readonly Effect[]
  /** The command changed nothing. */
  readonly unchanged: boolean
  /** The command had been done before; this is what it led to then, with the ticket as it is now. */
  readonly repeated: boolean
  /**
   * Which rules were tried, cause by cause, and what each did; null when the command had been done before. Worked out
   * when it is read.
   */
  readonly explanation: readonly CauseExplanation[] | null
  /** The ticket it was addressed to, if that was merged into this one. */
  readonly redirectedFrom: string | null
  /** Others who were writing on the ticket while this reply was sent; null: nobody was. */
  readonly collision: readonly Presence[] | null
  /** Whom the desk looked for by itself after it, and whom it found: the ticket is the one after that. */
  readonly routed: Proposal | null
}

/** Whom the desk has found for a ticket, and what that did. */
export interface Routed {
  /** Null: nobody was looked for, since somebody has it. */
  readonly proposal: Proposal | null
  /** Null: as it was. */
  readonly ticket: Ticket | null
  /** Somebody else's transaction was in the way: the desk looks again with what is due next. */
  readonly isLeft?: boolean
}

/**
 * What routing does where the transaction of somebody else has the ticket's claim or the agent's turn. `waiting`: tries
 * for a time, as whoever gave a command does; `passing`: leaves the ticket for later; `later`: leaves it anyway.
 */
export type RoutingPace = 'waiting' | 'passing' | 'later'

/** What every part of the desk works with. */
export interface DeskContext {
  readonly definitions: Definition | readonly Definition[]
  readonly latest: Definition
  /** Gives only what this release can read. */
  readonly store: Store
  /** The store itself: nothing of what it gives is looked at. For what concerns the index alone. */
  readonly unread: Store
  readonly tenant: string
  readonly clock: Clock
  readonly ids: () => string
  readonly reference: (number: number) => string
  readonly guard: Guard | undefined
  readonly advisor: Advisor | undefined
  readonly directory: Directory | undefined
  /** Looks for an agent after what has happened to a ticket, if the definition says so. */
  readonly routeAfter: (
    ticketId: string,
    events: readonly AnyTicketEvent[],
    how?: RoutingPace,
  ) => Promise<Routed | null>
  /** The same for what was left: false if that is so still. */
  readonly routeLeft: () => Promise<boolean>
  /** Tickets whose agent this desk looks for later, and after what: the first is next. */
  readonly unrouted: Map<string, readonly RoutingTrigger[]>
  /** What `nextAt` depends on, of all revisions of the definition. */
  readonly plannedBy: string
  /** Runs when it is the turn of a ticket, or of whatever else the key names. */
  readonly turn: TakeTurn
}

/** How far machines' clocks may differ: 5 min. A lag within it is absorbed, more is refused. */
export const maxSkewMs = 5 * 60_000

/** How often a command is tried again after somebody else was quicker. */
export const maxReloads = 5
