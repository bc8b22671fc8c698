import { compileCondition } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import { fields } from '../engine/field.ts'
import { fail, isDeskError } from '../errors.ts'
import { isOutOfWork, isWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { compileOrdering } from '../queue/ordering.ts'
import type { Agent } from '../queue/routing/agent.ts'
import type { RoutingTrigger } from '../queue/routing/definition.ts'
import { failedProposal, idleProposal, type Proposal, route } from '../queue/routing/route.ts'
import { type DeskContext, maxReloads, type Outcome, type Routed } from './options.ts'
import { perform } from './perform.ts'
import { ticketNow } from './read.ts'
import { agentsOf, caseOf, inWork, teamOf } from './team.ts'

/** The desk itself, giving tickets to agents. */
const routingActor = { kind: 'system', id: 'routing' } as const

/** Who should have a ticket now; nothing is written. */
export async function proposalFor(desk: DeskContext, ticketId: string): Promise<Proposal> {
  const ticket = await ticketNow(desk, ticketId)
  if (isOutOfWork(ticket.kind)) return idleProposal(ticket.kind)
  return (await proposed(desk, ticket, await neededAgents(desk))).proposal
}

async function neededAgents(desk: DeskContext): Promise<readonly Agent[]> {
  const agents = await agentsOf(desk)
  if (!agents) throw fail('invalid_command', { reason: 'routing needs a directory: createDesk({ directory })' })
  return agents
}

async function proposed(desk: DeskContext, ticket: Ticket, agents: readonly Agent[]) {
  const team = await teamOf(desk, agents)
  return { team, proposal: route(await caseOf(desk, ticket, team, await desk.store.now())) }
}

/** Does a ticket wait for an agent? */
const isOpenTo = ({ assignee, kind }: Ticket): boolean => assignee === null && isWork(kind)

/** What of events makes the desk look for an agent. */
function triggersIn(events: readonly AnyTicketEvent[]): ReadonlySet<RoutingTrigger> {
  return new Set(
    events.flatMap((event): RoutingTrigger[] => {
      if (event.type === 'ticket_opened') return ['open']
      if (event.type === 'tier_changed') return ['escalate']
      if (event.type === 'department_changed') return ['transfer']
      if (event.type !== 'status_changed') return []
      const { fromKind, kind } = event.data
      const works = isWork(kind)
      if (works && fromKind === 'postponed') return ['wake']
      return works && (fromKind === 'resolved' || fromKind === 'closed') ? ['reopen'] : []
    }),
  )
}

/**
 * Looks for an agent after what has happened to a ticket, if the definition says so and nobody has it. What happened is
 * saved by then: a directory that fails, or talks nonsense, changes nothing about it.
 */
export async function routeAfter(
  desk: DeskContext,
  ticketId: string,
  events: readonly AnyTicketEvent[],
): Promise<Routed | null> {
  const { routing } = desk.latest
  if (!routing || !desk.directory) return null
  const found = triggersIn(events)
  const wanted = routing.assignOn.filter((trigger) => found.has(trigger))
  if (wanted.length === 0) return null
  try {
    const agents = await neededAgents(desk)
    if (wanted.includes('escalate')) await takeFromOtherTier(desk, ticketId, agents)
    return await assignTo(desk, ticketId, agents)
  } catch (error) {
    return { proposal: failedProposal((error as Error).message), ticket: null }
  }
}

/** An escalation takes a ticket from whoever has it: the next tier is other people. */
async function takeFromOtherTier(desk: DeskContext, ticketId: string, agents: readonly Agent[]): Promise<void> {
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    const has = agents.find(({ id }) => id === row?.ticket.assignee)
    if (!row || !has) return
    const [own, tier] = [has.tier ?? 1, row.ticket.tier ?? 1]
    if (own === tier) return
    const reason = `${has.id} is of tier ${own}, the ticket is in tier ${tier} now`
    if (await unlessQuicker(command(desk, row.ticket, 'unassign', { routed: { decidedBy: 'tier', reason } }))) return
  }
}

const command = (
  desk: DeskContext,
  ticket: Ticket,
  type: 'assign' | 'unassign',
  input: object,
  turn?: { readonly agent: string; readonly seen: number },
): Promise<Outcome> =>
  perform(
    desk,
    { id: desk.ids(), ticketId: ticket.id, addressedTo: ticket.id, actor: routingActor, type, input },
    { expectedRevision: ticket.revision, ...(turn ? { turn } : {}) },
  )

/** Codes that say that somebody was quicker: with the ticket, or with the turn of the agent. */
const quicker: ReadonlySet<string> = new Set(['version_conflict', 'revision_conflict'])

/** What a command led to; null if somebody was quicker. */
async function unlessQuicker(outcome: Promise<Outcome>): Promise<Outcome | null> {
  try {
    return await outcome
  } catch (error) {
    if (isDeskError(error) && quicker.has(error.code)) return null
    throw error
  }
}

/** Gives a ticket to whoever should have it; null if it needs nobody, or others were quicker again and again. */
async function assignTo(desk: DeskContext, ticketId: string, agents: readonly Agent[]): Promise<Routed | null> {
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    if (!row || !isOpenTo(row.ticket)) return null
    const { team, proposal } = await proposed(desk, row.ticket, agents)
    const { agent } = proposal
    if (agent === null) return { proposal, ticket: row.ticket }
    const { decidedBy, reason } = proposal
    const turn = { agent, seen: team.turns[agent] ?? 0 }
    const given = command(desk, row.ticket, 'assign', { agent, routed: { decidedBy, reason } }, turn)
    const outcome = await unlessQuicker(given)
    if (outcome) return { proposal, ticket: outcome.ticket }
  }
  return null
}

/** What a run over tickets without an agent did. */
export interface RoutingRun {
  /** Tickets taken from agents who are away. */
  readonly handedBack: readonly { readonly ticketId: string; readonly agent: string }[]
  readonly assigned: readonly { readonly ticketId: string; readonly agent: string; readonly reason: string }[]
  /** Tickets that nobody can have now, and when to look again; null: time alone does not help. */
  readonly waiting: readonly { readonly ticketId: string; readonly until: number | null; readonly reason: string }[]
  /** The limit was reached; more may wait. */
  readonly more: boolean
}

const maxRouted = 10_000

/**
 * Gives back what agents hold who are away, then gives every ticket that waits for an agent to whoever should have it,
 * in the order of `slaDue`: for a cron route. Overflow, waiting for somebody and shifts need it; nothing else does.
 */
export async function runRouting(
  desk: DeskContext,
  { limit = 1_000, signal }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<RoutingRun> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxRouted))
    throw fail('invalid_command', { reason: `a limit is a whole number from 1 to ${maxRouted}` }, 'limit')
  const agents = await neededAgents(desk)
  const handedBack = (desk.latest.routing?.handBack ?? true) ? await handBack(desk, agents, limit, signal) : []
  const assigned: { ticketId: string; agent: string; reason: string }[] = []
  const waiting: { ticketId: string; until: number | null; reason: string }[] = []
  const tickets = await ticketsIn(desk, { field: 'assignee', op: 'absent' }, limit)
  for (const { id: ticketId } of tickets) {
    if (signal?.aborted) return { handedBack, assigned, waiting, more: true }
    const found = await assignTo(desk, ticketId, agents)
    if (!found) continue
    const { agent, until, reason } = found.proposal
    if (agent === null) waiting.push({ ticketId, until, reason })
    else assigned.push({ ticketId, agent, reason })
  }
  return { handedBack, assigned, waiting, more: tickets.length === limit }
}

/** Tickets and claims of agents who are away. */
async function handBack(
  desk: DeskContext,
  agents: readonly Agent[],
  limit: number,
  signal: AbortSignal | undefined,
): Promise<RoutingRun['handedBack']> {
  const now = await desk.store.now()
  const handedBack: { ticketId: string; agent: string }[] = []
  const away = agents.filter(({ away, awayUntil }) => away === true || (awayUntil ?? 0) > now)
  for (const agent of away) {
    for (const lease of await desk.store.leases(desk.tenant, agent.id)) await desk.store.release(desk.tenant, lease)
    for (const ticket of await ticketsIn(desk, { field: 'assignee', op: 'is', value: agent.id }, limit)) {
      if (signal?.aborted) return handedBack
      const routed = { decidedBy: 'away', reason: `${agent.id} is away` }
      if (await unlessQuicker(command(desk, ticket, 'unassign', { routed })))
        handedBack.push({ ticketId: ticket.id, agent: agent.id })
    }
  }
  return handedBack
}

/** Tickets in work for which a condition holds, most pressing first. */
async function ticketsIn(desk: DeskContext, condition: Condition, limit: number): Promise<readonly Ticket[]> {
  const when: Condition = { all: [inWork, condition] }
  const matches = compileCondition(when, fields)
  const { keys, position, compare } = compileOrdering('slaDue', fields)
  const ask = { tenant: desk.tenant, when, keys, position, compare, limit }
  const rows = await desk.store.find({ ...ask, matches: (ticket) => matches({ ticket }) })
  return rows.map(({ ticket }) => ticket)
}
