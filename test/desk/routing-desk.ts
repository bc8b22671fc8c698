import { type Agent, type DeskOptions, defineDesk, type RoutingDefinition } from 'ticketwright'
import { frontDesk } from './front-desk.ts'

const todo = { field: 'kind', op: 'oneOf', value: ['new', 'open'] } as const

/** A front desk with a team, which may change, and routing. */
export function routed(
  agents: readonly Agent[],
  routing: RoutingDefinition = {},
  more: object = {},
  options: Partial<DeskOptions> = {},
) {
  const team = { agents: [...agents] }
  const definition = defineDesk({
    routing,
    views: [
      { id: 'todo', when: todo, order: 'priority' },
      { id: 'chats', when: { field: 'channel', op: 'is', value: 'chat' } },
    ],
    ...more,
  } as never)
  const directory = { agents: () => team.agents }
  return { ...frontDesk({ definition: definition as never, directory, ...options }), definition, team }
}
