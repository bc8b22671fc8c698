import { defineDesk, explainOrder, orderBy, queueIndex, routeTicket, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { story, when } from '../story.ts'

const definition = defineDesk({ views: [{ id: 'todo' }] })
const ticket: Ticket = story(definition).open('Mon 09:00').ticket
const at = when('Mon 10:00')
const index = () => queueIndex('fifo', [ticket])
const page = (...ask: unknown[]) => index().page(...(ask as [never]))
const facts = { at, agents: [{ id: 'ana' }], load: {}, turns: {} }
const routed = (given: unknown, of: unknown = ticket, by: unknown = definition) =>
  routeTicket(by as never, of as never, given as never)

describe('what queues and routing are given is checked at the door', () => {
  it.each<[string, () => unknown, string, string]>([
    ['explainOrder: no ticket', () => explainOrder('fifo', null as never, ticket), 'invalid_command', 'a'],
    ['explainOrder: another thing', () => explainOrder('fifo', ticket, {} as never), 'invalid_command', 'b'],
    ['orderBy: no ticket', () => orderBy('fifo')(ticket, null as never), 'invalid_command', 'b'],
    ['queueIndex: no list', () => queueIndex('fifo', null as never), 'invalid_command', 'tickets'],
    ['queueIndex: no ticket', () => queueIndex('fifo', [ticket, null as never]), 'invalid_command', 'tickets[1]'],
    ['add: nothing', () => index().add(null as never), 'invalid_command', 'ticket'],
    ['add: another thing', () => index().add({} as never), 'invalid_command', 'ticket'],
    ['add: no id', () => index().add({ ...ticket, id: undefined } as never), 'invalid_command', 'ticket'],
    ['update: nothing', () => index().update(undefined as never), 'invalid_command', 'ticket'],
    ['page: nothing', () => page(), 'invalid_command', 'page'],
    ['page: null', () => page(null), 'invalid_command', 'page'],
    ['page: an unknown key', () => page({ limit: 1, from: 2 }), 'invalid_command', 'page.from'],
    ['page: no limit', () => page({}), 'invalid_command', 'limit'],
    ['page: after nothing', () => page({ limit: 1, after: null }), 'invalid_command', 'after'],
    ['page: after no id', () => page({ limit: 1, after: { values: [0, 0] } }), 'invalid_command', 'after.id'],
    ['page: after no values', () => page({ limit: 1, after: { id: 'a' } }), 'invalid_command', 'after.values'],
    [
      'page: after what is no number',
      () => page({ limit: 1, after: { values: [0, Number.NaN], id: 'a' } }),
      ...(['invalid_command', 'after.values[1]'] as const),
    ],
    ['routeTicket: no definition', () => routed(facts, ticket, null), 'invalid_definition', 'definition'],
    ['routeTicket: no ticket', () => routed(facts, null), 'invalid_command', 'ticket'],
    ['routeTicket: no facts', () => routed(null), 'invalid_command', 'facts'],
    ['routeTicket: an unknown fact', () => routed({ ...facts, loads: {} }), 'invalid_command', 'facts.loads'],
    ['routeTicket: no load', () => routed({ at, agents: [] }), 'invalid_command', 'load'],
    ['routeTicket: no turns', () => routed({ at, agents: [], load: {} }), 'invalid_command', 'turns'],
    ['routeTicket: a load', () => routed({ ...facts, load: { ana: 'x' } }), 'invalid_command', 'load.ana'],
    ['routeTicket: a turn', () => routed({ ...facts, turns: { ana: Number.NaN } }), 'invalid_command', 'turns.ana'],
    ['routeTicket: who spoke', () => routed({ ...facts, lastSpoke: 5 }), 'invalid_command', 'lastSpoke'],
    [
      'routeTicket: a view there is not',
      () => routed({ ...facts, agents: [{ id: 'ana', views: ['todo', 'tood'] }] }),
      ...(['unknown_name', 'agents[0].views[1]'] as const),
    ],
  ])('%s', (_what, ask, code, path) => {
    expect(ask).toThrow(expect.objectContaining({ name: 'DeskError', code, path }))
  })

  it('nothing of a refused ticket is kept', () => {
    const queue = index()
    expect(() => queue.add({} as never)).toThrow()
    expect([queue.size, queue.page({ limit: 10 })]).toEqual([1, [ticket.id]])
  })
})
