import { type Advanced, advance } from '../engine/advance.ts'
import { type Decision, decide } from '../engine/decide.ts'
import { type DeskError, fail, isDeskError, unwrap } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CommitOutcome, Loaded, Receipt, TicketChange } from '../store.ts'
import { changeOf, checkSamePayload, receiptOf, type Submission } from './commit.ts'
import { commandInstant } from './instant.ts'
import { type CommandOptions, type DeskContext, maxReloads, type Outcome } from './options.ts'

/** Somebody else was quicker: load again, or give up with this error. */
export interface Again {
  readonly again: DeskError
}

const again = (ticketId: string, expected: number, actual: number): Again => ({
  again: fail('version_conflict', { ticketId, expected, actual }),
})

/** One attempt either gives the outcome or says that the ticket must be loaded again. */
export type Attempt = Outcome | Again

/** Load, decide, save; again when somebody else was quicker or the store did not say whether it saved. */
export async function perform(desk: DeskContext, command: Submission, options: CommandOptions): Promise<Outcome> {
  return desk.turn(command.ticketId, () => attempts(() => performOnce(desk, command, options)))
}

export async function attempts(attempt: () => Promise<Attempt>): Promise<Outcome> {
  let last: unknown
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    try {
      const outcome = await attempt()
      if (!('again' in outcome)) return outcome
      last = outcome.again
    } catch (error) {
      // whether it was saved is told by its receipt
      if (!isDeskError(error, 'outcome_unknown')) throw error
      last = error
    }
  }
  throw last
}

async function performOnce(desk: DeskContext, command: Submission, options: CommandOptions): Promise<Attempt> {
  const loaded = await desk.store.load(desk.tenant, command.ticketId, command.id)
  if (loaded.receipt) return repeated(desk, command, loaded.receipt)
  const twin = await sameMessage(desk, command)
  if (twin) return twin
  const ticket = loaded.row?.ticket ?? null
  if (ticket?.links.mergedInto != null && command.type === 'message')
    return followMerge(desk, command, options, ticket.links.mergedInto)
  await checkRevision(desk, ticket, options)
  const at = commandInstant(options.at, ticket ? [ticket] : [], desk.clock.now(), loaded.now)
  const numbered = await withReference(desk, command)
  const decision = await decideWithHistory(desk, ticket, numbered, at)
  if ('again' in decision) return decision
  return save(desk, command, options, loaded, ticket, decision)
}

async function save(
  desk: DeskContext,
  command: Submission,
  options: CommandOptions,
  loaded: Loaded,
  before: Ticket | null,
  decision: Decision,
): Promise<Attempt> {
  const changes = decision.events.length > 0 ? [changeOf(desk, before, decision)] : []
  const receipt = receiptOf(command, changes, decision.unchanged, loaded.now)
  const committed = await desk.store.commit({
    tenant: desk.tenant,
    changes,
    effects: decision.effects,
    receipt,
    lease: options.lease,
  })
  if (!committed.ok) return afterConflict(desk, command, changes, committed)
  return {
    ticket: decision.ticket,
    commandId: command.id,
    events: decision.events,
    effects: decision.effects,
    unchanged: decision.unchanged,
    repeated: false,
    redirectedFrom: null,
  }
}

/** Most conflicts mean "look again"; some are the answer. */
export async function afterConflict(
  desk: DeskContext,
  command: Submission,
  changes: readonly TicketChange[],
  conflict: CommitOutcome & { ok: false },
): Promise<Attempt> {
  const expected = changes.find((change) => change.ticketId === command.ticketId)?.expectedVersion ?? 0
  switch (conflict.conflict) {
    case 'version':
      return again(conflict.ticketId, expected, conflict.actual)
    case 'receipt':
      return again(command.ticketId, expected, expected)
    case 'external_id':
      return (await sameMessage(desk, command)) ?? again(command.ticketId, expected, expected)
    case 'lease':
      throw fail('lease_lost', { ticketId: conflict.ticketId, holder: command.actor.id })
    case 'reference':
      if ((command.input as { reference?: string }).reference === undefined) return again(command.ticketId, 0, 0)
      throw fail('reference_taken', { reference: conflict.reference }, 'reference')
    default:
      return conflict satisfies never
  }
}

/** What the command led to when it was first done. */
export async function repeated(desk: DeskContext, command: Submission, receipt: Receipt): Promise<Outcome> {
  checkSamePayload(receipt, command)
  return outcomeOf(desk, receipt, command)
}

async function outcomeOf({ store, tenant }: DeskContext, receipt: Receipt, asked: Submission): Promise<Outcome> {
  const { ticketId } = asked
  const of = receipt.tickets[0] ?? { ticketId, from: 0, to: 0 }
  const { row } = await store.load(tenant, of.ticketId)
  if (!row) throw fail('ticket_not_found', { ticketId: of.ticketId })
  const events =
    of.to > of.from ? await store.history(tenant, of.ticketId, { after: of.from, limit: of.to - of.from }) : []
  return {
    ticket: row.ticket,
    commandId: receipt.commandId,
    events,
    effects: [],
    unchanged: receipt.unchanged,
    repeated: true,
    // a new ticket was addressed by no id; any other command that changed another ticket was sent on there
    redirectedFrom: asked.type === 'open' || of.ticketId === ticketId ? null : ticketId,
  }
}

/** A message of an external id that is kept already: the same receipt, however it was sent. */
async function sameMessage(desk: DeskContext, command: Submission): Promise<Outcome | undefined> {
  const input = command.input as { externalId?: string; message?: { externalId?: string } }
  const externalId = input.externalId ?? input.message?.externalId
  const found = externalId === undefined ? null : await desk.store.lookup(desk.tenant, { externalId })
  if (!found) return undefined
  const { row, receipt } = await desk.store.load(desk.tenant, found.ticketId, found.commandId ?? undefined)
  if (receipt) return outcomeOf(desk, receipt, { ...command, ticketId: found.ticketId })
  if (!row) throw fail('ticket_not_found', { ticketId: found.ticketId })
  return {
    ticket: row.ticket,
    commandId: found.commandId ?? command.id,
    events: [],
    effects: [],
    unchanged: false,
    repeated: true,
    redirectedFrom: null,
  }
}

/** A message to a merged ticket goes to the one that lives on; merges never close a circle, so the chain ends. */
async function followMerge(
  desk: DeskContext,
  command: Submission,
  options: CommandOptions,
  into: string,
): Promise<Outcome> {
  const { ticketId, addressedTo = ticketId } = command
  const sentOn = { ...command, ticketId: into, addressedTo }
  const outcome = await perform(desk, sentOn, { ...options, expectedRevision: undefined, lease: undefined })
  return { ...outcome, redirectedFrom: command.ticketId }
}

export async function checkRevision(
  desk: DeskContext,
  ticket: Ticket | null,
  { expectedRevision }: CommandOptions,
): Promise<void> {
  if (!ticket || expectedRevision === undefined || ticket.revision === expectedRevision) return
  const events = await desk.store.history(desk.tenant, ticket.id)
  const since = events.filter((event) => event.revision > expectedRevision)
  throw fail('revision_conflict', { ticketId: ticket.id, expected: expectedRevision, actual: ticket.revision, since })
}

/** A new ticket without a reference gets the next number. */
async function withReference(desk: DeskContext, command: Submission): Promise<Submission> {
  if (command.type !== 'open' || 'reference' in command.input) return command
  return {
    ...command,
    input: { ...command.input, reference: desk.reference(await desk.store.nextNumber(desk.tenant)) },
  }
}

/** Decides; brings the log if a clock must count the past, and catches up first if too much fell due at once. */
export async function decideWithHistory(
  desk: DeskContext,
  ticket: Ticket | null,
  command: Submission,
  at: number,
): Promise<Decision | Again> {
  const options = { tenant: desk.tenant, recordedAt: desk.clock.now(), guard: desk.guard }
  let result = decide(desk.definitions, ticket, command, at, options)
  if (!result.ok && result.error.code === 'history_needed' && ticket) {
    const history = await desk.store.history(desk.tenant, ticket.id)
    if (history.length !== ticket.version) return again(ticket.id, ticket.version, history.length)
    result = decide(desk.definitions, ticket, command, at, { ...options, history })
  }
  if (!result.ok && result.error.code === 'advance_needed' && ticket) {
    const caughtUp = await catchUp(desk, ticket, at)
    return again(ticket.id, ticket.version, ticket.version + caughtUp.length)
  }
  return unwrap(result)
}

/** Saves what time alone has caused, commit by commit, until nothing is due at `now` or somebody else was quicker. */
export async function catchUp(desk: DeskContext, ticket: Ticket, now: number): Promise<readonly AnyTicketEvent[]> {
  const saved: AnyTicketEvent[] = []
  for (let current = ticket, more = true; more; ) {
    const advanced = await advanceWithHistory(desk, current, now)
    const committed = await desk.store.commit({
      tenant: desk.tenant,
      changes: [changeOf(desk, current, advanced)],
      effects: [],
    })
    if (!committed.ok) break
    saved.push(...advanced.events)
    current = advanced.ticket
    more = advanced.more
  }
  return saved
}

/** What time alone has caused up to `now`; brings the log if a clock must count the past. */
export async function advanceWithHistory(
  desk: DeskContext,
  ticket: Ticket,
  now: number,
  limit?: number,
): Promise<Advanced> {
  const options = { tenant: desk.tenant, recordedAt: desk.clock.now(), ...(limit === undefined ? {} : { limit }) }
  try {
    return advance(desk.definitions, ticket, now, options)
  } catch (error) {
    if (!isDeskError(error, 'history_needed')) throw error
    const history = await desk.store.history(desk.tenant, ticket.id, { limit: ticket.version })
    return advance(desk.definitions, ticket, now, { ...options, history })
  }
}
