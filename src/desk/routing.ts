import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { RoutingTrigger } from '../queue/routing/definition.ts'
import { failedProposal, idleProposal, type Proposal } from '../queue/routing/route.ts'
import { neededAgents, saidBy } from './ask-directory.ts'
import { type Assignment, assignTo, proposed, takeFromOtherTier } from './assign.ts'
import { tryWhileHeld } from './held.ts'
import type { DeskContext, Routed, RoutingPace } from './options.ts'
import { ticketNow } from './read.ts'
import { endsTransaction, heldElsewhere, isHeld } from './store-failure.ts'
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
 * saved by then: a directory that fails, or talks nonsense, changes nothing about it. Rejects only where the error is the
 * end of the application's transaction, and with it of what happened.
 */
export async function routeAfter(
  desk: DeskContext,
  ticketId: string,
  events: readonly AnyTicketEvent[],
  how: RoutingPace = 'waiting',
): Promise<Routed | null> {
  const { routing } = desk.latest
  if (!routing || !desk.directory) return null
  const found = triggersIn(events)
  const wanted = routing.assignOn.filter((trigger) => found.has(trigger))
  if (wanted.length === 0) return null
  const routed = await routeFor(desk, ticketId, wanted, how)
  return routed.proposal || routed.ticket ? routed : null
}

async function routeFor(
  desk: DeskContext,
  ticketId: string,
  wanted: readonly RoutingTrigger[],
  how: RoutingPace,
): Promise<Routed> {
  const needs = wanted.includes('escalate') ? isUnderWay : isInWork
  let taken: Ticket | null = null
  try {
    if (how === 'later') throw heldElsewhere(ticketId)
    const agents = await neededAgents(desk)
    const found = async (): Promise<Assignment | null> => {
      if (wanted.includes('escalate')) taken = (await takeFromOtherTier(desk, ticketId, agents, needs)) ?? taken
      return assignTo(desk, ticketId, agents, needs)
    }
    const assigned = await (how === 'waiting' ? tryWhileHeld(found) : found())
    return { proposal: assigned?.proposal ?? null, ticket: assigned?.ticket ?? taken }
  } catch (error) {
    if (endsTransaction(desk, error)) throw error
    const isLeft = isHeld(error)
    if (isLeft && desk.unrouted.size < maxLeft) desk.unrouted.set(ticketId, wanted)
    return { proposal: failedProposal(saidBy(error)), ticket: taken, isLeft }
  }
}

/** Tickets left for later at most; `runRouting` finds the others, and those that a process leaves behind. */
const maxLeft = 10_000
/** Of them looked at with what is due, at once. */
const leftAtOnce = 100

/** Looks for agents that were left to be looked for: false when somebody's transaction is in the way of one still. */
export async function routeLeft(desk: DeskContext): Promise<boolean> {
  for (const [ticketId, wanted] of [...desk.unrouted].slice(0, leftAtOnce)) {
    desk.unrouted.delete(ticketId)
    const { isLeft } = await routeFor(desk, ticketId, wanted, 'passing')
    if (isLeft) return false
  }
  return true
}
