import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { RoutingTrigger } from '../queue/routing/definition.ts'
import { failedProposal, idleProposal, type Proposal } from '../queue/routing/route.ts'
import { neededAgents, saidBy } from './ask-directory.ts'
import { assignTo, proposed, takeFromOtherTier } from './assign.ts'
import type { DeskContext, Routed } from './options.ts'
import { ticketNow } from './read.ts'
import { isInWork } from './team.ts'

/** Who should have a ticket now; nothing is written. */
export async function proposalFor(desk: DeskContext, ticketId: string): Promise<Proposal> {
  const ticket = await ticketNow(desk, ticketId)
  if (isOutOfWork(ticket.kind)) return idleProposal(ticket.kind)
  return (await proposed(desk, ticket, await neededAgents(desk))).proposal
}

/** What of events makes the desk look for an agent. */
function triggersIn(events: readonly AnyTicketEvent[]): ReadonlySet<RoutingTrigger> {
  return new Set(
    events.flatMap((event): RoutingTrigger[] => {
      if (event.type === 'ticket_opened') return ['open']
      if (event.type === 'tier_changed') return ['escalate']
      if (event.type === 'department_changed') return ['transfer']
      if (event.type !== 'status_changed') return []
      const { fromKind, kind } = event.data
      if (!isInWork({ kind }) || fromKind === null || isInWork({ kind: fromKind })) return []
      return isOutOfWork(fromKind) ? ['reopen'] : ['wake']
    }),
  )
}

/** An escalation moves what waits for others, too: the next tier is to have it when it is work again. */
const isUnderWay = ({ kind }: Ticket): boolean => !isOutOfWork(kind)

/**
 * Looks for an agent after what has happened to a ticket, if the definition says so and nobody has it. What happened is
 * saved by then: a directory that fails, or talks nonsense, changes nothing about it. Never rejects.
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
  const needs = wanted.includes('escalate') ? isUnderWay : isInWork
  let taken: Ticket | null = null
  try {
    const agents = await neededAgents(desk)
    if (wanted.includes('escalate')) taken = await takeFromOtherTier(desk, ticketId, agents, needs)
    const assigned = await assignTo(desk, ticketId, agents, needs)
    return assigned || taken ? { proposal: assigned?.proposal ?? null, ticket: assigned?.ticket ?? taken } : null
  } catch (error) {
    return { proposal: failedProposal(saidBy(error)), ticket: taken }
  }
}
