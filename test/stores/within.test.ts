import { Pool } from 'pg'
import { createDesk, defineDesk } from 'ticketwright'
import { type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { manualClock } from 'ticketwright/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'

const mari = { kind: 'requester', id: 'mari' } as const

describePostgres('a store within a transaction of the application', ({ url }) => {
  const pool = new Pool({ connectionString: url, max: 4 })
  const store = postgresStore(pool)
  const desk = createDesk({ definition: defineDesk({}), store })
  beforeAll(() => store.now())
  afterAll(() => pool.end())

  it('saves with COMMIT, and nothing before or without it', async () => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const { ticket } = await desk.using(store.within(client)).as(mari).open({ subject: 'Help', body: '…' })
      await expect(desk.get(ticket.id)).rejects.toMatchObject({ code: 'ticket_not_found' })
      await client.query('ROLLBACK')
      await expect(desk.get(ticket.id)).rejects.toMatchObject({ code: 'ticket_not_found' })
      await client.query('BEGIN')
      const kept = await desk.using(store.within(client)).as(mari).open({ subject: 'Help', body: '…' })
      await client.query('COMMIT')
      expect(await desk.get(kept.ticket.id)).toEqual(kept.ticket)
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

  it('leaves the transaction usable after a conflict of versions', async () => {
    const { ticket } = await desk.as(mari).open({ subject: 'Help', body: '…' })
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const within = store.within(client)
      const { row } = await within.load('default', ticket.id)
      const stale = { ...row, ticketId: ticket.id, expectedVersion: 99, events: [], externalIds: [] }
      const outcome = await within.commit({ tenant: 'default', changes: [stale as never], effects: [] })
      expect(outcome).toMatchObject({ ok: false, conflict: 'version', actual: ticket.version })
      await desk.using(within).as(mari).message(ticket.id, { body: 'Still here' })
      await client.query('COMMIT')
      expect((await desk.messages(ticket.id)).length).toBe(2)
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
      const { tickets } = await desk.view('all')
      expect(tickets.map(({ id }) => id)).toEqual(['t1', 't2'])
      expect(await desk.runDue()).toMatchObject({ tickets: 1, events: 0, failed: [] })
      expect([await isLate('t1'), await isLate('t2')]).toEqual([false, true])
      await client.query('ROLLBACK')
      expect(await desk.runDue()).toMatchObject({ tickets: 1, events: 1 })
      expect(await isLate('t1')).toBe(true)
    } finally {
      client.release()
    }
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
