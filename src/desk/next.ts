import { fields } from '../engine/field.ts'
import { routingCase, routingOf } from '../engine/route.ts'
import { fail } from '../errors.ts'
import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { describeKeys } from '../queue/describe-ordering.ts'
import type { Agent } from '../queue/routing/agent.ts'
import { departmentsOf, type Obstacle, obstacleFor } from '../queue/routing/obstacle.ts'
import type { Lease, Query } from '../store.ts'
import { agentsOf } from './ask-directory.ts'
import { lookAtDue } from './due.ts'
import type { DeskContext } from './options.ts'
import { queryOf } from './read.ts'
import { isHeld } from './store-failure.ts'
import { takeOf, teamOf } from './team.ts'

/** How long a claim holds unless said: 15 min. Work that takes longer renews it. */
export const defaultClaimMs = 15 * 60_000

/** @throws DeskError `invalid_duration` for a claim shorter than 1 s or longer than a day */
export function claimMs(forMs: number): number {
  if (forMs >= 1_000 && forMs <= 24 * 3_600_000) return forMs
  throw fail('invalid_duration', { value: String(forMs), reason: 'a claim holds for 1 s to 24 h' }, 'forTime')
}

/** Tickets read at once, at first and at most, and how many of a view are looked at before there is held to be none. */
const readFirst = 10
const readAtOnce = 500
const maxLookedAt = 100_000
/** How often the head of a view is read again when others were quicker with tickets of it. */
const maxClaimRounds = 100
/** Tickets passed over that the reason tells of. */
const maxTold = 20

/** Why this ticket. */
export interface NextReason {
  readonly view: string
  /** The ordering of the view in words. */
  readonly order: string
  /** Tickets before it that the agent may not take, the first 20; `assigned`: somebody else has it. */
  readonly passedOver: readonly { readonly ticketId: string; readonly because: Obstacle | 'assigned' }[]
}

/** The next ticket of a view, claimed. */
export interface NextTicket<X extends Names = Names> {
  readonly ticket: Ticket<X>
  readonly lease: Lease
  readonly reason: NextReason
}

/**
 * The first ticket of somebody's views that nobody holds and that they may take, claimed for them; null when there is
 * none among the first 100,000 of a view. What they may take is asked of the directory;
 * where there is none, everything.
 */
export async function nextTicket(
  desk: DeskContext,
  views: string | readonly string[] | undefined,
  holder: string,
  forMs: number,
): Promise<NextTicket | null> {
  const agents = await agentsOf(desk)
  const agent = agents && agentNamed(agents, holder)
  const queries = viewsFor(views, agent).map((view) => [view, queryOf(desk, view)] as const)
  await lookAtDue(desk)
  // one at a time for each agent: what the first one takes counts for the second
  return desk.turn(takeOf(holder), async () => {
    const judge = await judgeFor(desk, agent, agents ?? [])
    for (const [view, query] of queries) {
      const found = await firstOf(desk, view, query, judge, holder, forMs)
      if (found) return found
    }
    return null
  })
}

/** @throws DeskError `unknown_name` for somebody whom the directory does not name */
function agentNamed(agents: readonly Agent[], id: string): Agent {
  const known = () => agents.map((one) => one.id).slice(0, 100)
  const agent = agents.find((one) => one.id === id)
  if (!agent) throw fail('unknown_name', { what: 'agent in the directory', name: id, known: known() })
  return agent
}

function viewsFor(views: string | readonly string[] | undefined, agent: Agent | undefined) {
  const named = views === undefined ? agent?.views : typeof views === 'string' ? [views] : views
  if (named && named.length > 0) return named
  throw fail('invalid_command', { reason: 'name a view, here or for the agent in the directory' }, 'view')
}

/** May the agent take a ticket? */
type Judge = (ticket: Ticket) => Obstacle | 'assigned' | null

async function judgeFor(desk: DeskContext, agent: Agent | undefined, agents: readonly Agent[]): Promise<Judge> {
  if (!agent) return () => null
  // the others matter only where a ticket of theirs overflows: it is for others if none of them can have it
  const overflows = routingOf(desk.latest).overflow.length > 0
  const [team, at] = [await teamOf(desk, overflows ? agents : [agent]), await desk.store.now()]
  return (ticket) => {
    if (ticket.assignee !== null && ticket.assignee !== agent.id) return 'assigned'
    const asked = routingCase(desk.latest, ticket, { ...team, at })
    const groups = departmentsOf(asked)
    const open = groups.find((departments) => team.agents.some((one) => obstacleFor(one, asked, departments) === null))
    const obstacle = obstacleFor(agent, asked, open ?? groups.at(-1) ?? null)
    // what they have already is theirs, and counts already
    return ticket.assignee === agent.id && obstacle !== 'away' && obstacle !== 'off_hours' ? null : obstacle
  }
}

async function firstOf(
  desk: DeskContext,
  view: string,
  query: Query,
  judge: Judge,
  holder: string,
  forMs: number,
): Promise<NextTicket | null> {
  const passedOver: { ticketId: string; because: Obstacle | 'assigned' }[] = []
  let after: Query['after']
  let lookedAt = 0
  for (let round = 0; round < maxClaimRounds && lookedAt < maxLookedAt; ) {
    // nobody's name is empty: tickets that anybody holds are left out, the holder's own as well
    const limit = Math.min(readAtOnce, Math.max(readFirst, lookedAt))
    const rows = await desk.store.find({ ...query, limit, freeFor: '', after })
    lookedAt += rows.length
    let claimedByOthers = false
    for (const { ticket } of rows) {
      const because = judge(ticket)
      if (because !== null) {
        if (passedOver.length < maxTold) passedOver.push({ ticketId: ticket.id, because })
        continue
      }
      const taken = await take(desk, query, judge, ticket.id, holder, forMs)
      if (taken) {
        const order = describeKeys(query.keys, fields)
        return { ...taken, reason: { view, order, passedOver } }
      }
      claimedByOthers = true
    }
    const last = rows.at(-1)
    if (!last) return null
    if (claimedByOthers) round += 1
    after = query.position(last.ticket)
  }
  return null
}

/** Claims a ticket and looks once more: it may have changed meanwhile. */
async function take(
  desk: DeskContext,
  query: Query,
  judge: Judge,
  ticketId: string,
  holder: string,
  forMs: number,
): Promise<Omit<NextTicket, 'reason'> | null> {
  const lease = await desk.store
    .claim(desk.tenant, ticketId, holder, forMs, { waits: false })
    .catch((error: unknown) => {
      if (isHeld(error)) return null
      throw error
    })
  if (!lease) return null
  const { row } = await desk.store.load(desk.tenant, ticketId)
  if (row && query.matches(row.ticket) && judge(row.ticket) === null) return { ticket: row.ticket, lease }
  await desk.store.release(desk.tenant, lease)
  return null
}
