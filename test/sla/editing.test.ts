import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { expect, it } from 'vitest'
import { hour, when } from '../story.ts'

const revision = (resolution: object, since?: number) =>
  defineDesk({
    ...(since === undefined ? {} : { since }),
    calendar: 'alwaysOpen',
    levels: [{ id: 'one', targets: [{ metric: 'resolution', within: '8h', ...resolution }] }],
    slaRules: [{ level: 'one' }],
  })

/** Opened Mon 09:00 under the first revision; the second holds from Mon 10:00. */
async function edited(first: object, second: object) {
  let now = when('Mon 09:00')
  const clock = { now: () => now }
  const definition = [revision(first), revision(second, when('Mon 10:00'))]
  const desk = createDesk({ definition, store: memoryStore({ clock }), clock })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  await desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId: 't1', subject: 'Help' })
  const at = (text: string) => {
    now = when(text)
  }
  return { ana, at, clockNow: async () => (await desk.get('t1')).clocks.resolution }
}

it('a running clock keeps its target when the level loses it, whatever else changes', async () => {
  const { ana, at, clockNow } = await edited({}, { within: null })
  at('Mon 11:00')
  await ana.setRequester('t1', { id: 'mari', name: 'Mari T' })
  expect(await clockNow()).toMatchObject({ state: 'running', targetMs: 8 * hour, application: 1 })
})

it('a cycle that reopening continues runs under the version now in force, pauses included', async () => {
  const { ana, at, clockNow } = await edited({ pauses: [] }, { pauses: ['open'] })
  at('Mon 11:00')
  await ana.resolve('t1')
  at('Mon 12:00')
  await ana.reopen('t1')
  const reopened = await clockNow()
  expect(reopened).toMatchObject({ state: 'paused', application: 1, elapsedMs: 2 * hour })
  await ana.postpone('t1')
  expect(await clockNow()).toMatchObject({ state: 'running' })
  await ana.wake('t1')
  expect(await clockNow()).toMatchObject({ state: 'paused', levelVersion: reopened?.levelVersion })
})
