import type { StatusKind } from '../../model/names.ts'
import type { Agent } from './agent.ts'
import type { StrategyName } from './definition.ts'
import {
  departmentsOf,
  numberOf,
  type Obstacle,
  obstacleFor,
  overflowsOf,
  type RoutingCase,
  skillsFor,
  thereFrom,
} from './obstacle.ts'

/** Who should have a ticket, and why. */
export interface Proposal {
  /** Null: nobody can have it now. */
  readonly agent: string | null
  /**
   * What decided: a strategy; `only`: nobody else could; `nobody`: nobody could; `wait`: for `waitFor`; `failed`: there
   * was no telling, for the reason given.
   */
  readonly decidedBy: StrategyName | 'only' | 'nobody' | 'wait' | 'failed'
  /** Whom the ticket waits for: who spoke to the requester last and is there soon, or who holds it by a claim. */
  readonly waitFor: string | null
  /** The first instant at which somebody can have it by time alone, as things are; null: nobody will. */
  readonly until: number | null
  /** What each strategy left of those who could, in order. */
  readonly steps: readonly { readonly strategy: StrategyName; readonly left: readonly string[] }[]
  /** Who could not, and why. */
  readonly passedOver: readonly { readonly agent: string; readonly because: Obstacle }[]
  /** The reason in a sentence. */
  readonly reason: string
}

/** Those who serve best by one measure; never nobody. Without a say it leaves them all. */
type Strategy = (candidates: readonly Agent[], asked: RoutingCase) => readonly Agent[]

/** All with the lowest value. */
function lowest(candidates: readonly Agent[], value: (agent: Agent) => number): readonly Agent[] {
  const best = Math.min(...candidates.map(value))
  return candidates.filter((agent) => value(agent) === best)
}

/** Somebody by id, if among them; else all. */
const named = (candidates: readonly Agent[], id: string | null | undefined): readonly Agent[] => {
  const found = candidates.filter((agent) => agent.id === id)
  return found.length > 0 ? found : candidates
}

const strategies: Readonly<Record<StrategyName, Strategy>> = {
  return: (candidates, { before }) => named(candidates, before),
  sticky: (candidates, { lastSpoke }) => named(candidates, lastSpoke),
  tier: (candidates) => lowest(candidates, ({ tier = 1 }) => tier),
  skills: (candidates, asked) => {
    const { better } = skillsFor(asked)
    return lowest(candidates, ({ skills = [] }) => -skills.filter((skill) => better.has(skill)).length)
  },
  seniority: (candidates, { ticket, routing }) => {
    if (routing.senior.includes(ticket.priority)) return lowest(candidates, ({ seniority = 0 }) => -seniority)
    if (routing.junior.includes(ticket.priority)) return lowest(candidates, ({ seniority = 0 }) => seniority)
    return candidates
  },
  leastLoaded: (candidates, { load }) => {
    const bounded = candidates.every(({ capacity }) => capacity !== undefined && capacity > 0)
    return lowest(candidates, ({ id, capacity = 1 }) => numberOf(load, id) / (bounded ? capacity : 1))
  },
  roundRobin: (candidates, { turns }) => lowest(candidates, ({ id }) => numberOf(turns, id)).slice(0, 1),
}

const words: Readonly<Record<StrategyName, string>> = {
  return: 'had it before it went up',
  sticky: 'spoke to the requester last',
  tier: 'is of the lowest tier that can',
  skills: 'has most of the skills that help',
  seniority: 'fits the priority by experience',
  leastLoaded: 'has the least to do',
  roundRobin: 'has waited longest for a turn',
}

/**
 * Who should have a ticket. First whoever may not take it is left out; of the others each strategy keeps those who
 * serve best by its measure, until one is left; where several are left in the end, it is whose turn it is.
 */
export function route(asked: RoutingCase): Proposal {
  const agents = asked.agents.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  let passedOver: Proposal['passedOver'] = []
  for (const [overflown, departments] of departmentsOf(asked).entries()) {
    const found = agents.map((agent) => ({ agent, because: obstacleFor(agent, asked, departments) }))
    const able = found.flatMap(({ agent, because }) => (because === null ? [agent] : []))
    passedOver = found.flatMap(({ agent, because }) => (because === null ? [] : [{ agent: agent.id, because }]))
    const waiting = waitForSticky(asked, agents, able, passedOver, departments)
    if (waiting) return waiting
    if (able.length > 0) return chosen(asked, able, passedOver, overflown > 0)
  }
  return { ...nothing, decidedBy: 'nobody', until: nextChance(asked), passedOver, reason: 'nobody can have it now' }
}

const nothing = { agent: null, waitFor: null, until: null, steps: [] } as const

/** The answer for a ticket on which nobody works any more. */
export const idleProposal = (kind: StatusKind): Proposal => ({
  ...nothing,
  decidedBy: 'nobody',
  passedOver: [],
  reason: `nobody needs it: it is ${kind}`,
})

/** The answer where agents could not be asked for. */
export const failedProposal = (why: string): Proposal => ({
  ...nothing,
  decidedBy: 'failed',
  passedOver: [],
  reason: `nobody was looked for: ${why.slice(0, 200)}`,
})

/** The answer where somebody holds the ticket by a claim. */
export const heldProposal = (holder: string, until: number): Proposal => ({
  ...nothing,
  decidedBy: 'wait',
  waitFor: holder,
  until,
  passedOver: [],
  reason: `${holder} holds it`,
})

function chosen(
  asked: RoutingCase,
  able: readonly Agent[],
  passedOver: Proposal['passedOver'],
  overflown: boolean,
): Proposal {
  const steps: { strategy: StrategyName; left: readonly string[] }[] = []
  let left = able
  let decidedBy: Proposal['decidedBy'] = 'only'
  const order = asked.routing.strategies
  for (const strategy of order.includes('roundRobin') ? order : [...order, 'roundRobin' as const]) {
    if (left.length === 1) break
    const kept = strategies[strategy](left, asked)
    if (kept.length < left.length) decidedBy = strategy
    left = kept
    steps.push({ strategy, left: left.map(({ id }) => id) })
  }
  const agent = left[0]?.id ?? null
  const because = decidedBy === 'only' ? 'is the only one who can' : words[decidedBy as StrategyName]
  const reason = `${agent} ${because}${overflown ? `; ${asked.ticket.department} has overflowed` : ''}`
  return { ...nothing, agent, decidedBy, steps, passedOver, reason }
}

/** Who spoke to the requester last is not there, but will be soon enough: nobody else gets the ticket until then. */
function waitForSticky(
  asked: RoutingCase,
  agents: readonly Agent[],
  able: readonly Agent[],
  passedOver: Proposal['passedOver'],
  departments: readonly string[] | null,
): Proposal | undefined {
  const { routing, lastSpoke, at, calendarNamed } = asked
  const agent = agents.find(({ id }) => id === lastSpoke)
  if (!agent || routing.stickyMs === 0 || !routing.strategies.includes('sticky') || able.includes(agent))
    return undefined
  const until = thereFrom(agent, at, calendarNamed)
  if (until === null || until <= at || until - at > routing.stickyMs) return undefined
  if (obstacleFor(agent, { ...asked, at: until }, departments) !== null) return undefined
  const reason = `waits for ${agent.id}, who spoke to the requester last and is there soon`
  return { ...nothing, decidedBy: 'wait', waitFor: agent.id, until, passedOver, reason }
}

/** The first instant at which somebody can have it by time alone: they come to work, or it overflows to them. */
function nextChance(asked: RoutingCase): number | null {
  const { agents, ticket, routing, at, calendarNamed } = asked
  const changes = [at, ...overflowsOf({ ticket, routing }).map(({ at: over }) => Math.max(over, at))]
  const chances = agents.flatMap((agent) =>
    changes.flatMap((from) => {
      const there = thereFrom(agent, from, calendarNamed)
      if (there === null || there <= at) return []
      const then = { ...asked, at: there }
      return obstacleFor(agent, then, departmentsOf(then).at(-1) ?? null) === null ? [there] : []
    }),
  )
  return chances.length > 0 ? chances.reduce((first, chance) => Math.min(first, chance)) : null
}
