import { Pool, type PoolClient } from 'pg'
import { type Db, PgBoss } from 'pg-boss'
import { createDesk, type Delivery, type Desk, defineDesk } from 'ticketwright'
import { type PostgresStore, postgresStore } from 'ticketwright/postgres'
import { officeHours } from 'ticketwright/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createQueues, queues, withJobs } from '../../examples/workers/boss-store.ts'
import { workAsBoss } from '../../examples/workers/boss-worker.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'

const definition = defineDesk({
  calendars: [officeHours('always', 'UTC', [['00:00', '24:00']], ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])],
  calendar: 'always',
  levels: [{ id: 'standard', targets: [{ metric: 'firstResponse', within: { Urgent: '1s', default: '4h' } }] }],
  slaRules: [{ level: 'standard' }],
  triggers: [
    { id: 'told', on: ['ticket_opened'], do: [{ type: 'notify', to: ['department'], text: 'A new ticket' }] },
    { id: 'late', on: ['sla_breached'], do: [{ type: 'notify', to: ['department'], text: 'Late' }] },
  ],
})
const mari = { kind: 'requester', id: 'mari' } as const
const ana = { kind: 'agent', id: 'ana' } as const
const dbOf = (client: Pick<PoolClient, 'query'>): Db => ({ executeSql: (text, values) => client.query(text, values) })

describePostgres('deadlines and effects as jobs of pg-boss', () => {
  let [pool, boss, url] = [] as unknown as [Pool, PgBoss, string]
  beforeAll(async () => {
    url = (await anotherDatabase()).url
    pool = new Pool({ connectionString: url, max: 6 })
    boss = new PgBoss({ connectionString: url, max: 2, supervise: false, schedule: false })
    await boss.start()
    await createQueues(boss)
  }, 60_000)
  afterAll(async () => {
    await boss?.stop()
    await pool?.end()
  })

  const store = () => postgresStore(pool)
  const desk = (tenant = 'default') => createDesk({ definition, store: store(), tenant }) as unknown as Desk
  /** `beside`: a planted mistake, jobs that are not made in the transaction. */
  const inTransaction = async <T>(
    end: 'COMMIT' | 'ROLLBACK',
    work: (desk: Desk) => Promise<T>,
    { beside = false, tenant = 'default' } = {},
  ): Promise<T> => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const done = await work(desk(tenant).using(withJobs(store().within(client), boss, dbOf(beside ? pool : client))))
      await client.query(end)
      return done
    } finally {
      client.release()
    }
  }
  const jobs = async (ticketId: string, tenant = 'default') => {
    const { rows } = await pool.query(
      'SELECT name, state, start_after, data FROM pgboss.job WHERE singleton_key = $1 ORDER BY name, created_on',
      [JSON.stringify([tenant, ticketId])],
    )
    return rows
  }

  const soon = (holds: () => unknown) => vi.waitFor(holds, { timeout: 40_000, interval: 200 })
  /** While a worker does the jobs, without trouble. */
  const atWork = async (
    { send, store: own = store() }: { send: (delivery: Delivery) => Promise<void>; store?: PostgresStore },
    meanwhile: () => Promise<void>,
  ): Promise<void> => {
    const errors: string[] = []
    const onError = ({ message }: Error) => void errors.push(message)
    const working = await workAsBoss({ ...{ url, deskOf: desk, store: own, send, onError }, onDone: () => {} })
    try {
      await meanwhile()
      expect(errors).toEqual([])
    } finally {
      await working.stop({ timeout: 5_000 })
    }
  }

  it('are there with the ticket, and the library’s outbox stays empty', async () => {
    const { ticket } = await inTransaction('COMMIT', (within) => within.as(mari).open({ subject: 'Help', body: '…' }))
    const [deadline, effect, ...more] = await jobs(ticket.id)
    expect(more).toEqual([])
    expect(deadline).toMatchObject({
      name: queues.deadlines,
      state: 'created',
      data: { tenant: 'default', ticketId: ticket.id },
    })
    expect(deadline.start_after.getTime()).toBe((ticket.clocks.firstResponse?.dueAt ?? 0) + 1)
    expect(effect).toMatchObject({ name: queues.effects, data: { effect: { kind: 'notify', ticketId: ticket.id } } })
    expect(await store().effects('default', { now: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([])
  })

  it('are not there when the transaction is undone', async () => {
    const { ticket } = await inTransaction('ROLLBACK', (within) => within.as(mari).open({ subject: 'Help', body: '…' }))
    await expect(desk().get(ticket.id)).rejects.toMatchObject({ code: 'ticket_not_found' })
    expect(await jobs(ticket.id)).toEqual([])
  })

  it('would be found out if they were made beside the transaction', async () => {
    const open = (within: Desk) => within.as(mari).open({ subject: 'Help', body: '…' })
    const { ticket } = await inTransaction('ROLLBACK', open, { beside: true })
    await expect(desk().get(ticket.id)).rejects.toMatchObject({ code: 'ticket_not_found' })
    expect((await jobs(ticket.id)).length).toBe(2)
    await pool.query('DELETE FROM pgboss.job WHERE singleton_key LIKE $1', [`%${ticket.id}%`])
  })

  it('come once for a ticket: its deadline is moved with it', async () => {
    const { ticket } = await inTransaction('COMMIT', (within) => within.as(mari).open({ subject: 'Help', body: '…' }))
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await inTransaction('COMMIT', (within) => within.as(ana).postpone(ticket.id, { until }))
    const deadlines = (await jobs(ticket.id)).filter(({ name }) => name === queues.deadlines)
    expect(deadlines.map(({ start_after }) => start_after.toISOString())).toEqual([until])
  })

  it('are their tenant’s: two may have a ticket, and a command, of the same id', async () => {
    const tenants = ['one', 'other']
    for (const tenant of tenants)
      await inTransaction(
        'COMMIT',
        (within) => within.as(mari).open({ subject: tenant, body: '…', ticketId: 'same' }, { commandId: 'same' }),
        { tenant },
      )
    const theirs = await Promise.all(tenants.map((tenant) => jobs('same', tenant)))
    expect(theirs.map((rows) => rows.map(({ name, data }) => [name, data.tenant]))).toEqual(
      tenants.map((tenant) => [
        [queues.deadlines, tenant],
        [queues.effects, tenant],
      ]),
    )
  })

  it('are done: the breach once, each effect in its order, and one that fails again', async () => {
    const [sent, subjects] = [[] as string[], [] as string[]]
    let failures = 2
    const send = async ({ effect, ticket }: Delivery) => {
      if (ticket.subject === 'Nobody listens' && failures-- > 0) throw new Error('nobody listens')
      sent.push(`${effect.ticketId} ${effect.data.text}`)
      if (effect.ticketId === 'same') subjects.push(ticket.subject)
    }
    await atWork({ send }, async () => {
      const { ticket } = await inTransaction('COMMIT', (within) =>
        within.as(mari).open({ subject: 'Nobody listens', body: '…', priority: 'Urgent' }),
      )
      const mine = () => sent.filter((line) => line.startsWith(ticket.id))
      await soon(() => expect(mine().length).toBe(2))
      expect(mine()).toEqual([`${ticket.id} A new ticket`, `${ticket.id} Late`])
      expect(failures).toBeLessThan(0)
      const breaches = (await desk().history(ticket.id)).filter(({ type }) => type === 'sla_breached')
      expect(breaches.length).toBe(1)
      await soon(async () =>
        expect((await jobs(ticket.id)).map(({ state }) => state)).toEqual(Array(3).fill('completed')),
      )
      // of the test before: each was given its own tenant's ticket
      expect(subjects.sort()).toEqual(['one', 'other'])
    })
  }, 90_000)

  it.each([
    ['is refused for the twentieth time', 19, 'nobody listens'],
    ['has taken twenty workers with it', 20, 'no worker came to an end with it'],
  ])(
    'are dead letters where an effect %s: those that come after it go on, and it can be revived',
    async (_what, retries, reason) => {
      const { ticket } = await inTransaction('COMMIT', (within) =>
        within.as(mari).open({ subject: 'Nobody listens', body: '…', priority: 'Urgent' }),
      )
      const effectsOf = (name: string) => jobs(ticket.id).then((rows) => rows.filter((row) => row.name === name))
      await pool.query('UPDATE pgboss.job SET retry_count = $1 WHERE name = $2 AND singleton_key = $3', [
        retries,
        queues.effects,
        JSON.stringify(['default', ticket.id]),
      ])
      const sent: unknown[] = []
      let listens = false
      const send = async ({ effect }: Delivery) => {
        if (effect.ticketId !== ticket.id) return
        if (effect.data.text === 'A new ticket' && !listens) throw new Error('nobody listens')
        sent.push(effect.data.text)
      }
      await atWork({ send }, async () => {
        await soon(() => expect(sent).toEqual(['Late']))
        expect(await effectsOf(queues.deadLetters)).toMatchObject([
          { state: 'created', data: { tenant: 'default', reason, effect: { data: { text: 'A new ticket' } } } },
        ])
        listens = true
        await boss.redrive(queues.deadLetters, { destination: queues.effects })
        await soon(() => expect(sent).toEqual(['Late', 'A new ticket']))
        expect(await effectsOf(queues.deadLetters)).toEqual([])
      })
    },
    90_000,
  )

  it('come again where somebody else has the ticket, and undoes what they did', async () => {
    const { ticket } = await inTransaction('COMMIT', (within) =>
      within.as(mari).open({ subject: 'Held', body: '…', priority: 'Urgent' }),
    )
    const breaches = async () => (await desk().history(ticket.id)).filter(({ type }) => type === 'sla_breached').length
    const deadline = async () => (await jobs(ticket.id)).find(({ name }) => name === queues.deadlines)
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SELECT FROM ticketwright.tickets WHERE id = $1 FOR UPDATE', [ticket.id])
      await atWork({ send: async () => {} }, async () => {
        await soon(async () => expect((await deadline())?.state).toMatch(/retry|completed/))
        expect(await breaches()).toBe(0)
        await client.query('ROLLBACK')
        await soon(async () => expect(await breaches()).toBe(1))
        await soon(async () => expect((await deadline())?.state).toBe('completed'))
      })
    } finally {
      client.release()
    }
  }, 90_000)

  it('find the tables there: no job looks at them in its transaction', async () => {
    const own = new Pool({ connectionString: url, max: 1 })
    const asked: string[] = []
    const kept = postgresStore(own)
    const within: typeof kept.within = (client) =>
      kept.within({
        query: (text, values) => {
          asked.push(text)
          return client.query(text, values)
        },
      })
    let sent = 0
    await atWork({ store: { ...kept, within }, send: async () => void sent++ }, async () => {
      for (let i = 0; i < 3; i++)
        await inTransaction('COMMIT', (desk) => desk.as(mari).open({ subject: `${i}`, body: '…' }))
      await soon(() => expect(sent).toBeGreaterThanOrEqual(3))
    })
    await own.end()
    expect(asked.length).toBeGreaterThanOrEqual(3)
    expect(asked.filter((text) => text.includes('server_version_num'))).toEqual([])
  }, 90_000)
})
