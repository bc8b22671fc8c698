import { createDesk, defineDesk, memoryStore } from 'ticketwright'
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
        before: expect.objectContaining({ elapsedMs: 0, dueAt: when('Tue 17:00'), targetMs: 16 * hour }),
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
    const rest = await desk.reapply({ after: first.next as string })
    expect(rest).toMatchObject({ tickets: 700, changed: 700, next: null })
    expect(rest.moved[0]?.ticketId).toBe('t0500')
  })

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
    [{ limit: 5 }, 'options.limit'],
  ])('%j is refused', async (options, path) => {
    const { desk } = await edited()
    await expect(desk.reapply(options as never)).rejects.toThrow(expect.objectContaining({ path }))
  })
})
