import { type Decision, decide } from '../engine/decide.ts'
import { fail, unwrap } from '../errors.ts'
import type { Effect } from '../model/effect.ts'
import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CauseExplanation } from '../rules/explain.ts'
import { advanceWithHistory } from './catch-up.ts'
import { endOfChain } from './chain.ts'
import { writingDuring } from './collision.ts'
import type { Submission } from './commit.ts'
import { commandInstant } from './instant.ts'
import type { CommandOptions, DeskContext } from './options.ts'
import { checkRevision } from './perform.ts'
import { repeated, sameMessage } from './repeat.ts'

/** What a command would lead to. */
export interface DryRun<X extends Names = Names> {
  readonly ticket: Ticket<X>
  readonly events: readonly AnyTicketEvent[]
  readonly effects: readonly Effect[]
  readonly unchanged: boolean
  /** Which rules would be tried, cause by cause, and what each would do. */
  readonly explanation: readonly CauseExplanation[]
}

/**
 * As `perform`, but nothing is saved, and a new ticket gets no number. Refused where `perform` would be (`collision`).
 */
export async function dryRun(desk: DeskContext, command: Submission, options: CommandOptions): Promise<DryRun> {
  if (command.type === 'merge')
    throw fail('invalid_command', { reason: 'a merge changes two tickets and cannot be tried' }, 'type')
  const { row, now, receipt } = await desk.store.load(desk.tenant, command.ticketId, command.id)
  const done = receipt ? await repeated(desk, command, receipt) : await sameMessage(desk, command)
  // done before: it would lead to nothing more
  if (done) return { ticket: done.ticket, events: [], effects: [], unchanged: true, explanation: [] }
  const ticket = row?.ticket ?? null
  if (!ticket && command.type !== 'open') throw fail('ticket_not_found', { ticketId: command.ticketId }, 'ticketId')
  const into = ticket?.links.mergedInto ?? null
  if (into !== null && command.type === 'message') {
    const { id } = await endOfChain(desk, command.ticketId, into, 'ticketId')
    return dryRun(desk, { ...command, ticketId: id }, { ...options, expectedRevision: undefined, lease: undefined })
  }
  await checkRevision(desk, ticket, options, command.actor)
  await checkLease(desk, options)
  const at = commandInstant(options.at, ticket ? [ticket] : [], desk.clock.now(), now)
  const { events, effects, unchanged, explanation, ...decided } = await decideOnly(desk, ticket, command, at)
  await writingDuring(desk, command, events)
  return { ticket: decided.ticket, events, effects, unchanged, explanation }
}

/** @throws DeskError `lease_lost` as a commit under that claim would */
async function checkLease({ store, tenant }: DeskContext, { lease }: CommandOptions): Promise<void> {
  if (!lease) return
  const { lease: held } = await store.present(tenant, lease.ticketId)
  if (held?.token !== lease.token || held.holder !== lease.holder)
    throw fail('lease_lost', { ticketId: lease.ticketId, holder: lease.holder }, 'options.lease')
}

async function decideOnly(
  desk: DeskContext,
  ticket: Ticket | null,
  command: Submission,
  at: number,
): Promise<Omit<Decision, 'nextAt'>> {
  const options = { tenant: desk.tenant, recordedAt: desk.clock.now(), guard: desk.guard, explain: true }
  const result = decide(desk.definitions, ticket, command, at, options)
  if (result.ok || !ticket) return unwrap(result)
  if (result.error.code === 'advance_needed') {
    // what `perform` would save first, commit by commit
    const { ticket: later, events, effects } = await advanceWithHistory(desk, ticket, at)
    if (later === ticket) return unwrap(result)
    const { explanation, ...rest } = await decideOnly(desk, later, command, at)
    return { ...rest, explanation, events: [...events, ...rest.events], effects: [...effects, ...rest.effects] }
  }
  if (result.error.code !== 'history_needed') return unwrap(result)
  const history = await desk.store.history(desk.tenant, ticket.id, { limit: ticket.version })
  return unwrap(decide(desk.definitions, ticket, command, at, { ...options, history }))
}
