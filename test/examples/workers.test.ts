import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type AnyTicketEvent,
  createDesk,
  type Delivery,
  type Desk,
  DeskError,
  defineDesk,
  memoryStore,
  type Store,
} from 'ticketwright'
import { manualClock, officeHours } from 'ticketwright/testing'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readSnapshots } from '../../examples/replay-incidents/snapshot.ts'
import { openPool } from '../../examples/web/pool.ts'
import { examine } from '../../examples/workers/examine.ts'
import { expectedOf, type Outcome } from '../../examples/workers/expected.ts'
import { daysOf } from '../../examples/workers/incidents.ts'
import { workUntil } from '../../examples/workers/loop.ts'
import type { Run } from '../../examples/workers/run.ts'
import { build } from '../package/packed.ts'
import { describePostgres } from '../postgres/database.ts'
import { runExample, runExampleMeanwhile } from './incidents.ts'

const faultless = { lost: 0, invented: 0, twice: 0, gaps: 0, effectsLost: 0, effectsInvented: 0 }

/** Ends a connection of the first worker that waits for nothing, now and then: how often. */
function breaking(url: string): () => Promise<number> {
  const pool = openPool({ connectionString: url, max: 1 }, () => {})
  let broken = 0
  const timer = setInterval(async () => {
    const { rows } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'worker-1' AND state = 'idle' AND datname LIKE 'ticketwright_example_%' LIMIT 1`,
    )
    broken += rows.length
    if (broken >= 3) clearInterval(timer)
  }, 700)
  return async () => {
    clearInterval(timer)
    await pool.end()
    return broken
  }
}

describePostgres(
  'three workers on one server, one killed in the middle of an effect, one whose connections break',
  ({ url }) => {
    beforeAll(build, 120_000)

    it.each([
      ['looking for what is due', []],
      ['doing jobs of pg-boss', ['--boss']],
    ])(
      '%s, lose nothing and do nothing twice',
      async (_how, options) => {
        const stop = breaking(url)
        const { stdout, stderr, status } = await runExampleMeanwhile(
          'workers/index.ts',
          ...['--json', '--url', url, ...options],
        )
        const broken = await stop()
        expect(stderr).toBe('')
        const run = JSON.parse(stdout) as Run
        expect(run.faults).toEqual(faultless)
        expect(run).toMatchObject({ incidents: 50, commands: 337, refused: 0, events: 789, effects: 101 })
        expect(run.facts).toEqual({ breaches: 14, steps: 37, wakes: 7, closings: 50 })
        expect(run.workers.map(({ killed }) => killed)).toEqual([false, true, false])
        // what the killed worker had in hand: it delivers four at a time; and what a connection broke in the middle of
        expect(run.effectsAgain).toBeGreaterThanOrEqual(1)
        expect(run.effectsAgain).toBeLessThanOrEqual(4 + broken)
        expect(broken).toBeGreaterThan(0)
        expect(run.workers.map(({ troubles }) => troubles > 0)).toEqual([true, false, false])
        for (const { events, effects, killed } of run.workers) if (!killed) expect(events + effects).toBeGreaterThan(0)
        expect(status).toBe(0)
      },
      240_000,
    )
  },
)

describe('the comparison', () => {
  let expected: Outcome
  beforeAll(async () => {
    const days = daysOf(await readSnapshots('examples/data/incidents-2000.jsonl.gz'), 100)
    expected = await expectedOf(days, (days.at(-1)?.endsAt ?? 0) + 30 * 86_400_000)
  }, 60_000)

  const once = () => new Map(expected.effects.map((id) => [id, 1]))
  const at = (type: string) => expected.events.findIndex((event) => event.type === type)

  it('finds no fault where there is none, whenever a machine wrote', () => {
    const later = expected.events.map((event) => ({ ...event, recordedAt: event.recordedAt + 5 }))
    expect(examine(expected, later, once()).faults).toEqual(faultless)
  })

  it.each<[string, (events: AnyTicketEvent[]) => void, Partial<typeof faultless>]>([
    ['a lost breach', (events) => events.splice(at('sla_breached'), 1), { lost: 1, gaps: 1 }],
    ['a breach written twice', (events) => events.push(events[at('sla_breached')] as never), { invented: 1, twice: 1 }],
    ['a step written twice', (events) => events.push(events[at('sla_step_reached')] as never), { twice: 1 }],
    [
      'a fact at another instant',
      (events) => events.splice(at('sla_breached'), 1, { ...events[at('sla_breached')], at: 1 } as never),
      { lost: 1, invented: 1 },
    ],
  ])('finds %s', (_what, plant, faults) => {
    const events = [...expected.events]
    plant(events)
    expect(examine(expected, events, once()).faults).toMatchObject(faults)
  })

  it('finds a lost effect, and one that nobody asked for', () => {
    const received = once()
    received.delete(expected.effects[0] ?? '')
    received.set('made-up', 1)
    expect(examine(expected, expected.events, received).faults).toEqual({
      ...faultless,
      effectsLost: 1,
      effectsInvented: 1,
    })
  })

  it('counts what came twice', () => {
    const received = once().set(expected.effects[0] ?? '', 3)
    expect(examine(expected, expected.events, received).effectsAgain).toBe(2)
  })
})

describe('the loop of the how-to page', () => {
  it('writes what is due, delivers effects, outlives an outage, ends what it has in hand when told to stop, and begins nothing more', async () => {
    const clock = manualClock('2026-11-23T09:00:00Z')
    const kept = memoryStore({ clock })
    let outages = 3
    const due: Store['due'] = async (...asked) => {
      if (outages-- > 0) throw new Error('the database is away')
      return kept.due(...asked)
    }
    const desk = createDesk({ definition: definitionWithWord, store: { ...kept, due }, clock })
    const { ticket } = await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
    const stopped = new AbortController()
    const [sent, reported] = [[] as string[], [] as unknown[]]
    const working = workUntil(
      stopped.signal,
      desk,
      async ({ effect }) => {
        await pause(5)
        sent.push(effect.kind)
        if (sent.length === 2) stopped.abort()
      },
      (error) => void reported.push(error),
      1,
    )
    await vi.waitFor(() => expect(sent).toEqual(['notify']))
    clock.set('2026-11-24T09:00:00Z')
    await working
    expect(sent).toEqual(['notify', 'notify'])
    expect(reported.map(String)).toEqual(Array(3).fill('Error: the database is away'))
    expect((await desk.history(ticket.id)).filter(({ type }) => type === 'sla_breached').length).toBe(1)
    expect(await desk.deadLetters()).toEqual([])
    expect((await desk.deliver(() => {})).delivered).toBe(0)
  })
})

describe('the loop, of what cannot be done,', () => {
  const working = async (
    send: (delivery: Delivery) => Promise<void>,
    change: (store: Store) => Partial<Store> = () => ({}),
  ) => {
    const clock = manualClock('2026-11-23T09:00:00Z')
    const store = memoryStore({ clock })
    const desk = createDesk({ definition: definitionWithWord, store: { ...store, ...change(store) }, clock })
    const { ticket } = await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
    const [stopped, reported] = [new AbortController(), [] as unknown[]]
    const ended = workUntil(stopped.signal, desk as Desk, send, (trouble) => void reported.push(trouble), 1)
    return { clock, desk, ticket, reported, stop: () => stopped.abort(), ended }
  }

  it('writes what is due while an effect never comes to an end', async () => {
    let giveUp = () => {}
    const hanging = new Promise<void>((resolve) => {
      giveUp = resolve
    })
    const sent = vi.fn(() => hanging)
    const { clock, desk, ticket, stop, ended } = await working(sent)
    await vi.waitFor(() => expect(sent).toHaveBeenCalled())
    clock.pass('2h')
    const isLate = async () => (await desk.history(ticket.id)).some(({ type }) => type === 'sla_breached')
    await vi.waitFor(async () => expect(await isLate()).toBe(true))
    stop()
    giveUp()
    await ended
    expect(sent).toHaveBeenCalledTimes(1)
  })

  it('tells of an effect that fails each time, and of the last time that it is given up', async () => {
    const refuse = async () => {
      throw new Error('no such address')
    }
    const { clock, desk, reported, stop, ended } = await working(refuse)
    for (let times = 1; times <= 20; times++) {
      await vi.waitFor(() => expect(reported.length).toBeGreaterThanOrEqual(times))
      clock.pass('1h')
    }
    stop()
    await ended
    const [letter] = await desk.deadLetters()
    // the word of the breach, which stood behind it, comes after that
    expect(reported.slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, i) => ({ effectId: letter?.id, reason: 'no such address', givenUp: i === 19 })),
    )
  })

  it('tells of a ticket that cannot be advanced', async () => {
    let damaged = false
    const { clock, ticket, reported, stop, ended } = await working(
      async () => {},
      (store) => ({
        load: async (...asked) => {
          if (damaged) throw new DeskError({ code: 'ticket_damaged', facts: { id: asked[1] }, path: null } as never)
          return store.load(...asked)
        },
      }),
    )
    damaged = true
    clock.pass('2h')
    const told = expect.objectContaining({
      ticketId: ticket.id,
      error: expect.objectContaining({ code: 'ticket_damaged' }),
    })
    await vi.waitFor(() => expect(reported).toContainEqual(told))
    stop()
    await ended
  })
})

const definitionWithWord = defineDesk({
  levels: [{ id: 'standard', calendar: 'always', targets: [{ metric: 'firstResponse', within: '1h' }] }],
  calendars: [officeHours('always', 'UTC', [['00:00', '24:00']])],
  slaRules: [{ level: 'standard' }],
  triggers: [{ id: 'told', on: ['ticket_opened', 'sla_breached'], do: [{ type: 'notify', to: ['department'] }] }],
})

describe('the arguments', () => {
  beforeAll(build, 120_000)

  it.each([['--every', '0'], ['--every', '101'], ['--every', 'x'], ['--nothing']])('%s %s are explained', (...args) => {
    const { stderr, status } = runExample('workers/index.ts', ...args)
    expect(status).toBe(2)
    expect(stderr).toContain('Usage: npm run example:workers')
  })
})

describe('docs/how-to/run-workers.md', () => {
  it('quotes the example', () => {
    const page = readFileSync('docs/how-to/run-workers.md', 'utf8')
    const blocks = [...page.matchAll(/^<!-- (examples\/\S+) -->\n\n```ts\n(.*?)^```$/gms)]
    expect(blocks.length).toBe(3)
    for (const [, file = '', code] of blocks) expect(readFileSync(file, 'utf8'), file).toContain(code)
  })
})
