import { createDesk, type Definition, memoryStore, type Store } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { desk as definitionOf } from '../sla/level.ts'
import { ana, hour, mari, when } from '../story.ts'

async function opened(wrap: (store: Store) => Store = (store) => store) {
  const clock = manualClock(when('Mon 13:00'))
  const definition = definitionOf({ resolution: '8h' }, 'office') as Definition
  const desk = createDesk({ definition, store: wrap(memoryStore({ clock })), clock })
  await desk.as(mari).open({ ticketId: 't1', subject: 'x', body: 'x' })
  return { desk, clock }
}

describe('the desk', () => {
  it('explains a clock up to now, and writes nothing', async () => {
    const { desk, clock } = await opened()
    clock.set(when('Tue 15:00'))
    const explanation = await desk.explain('t1', 'resolution')
    expect(explanation).toMatchObject({ cycle: 1, to: when('Tue 15:00'), elapsedMs: 10 * hour, reference: 'T-000001' })
    expect(explanation.clock.breachedAt).toBe(when('Tue 13:00') + 1)
    expect((await desk.history('t1')).some(({ type }) => type === 'sla_breached')).toBe(false)
    expect(await desk.explain('t1', 'resolution', 1)).toEqual(explanation)
  })

  it('tells the clocks as they are now', async () => {
    const { desk, clock } = await opened()
    await desk.as(ana).postpone('t1', { until: when('Tue 10:00') })
    clock.set(when('Mon 16:00'))
    const { clocks, at } = await desk.slaState('t1')
    expect(at).toBe(when('Mon 16:00'))
    expect(clocks.resolution).toMatchObject({ state: 'paused', lateFromIfUnchanged: when('Wed 10:00') })
  })

  it('a machine behind the last event explains up to that event', async () => {
    const { desk, clock } = await opened()
    clock.set(when('Mon 12:59'))
    expect((await desk.explain('t1', 'resolution')).to).toBe(when('Mon 13:00'))
    expect((await desk.slaState('t1')).at).toBe(when('Mon 13:00'))
  })

  it.each([
    ['no ticket', ['t2', 'resolution'], 'ticket_not_found', 'ticketId'],
    ['no id', [7, 'resolution'], 'invalid_command', 'ticketId'],
    ['no such clock', ['t1', 'firstResponse'], 'unknown_name', 'metric'],
    ['no such cycle', ['t1', 'resolution', 2], 'unknown_name', 'cycle'],
  ])('refuses %s', async (_what, asked, code, path) => {
    const { desk } = await opened()
    await expect(desk.explain(...(asked as [string, 'resolution']))).rejects.toMatchObject({ code, path })
    if (path === 'ticketId') await expect(desk.slaState(asked[0] as string)).rejects.toMatchObject({ code, path })
  })
})
