import * as z from 'zod'
import { compileCondition } from '../condition/compile.ts'
import { withFormerTags } from '../condition/same-tag.ts'
import type { SortPosition } from '../condition/sort-key.ts'
import { advance } from '../engine/advance.ts'
import { type CommandType, commandRow, commandTypes } from '../engine/command.ts'
import { fields } from '../engine/field.ts'
import { subjectAt } from '../engine/subject.ts'
import { timelineOf } from '../engine/timeline.ts'
import { fail, shown, unwrap } from '../errors.ts'
import { type Actor, isStaff } from '../model/actor.ts'
import type { Message } from '../model/message.ts'
import { isOutOfWork, type Names, type StatusKind } from '../model/names.ts'
import { parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Query } from '../store.ts'
import { checkReopening, checkReopenWindow } from '../workflow/react.ts'
import { advanceWithHistory } from './catch-up.ts'
import { lookAtDue } from './due.ts'
import type { DeskContext } from './options.ts'
import {
  checkSegmentField,
  type Segment,
  type SegmentCount,
  type SegmentField,
  segmentLeaf,
  valuesOf,
  within,
} from './segment.ts'

/** A page of a view. */
export interface Page<X extends Names = Names> {
  readonly tickets: readonly Ticket<X>[]
  /** Pass it as `after` for the next page; null: this was the last. */
  readonly next: SortPosition | null
  /**
   * More tickets were due than one look could advance: look again, or let `runDue` catch up. Or somebody else's
   * transaction has one that is due (`held`), which may belong here, or no more. Or one of these cannot be advanced:
   * `runDue` says why (`failed`).
   */
  readonly stale: boolean
}

/** Looked up where the view is known. */
const SegmentBy = z.string() as unknown as z.ZodType<SegmentField>

/** Which page: at most 1,000 tickets, after a position that an earlier page gave. */
export interface PageAsk {
  readonly limit?: number | undefined
  readonly after?: SortPosition | undefined
  /** One segment of the view only. */
  readonly only?: Segment | undefined
}
export const PageAskSchema: z.ZodType<PageAsk> = z.strictObject({
  limit: z.int().min(1).max(1_000).optional(),
  after: z.strictObject({ values: z.array(z.number().nullable()).max(100), id: z.string() }).optional(),
  only: z.strictObject({ by: SegmentBy, value: z.union([z.string(), z.number()]).nullable() }).optional(),
})

/** What an actor may do with a ticket now, as far as the workflow is concerned. */
export interface Allowed<X extends Names = Names> {
  readonly commands: readonly CommandType[]
  readonly statuses: readonly X['status'][]
  /** Macros that are meant for it. */
  readonly macros: readonly X['macro'][]
}

/** @throws DeskError `invalid_command` for an id that is no text: no store need know what to make of it */
export function textGiven(id: unknown, path: string): void {
  if (typeof id !== 'string') throw fail('invalid_command', { reason: `an id is a text, not ${shown(id)}` }, path)
}

/** The ticket as it is stored, and what the store's clock says. */
export async function loaded(
  desk: DeskContext,
  ticketId: string,
): Promise<{ readonly ticket: Ticket; readonly now: number }> {
  textGiven(ticketId, 'ticketId')
  const { row, now } = await desk.store.load(desk.tenant, ticketId)
  if (!row) throw fail('ticket_not_found', { ticketId: ticketId.slice(0, 100) }, 'ticketId')
  return { ticket: row.ticket, now }
}

/** The ticket as it is now: what time has caused since is worked out, not written. */
export async function ticketNow(desk: DeskContext, ticketId: string): Promise<Ticket> {
  const { ticket, now } = await loaded(desk, ticketId)
  return (await advanceWithHistory(desk, ticket, now, Number.POSITIVE_INFINITY)).ticket
}

export async function ticketByKey(
  desk: DeskContext,
  key: { reference: string } | { externalId: string },
): Promise<Ticket | null> {
  for (const [name, value] of Object.entries(key))
    if (typeof value !== 'string')
      throw fail('invalid_command', { reason: `a text is needed, not ${shown(value)}` }, name)
  const found = await desk.store.lookup(desk.tenant, key)
  return found && ticketNow(desk, found.ticketId)
}

export async function historyOf(desk: DeskContext, ticketId: string): Promise<readonly AnyTicketEvent[]> {
  textGiven(ticketId, 'ticketId')
  const events = await desk.store.history(desk.tenant, ticketId)
  if (events.length === 0) throw fail('ticket_not_found', { ticketId: ticketId.slice(0, 100) }, 'ticketId')
  return events
}

/** The messages of a log, in order; an erased one has no body. */
export function messagesOf(events: readonly AnyTicketEvent[]): Message[] {
  const erased = { body: null, attachments: [], externalId: null, inReplyTo: null }
  return events.flatMap((event) =>
    event.type === 'message_added' ? [{ ...event.data.message, at: event.at, ...(event.personal ?? erased) }] : [],
  )
}

export async function viewPage(desk: DeskContext, viewId: string, ask: PageAsk = {}): Promise<Page> {
  const given = unwrap(parse<PageAsk>(PageAskSchema, ask, 'invalid_command'))
  const query = narrowed(desk, queryOf(desk, viewId), given.only)
  const { limit = query.limit, after } = given
  if (after && after.values.length !== query.keys.length)
    throw fail('invalid_command', { reason: 'this position is of another ordering' }, 'after')
  const more = await bringUp(desk)
  const rows = await desk.store.find({ ...query, limit: limit + 1, after })
  const tickets = rows.slice(0, limit).map((row) => row.ticket)
  const last = tickets.at(-1)
  const stale = more || (await someBehind(desk, tickets))
  return { tickets, next: rows.length > limit && last ? query.position(last) : null, stale }
}

/** How many tickets are in a view, or in a segment of it. */
export async function viewCount(
  desk: DeskContext,
  viewId: string,
  only?: Segment,
): Promise<{ readonly count: number; readonly stale: boolean }> {
  const { only: segment } = unwrap(parse<PageAsk>(PageAskSchema, { only }, 'invalid_command'))
  const query = narrowed(desk, queryOf(desk, viewId), segment)
  const stale = await bringUp(desk)
  return { count: await desk.store.count(query), stale }
}

/** How many tickets of a view have each value of a field: most first, then by value; null stands for none. */
export async function viewSegments(
  desk: DeskContext,
  viewId: string,
  by: SegmentField,
): Promise<{ readonly segments: readonly SegmentCount[]; readonly stale: boolean }> {
  checkSegmentField(by, 'by')
  const { tenant, when, matches } = queryOf(desk, viewId)
  const stale = await bringUp(desk)
  const tallies = await desk.store.tally({
    tenant,
    when,
    matches,
    by: [by],
    values: valuesOf([by], desk.latest.fields),
  })
  const segments = tallies.map(({ values: [value = null], count }) => ({ value, count }))
  segments.sort((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1))
  return { segments, stale }
}

/** A query for one segment of what it asks for. */
function narrowed({ latest }: DeskContext, query: Query, only: Segment | undefined): Query {
  if (!only) return query
  checkSegmentField(only.by, 'only.by')
  const when = within(query.when, withFormerTags(segmentLeaf(only), latest.tags.merged))
  const matches = compileCondition(when, fields)
  return { ...query, when, matches: (ticket) => matches({ ticket }) }
}

/** Is time ahead of one of these, since it could not be advanced? */
async function someBehind({ store, definitions, tenant }: DeskContext, tickets: readonly Ticket[]): Promise<boolean> {
  if (tickets.length === 0) return false
  const now = await store.now()
  return tickets.some((ticket) => advance(definitions, ticket, now, { tenant, limit: 0 }).more)
}

/** Brings what is due up to now; true if some of it could not be. */
async function bringUp(desk: DeskContext): Promise<boolean> {
  const { more, held, failed } = await lookAtDue(desk)
  return more || held > 0 || failed.length > 0
}

/** A view of the definition, as a store is asked for it. */
export function queryOf({ latest, tenant }: DeskContext, viewId: string): Query {
  const view = latest.views.get(viewId)
  if (!view)
    throw fail(
      'unknown_name',
      { what: 'view', name: String(viewId).slice(0, 100), known: [...latest.views.keys()] },
      'view',
    )
  const { keys, position, compare } = view.order
  return {
    tenant,
    when: view.asked,
    matches: (ticket) => view.matches({ ticket }),
    keys,
    position,
    compare,
    limit: view.limit,
  }
}

/** Commands whose being allowed tells of what those outside are not shown. */
const ofTheDesk: ReadonlySet<CommandType> = new Set([
  'setStatus',
  'postpone',
  'wake',
  'setDue',
  'clearDue',
  'applyMacro',
])

export async function allowedOn(desk: DeskContext, ticketId: string, { kind }: Actor): Promise<Allowed> {
  const ticket = await ticketNow(desk, ticketId)
  if (ticket.links.mergedInto !== null) return { commands: [], statuses: [], macros: [] }
  const now = await desk.store.now()
  const timeline = timelineOf(desk.definitions)
  const { workflow, macros } = timeline.at(now)
  const asks = kind === 'requester' || kind === 'collaborator'
  const staff = isStaff({ kind })
  const mayReopen = staff || !checkReopenWindow(workflow, ticket, now)
  const statuses = workflow.movesFrom(ticket.status, ticket.kind).filter((name) => {
    const to = workflow.statusNamed(name)
    return to && (!isOutOfWork(ticket.kind) || isOutOfWork(to.kind) || mayReopen)
  })
  const leads = (to: StatusKind) => statuses.some((name) => workflow.statusNamed(name)?.kind === to)
  const conditions: { readonly [T in CommandType]?: boolean } = {
    open: false,
    // an agent enters the message of a requester
    message: !(asks || kind === 'agent') || !checkReopening(workflow, ticket, now),
    reply: staff,
    note: staff,
    setStatus: statuses.length > 0,
    postpone: ticket.kind === 'postponed' || leads('postponed'),
    wake: ticket.kind === 'postponed',
    resolve: ticket.kind === 'resolved' || leads('resolved'),
    confirmSolution: ticket.kind === 'resolved' && (leads('closed') || leads('open')),
    close: ticket.kind === 'closed' || leads('closed'),
    reopen: isOutOfWork(ticket.kind) && leads('open'),
    setDue: Object.values(ticket.clocks).some((clock) => clock?.state !== 'ended'),
    clearDue: Object.values(ticket.clocks).some(
      (clock) => clock?.state !== 'ended' && clock?.manualDueAt !== undefined,
    ),
    merge: workflow.defaultOf('closed') !== undefined,
  }
  const accepts = (type: CommandType) => ticket.kind !== 'closed' || commandRow(type).onClosed === 'accepted'
  const subject = subjectAt(timeline, ticket, now)
  const commands = commandTypes.filter((type) => accepts(type) && (conditions[type] ?? true))
  // names of statuses and macros are words of the desk, and whether a ticket sleeps or has a due time is its own affair
  if (!staff) return { commands: commands.filter((type) => !ofTheDesk.has(type)), statuses: [], macros: [] }
  return {
    commands,
    statuses,
    macros: [...macros.values()].filter((macro) => macro.matches(subject)).map(({ id }) => id),
  }
}
