import { isDeskError } from '../../errors.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { BusinessCalendar } from '../../time/calendar.ts'
import type { Agent } from './agent.ts'
import type { Routing } from './definition.ts'

/** Why an agent may not take a ticket. */
export type Obstacle = (typeof order)[number]

/** What is known when an agent is looked for. */
export interface RoutingFacts {
  readonly at: number
  readonly agents: readonly Agent[]
  /** What each agent has now, in units of capacity; who is missing has nothing. */
  readonly load: { readonly [agent: string]: number }
  /** A number for each agent that was ever given a ticket: the higher, the later. */
  readonly turns: { readonly [agent: string]: number }
  /** The agent who wrote to this requester last. */
  readonly lastSpoke?: string | null | undefined
  /** Who had the ticket in this tier before, where it has come back from a higher one. */
  readonly before?: string | null | undefined
}

/** One question: a ticket, and all that it is decided by. */
export interface RoutingCase extends RoutingFacts {
  readonly ticket: Ticket
  readonly routing: Routing
  readonly calendarNamed: (id: string) => BusinessCalendar | undefined
}

/**
 * Departments whose agents may take a ticket (null: any), in groups: the agents of the first are asked first, and those
 * of the next only if none of them can. Each has all of the one before it, and what the ticket has overflowed into.
 */
export function departmentsOf({
  ticket,
  routing,
  at,
}: Pick<RoutingCase, 'ticket' | 'routing' | 'at'>): readonly (readonly string[] | null)[] {
  const own = ticket.department
  if (own === null) return [null]
  const over = overflowsOf({ ticket, routing }).filter((overflow) => overflow.at <= at)
  return over.length > 0 ? [[own], [own, ...over.flatMap(({ to }) => to)]] : [[own]]
}

/** When a ticket overflows, and into which departments. */
export const overflowsOf = ({ ticket, routing }: Pick<RoutingCase, 'ticket' | 'routing'>) =>
  routing.overflow
    .filter(({ from }) => from === ticket.department)
    .map(({ to, after }) => ({ to, at: (ticket.departmentSince ?? ticket.openedAt) + after }))

/** Skills that a ticket needs, and those it is better served with. */
export function skillsFor({ ticket, routing }: Pick<RoutingCase, 'ticket' | 'routing'>) {
  const rules = routing.skills.filter(({ matches }) => matches({ ticket }))
  return { must: rules.flatMap(({ must }) => must), better: new Set(rules.flatMap(({ better }) => better)) }
}

/** When an agent is there next, from an instant on; null: nobody knows. */
export function thereFrom(agent: Agent, at: number, calendarNamed: RoutingCase['calendarNamed']): number | null {
  if (agent.away === true) return null
  const back = Math.max(at, agent.awayUntil ?? at)
  if (agent.calendar === undefined) return back
  const calendar = calendarNamed(agent.calendar)
  try {
    return calendar ? calendar.nextOpening(back) : null
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted')) return null // it never opens again
    throw error
  }
}

/**
 * What keeps an agent from a ticket, the first in this order: not there, not at work, another department, too high a
 * tier, a skill that is missing, too much to do. Null: nothing does. `departments` are those whose agents may.
 */
export function obstacleFor(agent: Agent, asked: RoutingCase, departments: readonly string[] | null): Obstacle | null {
  return order.find((obstacle) => obstacles[obstacle](agent, asked, departments)) ?? null
}

const order = ['away', 'off_hours', 'department', 'tier', 'skill', 'capacity'] as const

type Holds = (agent: Agent, asked: RoutingCase, departments: readonly string[] | null) => boolean

const obstacles: Readonly<Record<Obstacle, Holds>> = {
  away: ({ away, awayUntil }, { at }) => away === true || (awayUntil ?? 0) > at,
  off_hours: (agent, { at, calendarNamed }) => thereFrom(agent, at, calendarNamed) !== at,
  department: ({ departments: own }, _asked, departments) =>
    own !== undefined && departments !== null && !departments.some((department) => own.includes(department)),
  tier: ({ tier = 1 }, { ticket }) => tier < (ticket.tier ?? 1),
  skill: ({ skills = [] }, asked) => skillsFor(asked).must.some((skill) => !skills.includes(skill)),
  capacity: ({ id, capacity = Number.POSITIVE_INFINITY }, { ticket, routing, load }) =>
    numberOf(load, id) + routing.costOf(ticket.channel) > capacity * (1 + rounding),
}

/** Sums of binary fractions: three tenths fit into 0.3. */
const rounding = 1e-9

/** What is kept for an agent, 0 where nothing is: an id may be a word that every object knows. */
export const numberOf = (kept: { readonly [agent: string]: number }, id: string): number =>
  Object.hasOwn(kept, id) ? (kept[id] ?? 0) : 0
