import { createDesk, DeskError, defineDesk, memoryStore, type Store } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { describe, expect, it } from 'vitest'
import { ana, hour, mari, when } from '../story.ts'

const nineTo = (closing: string) => ({
  id: 'office',
  zone: 'UTC',
  hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((weekday) => [weekday, [['09:00', closing]]])),
})
const revision = (closing: string, within: string, since?: number) =>
  defineDesk({
    ...(since === undefined ? {} : { since }),
    calendars: [nineTo(closing)],
    calendar: 'office',
    levels: [
      {
        id: 'std',
        targets: [
          { metric: 'resolution', within },
          { metric: 'firstResponse', within: '4h' },
        ],
      },
    ],
    slaRules: [{ level: 'std' }],
  } as never)

/** Opened Mon 09:00 from 9 to 17 with 16 h; since Tue 10:00 the calendar closes at 13:00. */
async function edited(store = memoryStore, tickets = 1) {
  let now = when('Mon 09:00')
  const clock = { now: () => now }
  const definition = [revision('17:00', '16h'), revision('13:00', '16h', when('Tue 10:00'))]
  const desk = createDesk({ definition, store: store({ clock }), clock })
  for (let i = 0; i < tickets; i++)
    await desk.as(mari).open({ ticketId: `t${String(i).padStart(4, '0')}`, subject: 'Help' })
  const at = (text: string) => {
    now = when(text)
  }
  return { desk, at }
}

describe.each([
  ['memory', memoryStore],
  ['sqlite', (options: object) => sqliteStore(':memory:', options)],
] as const)('counting anew after an edit, in %s', (_name, store) => {
  it('an edit moves nothing by itself; reapply counts from the log, and says what moved', async () => {
    const { desk, at } = await edited(store as typeof memoryStore)
    await desk.as(ana).reply('t0000', { body: 'x' })
    await desk.as(mari).message('t0000', { body: 'x' })
    at('Tue 11:00')
    expect((await desk.get('t0000')).clocks.resolution).toMatchObject({ dueAt: when('Tue 17:00') })
    const run = await desk.reapply()
    expect(run).toMatchObject({ tickets: 1, changed: 1, failed: [], next: null })
    expect(run.moved).toEqual([
      {
        ticketId: 't0000',
        metric: 'resolution',
        cycle: 1,
        before: expect.objectContaining({ elapsedMs: 10 * hour, dueAt: when('Tue 17:00'), targetMs: 16 * hour }),
        after: expect.objectContaining({ elapsedMs: 6 * hour, dueAt: when('Thu 13:00'), targetMs: 16 * hour }),
      },
    ])
    const ledger = await desk.history('t0000')
    expect(ledger.at(-1)).toMatchObject({
      type: 'sla_retargeted',
      data: { reason: 'reapply', clock: { application: 2 } },
    })
  })

  it('done twice changes nothing', async () => {
    const { desk, at } = await edited(store as typeof memoryStore)
    at('Tue 11:00')
    await desk.reapply()
    at('Tue 12:00')
    expect(await desk.reapply()).toMatchObject({ tickets: 1, changed: 0, moved: [] })
  })

  it('what has ended stays as it ended (hazard 22)', async () => {
    const { desk, at } = await edited(store as typeof memoryStore)
    at('Mon 11:00')
    await desk.as(ana).resolve('t0000')
    at('Tue 11:00')
    expect(await desk.reapply()).toMatchObject({ tickets: 0, changed: 0 })
  })
})

describe('what a run says has moved is what the new count moved', () => {
  /** 16 h of a resolution and 4 h of a first response; then `within` from Tue 10:00 on. */
  async function retargeted(within: string, more: object = {}) {
    let now = when('Mon 09:00')
    const clock = { now: () => now }
    const level = (resolution: string) => ({
      ...{
        id: 'std',
        targets: [
          { metric: 'resolution', within: resolution },
          { metric: 'firstResponse', within: '4h' },
        ],
      },
    })
    const policy = (resolution: string, rest: object = {}) =>
      defineDesk({
        ...{
          calendars: [nineTo('17:00')],
          calendar: 'office',
          levels: [level(resolution)],
          slaRules: [{ level: 'std' }],
        },
        ...rest,
      } as never)
    const definition = [policy('16h'), policy(within, { since: when('Tue 10:00'), ...more })]
    const store = memoryStore({ clock })
    const desk = createDesk({ definition, store, clock })
    await desk.as(mari).open({ ticketId: 't1', subject: 'Help' })
    const at = (text: string) => {
      now = when(text)
    }
    return { desk, at, store, clock, definition }
  }

  it('not what time did in the same commit, nor a clock that stands as it stood under another version', async () => {
    const { desk, at } = await retargeted('20h')
    at('Tue 11:00') // the first response is late since Mon 13:00, and nobody has looked
    const run = await desk.reapply()
    expect(run.moved.map(({ metric }) => metric)).toEqual(['resolution'])
    expect(run.changed).toBe(1)
    expect((await desk.get('t1')).clocks.firstResponse?.breachedAt).toBe(when('Mon 13:00') + 1)
  })

  it('nothing, where clocks stand as they stood', async () => {
    const { desk, at } = await retargeted('16h')
    at('Tue 11:00')
    expect(await desk.reapply()).toMatchObject({ tickets: 1, changed: 0, moved: [] })
  })

  it('not what somebody else did since the page was read', async () => {
    const { desk, at, store, clock, definition } = await retargeted('20h')
    at('Tue 11:00')
    const late: Store = {
      ...store,
      find: async (query) => {
        const rows = await store.find(query)
        await desk.as(ana).reply('t1', { body: 'x' })
        return rows
      },
    }
    const run = await createDesk({ definition, store: late, clock }).reapply()
    expect(run.moved.map(({ metric }) => metric)).toEqual(['resolution'])
  })

  it('both counted to the same instant', async () => {
    const { desk, at } = await retargeted('20h')
    at('Tue 11:00')
    const { moved } = await desk.reapply()
    expect(moved).toEqual([
      {
        ...{ ticketId: 't1', metric: 'resolution', cycle: 1 },
        before: expect.objectContaining({ elapsedMs: 10 * hour, targetMs: 16 * hour, dueAt: when('Tue 17:00') }),
        after: expect.objectContaining({ elapsedMs: 10 * hour, targetMs: 20 * hour, dueAt: when('Wed 13:00') }),
      },
    ])
  })

  it('and what rules did in answer to it, cycle by cycle where one ends and the next begins', async () => {
    let now = when('Mon 09:00')
    const clock = { now: () => now }
    const policy = (resolution: string, rest: object = {}) =>
      defineDesk({
        ...{ calendars: [nineTo('17:00')], calendar: 'office', slaRules: [{ level: 'std' }] },
        levels: [
          {
            id: 'std',
            targets: [{ metric: 'resolution', within: { Urgent: '2h', default: resolution }, restartFrom: 'switch' }],
          },
        ],
        triggers: [{ id: 'hurry', on: ['sla_retargeted'], do: [{ type: 'setPriority', priority: 'Urgent' }] }],
        ...rest,
      } as never)
    const definition = [policy('16h'), policy('8h', { since: when('Mon 11:00') })]
    const desk = createDesk({ definition, store: memoryStore({ clock }), clock })
    await desk.as(mari).open({ ticketId: 't1', subject: 'Help' })
    now = when('Mon 12:00')
    const cycle = { ticketId: 't1', metric: 'resolution' }
    expect((await desk.reapply()).moved).toEqual([
      {
        ...{ ...cycle, cycle: 1 },
        before: expect.objectContaining({ state: 'running', elapsedMs: 3 * hour, targetMs: 16 * hour }),
        after: expect.objectContaining({
          state: 'ended',
          ending: 'cancelled',
          elapsedMs: 3 * hour,
          targetMs: 8 * hour,
        }),
      },
      {
        ...{ ...cycle, cycle: 2 },
        before: null,
        after: expect.objectContaining({ state: 'running', elapsedMs: 0, targetMs: 2 * hour }),
      },
    ])
  })
})

describe('a run over many', () => {
  it('tells its progress, stops when it is cancelled, and goes on where it stopped', async () => {
    const { desk, at } = await edited(memoryStore, 1_200)
    at('Tue 11:00')
    const cancel = new AbortController()
    const seen: number[] = []
    const first = await desk.reapply({
      signal: cancel.signal,
      onProgress: ({ tickets, of }) => {
        seen.push(tickets, of)
        cancel.abort()
      },
    })
    expect(seen).toEqual([500, 1_200])
    expect(first).toMatchObject({ tickets: 500, changed: 500, next: 't0499' })
    const rest = await desk.reapply({
      after: first.next as string,
      onProgress: ({ tickets, of }) => seen.push(tickets, of),
    })
    expect(rest).toMatchObject({ tickets: 700, changed: 700, next: null })
    expect(rest.moved[0]?.ticketId).toBe('t0500')
    // a run that goes on counts what is left, and comes to its end
    expect(seen.slice(2)).toEqual([500, 700, 700, 700])
  })

  it.each([
    ['memory', memoryStore],
    ['sqlite', (options: object) => sqliteStore(':memory:', options)],
  ])('somebody else can cancel it meanwhile, in %s', async (_name, store) => {
    const { desk, at } = await edited(store as typeof memoryStore, 100)
    at('Tue 11:00')
    const cancel = new AbortController()
    setTimeout(() => cancel.abort(), 0)
    const run = await desk.reapply({ signal: cancel.signal })
    expect(run.tickets).toBeLessThan(100)
    expect(run.next).not.toBeNull()
  })

  it('cancelled before it began, it goes on from the beginning', async () => {
    const { desk, at } = await edited(memoryStore, 2)
    at('Tue 11:00')
    const none = await desk.reapply({ signal: AbortSignal.abort() })
    expect(none).toMatchObject({ tickets: 0, next: '' })
    expect(await desk.reapply({ after: none.next as string })).toMatchObject({ tickets: 2, changed: 2, next: null })
  })

  it.each(['store_failed', 'store_busy', 'outcome_unknown'] as const)(
    'a store that says %s ends it; progress told where to go on, and what had moved',
    async (code) => {
      let commits = 0
      let broken = true
      const failing = (options: object): Store => {
        const store = memoryStore(options)
        const commit: Store['commit'] = async (what) => {
          if (broken && what.receipt && ++commits > 24) throw new DeskError({ code, facts: { reason: 'disk full' } })
          return store.commit(what)
        }
        return { ...store, commit }
      }
      const { desk, at } = await edited(failing as typeof memoryStore, 20)
      at('Tue 11:00')
      const seen: { tickets: number; next: string | null; moved: readonly object[] }[] = []
      const onProgress = (progress: (typeof seen)[number]) => seen.push(progress)
      await expect(desk.reapply({ onProgress })).rejects.toThrow(expect.objectContaining({ code }))
      expect(commits).toBeLessThan(40)
      expect(seen).toEqual([expect.objectContaining({ tickets: 4, changed: 4, of: 20, next: 't0003' })])
      expect(seen[0]?.moved).toHaveLength(8) // two clocks of each
      broken = false
      const rest = await desk.reapply({ after: seen[0]?.next as string })
      expect(rest).toMatchObject({ tickets: 16, changed: 16, failed: [], next: null })
    },
  )

  it('a ticket whose definition is missing does not hold up the others', async () => {
    let now = when('Mon 09:00')
    const clock = { now: () => now }
    const store = memoryStore({ clock })
    await createDesk({ definition: revision('17:00', '16h'), store, clock })
      .as(mari)
      .open({ ticketId: 'a', subject: 'x' })
    const later = createDesk({ definition: revision('13:00', '8h'), store, clock })
    await later.as(mari).open({ ticketId: 'b', subject: 'x' })
    now = when('Mon 10:00')
    const run = await later.reapply()
    expect(run).toMatchObject({ tickets: 2, failed: [{ ticketId: 'a', error: { code: 'definition_missing' } }] })
  })

  it.each([
    [{ after: 'Ü' }, 'options.after'],
    [{ signal: 5 }, 'options.signal'],
    [{ signal: {} }, 'options.signal'],
    [{ onProgress: 'no' }, 'options.onProgress'],
    [null, 'options'],
    [{ limit: 5 }, 'options.limit'],
  ])('%j is refused', async (options, path) => {
    const { desk } = await edited()
    await expect(desk.reapply(options as never)).rejects.toThrow(expect.objectContaining({ path }))
  })
})
