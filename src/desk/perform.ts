import type { Decision } from '../engine/decide.ts'
import { fail, unwrap } from '../errors.ts'
import { type Actor, isStaff } from '../model/actor.ts'
import { Name, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Commit, CommitOutcome, Loaded, TicketChange, Waiting } from '../store.ts'
import { elapsedMs } from '../time/clock.ts'
import { type Again, again, attempts } from './again.ts'
import { amended } from './amended.ts'
import { decideWithHistory } from './catch-up.ts'
import { endOfChain } from './chain.ts'
import { endWriting, writingDuring } from './collision.ts'
import { changeOf, receiptOf, type Submission } from './commit.ts'
import { commandInstant } from './instant.ts'
import type { CommandOptions, DeskContext, Outcome } from './options.ts'
import { repeated, sameMessage } from './repeat.ts'
import { heldElsewhere, isHeld } from './store-failure.ts'

/** Load, decide, save; again when somebody else was quicker or the store did not say whether it saved. */
export async function perform(desk: DeskContext, command: Submission, options: InternalOptions): Promise<Outcome> {
  const asked = elapsedMs()
  return desk.turn(command.ticketId, (failure) => {
    // somebody else's transaction had the ticket while this one stood in line: that was its wait, too
    const waitedMs = isHeld(failure) ? elapsedMs() - asked : 0
    return attempts(() => performOnce(desk, command, { ...options, waitedMs }))
  })
}

/** What the desk says to itself, beside what callers say. */
interface InternalOptions extends CommandOptions, Waiting {
  /** Whose turn the command takes. */
  readonly turn?: Commit['turn']
}

/**
 * The same for what waits for nobody: no turn in this process, and no transaction of somebody else.
 * @throws DeskError `store_busy` with the ticket, where such a one has it, or the turn
 */
export const performAtOnce = (desk: DeskContext, command: Submission, options: InternalOptions): Promise<Outcome> =>
  attempts(() => performOnce(desk, command, { ...options, waits: false }))

async function performOnce(desk: DeskContext, command: Submission, options: InternalOptions): Promise<Outcome | Again> {
  const loaded = await desk.store.load(desk.tenant, command.ticketId, command.id)
  if (loaded.receipt) return repeated(desk, command, loaded.receipt)
  const ticket = loaded.row?.ticket ?? null
  if (!ticket && command.type !== 'open') throw fail('ticket_not_found', { ticketId: command.ticketId }, 'ticketId')
  const twin = await sameMessage(desk, command)
  if (twin) return twin
  if (ticket?.links.mergedInto != null && command.type === 'message')
    return followMerge(desk, command, options, ticket.links.mergedInto)
  await checkRevision(desk, ticket, options, command.actor)
  const at = commandInstant(options.at, ticket ? [ticket] : [], desk.clock.now(), loaded.now)
  const decision = await decideWithHistory(desk, ticket, await withReference(desk, command), at, options)
  if ('again' in decision) return decision
  const writing = await writingDuring(desk, command, decision.events)
  const outcome = await save(desk, command, options, loaded, ticket, decision)
  if ('again' in outcome) return outcome
  if (writing.themselves) await endWriting(desk, command)
  return writing.others ? amended(outcome, { collision: writing.others }) : outcome
}

async function save(
  desk: DeskContext,
  command: Submission,
  options: InternalOptions,
  loaded: Loaded,
  before: Ticket | null,
  decision: Decision,
): Promise<Outcome | Again> {
  const changes = decision.events.length > 0 ? [changeOf(desk, before, decision)] : []
  const receipt = receiptOf(command, decision.ticket.id, changes, decision.unchanged, loaded.now)
  const committed = await desk.store.commit({
    tenant: desk.tenant,
    changes,
    effects: decision.effects,
    receipt,
    lease: options.lease,
    turn: options.turn,
    waits: options.waits,
    waitedMs: options.waitedMs,
  })
  if (!committed.ok) return afterConflict(desk, command, changes, committed)
  return {
    ticket: decision.ticket,
    commandId: command.id,
    events: decision.events,
    effects: decision.effects,
    unchanged: decision.unchanged,
    repeated: false,
    get explanation() {
      return decision.explanation
    },
    redirectedFrom: null,
    collision: null,
    routed: null,
  }
}

/** Most conflicts mean "look again"; some are the answer. */
export async function afterConflict(
  desk: DeskContext,
  command: Submission,
  changes: readonly TicketChange[],
  conflict: CommitOutcome & { ok: false },
): Promise<Outcome | Again> {
  const expected = changes.find((change) => change.ticketId === command.ticketId)?.expectedVersion ?? 0
  switch (conflict.conflict) {
    case 'version':
      return again(conflict.ticketId, expected, conflict.actual)
    case 'receipt':
    case 'external_id':
      // what stands there now is the answer, and the next look finds it
      return again(command.ticketId, expected, expected)
    case 'lease':
      throw fail('lease_lost', { ticketId: conflict.ticketId, holder: command.actor.id }, 'options.lease')
    case 'held':
      throw heldElsewhere(command.ticketId)
    case 'turn':
      // whoever takes turns looks again for whose it is
      throw fail('version_conflict', { ticketId: command.ticketId, expected, actual: expected })
    case 'reference':
      if ((command.input as { reference?: string }).reference !== undefined)
        throw fail('reference_taken', { reference: conflict.reference }, 'reference')
      await skipTaken(desk, conflict.reference)
      return again(command.ticketId, 0, 0)
    default:
      return conflict satisfies never
  }
}

/**
 * A message to a merged ticket goes to the one at the end of the chain.
 * @throws DeskError `merge_cycle` where there is no end: no merge closes a circle, but an import may bring one
 */
async function followMerge(
  desk: DeskContext,
  command: Submission,
  options: CommandOptions,
  into: string,
): Promise<Outcome> {
  const { id } = await endOfChain(desk, command.ticketId, into, 'ticketId')
  const sentOn = { ...command, ticketId: id }
  const outcome = await perform(desk, sentOn, { ...options, expectedRevision: undefined, lease: undefined })
  return amended(outcome, { redirectedFrom: command.addressedTo })
}

/** Events that a conflict tells at most: the latest ones. */
const sinceLimit = 100

/** @throws DeskError `revision_conflict` with what happened since, for staff; the latest 100 events at most */
export async function checkRevision(
  { store, tenant }: DeskContext,
  ticket: Ticket | null,
  { expectedRevision }: CommandOptions,
  actor: Actor,
): Promise<void> {
  if (!ticket || expectedRevision === undefined || ticket.revision === expectedRevision) return
  const { id, version, revision } = ticket
  const latest = await store.history(tenant, id, { after: Math.max(0, version - sinceLimit) })
  // internal notes are none of their business who write from outside
  const since = isStaff(actor) ? latest.filter((event) => event.revision > expectedRevision) : []
  const facts = { ticketId: id, expected: expectedRevision, actual: revision, since }
  throw fail('revision_conflict', facts, 'options.expectedRevision')
}

/** A new ticket without a reference gets the next number. */
async function withReference(desk: DeskContext, command: Submission): Promise<Submission> {
  if (command.type !== 'open' || 'reference' in command.input) return command
  const reference = referenceOf(desk, await desk.store.nextNumber(desk.tenant))
  return { ...command, input: { ...command.input, reference } }
}

/** @throws DeskError `invalid_command`, `invalid_text`, `too_large` for what the application makes of a number */
const referenceOf = ({ reference }: DeskContext, number: number): string =>
  unwrap(parse(Name, reference(number), 'invalid_command', 'reference'))

/** Numbers passed over for one command, and at once, where tickets brought references of their own. */
const maxSkipped = 1_000_000
const mostAtOnce = 1_000

/**
 * Passes over the numbers whose references are taken: twice as many each time, and those together, so that a store may
 * draw them in one go. It comes to rest at the first draw whose last number is free.
 */
async function skipTaken(desk: DeskContext, taken: string): Promise<void> {
  const { store, tenant } = desk
  let atOnce = 1
  for (let skipped = 0; skipped < maxSkipped; skipped += atOnce) {
    const numbers = await Promise.all(Array.from({ length: atOnce }, () => store.nextNumber(tenant)))
    const last = referenceOf(desk, Math.max(...numbers))
    // the application names all its tickets alike
    if (last === taken) throw fail('reference_taken', { reference: taken }, 'reference')
    if (!(await store.lookup(tenant, { reference: last }))) return
    atOnce = Math.min(mostAtOnce, atOnce * 2)
  }
}
