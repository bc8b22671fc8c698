import type pg from 'pg'
import { Pool } from 'pg'
import { createDesk, type Desk, defineDesk } from 'ticketwright'
import { type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { manualClock } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'

const mari = { kind: 'requester', id: 'mari' } as const
const ana = { kind: 'agent', id: 'ana' } as const

describePostgres('a store within a transaction of the application', ({ url }) => {
  const pool = new Pool({ connectionString: url, max: 4 })
  const store = postgresStore(pool)
  const desk = createDesk({ definition: defineDesk({}), store })
  beforeAll(() => store.now())
  afterAll(() => pool.end())

  it('is over when it is closed: what was asked has its answer, and what is asked later is refused', async () => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const inside = store.within(client)
      const busy = client.query('SELECT pg_sleep(0.1)')
      const asked = inside.now()
      await new Promise(setImmediate) // it has been sent, and has no answer yet
      await inside.close()
      await busy
      expect(await asked).toEqual(expect.any(Number))
      const refused = { code: 'store_failed', facts: { reason: expect.stringContaining('is over') } }
      await expect(inside.now()).rejects.toMatchObject(refused)
      await expect(inside.commit({ tenant: 'default', changes: [], effects: [] })).rejects.toMatchObject(refused)
      await client.query('ROLLBACK')
      expect(await store.within(client).now()).toEqual(expect.any(Number))
    } finally {
      client.release()
    }
  })

  it('spends nothing on looking at the tables in it, once the store has seen them', async () => {
    const elsewhere = postgresStore(pool, { schema: 'elsewhere' })
    await elsewhere.now()
    const client = await pool.connect()
    const asked: string[] = []
    const listening: PostgresClient = {
      query: (text, values) => {
        asked.push(text)
        return client.query(text, values)
      },
    }
    try {
      await client.query('BEGIN')
      await elsewhere.within(listening).now()
      expect(asked.length).toBe(1)
      await client.query('ROLLBACK')
      expect((await elsewhere.find({ ...everything, limit: 1 })).length).toBe(0)
    } finally {
      client.release()
    }
  })

  it('a ticket that it has holds up neither views nor what else is due', { timeout: 60_000 }, async () => {
    const definition = defineDesk({
      levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
      slaRules: [{ level: 'l' }],
      views: [{ id: 'all' }],
    })
    const clock = manualClock(0)
    const shared = postgresStore(pool, { schema: 'held', clock, patienceMs: 60_000 })
    const desk = createDesk({ definition, store: shared, clock })
    for (const ticketId of ['t1', 't2']) await desk.as(mari).open({ ticketId, subject: 'Late' })
    clock.pass('2h')
    const isLate = async (id: string) => (await desk.history(id)).some(({ type }) => type === 'sla_breached')
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query(`SELECT 1 FROM held.tickets WHERE id = 't1' FOR UPDATE`)
      expect(await desk.runDue({ limit: 1 })).toMatchObject({ tickets: 1, events: 1, held: 1 })
      expect([await isLate('t1'), await isLate('t2')]).toEqual([false, true])
      const { tickets, stale } = await desk.view('all')
      expect(tickets.map(({ id }) => id)).toEqual(['t1', 't2'])
      expect(stale).toBe(true)
      expect(await desk.count('all')).toEqual({ count: 2, stale: true })
      expect(await desk.runDue()).toEqual({ tickets: 0, events: 0, more: false, held: 1, failed: [] })
      await client.query('ROLLBACK')
      expect(await desk.runDue()).toMatchObject({ tickets: 1, events: 1 })
      expect(await isLate('t1')).toBe(true)
    } finally {
      client.release()
    }
  })

  describe('waits for what others have', { timeout: 60_000 }, () => {
    let named = 0
    /** So many tickets of a name that nobody else has, and connections that nobody else uses. */
    const scene = async <Result>(
      work: (given: { desk: Desk; ids: readonly [string, string]; clients: [pg.PoolClient, pg.PoolClient] }) => Result,
      clients = 2,
    ): Promise<Awaited<Result>> => {
      const lent = await Promise.all(Array.from({ length: clients }, () => pool.connect()))
      const ids = [`w${++named}a`, `w${named}b`] as const
      for (const ticketId of ids) await desk.as(mari).open({ ticketId, subject: 'Help' })
      for (const client of lent) await client.query('BEGIN')
      try {
        return await work({ desk, ids, clients: lent as [pg.PoolClient, pg.PoolClient] })
      } finally {
        for (const client of lent) await client.query('ROLLBACK').finally(() => client.release())
      }
    }
    const patient = (patienceMs: number) => postgresStore(pool, { patienceMs })
    const noted = (client: PostgresClient, id: string, patienceMs = 60_000, commandId = `${id}:${Math.random()}`) =>
      desk.using(patient(patienceMs).within(client)).as(ana).note(id, { body: 'x' }, { commandId })
    const refusal = (said: Promise<unknown>) =>
      said.then(
        () => undefined,
        (error: unknown) => error,
      )
    const pidOf = async (client: pg.PoolClient) => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
    const waitsInDatabase = (pid: number) =>
      expect
        .poll(
          async () =>
            (await pool.query(`SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`, [pid]))
              .rowCount,
          { timeout: 20_000 },
        )
        .toBe(1)

    it('two that take two tickets crosswise: PostgreSQL ends one of them soon, and the other goes through', () =>
      scene(async ({ ids: [a, b], clients: [one, other] }) => {
        await noted(one, a)
        await noted(other, b)
        const said = await Promise.allSettled([noted(one, b), noted(other, a)])
        expect(said.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
        const { reason } = said.find(({ status }) => status === 'rejected') as PromiseRejectedResult
        expect(reason).toMatchObject({ code: 'store_busy', cause: { code: '40P01' } })
        await (said[0]?.status === 'fulfilled' ? one : other).query('COMMIT')
        expect((await desk.messages(a)).length + (await desk.messages(b)).length).toBe(2)
      }))

    it('a ticket in the database, so that whoever came first is next; then the transaction is as it was', () =>
      scene(async ({ ids: [a], clients: [one, other] }) => {
        await noted(one, a)
        await other.query(`SET lock_timeout = '40s'`)
        const pid = await pidOf(other)
        const second = noted(other, a)
        await waitsInDatabase(pid)
        await one.query('COMMIT')
        expect((await second).ticket.revision).toBe(3)
        expect((await other.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '40s' }])
      }))

    it.each([
      ['its patience is over', '0', 150],
      ['what the session allows is over', '150ms', 60_000],
    ])('and stays usable when %s', (_what, lockTimeout, patienceMs) =>
      scene(async ({ ids: [a, b], clients: [one, other] }) => {
        await noted(one, a)
        await other.query(`SET LOCAL lock_timeout = '${lockTimeout}'`)
        const from = performance.now()
        expect(await refusal(noted(other, a, patienceMs))).toMatchObject({ code: 'store_busy' })
        expect(performance.now() - from).toBeGreaterThanOrEqual(140)
        expect((await other.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: lockTimeout }])
        await noted(other, b, patienceMs)
        await one.query('COMMIT')
        await noted(other, a, patienceMs)
        await other.query('COMMIT')
        expect((await desk.history(a)).filter(({ type }) => type === 'message_added').length).toBe(2)
      }),
    )

    it('of several commands at once only those wait whose tickets others have', () =>
      scene(async ({ ids: [a, b], clients: [one, other] }) => {
        await noted(one, a)
        const inside = desk.using(patient(60_000).within(other)).as(ana)
        const pid = await pidOf(other)
        const both = Promise.all([inside.note(a, { body: 'x' }), inside.note(b, { body: 'x' })])
        await waitsInDatabase(pid)
        await one.query('COMMIT')
        expect((await both).map(({ ticket }) => ticket.revision)).toEqual([3, 2])
      }))

    it('not for a ticket that a row of the application’s own refers to', () =>
      scene(async ({ ids: [a], clients: [one] }) => {
        const key = 'FOREIGN KEY (tenant, ticket) REFERENCES ticketwright.tickets'
        await pool.query(`CREATE TABLE orders (tenant text, ticket text, ${key})`)
        await one.query(`INSERT INTO orders VALUES ('default', $1)`, [a])
        const waiting = createDesk({ definition: defineDesk({}), store: patient(0) })
        expect((await waiting.as(ana).note(a, { body: 'x' })).ticket.revision).toBe(2)
      }))

    it('for a key no longer than the session allows', () =>
      scene(async ({ ids: [a, b], clients: [one, other] }) => {
        await noted(one, a, 60_000, `key:${a}`)
        await other.query(`SET LOCAL lock_timeout = '150ms'`)
        const from = performance.now()
        const error = await refusal(noted(other, b, 50_000, `key:${a}`))
        expect(error).toMatchObject({ code: 'store_busy', cause: { code: '55P03' } })
        expect(performance.now() - from).toBeLessThan(20_000)
      }))

    describe('on whatever stands for the client', () => {
      const wrapped = (client: pg.PoolClient): PostgresClient => ({
        query: (text, values) => client.query(text, values),
      })

      it('for a key as long as patience lasts', () =>
        scene(async ({ ids: [a], clients: [one, other] }) => {
          const commandId = `once:${a}`
          await noted(one, a, 60_000, commandId)
          const pid = await pidOf(other)
          const store = patient(60_000).within(wrapped(other))
          const { row } = await store.load('default', a)
          if (!row) throw new Error('no row')
          const receipt = { commandId, hash: '', ticketId: a, tickets: [], unchanged: true, at: 0 }
          const second = store.commit({ tenant: 'default', changes: [], effects: [], receipt })
          await waitsInDatabase(pid)
          await new Promise((resolve) => setTimeout(resolve, 300))
          await one.query('COMMIT')
          expect(await second).toMatchObject({ ok: false, conflict: 'receipt' })
          await other.query('SELECT 1')
        }))

      it('and what comes after the end of one that gave up is told with the reason', () =>
        scene(async ({ ids: [a], clients: [one, other] }) => {
          const commandId = `busy:${a}`
          await noted(one, a, 60_000, commandId)
          const inside = patient(100).within(wrapped(other))
          const receipt = { commandId, hash: '', ticketId: a, tickets: [], unchanged: true, at: 0 }
          const given = inside.commit({ tenant: 'default', changes: [], effects: [], receipt })
          expect(await refusal(given)).toMatchObject({ code: 'store_busy', cause: { code: '55P03' } })
          expect(await refusal(inside.now())).toMatchObject({ code: 'store_busy' })
        }))
    })

    it('what one transaction gave up for is not said of the next on the same connection', () =>
      scene(async ({ ids: [a], clients: [one, other] }) => {
        const commandId = `former:${a}`
        await noted(one, a, 60_000, commandId)
        const receipt = { commandId, hash: '', ticketId: a, tickets: [], unchanged: true, at: 0 }
        const given = patient(100).within(other).commit({ tenant: 'default', changes: [], effects: [], receipt })
        expect(await refusal(given)).toMatchObject({ code: 'store_busy' })
        await other.query('ROLLBACK')
        await other.query('BEGIN')
        await other.query('SELECT 1 / 0').catch(() => {})
        expect(await refusal(store.within(other).now())).toMatchObject({ code: 'store_failed' })
      }))
  })
})

const everything = {
  tenant: 'default',
  when: null,
  matches: () => true,
  keys: [],
  position: ({ id }: { id: string }) => ({ values: [], id }),
  compare: () => 0,
}
