import { DatabaseSync } from 'node:sqlite'
import { type Commit, createDesk, type Definition, type Desk, defineDesk, type Store } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { memory, sqliteInMemory } from '../stores/setups.ts'

const definition = defineDesk({
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
  slaRules: [{ level: 'l' }],
}) as Definition

describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
])('runDue on %s', (_where, make) => {
  async function late() {
    const { store, clock = manualClock(0), close } = await make()
    const desk = createDesk({ definition, store, clock })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    for (let i = 0; i < 5; i++) {
      await ana.open({ ticketId: `t${i}`, subject: 'Late' })
      clock.pass('1m')
    }
    clock.pass('2h')
    const breached = async () => {
      const logs = await Promise.all([0, 1, 2, 3, 4].map((i) => desk.history(`t${i}`)))
      return logs.flatMap((log, i) => (log.some(({ type }) => type === 'sla_breached') ? [i] : []))
    }
    return { desk, breached, close }
  }

  it('looks at as many tickets as said, those due first, and says whether there are more', async () => {
    const { desk, breached, close } = await late()
    expect(await desk.runDue({ limit: 2 })).toEqual({ tickets: 2, events: 2, more: true, held: 0, failed: [] })
    expect(await breached()).toEqual([0, 1])
    expect(await desk.runDue({ limit: 10 })).toEqual({ tickets: 3, events: 3, more: false, held: 0, failed: [] })
    expect(await breached()).toEqual([0, 1, 2, 3, 4])
    expect(await desk.runDue()).toEqual({ tickets: 0, events: 0, more: false, held: 0, failed: [] })
    await close()
  })

  it('plans nothing anew after an edit of what no time depends on; two processes do not plan against each other', async () => {
    const { store, clock = manualClock(0), close } = await make()
    const plans: number[] = []
    const counting: Store = new Proxy(store, {
      get: (kept, name) =>
        name === 'commit'
          ? async (commit: Commit) => {
              if (commit.changes.some(({ events }) => events.length === 0)) plans.push(1)
              return kept.commit(commit)
            }
          : Reflect.get(kept, name),
    })
    const json = { ...(definition.json as object), views: [{ id: 'all', order: 'fifo' }] }
    const first = defineDesk(json as never) as Definition
    const revision = (edit: object) => defineDesk({ ...json, since: clock.now() + 1, ...edit } as never) as Definition
    const ofOthers = {
      ...{
        cannedMessages: [{ id: 'hi', subject: 's', body: 'b' }],
        macros: [{ id: 'm', do: [{ type: 'note', body: 'n' }] }],
      },
      ...{ triggers: [{ id: 't', on: ['ticket_opened'], do: [{ type: 'tag', tags: ['x'] }] }], collisions: 'refuse' },
    }
    const [old, edited] = [first, [first, revision(ofOthers)]].map((one) =>
      createDesk({ definition: one as Definition, store: counting, clock }),
    )
    for (let i = 0; i < 4; i++) await old?.as({ kind: 'agent', id: 'ana' }).open({ ticketId: `t${i}`, subject: 's' })
    clock.pass('1m')
    for (const desk of [edited, old, edited]) expect((await desk?.view('all' as never))?.stale).toBe(false)
    expect(plans).toEqual([])
    // what time depends on is planned anew, once
    const timeRules = [{ id: 'r', since: 'openedAt', after: '2m', do: [{ type: 'tag', tags: ['y'] }] }]
    const timed = createDesk({ definition: [first, revision({ timeRules })], store: counting, clock })
    for (let i = 0; i < 2; i++) await timed.view('all' as never)
    expect(plans.length).toBe(4)
    await close()
  })

  it('saves what many tickets are due in few transactions', async () => {
    const { desk, close } = await late()
    const handle = new DatabaseSync(':memory:')
    let transactions = 0
    const counted = {
      exec: (sql: string) => {
        transactions += Number(sql === 'COMMIT')
        handle.exec(sql)
      },
    }
    const store = sqliteStore({
      ...counted,
      prepare: (sql) => handle.prepare(sql) as never,
      close: () => handle.close(),
    })
    const copy = createDesk({ definition, store })
    await copy.importLines(desk.exportLines())
    transactions = 0
    expect(await copy.runDue()).toMatchObject({ tickets: 5, events: 5 })
    expect(transactions).toBeLessThan(4)
    await close()
  })

  it('stops when it is told to, and goes on when it runs again', async () => {
    const { desk, breached, close } = await late()
    expect(await desk.runDue({ signal: AbortSignal.abort() })).toMatchObject({ tickets: 0, events: 0, more: true })
    expect(await breached()).toEqual([])
    expect(await desk.runDue()).toMatchObject({ tickets: 5, events: 5, more: false })
    await close()
  })

  describe('of several at once', () => {
    const many = 240

    /** So many desks on one store, each with ids of its own, and what they ask of it. */
    async function crew(workers: number) {
      const { store, clock = manualClock(0), close } = await make()
      const first = createDesk({ definition, store, clock })
      const ana = first.as({ kind: 'agent', id: 'ana' })
      for (let i = 0; i < many; i++) await ana.open({ ticketId: `t${i}`, subject: 'Late' })
      clock.pass('2h')
      const asked = { loads: 0, empty: 0 }
      const counted: Store = {
        ...store,
        load: async (...given) => {
          asked.loads += 1
          await turn()
          return store.load(...given)
        },
        commit: async (commit) => {
          if (commit.changes.every(({ events }) => events.length === 0)) asked.empty += 1
          await turn()
          return store.commit(commit)
        },
      }
      const desks = Array.from({ length: workers }, (_, i) => {
        let ids = 0
        return createDesk({ definition, store: counted, clock, ids: () => `worker ${i}, ${ids++}` })
      })
      return { desks, asked, first, close }
    }
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    const toTheEnd = async (desk: Desk, limit: number) => {
      for (let events = 0; ; ) {
        const run = await desk.runDue({ limit })
        expect(run.tickets).toBeLessThanOrEqual(limit)
        events += run.events
        if (!run.more) return events
      }
    }

    it.each([1, 2, 3, 8])(
      '%i: each fact is written once, and hardly a ticket is looked at in vain',
      async (workers) => {
        const { desks, asked, first, close } = await crew(workers)
        const shares = await Promise.all(desks.map((desk) => toTheEnd(desk, 50)))
        expect(shares.reduce((a, b) => a + b, 0)).toBe(many)
        for (let i = 0; i < many; i++) {
          const log = await first.history(`t${i}`)
          expect(log.filter(({ type }) => type === 'sla_breached')).toHaveLength(1)
        }
        // all of them in step would look at each as often as there are workers
        expect(asked.loads).toBeLessThan(many * (workers === 1 ? 1.01 : 1.2 + workers / 6))
        expect(asked.empty).toBeLessThan(many / 4)
        for (const share of shares) expect(share).toBeGreaterThan(many / workers / 4)
        await close()
      },
    )

    it('what one does not come to, since it was stopped, the others do at once', async () => {
      const { desks, first, close } = await crew(2)
      const stopping = new AbortController()
      const stopped = desks[0]?.runDue({ signal: stopping.signal })
      const other = toTheEnd(desks[1] as Desk, 50)
      for (let i = 0; i < 20; i++) await turn()
      stopping.abort()
      expect(((await stopped)?.events ?? 0) + (await other)).toBe(many)
      expect(await first.runDue()).toEqual({ tickets: 0, events: 0, more: false, held: 0, failed: [] })
      await close()
    })
  })

  describe('with tickets that somebody else’s transaction has', () => {
    const views = [{ id: 'all', order: 'fifo' }]
    const viewed = defineDesk({ ...(definition.json as object), views } as never) as Definition

    /** So many tickets, all late, of which those named are held; who waits for one fails. */
    async function heldUp(count: number, isHeld: (id: string) => boolean, of = viewed) {
      const { store, clock = manualClock(0), close } = await make()
      const asked = { lists: 0, commits: 0 }
      const held = new Set<string>()
      const holding: Store = {
        ...store,
        due: async (...given) => {
          asked.lists += 1
          return store.due(...given)
        },
        commit: async (commit) => {
          asked.commits += 1
          const other = commit.changes.find(({ ticketId }) => held.has(ticketId))
          if (!other) return store.commit(commit)
          if (commit.waits !== false) throw new Error(`somebody waits for ${other.ticketId}`)
          return { ok: false, conflict: 'held' }
        },
      }
      const desk = createDesk({ definition: of, store: holding, clock })
      for (let i = 0; i < count; i++) {
        const ticketId = `t${String(i).padStart(4, '0')}`
        await desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: 'Late' })
        if (isHeld(ticketId)) held.add(ticketId)
      }
      clock.pass('2h')
      asked.commits = 0
      return { desk, held, asked, store, clock, close }
    }
    const firstThree = (id: string) => id < 't0003'

    it.each([1, 2, 5])(
      'they do not hold up the others, with a limit of %i; nobody asks for more where all that is left is held',
      async (limit) => {
        const { desk, held, asked, close } = await heldUp(5, firstThree)
        let events = 0
        let rounds = 0
        for (let more = true; more; rounds++) {
          const run = await desk.runDue({ limit })
          expect(run.tickets).toBeLessThanOrEqual(limit)
          expect(run.held).toBeGreaterThan(0)
          events += run.events
          more = run.more
        }
        expect(events).toBe(2)
        expect(rounds).toBeLessThanOrEqual(3)
        expect(asked.commits).toBeLessThanOrEqual(3 * rounds + 2)
        expect(await desk.runDue({ limit })).toEqual({ tickets: 0, events: 0, more: false, held: 3, failed: [] })
        held.clear()
        expect(await desk.runDue()).toEqual({ tickets: 3, events: 3, more: false, held: 0, failed: [] })
        await close()
      },
    )

    it('each is looked at once in a run, however many they are, and what is due is asked for a few times', async () => {
      const { desk, asked, close } = await heldUp(300, (id) => id !== 't0299')
      expect(await desk.runDue({ limit: 1 })).toMatchObject({ tickets: 1, events: 1, held: 299 })
      expect(asked.commits).toBe(300)
      expect(asked.lists).toBeLessThan(15)
      await close()
    })

    it('pages, counts and segments say that they are not up to date', async () => {
      const { desk, held, close } = await heldUp(3, (id) => id === 't0001')
      const stale = async () => [
        (await desk.view('all')).stale,
        (await desk.view('all', { only: { by: 'category', value: 'nobody has it' } })).stale,
        (await desk.count('all')).stale,
        (await desk.segments('all', 'status')).stale,
      ]
      expect(await stale()).toEqual([true, true, true, true])
      held.clear()
      expect(await stale()).toEqual([false, false, false, false])
      await close()
    })

    it('one that cannot be advanced either is not waited for to be put off, nor held up by', async () => {
      const { store, clock, close } = await heldUp(3, () => false)
      const levels = [{ id: 'other', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }]
      const without = defineDesk({ levels, slaRules: [{ level: 'other' }], views } as never) as Definition
      let waited = 0
      const holding: Store = {
        ...store,
        commit: async (commit) => {
          if (commit.waits !== false) waited += 1
          return { ok: false, conflict: 'held' }
        },
      }
      const desk = createDesk({ definition: without, store: holding, clock })
      const run = await desk.runDue({ limit: 1 })
      expect(run).toMatchObject({ tickets: 0, events: 0, more: false, held: 3 })
      expect(run.failed.map(({ error }) => error.code)).toEqual(Array(3).fill('definition_missing'))
      expect(waited).toBe(0)
      await close()
    })

    it('an erasure does not pass by: what is due by then stands before it', async () => {
      const { store, clock, close } = await heldUp(1, () => false)
      const passing: Store = {
        ...store,
        commit: async (commit) => (commit.waits === false ? { ok: false, conflict: 'held' } : store.commit(commit)),
      }
      const desk = createDesk({ definition: viewed, store: passing, clock })
      expect((await desk.erase('mari')).tickets).toEqual(['t0000'])
      const types = (await desk.history('t0000')).map(({ type }) => type)
      expect(types.slice(-2)).toEqual(['sla_breached', 'personal_erased'])
      await close()
    })
  })

  describe('with tickets that cannot be advanced', () => {
    /** Three tickets whose level the desk does not know, before two that it knows; all are late. */
    async function lost() {
      const { store, clock = manualClock(0), close } = await make()
      const calendars = [{ id: 'short', zone: 'UTC', hours: { mon: [['00:00', '24:00']] } }] as const
      const former = { calendars, levels: [{ id: 'gone', calendar: 'short', targets: definitionTargets }] }
      const then = defineDesk({ ...former, slaRules: [{ level: 'gone' }], views } as never) as Definition
      const now = defineDesk({ ...(definition.json as object), views } as never) as Definition
      const [before, desk] = [then, now].map((one) => createDesk({ definition: one, store, clock }))
      const whole = createDesk({
        definition: [then, defineDesk({ ...(now.json as object), since: clock.now() + 2 } as never) as Definition],
        ...{ store, clock },
      })
      if (!before || !desk) throw new Error('no desk')
      for (let i = 0; i < 3; i++) await before.as(ana).open({ ticketId: `bad${i}`, subject: 'Lost' })
      clock.pass(5)
      for (let i = 0; i < 2; i++) await desk.as(ana).open({ ticketId: `good${i}`, subject: 'Known', category: 'known' })
      clock.pass('2h')
      const breached = async (id: string) =>
        (await store.load('default', id)).row?.ticket.clocks.resolution?.breachedAt != null
      return { desk, whole, clock, breached, close }
    }
    const ana = { kind: 'agent', id: 'ana' } as const
    const definitionTargets = [{ metric: 'resolution', within: '30m' }]
    const views = [{ id: 'all', order: 'fifo' }]

    it('they do not hold up the others, however small the limit; each is told, and tried again later', async () => {
      const { desk, clock, breached, close } = await lost()
      const failed: string[] = []
      for (let i = 0; i < 5; i++) {
        const run = await desk.runDue({ limit: 1 })
        failed.push(...run.failed.map(({ ticketId, error }) => `${ticketId} ${error.code}`))
      }
      expect(failed).toEqual(['bad0', 'bad1', 'bad2'].map((id) => `${id} definition_missing`))
      expect(await Promise.all(['good0', 'good1'].map(breached))).toEqual([true, true])
      expect(await desk.runDue()).toEqual({ tickets: 0, events: 0, more: false, held: 0, failed: [] })
      // a page says so as long as one of them stands on it; what is counted was brought up as far as it can be
      expect((await desk.view('all')).stale).toBe(true)
      expect((await desk.view('all', { only: { by: 'category', value: 'known' } })).stale).toBe(false)
      expect((await desk.count('all')).stale).toBe(false)
      // as long again as they have lain, not each minute for ever
      clock.pass('1h')
      expect((await desk.runDue()).tickets).toBe(0)
      clock.pass('1h 1m')
      expect((await desk.runDue()).failed).toHaveLength(3)
      clock.pass('3h')
      expect((await desk.runDue()).failed).toHaveLength(0)
      await close()
    })

    it('they go on as soon as the desk is given what it lacked', async () => {
      const { desk, whole, breached, close } = await lost()
      expect((await desk.runDue()).failed).toHaveLength(3)
      expect(await whole.runDue()).toMatchObject({ failed: [], more: false })
      expect(await Promise.all(['bad0', 'bad1', 'bad2'].map(breached))).toEqual([true, true, true])
      await close()
    })
  })
})
