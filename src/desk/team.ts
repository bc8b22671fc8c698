import { compileCondition } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import { fields } from '../engine/field.ts'
import { routingCase, routingOf } from '../engine/route.ts'
import { isWork, workKinds } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Agent } from '../queue/routing/agent.ts'
import type { RoutingCase } from '../queue/routing/obstacle.ts'
import type { DeskContext } from './options.ts'
import { valuesOf } from './segment.ts'

/** Is a ticket work for whoever has it? In the other kinds it waits for somebody else, or is done. */
export const isInWork = ({ kind }: Pick<Ticket, 'kind'>): boolean => isWork(kind)
/** The same as a condition. */
export const inWork: Condition = { field: 'kind', op: 'oneOf', value: [...workKinds] }

/** The turn of whatever gives an agent more to do: no ticket has a space in its id. */
export const takeOf = (agent: string): string => `take ${agent}`

/** What somebody is asked about a ticket: whom there is, what they have to do, whose turn it is. */
export interface Team {
  readonly agents: readonly Agent[]
  /** What each has in work, in units of capacity: assigned to them, or held by a claim. */
  readonly load: Readonly<Record<string, number>>
  /** The part of it that each holds by claims. */
  readonly held: Readonly<Record<string, number>>
  readonly turns: Readonly<Record<string, number>>
}

/** Turns are read before loads: an assignment in between is noticed when the turn is taken. */
export async function teamOf(desk: DeskContext, agents: readonly Agent[]): Promise<Team> {
  const turns = await desk.store.turns(desk.tenant)
  const assigned = await assignedLoads(desk)
  const held = await Promise.all(agents.map(async ({ id }) => [id, await heldLoad(desk, id)] as const))
  const load = held.map(([id, byClaims]) => [id, (assigned.get(id) ?? 0) + byClaims] as const)
  return { agents, turns, load: Object.fromEntries(load), held: Object.fromEntries(held) }
}

/** What agents have in work by assignment, in units of capacity. */
async function assignedLoads({ store, tenant, latest }: DeskContext): Promise<ReadonlyMap<string, number>> {
  const when: Condition = { all: [inWork, { field: 'assignee', op: 'present' }] }
  const by = ['assignee', 'channel']
  const matches = compileCondition(when, fields)
  const tallies = await store.tally({
    tenant,
    when,
    matches: (ticket) => matches({ ticket }),
    by,
    values: valuesOf(by, fields),
  })
  const load = new Map<string, number>()
  for (const { values, count } of tallies) {
    const [agent, channel] = values as [string, string | null]
    load.set(agent, (load.get(agent) ?? 0) + count * routingOf(latest).costOf(channel))
  }
  return load
}

/** What an agent holds by claims and has not been assigned: it is work of theirs all the same. */
export async function heldLoad({ store, tenant, latest }: DeskContext, agent: string): Promise<number> {
  let load = 0
  for (const { ticketId } of await store.leases(tenant, agent)) {
    const { row } = await store.load(tenant, ticketId)
    if (row && isInWork(row.ticket) && row.ticket.assignee !== agent)
      load += routingOf(latest).costOf(row.ticket.channel)
  }
  return load
}

/** A ticket with all that routing decides by. */
export async function caseOf(desk: DeskContext, ticket: Ticket, team: Team, at: number): Promise<RoutingCase> {
  const { strategies } = routingOf(desk.latest)
  const lastSpoke = strategies.includes('sticky') ? await lastSpokeTo(desk, ticket) : null
  const before = strategies.includes('return') ? await hadBefore(desk, ticket) : null
  return routingCase(desk.latest, ticket, { ...team, at, lastSpoke, before })
}

/** Events of a ticket that are looked through for who spoke last: the latest ones. */
const maxLookedThrough = 200

/** The agent whose public message to this requester is the latest, on whichever ticket. */
async function lastSpokeTo({ store, tenant }: DeskContext, { requester }: Ticket): Promise<string | null> {
  if (!requester) return null
  const when: Condition = {
    all: [
      { field: 'requester.id', op: 'is', value: requester.id },
      { field: 'lastAgentReplyAt', op: 'present' },
    ],
  }
  const matches = compileCondition(when, fields)
  const position = (ticket: Ticket) => ({ values: [ticket.lastAgentReplyAt], id: ticket.id })
  const [row] = await store.find({
    tenant,
    when,
    matches: (ticket) => matches({ ticket }),
    keys: [{ by: { field: 'lastAgentReplyAt' }, direction: 'descending', nulls: 'last' }],
    position,
    compare: (a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0) || (a.id < b.id ? -1 : 1),
    limit: 1,
  })
  if (!row) return null
  const { id, version } = row.ticket
  const events = await store.history(tenant, id, { after: Math.max(0, version - maxLookedThrough) })
  const spoke = events.findLast(
    (event) =>
      event.type === 'message_added' &&
      event.data.message.role === 'agent' &&
      event.data.message.visibility === 'public',
  )
  return spoke?.actor.id ?? null
}

/** Who had a ticket last before it went up from this tier, if its last change of tier was the way back. */
async function hadBefore({ store, tenant }: DeskContext, ticket: Ticket): Promise<string | null> {
  const events = await store.history(tenant, ticket.id, { after: Math.max(0, ticket.version - maxLookedThrough) })
  const changes = events.filter((event) => event.type === 'tier_changed')
  const [last, tier] = [changes.at(-1)?.data, ticket.tier ?? 1]
  if (!last || tier >= (last.from ?? 1)) return null
  const wentUp = changes.findLast(({ data }) => (data.from ?? 1) <= tier && (data.tier ?? 1) > tier)
  const before = events.filter(({ version }) => wentUp !== undefined && version < wentUp.version)
  return before.reduce<string | null>((had, event) => assigneeIn(event) ?? had, null)
}

const assigneeIn = (event: AnyTicketEvent): string | null =>
  event.type === 'assignee_changed' || event.type === 'ticket_opened' ? event.data.assignee : null
