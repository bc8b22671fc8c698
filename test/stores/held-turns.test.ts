import pg from 'pg'
import { createDesk, defineDesk } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { manualClock } from 'ticketwright/testing'
import { afterAll, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'

const mari = { kind: 'requester', id: 'mari' } as const
const ana = { kind: 'agent', id: 'ana' } as const
const zoe = { kind: 'agent', id: 'zoe' } as const

/** A wait for a transaction would be a minute. */
const patienceMs = 60_000
const timeout = 50_000

describePostgres('routing, and what a transaction of somebody else has', ({ url }) => {
  const pool = new pg.Pool({ connectionString: url, max: 6 })
  afterAll(() => pool.end())

  const definition = defineDesk({
    departments: [{ id: 'sales' }, { id: 'tech' }],
    routing: {},
    views: [{ id: 'all', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] } }],
  } as never)
  const directory = {
    agents: () => [
      { id: 'ana', departments: ['tech'] },
      { id: 'ben', departments: ['sales'] },
    ],
  }
  let schemas = 0
  /** Two machines with a desk each, and a connection for a transaction that is undone in the end. */
  async function scene<Result>(
    work: (given: {
      desk: ReturnType<typeof createDesk>
      store: ReturnType<typeof postgresStore>
      clock: ReturnType<typeof manualClock>
      schema: string
      client: pg.PoolClient
    }) => Promise<Result>,
    patience = patienceMs,
  ): Promise<Result> {
    const [schema, clock] = [`turns_${++schemas}`, manualClock(0)]
    const store = postgresStore(pool, { schema, clock, patienceMs: patience })
    const desk = createDesk({ definition, store, clock, directory: directory as never })
    await store.now()
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      return await work({ desk, store, clock, schema, client })
    } finally {
      await client.query('ROLLBACK').finally(() => client.release())
    }
  }
  const open = (desk: ReturnType<typeof createDesk>, ticketId: string, department = 'tech') =>
    desk.as(mari).open({ ticketId, subject: 'Help', reference: ticketId, department } as never)
  /** Postponed, and nobody's when it wakes. */
  async function asleep(desk: ReturnType<typeof createDesk>, ticketId: string, until: number): Promise<void> {
    await open(desk, ticketId)
    await desk.as(ana).unassign(ticketId)
    await desk.as(ana).postpone(ticketId, { until })
  }

  it('a view, a count, next and runDue pass by an agent’s turn that it has; the next look routes', { timeout }, () =>
    scene(async ({ desk, store, clock, client }) => {
      for (const id of ['w1', 'w2', 'w3', 'w4']) await asleep(desk, id, 3_600_000)
      expect((await open(desk.using(store.within(client)), 'slow')).routed).toMatchObject({ agent: 'ana' })
      clock.pass('2h')
      const { tickets } = await desk.view('all')
      expect(tickets.map(({ id, assignee }) => [id, assignee])).toEqual(
        ['w1', 'w2', 'w3', 'w4'].map((id) => [id, null]),
      )
      expect(await desk.runDue()).toMatchObject({ events: 0, held: 0, failed: [] })
      expect(await desk.as(ana).next('all')).toMatchObject({ ticket: { id: 'w1' } })
      expect((await desk.runRouting()).waiting.map(({ ticketId }) => ticketId)).toEqual(['w1', 'w2', 'w3', 'w4'])
      await client.query('COMMIT')
      await desk.as(ana).release((await store.present('default', 'w1')).lease as never)
      await desk.runDue()
      const after = await desk.view('all')
      expect(after.tickets.map(({ assignee }) => assignee)).toEqual(Array(5).fill('ana'))
    }),
  )

  it('whoever opens a ticket waits for a time, and nobody behind them', { timeout }, () =>
    scene(async ({ desk, store, client }) => {
      await open(desk.using(store.within(client)), 'slow')
      const ends: string[] = []
      const ended = async (opened: ReturnType<typeof open>) => {
        const { ticket, routed } = await opened
        ends.push(ticket.id)
        return routed
      }
      const [stuck, free] = await Promise.all([ended(open(desk, 'stuck')), ended(open(desk, 'free', 'sales'))])
      expect(ends).toEqual(['free', 'stuck'])
      expect(free).toMatchObject({ agent: 'ben' })
      expect(stuck).toMatchObject({ agent: null, decidedBy: 'failed' })
      const waiting = open(desk, 'waiting')
      await client.query('COMMIT')
      expect((await waiting).routed).toMatchObject({ agent: 'ana' })
      await desk.runDue()
      expect((await desk.get('stuck')).assignee).toBe('ana')
    }),
  )

  it(
    'a claim that it has made: views go on, next takes another, a claim of a person is refused in time',
    { timeout },
    () =>
      scene(async ({ desk, store, clock, client }) => {
        await asleep(desk, 'w1', 3_600_000)
        await open(desk, 'w2')
        await desk.as(ana).unassign('w2')
        expect(await desk.using(store.within(client)).as(ana).claim('w1', '3h')).not.toBeNull()
        clock.pass('2h')
        const { tickets } = await desk.view('all')
        expect(tickets.map(({ id, assignee }) => [id, assignee]).sort()).toEqual([
          ['w1', null],
          ['w2', null],
        ])
        const impatient = desk.using(postgresStore(pool, { schema: `turns_${schemas}`, clock, patienceMs: 150 }))
        await expect(impatient.as(zoe).claim('w1')).rejects.toMatchObject({
          code: 'store_busy',
          facts: { ticketId: 'w1' },
        })
        const plain = createDesk({ definition, store, clock }) as typeof desk
        expect(await plain.as(zoe).next('all')).toMatchObject({ ticket: { id: 'w2' } })
        await client.query('COMMIT')
        expect(await impatient.as(zoe).claim('w1')).toBeNull()
      }),
  )

  it('within a transaction, an error that is the end of it reaches whoever gave the command', { timeout }, () =>
    scene(async ({ desk, store, client }) => {
      await open(desk, 'first')
      await client.query('ROLLBACK')
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await client.query('SELECT 1')
      await open(desk, 'second')
      const inside = desk.using(store.within(client))
      await expect(open(inside, 'lost')).rejects.toMatchObject({ code: 'store_busy' })
      await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
      await client.query('ROLLBACK')
      await expect(desk.get('lost')).rejects.toMatchObject({ code: 'ticket_not_found' })
    }, 500),
  )

  it('within a transaction, a turn that somebody else’s has leaves it usable', { timeout }, () =>
    scene(async ({ desk, store, client }) => {
      await open(desk.using(store.within(client)), 'slow')
      const other = await pool.connect()
      try {
        await other.query('BEGIN')
        const { routed } = await open(desk.using(store.within(other)), 'stuck')
        expect(routed).toMatchObject({ agent: null, decidedBy: 'failed' })
        await other.query('COMMIT')
        expect((await desk.get('stuck')).assignee).toBeNull()
      } finally {
        other.release()
      }
    }),
  )

  /** A desk without routing, whose store is soon out of patience, and a ticket that a transaction has. */
  const held = <Result>(
    work: (given: { desk: ReturnType<typeof createDesk>; client: pg.PoolClient }) => Promise<Result>,
  ) =>
    scene(async ({ store, clock, schema, client }) => {
      const desk = createDesk({ definition, store, clock }) as ReturnType<typeof createDesk>
      for (const id of ['h1', 'h2', 'h3']) await open(desk, id)
      await client.query(`SELECT 1 FROM ${schema}.tickets WHERE id = 'h2' FOR UPDATE`)
      return work({ desk, client })
    }, 300)

  it('runs over many tickets pass by one that it has, and name it', { timeout }, () =>
    held(async ({ desk }) => {
      const run = await desk.as(ana).performMany(['h1', 'h2', 'h3'], { type: 'tag', tags: ['x'] } as never)
      expect(run).toMatchObject({ failure: null, cancelled: false })
      expect(run.receipts.map(({ result, error }) => [result, error?.code])).toEqual([
        ['changed', undefined],
        ['refused', 'store_busy'],
        ['changed', undefined],
      ])
      expect(run.receipts[1]?.error?.facts).toMatchObject({ ticketId: 'h2' })
      const { tickets, failed, complete } = await desk.erase('mari')
      expect([[...tickets].sort(), failed.map(({ ticketId }) => ticketId), complete]).toEqual([
        ['h1', 'h3'],
        ['h2'],
        false,
      ])
    }),
  )

  it(
    'a claim under which it writes, and its taking of effects, are waited for no longer than patience lasts',
    { timeout },
    () =>
      held(async ({ desk, client }) => {
        const lease = await desk.as(ana).claim('h1')
        if (!lease) throw new Error('no lease')
        const inside = desk.using(postgresStore(pool, { schema: `turns_${schemas}` }).within(client))
        await inside.deliver(() => {})
        await inside.as(ana).note('h1', { body: 'x' })
        await client.query(`SELECT 1 FROM turns_${schemas}.leases FOR SHARE`)
        const busy = { code: 'store_busy', facts: { ticketId: 'h1' } }
        await expect(desk.as(ana).renew(lease, '20m')).rejects.toMatchObject(busy)
        await expect(desk.as(ana).release(lease)).rejects.toMatchObject(busy)
        await expect(desk.deliver(() => {})).rejects.toMatchObject({ code: 'store_busy' })
        await client.query('COMMIT')
        expect(await desk.as(ana).release(lease)).toBe(true)
        await desk.deliver(() => {})
      }),
  )

  it('commands that stand in line for a ticket that it has are refused together', { timeout }, () =>
    held(async ({ desk, client }) => {
      const from = performance.now()
      const notes = Array.from({ length: 8 }, (_, i) => desk.as(ana).note('h2', { body: `${i}` }))
      const ends = await Promise.all(notes.map((note) => note.catch(() => performance.now() - from)))
      const [first, last] = [ends[0] as number, ends.at(-1) as number]
      // with a patience of its own for each it would be seven times 300 ms more at least
      expect(last - first).toBeLessThan(2_000)
      await client.query('ROLLBACK')
      expect((await desk.as(ana).note('h2', { body: 'x' })).ticket.revision).toBe(2)
    }),
  )
})
