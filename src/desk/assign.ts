import { fail, isDeskError } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Agent } from '../queue/routing/agent.ts'
import { numberOf } from '../queue/routing/obstacle.ts'
import { failedProposal, heldProposal, type Proposal, route } from '../queue/routing/route.ts'
import type { Commit, LeaseKey } from '../store.ts'
import { type DeskContext, maxReloads, type Outcome } from './options.ts'
import { performAtOnce } from './perform.ts'
import { endsTransaction } from './store-failure.ts'
import { caseOf, heldLoad, type Team, takeOf, teamOf } from './team.ts'

/** The desk itself, giving tickets to agents. */
const routingActor = { kind: 'system', id: 'routing' } as const
/** It holds a ticket while it gives it away: nobody's id is that. */
const routingHolder = 'system:routing'
/** How long, should this machine die meanwhile. */
const routingHoldsMs = 5_000

/** One assignment at a time within this process: no ticket has a space in its id. */
const assigning = 'assign tickets'
/** How often others may be quicker, on other machines, until it is told as failed. */
const maxRounds = 100

/** Whom a ticket was found for, and the ticket then. */
export interface Assignment {
  readonly proposal: Proposal
  /** Null: as it was. */
  readonly ticket: Ticket | null
}

/** Who should have a ticket, and what that was decided by. */
export async function proposed(desk: DeskContext, ticket: Ticket, agents: readonly Agent[]) {
  const team = await teamOf(desk, agents)
  return { team, proposal: route(await caseOf(desk, ticket, team, await desk.store.now())) }
}

/**
 * Gives a ticket to whoever should have it, if it needs somebody; null if it does not.
 * @throws DeskError `store_busy` with the ticket, where somebody else's transaction has its claim or the agent's turn
 */
export async function assignTo(
  desk: DeskContext,
  ticketId: string,
  agents: readonly Agent[],
  needs: (ticket: Ticket) => boolean,
): Promise<Assignment | null> {
  return desk.turn(assigning, async () => {
    for (let round = 0; round < maxRounds; round++) {
      const { row } = await desk.store.load(desk.tenant, ticketId)
      if (!row || row.ticket.assignee !== null || !needs(row.ticket)) return null
      const { team, proposal } = await proposed(desk, row.ticket, agents)
      const { agent } = proposal
      if (agent === null) return { proposal, ticket: row.ticket }
      const given = await desk.turn(takeOf(agent), () => give(desk, row.ticket, agent, team, proposal))
      if (given) return given
    }
    return { proposal: failedProposal('others were quicker again and again'), ticket: null }
  })
}

/**
 * Gives a ticket to an agent, unless somebody holds it; null if somebody was quicker. It is claimed for as long as that
 * takes, so that nobody gets by `next` or `claim` what somebody else is given in the same moment.
 */
async function give(
  desk: DeskContext,
  ticket: Ticket,
  agent: string,
  team: Team,
  { decidedBy, reason, ...proposal }: Proposal,
): Promise<Assignment | null> {
  // what they took by `next` since the team was looked at
  if ((await heldLoad(desk, agent)) !== numberOf(team.held, agent)) return null
  const lease = await desk.store.claim(desk.tenant, ticket.id, routingHolder, routingHoldsMs, { waits: false })
  if (!lease) {
    const { lease: other } = await desk.store.present(desk.tenant, ticket.id)
    return other && { proposal: heldProposal(other.holder, other.until), ticket }
  }
  try {
    const turn = { agent, seen: numberOf(team.turns, agent) }
    const given = command(desk, ticket, 'assign', { agent, routed: { decidedBy, reason } }, { lease, turn })
    const outcome = await unlessQuicker(given)
    return outcome && { proposal: { ...proposal, decidedBy, reason }, ticket: outcome.ticket }
  } finally {
    // it runs out by itself where this fails
    await desk.store.release(desk.tenant, lease, { waits: false }).catch((error: unknown) => {
      if (endsTransaction(desk, error)) throw error
    })
  }
}

/** Takes a ticket from whoever has it; null if somebody was quicker. */
export const takeBack = (
  desk: DeskContext,
  ticket: Ticket,
  routed: { readonly decidedBy: string; readonly reason: string },
): Promise<Outcome | null> => unlessQuicker(command(desk, ticket, 'unassign', { routed }))

/**
 * An escalation takes a ticket from whoever has it, claim included: the next tier is other people. Null: it was
 * nobody's of another tier. Out of work it stays with whoever had it.
 */
export async function takeFromOtherTier(
  desk: DeskContext,
  ticketId: string,
  agents: readonly Agent[],
  needs: (ticket: Ticket) => boolean,
): Promise<Ticket | null> {
  const tierOf = (id: string | null | undefined) => {
    const agent = agents.find((one) => one.id === id)
    return agent && (agent.tier ?? 1)
  }
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    const { row } = await desk.store.load(desk.tenant, ticketId)
    if (!row || !needs(row.ticket)) return null
    const tier = row.ticket.tier ?? 1
    const isElsewhere = (own: number | undefined) => own !== undefined && own !== tier
    const { lease } = await desk.store.present(desk.tenant, ticketId)
    if (lease && isElsewhere(tierOf(lease.holder))) await desk.store.release(desk.tenant, lease, { waits: false })
    const own = tierOf(row.ticket.assignee)
    if (!isElsewhere(own)) return null
    const reason = `${row.ticket.assignee} is of tier ${own}, the ticket is in tier ${tier} now`
    const taken = await takeBack(desk, row.ticket, { decidedBy: 'tier', reason })
    if (taken) return taken.ticket
  }
  throw fail('version_conflict', { ticketId, expected: 0, actual: 0 }, 'ticketId')
}

const command = (
  desk: DeskContext,
  ticket: Ticket,
  type: 'assign' | 'unassign',
  input: object,
  under: { readonly lease?: LeaseKey; readonly turn?: Commit['turn'] } = {},
): Promise<Outcome> =>
  performAtOnce(
    desk,
    { id: desk.ids(), ticketId: ticket.id, addressedTo: ticket.id, actor: routingActor, type, input },
    { expectedRevision: ticket.revision, ...under },
  )

/** Codes that say that somebody was quicker: with the ticket, or with the turn of the agent. */
const quicker: ReadonlySet<string> = new Set(['version_conflict', 'revision_conflict', 'lease_lost'])

/** What a command led to; null if somebody was quicker. */
async function unlessQuicker(outcome: Promise<Outcome>): Promise<Outcome | null> {
  try {
    return await outcome
  } catch (error) {
    if (isDeskError(error) && quicker.has(error.code)) return null
    throw error
  }
}
