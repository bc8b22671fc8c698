import { DatabaseSync } from 'node:sqlite'
import {
  createDesk,
  type Definition,
  type Delivery,
  DeskError,
  defineDesk,
  type Effect,
  type Store,
} from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { refusal } from './front-desk.ts'

const definition = defineDesk({
  cannedMessages: [{ id: 'thanks', body: 'Dear {{requester.name}}, we have {{reference}}.' }],
  triggers: [
    {
      id: 'confirm',
      on: ['ticket_opened'],
      do: [{ type: 'sendCannedMessage', message: 'thanks', when: { field: 'kind', op: 'is', value: 'new' } }],
    },
    { id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm', staleAfter: '1h' }] },
  ],
}) as Definition

describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
])('the outbox on %s', (_where, make) => {
  async function newDesk() {
    const { store, clock = manualClock(0), close } = await make()
    let ids = 0
    const desk = createDesk({ definition, store, clock, ids: () => `id-${++ids}` })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const opened = async () => (await mari.open({ subject: 'Help', requester: { id: 'mari', name: 'Mari' } })).ticket
    const quiet = createDesk({ definition: defineDesk({}) as Definition, store, clock })
    for (const ticketId of ['a', 'b', 't0', 't1', 't2'])
      await quiet.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: 'Help', reference: ticketId })
    const effect = (id: string, ticketId: string, more: Partial<Effect> = {}): Effect => ({
      ...{ id, ticketId, kind: 'webhook', data: {}, dueAt: clock.now(), staleAfter: null },
      ...more,
    })
    const keep = (...effects: Effect[]) => store.commit({ tenant: desk.tenant, changes: [], effects })
    return { desk, store, clock, opened, effect, keep, close }
  }

  it('delivers what rules asked for, once, with ticket and message at hand', async () => {
    const { desk, opened, close } = await newDesk()
    const ticket = await opened()
    const seen: [string, string, string | undefined][] = []
    const run = await desk.deliver(({ effect, ticket, message }) => {
      seen.push([effect.kind, ticket.id, message?.body])
    })
    expect(run).toEqual({ delivered: 2, skipped: 0, failed: [], more: false })
    expect(seen).toEqual([
      ['sendCannedMessage', ticket.id, 'Dear Mari, we have T-000001.'],
      ['webhook', ticket.id, undefined],
    ])
    expect(await desk.deliver(() => expect.fail('nothing is left'))).toMatchObject({ delivered: 0, more: false })
    await close()
  })

  it('drops what is stale, and what its condition no longer wants', async () => {
    const { desk, opened, clock, close } = await newDesk()
    const ticket = await opened()
    await desk.as({ kind: 'agent', id: 'ana' }).reply(ticket.id, { body: 'done' })
    clock.pass('61m')
    const run = await desk.deliver(() => expect.fail('neither is wanted'))
    expect(run).toMatchObject({ delivered: 0, skipped: 2, failed: [], more: false })
    expect(await desk.deadLetters()).toEqual([])
    await close()
  })

  it('keeps the order of each ticket while one fails, and holds up no other', async () => {
    const { desk, clock, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'), effect('a2', 'a'), effect('b1', 'b'), effect('a3', 'a'))
    const seen: string[] = []
    let broken = true
    const send = ({ effect: { id } }: Delivery) => {
      if (broken && id === 'a1') throw new Error('503')
      seen.push(id)
    }
    expect(await desk.deliver(send)).toMatchObject({
      delivered: 1,
      failed: [{ effectId: 'a1', reason: '503', givenUp: false }],
    })
    expect(seen).toEqual(['b1'])
    clock.pass('29s')
    expect(await desk.deliver(send)).toMatchObject({ delivered: 0, failed: [] })
    broken = false
    clock.pass('1s')
    expect(await desk.deliver(send, { limit: 2 })).toMatchObject({ delivered: 2, more: true })
    expect(await desk.deliver(send)).toMatchObject({ delivered: 1, more: false })
    expect(seen).toEqual(['b1', 'a1', 'a2', 'a3'])
    await close()
  })

  it('has one effect of a ticket under way, also when a fact of time brings an earlier one meanwhile', async () => {
    const { store, clock = manualClock(0), close } = await make()
    const late = defineDesk({
      levels: [{ id: 's', calendar: 'alwaysOpen', targets: [{ metric: 'firstResponse', within: '50m' }] }],
      slaRules: [{ level: 's' }],
      triggers: [
        { id: 'later', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'reminder', delay: '1h' }] },
        { id: 'late', on: ['sla_breached'], do: [{ type: 'webhook', hook: 'breach' }] },
      ],
    }) as Definition
    const desk = createDesk({ definition: late, store, clock })
    await desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId: 't', subject: 'Help' })
    clock.pass('61m')
    const seen: string[] = []
    const noting = async ({ effect }: Delivery) => {
      seen.push(`${effect.data.hook} begins`)
      // somebody looks at the ticket while the reminder is out: the breach of ten minutes before is written
      if (effect.data.hook === 'reminder') {
        await desk.runDue()
        await desk.deliver(noting)
      }
      seen.push(`${effect.data.hook} ends`)
    }
    await desk.deliver(noting)
    expect(seen).toEqual(['reminder begins', 'reminder ends', 'breach begins', 'breach ends'])
    await close()
  })

  it('waits longer after each failure, and gives up with a dead letter that can be revived', async () => {
    const { desk, clock, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'), effect('a2', 'a'))
    const at: number[] = []
    const seen: string[] = []
    const send = ({ effect: { id, attempts } }: Delivery) => {
      seen.push(`${id}/${attempts}`)
      if (id !== 'a1') return
      at.push(clock.now())
      throw new Error(`no such address\0${'x'.repeat(500)}`)
    }
    for (let step = 0; step < 40; step++) {
      await desk.deliver(send, { maxAttempts: 4 })
      clock.pass('10s')
    }
    const waits = at.slice(1).map((one, i) => (one - (at[i] ?? 0)) / 1_000)
    expect(waits).toEqual([30, 60, 120])
    const [letter] = await desk.deadLetters()
    expect(letter).toMatchObject({ id: 'a1', attempts: 4, reason: `no such address${'x'.repeat(185)}` })
    expect(seen).toEqual(['a1/1', 'a1/2', 'a1/3', 'a1/4', 'a2/1'])
    expect(await desk.revive('a1')).toBe(true)
    expect(await desk.deliver(() => {})).toMatchObject({ delivered: 1 })
    expect([await desk.deadLetters(), await desk.revive('a1')]).toEqual([[], false])
    await close()
  })

  it.each([
    ['an error whose message is no text', Object.assign(new Error(), { message: { status: 500 } }), 'an object'],
    ['an error without a message', Object.assign(new Error(), { message: undefined }), 'an object'],
    ['what says nothing of itself', Object.create(null), 'an object'],
    ['what has a message and is no error', { message: '550 no such address' }, '550 no such address'],
    ['a text', 'gone', 'gone'],
    ['nothing', undefined, 'undefined'],
  ])('may be refused by %s: it is put aside, and the others are delivered', async (_what, thrown, reason) => {
    const { desk, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'), effect('b1', 'b'))
    const run = await desk.deliver(({ effect: { id } }) => {
      if (id === 'a1') throw thrown
    })
    const failed = [{ effectId: 'a1', reason, givenUp: false }]
    expect(run).toEqual({ delivered: 1, skipped: 0, failed, more: false })
    await close()
  })

  it('leaves to the next run what the store failed at: it is not the effect’s fault, and what was begun comes to its end', async () => {
    const { desk, store, clock, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'), effect('b1', 'b'), effect('c1', 't0'))
    let failing: 'load' | 'settle' | null = 'load'
    const sick: Store = new Proxy(store, {
      get: (kept, name) =>
        name === failing
          ? async () => {
              failing = null
              throw new DeskError({ code: 'store_busy', facts: { reason: 'locked' } })
            }
          : Reflect.get(kept, name),
    })
    let under = 0
    const send = async () => {
      under += 1
      await new Promise((later) => setTimeout(later, 20))
      under -= 1
    }
    const run = () => desk.using(sick).deliver(send, { atOnce: 3, within: '1m' })
    await expect(run()).rejects.toMatchObject({ code: 'store_busy' })
    expect([under, await desk.deadLetters()]).toEqual([0, []])
    clock.pass('1m')
    failing = 'settle'
    await expect(run()).rejects.toMatchObject({ code: 'store_busy' })
    expect(under).toBe(0)
    clock.pass('1m')
    expect(await run()).toMatchObject({ delivered: 1, failed: [] })
    await close()
  })

  it('never waits longer than an hour, however often it failed', async () => {
    const { desk, clock, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'))
    const at: number[] = []
    const send = () => {
      at.push(clock.now())
      throw new Error('down')
    }
    for (let step = 0; step < 6 * 60; step++) {
      await desk.deliver(send, { maxAttempts: 100 })
      clock.pass('1m')
    }
    const waits = at.slice(1).map((one, i) => (one - (at[i] ?? 0)) / 60_000)
    expect(waits).toEqual([1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
    await close()
  })

  it('has another worker take over from one that died, until nobody comes to an end with it', async () => {
    const { desk, clock, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'))
    const dying = (options: object) => void desk.deliver(() => new Promise(() => {}), options)
    dying({ maxAttempts: 2 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await desk.deliver(() => expect.fail('it is with the first worker'))).toMatchObject({ delivered: 0 })
    clock.pass('5m')
    dying({ maxAttempts: 2 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    clock.pass('5m')
    const run = await desk.deliver(() => expect.fail('twice was enough'), { maxAttempts: 2 })
    expect(run).toMatchObject({ failed: [{ effectId: 'a1', givenUp: true }] })
    expect(await desk.deadLetters()).toMatchObject([{ id: 'a1', reason: 'no worker came to an end with it' }])
    await desk.discard('a1')
    expect(await desk.deadLetters()).toEqual([])
    await close()
  })

  it('gives each effect to one of many workers', async () => {
    const { desk, effect, keep, close } = await newDesk()
    const ids = Array.from({ length: 60 }, (_, i) => `e${i}`)
    await keep(...ids.map((id, i) => effect(id, `t${i % 3}`)))
    const seen: string[] = []
    const work = () =>
      desk.deliver(
        async ({ effect: { id } }) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          seen.push(id)
        },
        { atOnce: 3 },
      )
    for (let round = 0; round < 30 && seen.length < ids.length; round++)
      await Promise.all([work(), work(), work(), work()])
    expect([...seen].sort()).toEqual([...ids].sort())
    for (let t = 0; t < 3; t++) {
      const ofTicket = (all: string[]) => all.filter((id) => Number(id.slice(1)) % 3 === t)
      expect(ofTicket(seen)).toEqual(ofTicket(ids))
    }
    await close()
  })

  it('stops when it is told to, and says what it cannot be asked', async () => {
    const { desk, effect, keep, close } = await newDesk()
    await keep(effect('a1', 'a'))
    const stopped = await desk.deliver(() => expect.fail('it was stopped'), { signal: AbortSignal.abort() })
    expect(stopped).toMatchObject({ delivered: 0, more: true })
    const wrong = [{ limit: 0 }, { atOnce: 101 }, { maxAttempts: 1.5 }, { within: '1 day' }, { oftener: true }]
    const codes = await Promise.all(wrong.map((options) => refusal(desk.deliver(() => {}, options as never))))
    expect(codes.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'invalid_command limit',
      'invalid_command atOnce',
      'invalid_command maxAttempts',
      'invalid_duration within',
      'invalid_command oftener',
    ])
    expect(await refusal(desk.deadLetters(0))).toMatchObject({ code: 'invalid_command', path: 'limit' })
    expect(await refusal(desk.forgetReceipts('719h'))).toMatchObject({ code: 'invalid_duration', path: 'after' })
    await close()
  })

  it('forgets receipts after 30 days, not before', async () => {
    const { desk, opened, clock, close } = await newDesk()
    await opened()
    clock.pass({ hours: 720 })
    expect(await desk.forgetReceipts()).toBe(0)
    clock.pass(1)
    expect(await desk.forgetReceipts()).toBe(6)
    await close()
  })
})

it('what is done, or given up, keeps none of its data in the file (decision 123)', async () => {
  const handle = new DatabaseSync(':memory:')
  const store = sqliteStore(handle)
  const desk = createDesk({ definition, store })
  await desk.as({ kind: 'agent', id: 'ana' }).open({ ticketId: 'a', subject: 'Help' })
  const kept = () => JSON.stringify(handle.prepare('SELECT * FROM ticketwright_effects').all())
  const effect = { ticketId: 'a', kind: 'webhook', data: { hook: 'zqData' }, dueAt: 0, staleAfter: null }
  await store.commit({
    tenant: 'default',
    changes: [],
    effects: [
      { id: 'e1', ...effect },
      { id: 'e2', ...effect },
    ],
  })
  expect(kept()).toContain('zqData')
  await desk.discard('e2')
  await desk.deliver(() => {})
  expect(kept()).not.toContain('zqData')
  handle.close()
})
