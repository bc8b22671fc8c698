import { fail, shown, unwrap } from '../errors.ts'
import { numbersGiven, optionsGiven, ticketGiven } from '../model/given.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { Agent } from '../queue/routing/agent.ts'
import { compileRouting, type Routing } from '../queue/routing/definition.ts'
import type { RoutingCase, RoutingFacts } from '../queue/routing/obstacle.ts'
import { type Proposal, route } from '../queue/routing/route.ts'
import { isInstant } from '../time/instant.ts'
import type { Definition } from './definition.ts'
import { fields } from './field.ts'
import { definitionGiven } from './given.ts'

/**
 * Who should have a ticket, and why, by the `routing` of a definition (without one: by all strategies, nothing else
 * being asked). Pure: the agents, what they have to do and whose turn it was are given.
 * @throws DeskError `invalid_instant`; `invalid_definition` and the like for a malformed agent, `duplicate_name`
 * for two of one id, `unknown_name` for a calendar or a view that the definition lacks, `invalid_command` for
 * other facts that are none, each with the path
 */
export function routeTicket(definition: Definition, ticket: Ticket, facts: RoutingFacts): Proposal {
  definitionGiven(definition)
  return route(routingCase(definition, ticketGiven(ticket), checkedFacts(definition, facts)))
}

const factKeys = ['at', 'agents', 'load', 'turns', 'lastSpoke', 'before'] as const

function checkedFacts(definition: Definition, given: RoutingFacts): RoutingFacts {
  const facts = optionsGiven(given, factKeys, 'facts')
  if (!isInstant(facts.at))
    throw fail('invalid_instant', { value: shown(facts.at), reason: 'it must be an instant' }, 'at')
  numbersGiven(facts.load, 'load')
  numbersGiven(facts.turns, 'turns')
  for (const key of ['lastSpoke', 'before'] as const) unwrap(parse(Id.nullish(), facts[key], 'invalid_command', key))
  return { ...facts, agents: checkedAgents(definition, facts.agents, 'agents') }
}

/** Agents as an application gives them, checked. */
export function checkedAgents(definition: Definition, agents: readonly unknown[], path: string): Agent[] {
  if (!Array.isArray(agents))
    throw fail('invalid_definition', { reason: `a list of agents is needed, not ${shown(agents)}` }, path)
  const met = new Set<string>()
  return agents.map((given, i) => {
    const agent = unwrap(parse<Agent>(Agent, given, 'invalid_definition', `${path}[${i}]`))
    const { id, calendar, views = [] } = agent
    if (met.has(id)) throw fail('duplicate_name', { what: 'agent', name: id }, `${path}[${i}].id`)
    met.add(id)
    if (calendar !== undefined && !definition.calendarNamed(calendar))
      throw fail(
        'unknown_name',
        { what: 'calendar', name: calendar, known: definition.calendarIds },
        `${path}[${i}].calendar`,
      )
    const unknown = views.findIndex((view) => !definition.isView(view))
    if (unknown >= 0)
      throw fail(
        'unknown_name',
        { what: 'view', name: views[unknown] ?? '', known: [...definition.views.keys()] },
        `${path}[${i}].views[${unknown}]`,
      )
    return agent
  })
}

export const routingCase = (definition: Definition, ticket: Ticket, facts: RoutingFacts): RoutingCase => ({
  ...facts,
  ticket,
  routing: routingOf(definition),
  calendarNamed: definition.calendarNamed,
})

/** Without a `routing` all strategies count, and nothing else is asked. */
export const routingOf = (definition: Definition): Routing => definition.routing ?? plainRouting

const plainRouting = compileRouting({}, fields, [])
