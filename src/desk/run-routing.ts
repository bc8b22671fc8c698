import { compileCondition } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import type { SortPosition } from '../condition/sort-key.ts'
import { fields } from '../engine/field.ts'
import { fail } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import { compileOrdering } from '../queue/ordering.ts'
import type { Agent } from '../queue/routing/agent.ts'
import { failedProposal, type Proposal } from '../queue/routing/route.ts'
import { neededAgents } from './ask-directory.ts'
import { assignTo, takeBack } from './assign.ts'
import type { DeskContext } from './options.ts'
import { breatheAfter } from './pace.ts'
import { isHeld } from './store-failure.ts'
import { inWork, isInWork } from './team.ts'

/** What a run over tickets without an agent did. */
export interface RoutingRun {
  /** Tickets taken from agents who are away. */
  readonly handedBack: readonly { readonly ticketId: string; readonly agent: string }[]
  readonly assigned: readonly { readonly ticketId: string; readonly agent: string; readonly reason: string }[]
  /** Tickets that nobody can have now, and when to look again; null: time alone does not help. */
  readonly waiting: readonly { readonly ticketId: string; readonly until: number | null; readonly reason: string }[]
  /** It ended before all were looked at, for its limit or its signal: run it again. */
  readonly more: boolean
}

const maxRouted = 10_000

/** What somebody else's transaction has is left to the next run. */
const unlessHeld = (error: unknown): null => {
  if (isHeld(error)) return null
  throw error
}

/**
 * Gives back what agents hold who are away, then gives every ticket that waits for an agent to whoever should have it,
 * in the order of `slaDue`: for a cron route. Overflow, waiting for somebody and shifts need it; nothing else does.
 * `limit` counts what is given and given back: what nobody can have now does not keep others from being looked at.
 */
export async function runRouting(
  desk: DeskContext,
  { limit = 1_000, signal }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<RoutingRun> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxRouted))
    throw fail('invalid_command', { reason: `a limit is a whole number from 1 to ${maxRouted}` }, 'limit')
  const agents = await neededAgents(desk)
  const handedBack: { ticketId: string; agent: string }[] = []
  const assigned: { ticketId: string; agent: string; reason: string }[] = []
  const waiting: { ticketId: string; until: number | null; reason: string }[] = []
  const ends = () => signal?.aborted === true || handedBack.length + assigned.length >= limit
  const run = (more: boolean): RoutingRun => ({ handedBack, assigned, waiting, more })
  if (desk.latest.routing?.handBack ?? true)
    for await (const back of absentees(desk, agents)) {
      if (ends()) return run(true)
      const taken = takeBack(desk, back.ticket, { decidedBy: 'away', reason: `${back.agent} is away` })
      if (await taken.catch(unlessHeld)) handedBack.push({ ticketId: back.ticket.id, agent: back.agent })
    }
  let looked = 0
  for await (const { id: ticketId } of ticketsIn(desk, { field: 'assignee', op: 'absent' })) {
    if (ends()) return run(true)
    await breatheAfter(++looked)
    const proposal = await proposalOf(desk, ticketId, agents)
    if (!proposal) continue
    const { agent, until, reason } = proposal
    if (agent === null) waiting.push({ ticketId, until, reason })
    else assigned.push({ ticketId, agent, reason })
  }
  return run(false)
}

/** Null: it needs nobody any more. */
async function proposalOf(desk: DeskContext, ticketId: string, agents: readonly Agent[]): Promise<Proposal | null> {
  try {
    return (await assignTo(desk, ticketId, agents, isInWork))?.proposal ?? null
  } catch (error) {
    if (isHeld(error)) return failedProposal(error.facts.reason)
    throw error
  }
}

/** The tickets of agents who are away; their claims are given back on the way. */
async function* absentees(desk: DeskContext, agents: readonly Agent[]) {
  const now = await desk.store.now()
  for (const { id: agent, away, awayUntil } of agents) {
    if (away !== true && (awayUntil ?? 0) <= now) continue
    for (const lease of await desk.store.leases(desk.tenant, agent))
      await desk.store.release(desk.tenant, lease, { waits: false }).catch(unlessHeld)
    for await (const ticket of ticketsIn(desk, { field: 'assignee', op: 'is', value: agent })) yield { agent, ticket }
  }
}

const readAtOnce = 500

/** Tickets in work for which a condition holds, most pressing first. */
async function* ticketsIn(desk: DeskContext, condition: Condition): AsyncGenerator<Ticket> {
  const when: Condition = { all: [inWork, condition] }
  const matches = compileCondition(when, fields)
  const { keys, position, compare } = compileOrdering('slaDue', fields)
  const ask = { tenant: desk.tenant, when, keys, position, compare, limit: readAtOnce }
  for (let after: SortPosition | undefined; ; ) {
    const rows = await desk.store.find({ ...ask, matches: (ticket) => matches({ ticket }), after })
    for (const { ticket } of rows) yield ticket
    const last = rows.at(-1)
    if (!last || rows.length < readAtOnce) return
    after = position(last.ticket)
  }
}
