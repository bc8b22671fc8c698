import * as z from 'zod'
import type { Definition } from '../engine/definition.ts'
import { timelineOf } from '../engine/timeline.ts'
import { fail, shown, unwrap } from '../errors.ts'
import { Actor } from '../model/actor.ts'
import { optionsGiven } from '../model/given.ts'
import { isPlainObject } from '../model/json.ts'
import type { Message } from '../model/message.ts'
import type { Names } from '../model/names.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Proposal } from '../queue/routing/route.ts'
import type { ClockExplanation } from '../sla/explanation.ts'
import type { SlaState } from '../sla/state.ts'
import type { BuriedEffect, Store } from '../store.ts'
import { systemClock } from '../time/clock.ts'
import type { DurationInput } from '../time/duration.ts'
import { type ActorDesk, actorDesk } from './actor-desk.ts'
import { checkedAdvisor } from './advisor.ts'
import { type Delivery, type DeliveryOptions, type DeliveryRun, deadLetters, deliverEffects } from './deliver.ts'
import { type DueRun, runDue } from './due.ts'
import { type ErasureRun, erase } from './erase.ts'
import { explanationOf, slaStateOf } from './explain.ts'
import { exportCsv, exportLines } from './export.ts'
import { type ImportOptions, type ImportProgress, importLines } from './import.ts'
import { type DeskContext, type DeskOptions, Signal } from './options.ts'
import { type Portal, portal } from './portal.ts'
import { type PresenceOf, presenceOf } from './presence.ts'
import {
  type Allowed,
  allowedOn,
  historyOf,
  messagesOf,
  type Page,
  type PageAsk,
  textGiven,
  ticketByKey,
  ticketNow,
  viewCount,
  viewPage,
  viewSegments,
} from './read.ts'
import { readable } from './readable.ts'
import { type ReapplyOptions, type ReapplyRun, reapplyAll } from './reapply.ts'
import { forgetReceipts } from './receipts.ts'
import { proposalFor, routeAfter, routeLeft } from './routing.ts'
import { type RoutingRun, runRouting } from './run-routing.ts'
import type { Segment, SegmentCount, SegmentField } from './segment.ts'
import { takingTurns } from './turns.ts'

interface RunOptions {
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** The limit is judged by the run. */
function runGiven(given: RunOptions = {}): RunOptions {
  const run = optionsGiven(given, ['limit', 'signal'])
  unwrap(parse(Signal.optional(), run.signal, 'invalid_command', 'signal'))
  return run
}

const FeedAsk = z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(100_000) })

/** The door for applications: it loads, decides, saves and retries; everything it knows is below it. */
export interface Desk<X extends Names = Names> {
  readonly tenant: string
  /** The definition, its latest revision: views are those it names. */
  readonly definition: Definition<X>
  /** On behalf of somebody: commands, claims, the next ticket. Throws `invalid_command` for a malformed actor. */
  as(actor: Actor): ActorDesk<X>

  /** The ticket as it is now; nothing is written. Throws `ticket_not_found`. */
  get(ticketId: string): Promise<Ticket<X>>
  byReference(reference: string): Promise<Ticket<X> | null>
  /** The ticket with the message that has this id elsewhere (a mail's Message-ID). */
  byExternalId(externalId: string): Promise<Ticket<X> | null>
  /** Its event log. Throws `ticket_not_found`. */
  history(ticketId: string): Promise<readonly AnyTicketEvent[]>
  messages(ticketId: string): Promise<readonly Message[]>
  /**
   * Every minute of a clock up to now, with its reason; of its latest cycle unless said.
   * Throws `ticket_not_found`, and `unknown_name` for a clock the ticket has not had.
   */
  explain(ticketId: string, metric: X['metric'], cycle?: number): Promise<ClockExplanation>
  /** Its clocks as they are now. Throws `ticket_not_found`. */
  slaState(ticketId: string): Promise<SlaState>
  /** A page of a view, tickets first brought up to now. Throws `unknown_name`. */
  view(view: X['view'], ask?: PageAsk): Promise<Page<X>>
  /** How many tickets are in a view, or in a segment of it. */
  count(view: X['view'], only?: Segment): Promise<{ readonly count: number; readonly stale: boolean }>
  /** How many tickets of a view have each value of a field: most first. Throws `unknown_name`. */
  segments(
    view: X['view'],
    by: SegmentField,
  ): Promise<{ readonly segments: readonly SegmentCount[]; readonly stale: boolean }>
  /** Who holds a ticket, and who views it or writes on it. Throws `ticket_not_found`. */
  presence(ticketId: string): Promise<PresenceOf>
  /** Who should have a ticket now, and why; nothing is written. Needs a directory. Throws `ticket_not_found`. */
  proposal(ticketId: string): Promise<Proposal>
  /**
   * Gives back what agents hold who are away, and gives what waits to whoever should have it: for a cron route.
   * 1,000 tickets unless said. Needs a directory.
   */
  runRouting(options?: { readonly limit?: number; readonly signal?: AbortSignal }): Promise<RoutingRun>
  /**
   * What an actor may do with a ticket now. Those outside (requesters, collaborators, third parties) are told no names
   * of statuses and macros, and of no command that would tell of what they are not shown.
   */
  allowed(ticketId: string, actor: Actor): Promise<Allowed<X>>
  /** Events of all tickets in order of commit, after a position (0: from the start). */
  changes(
    after: number,
    limit?: number,
  ): Promise<{ readonly events: readonly AnyTicketEvent[]; readonly position: number }>
  /** Writes what time alone has caused: for a cron route, never needed to be right. 1,000 tickets unless said. */
  runDue(options?: { readonly limit?: number; readonly signal?: AbortSignal }): Promise<DueRun>
  /**
   * Gives the effects that are due to `send`, in order for each ticket, and settles those it has done: for a worker or
   * a cron route. Each at least once, with the same id; what is no longer wanted is left out, what fails comes again,
   * and in the end becomes a dead letter. Any number of workers may run it.
   */
  deliver(send: (delivery: Delivery<X>) => Promise<void> | void, options?: DeliveryOptions): Promise<DeliveryRun>
  /**
   * Counts the open clocks of all tickets in work anew, after a level or a calendar was edited: what that moved, with
   * progress, and where to go on when it was cancelled. Throws `invalid_command`, `invalid_text`, and what a store that
   * fails throws (`store_failed`, `store_busy`, `outcome_unknown`): the last progress says where to go on.
   */
  reapply(options?: ReapplyOptions): Promise<ReapplyRun>
  /** Effects that could not be delivered, with the reason; 100 unless said. */
  deadLetters(limit?: number): Promise<readonly BuriedEffect[]>
  /** Has a dead letter tried again; false if there is none of that id. */
  revive(effectId: string): Promise<boolean>
  /** Gives an effect up for good, a dead letter too. */
  discard(effectId: string): Promise<void>
  /** Forgets receipts of commands done longer ago than a time, 30 days unless said and at least; says how many. */
  forgetReceipts(after?: DurationInput): Promise<number>

  /**
   * Removes what is personal of somebody: on tickets that are or were theirs all of it, on others what they wrote.
   * States, clocks and order stay.
   */
  erase(person: string, options?: { readonly signal?: AbortSignal; readonly by?: Actor }): Promise<ErasureRun>
  /** What somebody who asks for help may see. */
  portal(person: string): Portal
  /** All tickets with their logs as JSON Lines: what `importLines` takes. */
  exportLines(): AsyncIterable<string>
  /** All tickets as CSV, a row each. */
  exportCsv(options?: { readonly columns?: readonly string[] }): AsyncIterable<string>
  /** Takes what `exportLines` gave, as it was; lines given again change nothing. */
  importLines(text: AsyncIterable<string> | Iterable<string>, options?: ImportOptions): Promise<ImportProgress>
  /** The same desk on another store: one in the application's own transaction, say. */
  using(store: Store): Desk<X>
}

/**
 * A desk over a store.
 * @throws DeskError `invalid_definition` for what is no definition, and when revisions
 * are not in order; `invalid_command`
 * @example
 * const desk = createDesk({ definition: defineDesk({}), store: memoryStore() })
 */
export function createDesk<X extends Names>(options: DeskOptions<X>): Desk<X> {
  if (!isPlainObject(options))
    throw fail('invalid_command', { reason: `a desk takes options, not ${shown(options)}` }, 'options')
  const definitions = options.definition as Definition | readonly Definition[]
  const { latest, plan } = timelineOf(definitions, 'definition')
  const desk: DeskContext = {
    definitions,
    latest,
    plannedBy: plan,
    turn: takingTurns(),
    store: readable(options.store),
    unread: options.store,
    tenant: unwrap(parse(Id, options.tenant ?? 'default', 'invalid_command', 'tenant')),
    clock: options.clock ?? systemClock,
    ids: options.ids ?? (() => crypto.randomUUID()),
    reference: options.reference ?? ((number) => `T-${String(number).padStart(6, '0')}`),
    guard: options.guard,
    advisor: checkedAdvisor(options.advisor),
    directory: options.directory,
    routeAfter: (ticketId, events, how) => routeAfter(desk, ticketId, events, how),
    routeLeft: () => routeLeft(desk),
    unrouted: new Map(),
  }
  return {
    tenant: desk.tenant,
    definition: desk.latest as Definition<X>,
    as: (actor) =>
      actorDesk(desk, unwrap(parse<Actor>(Actor, actor, 'invalid_command', 'actor'))) as unknown as ActorDesk<X>,
    get: (id) => ticketNow(desk, id) as Promise<Ticket<X>>,
    byReference: (reference) => ticketByKey(desk, { reference }) as Promise<Ticket<X> | null>,
    byExternalId: (externalId) => ticketByKey(desk, { externalId }) as Promise<Ticket<X> | null>,
    history: (id) => historyOf(desk, id),
    messages: async (id) => messagesOf(await historyOf(desk, id)),
    explain: (id, metric, cycle) => explanationOf(desk, id, metric, cycle),
    slaState: (id) => slaStateOf(desk, id),
    view: (view, ask) => viewPage(desk, view, ask) as Promise<Page<X>>,
    count: (view, only) => viewCount(desk, view, only),
    segments: (view, by) => viewSegments(desk, view, by),
    presence: (id) => presenceOf(desk, id),
    proposal: (id) => proposalFor(desk, id),
    runRouting: async (run) => runRouting(desk, runGiven(run)),
    allowed: (id, actor) => allowedOn(desk, id, actor) as Promise<Allowed<X>>,
    changes: async (after, limit = 1_000) => {
      const ask = unwrap(parse(FeedAsk, { after, limit }, 'invalid_command'))
      return desk.store.changes(desk.tenant, ask.after, ask.limit)
    },
    runDue: async (run) => runDue(desk, runGiven(run)),
    deliver: (send, run) => deliverEffects(desk, send as (delivery: Delivery) => Promise<void> | void, run),
    reapply: (run) => reapplyAll(desk, run),
    deadLetters: async (limit) => deadLetters(desk, limit),
    revive: async (effectId) => {
      textGiven(effectId, 'effectId')
      return desk.store.revive(desk.tenant, effectId)
    },
    discard: async (effectId) => {
      textGiven(effectId, 'effectId')
      await desk.store.settle(desk.tenant, effectId)
    },
    forgetReceipts: (after) => forgetReceipts(desk, after),
    erase: (person, ask) => erase(desk, person, ask),
    portal: (person) => portal(desk, person),
    exportLines: () => exportLines(desk),
    exportCsv: (ask) => exportCsv(desk, ask),
    importLines: (text, ask) => importLines(desk, text, ask),
    using: (store) => createDesk({ ...options, store }),
  }
}
