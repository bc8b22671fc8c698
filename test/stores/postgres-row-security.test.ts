import pg from 'pg'
import { createDesk, type Definition, isDeskError, namedOrderings, type OrderingName, type Store } from 'ticketwright'
import { migratePostgres, type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { sampleDefinition } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofTenant } from '../../src/stores/postgres/connection/of-tenant.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { appOf } from './postgres-setup.ts'

const at = Date.parse('2026-11-23T07:00:00Z')
const opening = (tenant: string, ticketId: string) =>
  changeOf(
    null,
    decided(
      null,
      { type: 'open', subject: `of ${tenant}`, reference: `R-${ticketId}`, externalId: `<${ticketId}@mail>` },
      { tenant, ticketId, at },
    ),
  )
const commitOf = (tenant: string, ticketId: string) => ({
  tenant,
  changes: [opening(tenant, ticketId)],
  effects: [{ id: `e-${ticketId}`, ticketId, dueAt: at, type: 'webhook' as const, hook: 'crm' }] as never,
  receipt: { commandId: `c-${ticketId}`, hash: 'h', ticketId, tickets: [], unchanged: false, at },
  turn: { agent: 'ana', seen: 0 },
})

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => (isDeskError(error, 'store_failed') ? error.facts.reason : String(error)),
  )

describe('a statement as the function takes it that runs it for a tenant', () => {
  it('has its values in two lists, each with its type', () => {
    expect(ofTenant('SELECT $1, $2::double precision, $1 LIMIT $3', ['a', 0.1, 5])).toEqual({
      statement: 'SELECT ($1)[1], ($2)[1]::double precision, ($1)[1] LIMIT ($2)[2]::bigint',
      texts: ['a'],
      numbers: [0.1, 5],
    })
    expect(ofTenant('SELECT $2, $1', [null, undefined])).toMatchObject({ texts: [null, null], numbers: [] })
  })

  it('what it says is none of the statement', () => {
    const hostile = `'; DROP TABLE tickets; -- $2 $1 LIMIT ($2)[1]`
    expect(ofTenant('SELECT $1 LIMIT $2', [hostile, 1])).toEqual({
      statement: 'SELECT ($1)[1] LIMIT ($2)[1]::bigint',
      texts: [hostile],
      numbers: [1],
    })
  })

  it('takes no lists', () => {
    expect(() => ofTenant('SELECT $1', [['a']])).toThrow(TypeError)
  })
})

describePostgres('row security', ({ url }) => {
  const owner = new pg.Pool({ connectionString: url, max: 4 })
  let app: Awaited<ReturnType<typeof appOf>>
  let pool: pg.Pool
  let store: Store
  const pools: pg.Pool[] = [owner]
  const newPool = (connectionString: string, options: pg.PoolConfig = {}) => {
    const one = new pg.Pool({ connectionString, max: 2, ...options })
    pools.push(one)
    return one
  }
  const clock = { now: () => at }
  beforeAll(async () => {
    app = await appOf(url, true)
    pool = newPool(app.url)
    store = postgresStore(pool, { rowSecurity: true, clock })
    await store.commit({ ...commitOf('blue', 't2'), turn: { agent: 'ben', seen: 0 } })
    for (const tenant of ['red', 'blue']) {
      await store.commit(commitOf(tenant, 't1'))
      await store.claim(tenant, 't1', 'ana', 60_000)
      await store.announce(tenant, 't1', 'ana', 'viewing', 60_000)
      await store.nextNumber(tenant)
    }
  })
  afterAll(() => Promise.all(pools.map((one) => one.end())))

  /** Every table with tenants in it, as the server has them. */
  const tables = async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'ticketwright' AND column_name = 'tenant' ORDER BY 1`,
    )
    expect(rows.length).toBeGreaterThanOrEqual(9)
    return rows.map(({ name }) => name)
  }
  const tenantsIn = async (client: Pick<pg.ClientBase, 'query'>, table: string) =>
    (await client.query(`SELECT DISTINCT tenant FROM ticketwright.${table} ORDER BY 1`)).rows.map(
      ({ tenant }) => tenant,
    )
  /** A transaction, undone at the end. */
  const transaction = async <Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    from = pool,
  ): Promise<Result> => {
    const client = await from.connect()
    try {
      await client.query('BEGIN')
      return await work(client)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }
  const enter = (client: pg.PoolClient, tenant: string) =>
    client.query(`SELECT set_config('ticketwright.tenant', $1, true)`, [tenant])

  describe('who forgets the tenant', () => {
    it('sees no row of any table that has tenants', async () => {
      for (const table of await tables()) {
        expect([table, await tenantsIn(owner, table)]).toEqual([table, ['blue', 'red']])
        expect([table, await tenantsIn(pool, table)]).toEqual([table, []])
      }
    })

    it('with an empty one sees none either', async () => {
      await transaction(async (client) => {
        await enter(client, '')
        for (const table of await tables()) expect([table, await tenantsIn(client, table)]).toEqual([table, []])
      })
    })

    it('writes none', async () => {
      for (const table of await tables()) {
        expect((await pool.query(`UPDATE ticketwright.${table} SET tenant = tenant`)).rowCount).toBe(0)
        expect((await pool.query(`DELETE FROM ticketwright.${table}`)).rowCount).toBe(0)
      }
      const insert = `INSERT INTO ticketwright.numbers VALUES ('red', 1) ON CONFLICT (tenant) DO UPDATE SET last = 9`
      await expect(pool.query(insert)).rejects.toMatchObject({ code: '42501' })
    })
  })

  describe('who says one tenant', () => {
    it('sees what is that tenant’s', async () => {
      await transaction(async (client) => {
        await enter(client, 'red')
        for (const table of await tables()) expect([table, await tenantsIn(client, table)]).toEqual([table, ['red']])
      })
    })

    it.each([
      [`UPDATE ticketwright.numbers SET last = 9 WHERE tenant = 'blue'`, 0],
      [`DELETE FROM ticketwright.tickets WHERE tenant = 'blue'`, 0],
      [`SELECT FROM ticketwright.tickets WHERE tenant = 'blue' FOR UPDATE`, 0],
      [`UPDATE ticketwright.events SET tenant = 'blue'`, '42501'],
      [`INSERT INTO ticketwright.numbers VALUES ('blue', 9)`, '42501'],
      [`INSERT INTO ticketwright.numbers VALUES ('blue', 9) ON CONFLICT (tenant) DO UPDATE SET last = 9`, '42501'],
      ['TRUNCATE ticketwright.tickets', '42501'],
      ['ALTER TABLE ticketwright.tickets DISABLE ROW LEVEL SECURITY', '42501'],
    ])('writes nobody else’s: %s', async (sql, outcome) => {
      await transaction(async (client) => {
        await enter(client, 'red')
        const done = client.query(sql)
        if (typeof outcome === 'number') expect((await done).rowCount).toBe(outcome)
        else await expect(done).rejects.toMatchObject({ code: outcome })
      })
    })
  })

  /** A store whose statements have forgotten the tenant: where one is compared, any will do. */
  const careless = (client: PostgresClient): PostgresClient => {
    const forgetful = (text: string) =>
      text.replaceAll(/\b((?:own\.|other\.)?tenant = (?:\(\$1\)\[1\]|\$1|own\.tenant))/g, '($1 OR true)')
    return {
      query: (text, values = []) => {
        if (!text.includes('of_tenant(')) return client.query(forgetful(text), values)
        const [tenant, statement, ...rest] = values
        return client.query(text, [tenant, forgetful(String(statement)), ...rest])
      },
    }
  }
  const asks: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
    find: async (store) => (await store.find(queryOf('red', null))).map(({ ticket }) => ticket.subject),
    count: (store) => store.count(queryOf('red', null)),
    history: async (store) => [...new Set((await store.history('red', 't1')).map(({ tenant }) => tenant))],
    due: (store) => store.due('red', { now: at, plannedBy: 'another', limit: 10 }),
    leases: async (store) => (await store.leases('red', 'ana')).length,
    turns: async (store) => Object.keys(await store.turns('red')),
    effects: async (store) => (await store.effects('red', { now: at, limit: 10 })).length,
  }

  it.each(Object.entries(asks))(
    'a store that forgets the tenant in its own statements gives no other’s: %s',
    async (_what, ask) => {
      const right = await ask(store)
      expect(await ask(postgresStore(careless(pool), { rowSecurity: true, clock }))).toEqual(right)
      // as the owner, whom policies do not bind, it would: the statement is as careless as it says
      const bare = await ask(postgresStore(careless(owner), { clock }))
      expect(bare).not.toEqual(right)
    },
  )

  it('commits of several tenants share a call, each with its own rows alone', async () => {
    const calls: string[] = []
    const listening: PostgresClient = {
      query: (text, values) => {
        calls.push(text)
        return pool.query(text, values)
      },
    }
    const shared = postgresStore(listening, { rowSecurity: true, clock })
    await shared.now()
    calls.length = 0
    const tenants = ['red', 'blue', 'green', 'red', 'blue']
    const outcomes = await Promise.all(
      tenants.map((tenant, i) => shared.commit({ ...commitOf(tenant, `m${i}`), turn: undefined })),
    )
    expect(outcomes).toEqual(tenants.map(() => ({ ok: true })))
    expect(calls).toHaveLength(1)
    for (const [i, tenant] of tenants.entries()) {
      expect((await store.load(tenant, `m${i}`, `c-m${i}`)).row?.ticket.subject).toBe(`of ${tenant}`)
      for (const other of ['red', 'blue', 'green'].filter((one) => one !== tenant))
        expect(await store.load(other, `m${i}`, `c-m${i}`)).toMatchObject({ row: null, receipt: null })
    }
    // a conflict of one is its own, and the rest go through
    const again = await Promise.all(
      [commitOf('red', 'm0'), commitOf('blue', 'n1'), commitOf('green', 'm0')].map((commit) =>
        shared.commit({ ...commit, turn: undefined }),
      ),
    )
    expect(again.map(({ ok }) => ok)).toEqual([false, true, true])
  })

  describe('leaves nothing behind', () => {
    const settingOn = async (client: Pick<pg.ClientBase, 'query'>) =>
      (await client.query(`SELECT coalesce(current_setting('ticketwright.tenant', true), '') AS setting`)).rows[0]
        .setting
    it('on a connection that the next one gets, whatever came of what was asked', async () => {
      const single = newPool(app.url, { max: 1 })
      const mine = postgresStore(single, { rowSecurity: true, clock })
      const steps: (() => Promise<unknown>)[] = [
        () => mine.load('red', 't1'),
        () => mine.commit(commitOf('red', 't1')),
        () => mine.commit({ ...commitOf('red', `left-${at}`), turn: undefined }),
        () => mine.find(queryOf('red', null)),
        () => mine.changes('red', 0, 10),
        () => mine.effects('red', { now: at, limit: 1, hideMs: 1 }),
        () => mine.changes('red', Number.NaN, 10).catch(() => {}),
      ]
      for (const step of steps) {
        await step()
        expect(await settingOn(single)).toBe('')
        expect(await tenantsIn(single, 'tickets')).toEqual([])
      }
    })

    it('in a transaction of the application, whose own setting stays', async () => {
      await transaction(async (client) => {
        const within = postgresStore(pool, { rowSecurity: true, clock }).within(client)
        await within.load('blue', 't1')
        expect(await settingOn(client)).toBe('')
        await enter(client, 'red')
        expect((await within.load('blue', 't1')).row?.ticket.subject).toBe('of blue')
        expect(await within.commit({ ...commitOf('blue', 'inside'), turn: undefined })).toEqual({ ok: true })
        expect(await within.commit(commitOf('blue', 'inside'))).toMatchObject({ ok: false, conflict: 'receipt' })
        expect(await settingOn(client)).toBe('red')
        expect(await tenantsIn(client, 'tickets')).toEqual(['red'])
        await client.query('COMMIT')
      })
      expect((await store.load('blue', 'inside')).row?.ticket.id).toBe('inside')
    })

    it('after an error in it', async () => {
      await transaction(async (client) => {
        await enter(client, 'red')
        await client.query('SAVEPOINT one')
        const within = postgresStore(pool, { rowSecurity: true, clock }).within(client)
        expect(await reasonOf(within.changes('blue', Number.NaN, 10))).not.toBe('nothing')
        await client.query('ROLLBACK TO one')
        expect(await settingOn(client)).toBe('red')
      })
    })
  })

  it('no function runs with the rights of the one who made it', async () => {
    const { rows } = await owner.query(
      `SELECT proname, prosecdef FROM pg_proc WHERE pronamespace = 'ticketwright'::regnamespace`,
    )
    expect(rows.length).toBeGreaterThanOrEqual(9)
    expect(rows.filter(({ prosecdef }) => prosecdef)).toEqual([])
  })

  it('a desk works with it: commands, views, time, effects, export', async () => {
    const desk = createDesk({
      definition: sampleDefinition as Definition,
      store: postgresStore(pool, { rowSecurity: true }),
      tenant: 'desk',
    })
    const { ticket } = await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help' })
    await desk.as({ kind: 'agent', id: 'ana' }).reply(ticket.id, { body: 'hello' })
    expect((await desk.get(ticket.id)).status).toBe('Answered')
    expect((await desk.runDue()).failed).toEqual([])
    expect((await desk.changes(0)).events.every(({ tenant }) => tenant === 'desk')).toBe(true)
    expect(await desk.using(store).byReference(ticket.reference)).toMatchObject({ id: ticket.id })
  })

  describe('what is asked is read from the indexes that it has without', () => {
    const many = 3_000
    const asked: unknown[][] = []
    const listening: PostgresClient = {
      query: (text, values = []) => {
        if (text.includes('of_tenant(')) asked.push(values)
        return pool.query(text, values)
      },
    }
    const mine = postgresStore(listening, { rowSecurity: true, clock })
    beforeAll(async () => {
      await store.commit({ ...commitOf('many', 'model'), turn: undefined })
      const model = `(SELECT to_jsonb(of) FROM ticketwright.tickets AS of WHERE tenant = 'many' AND id = 'model')`
      const columns = await owner.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_schema = 'ticketwright' AND table_name = 'tickets' AND is_generated = 'NEVER'`,
      )
      const names = columns.rows.map(({ name }) => name).join(', ')
      await owner.query(`INSERT INTO ticketwright.tickets (${names})
        SELECT ${names} FROM generate_series(1, ${many}) AS i, jsonb_populate_record(NULL::ticketwright.tickets,
          ${model} || jsonb_build_object('id', 't' || i, 'reference', 'M-' || i,
            'ticket', replace(${model} ->> 'ticket', '"id":"model"', format('"id":"t%s"', i)), 'opened_at', i * 1000.0,
            'actionable', CASE WHEN i % 10 = 0 THEN 0 ELSE 1 END, 'kind', CASE WHEN i % 10 = 0 THEN 'open' ELSE 'closed' END,
            'assignee', 'agent-' || i % 200, 'next_at', i * 1000.0)) AS fresh`)
      await owner.query(`INSERT INTO ticketwright.events (tenant, ticket_id, version, event)
        SELECT 'many', 't' || i, 1, format('{"id":"t%s:1"}', i) FROM generate_series(1, ${many}) AS i`)
      await owner.query('ANALYZE')
    })

    /** The steps of what a question asks, as this role meets them. */
    async function stepsOf(ask: () => Promise<unknown>): Promise<string> {
      asked.length = 0
      await ask()
      expect(asked.length).toBeGreaterThan(0)
      return transaction(async (client) => {
        await enter(client, 'many')
        const plans: string[] = []
        for (const [, statement, texts, numbers] of asked) {
          const explained = `PREPARE asked (text[], double precision[]) AS ${statement}`
          await client.query(explained)
          const { rows } = await client.query(
            `EXPLAIN EXECUTE asked (${pg.escapeLiteral(arrayOf(texts))}, ${pg.escapeLiteral(arrayOf(numbers))})`,
          )
          await client.query('DEALLOCATE asked')
          plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
        }
        return plans.join('\n')
      })
    }
    const arrayOf = (values: unknown) =>
      `{${(values as readonly unknown[]).map((value) => (value === null ? 'NULL' : JSON.stringify(String(value)))).join(',')}}`
    const open = { field: 'kind', op: 'oneOf', value: ['new', 'open'] } as const

    it.each(Object.keys(namedOrderings) as OrderingName[])('a page of a view in the order %s', async (order) => {
      const query = { ...queryOf('many', open, order), limit: 20 }
      const last = (await mine.find(query)).at(-1)
      if (!last) throw new Error('no page')
      const first = await stepsOf(() => mine.find(query))
      const next = await stepsOf(() => mine.find({ ...query, after: query.position(last.ticket), freeFor: 'ana' }))
      for (const steps of [first, next]) {
        expect(steps).toMatch(/Index Scan using tickets_/)
        expect(steps).not.toMatch(/Seq Scan on tickets|Sort/)
      }
      expect(next).toMatch(/Index Cond: .*ROW\(.*id.*\) > ROW\(/)
    })

    it.each<[string, () => Promise<unknown>, string]>([
      ['a ticket', () => mine.load('many', 't77', 'c'), 'tickets_pkey'],
      ['a ticket by its reference', () => mine.lookup('many', { reference: 'M-77' }), 'tickets_tenant_reference_key'],
      ['what is due', () => mine.due('many', { now: at, plannedBy: 'x', limit: 10 }), 'tickets_next'],
      ['a history', () => mine.history('many', 't77'), 'events_pkey'],
    ])('%s', async (_what, ask, index) => {
      const steps = await stepsOf(ask)
      expect(steps).toContain(index)
      expect(steps).not.toMatch(/Seq Scan on (tickets|events)/)
    })

    it('but for an index of arrays, until a superuser vouches for its operator', async () => {
      const rare = { field: 'tags', op: 'hasAny', value: ['rare'] } as const
      const ask = () => stepsOf(() => mine.count(queryOf('many', rare)))
      expect(await ask()).not.toContain('tickets_traits')
      await owner.query('ALTER FUNCTION pg_catalog.arrayoverlap(anyarray, anyarray) LEAKPROOF')
      expect(await ask()).toContain('tickets_traits')
    })
  })

  describe('is refused at the start', () => {
    const other = { schema: 'other' }
    const bypassing = async () => {
      const role = `bypass_${new URL(app.url).username}`
      await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app' BYPASSRLS IN ROLE ${new URL(app.url).username}`)
      const theirs = new URL(app.url)
      theirs.username = role
      return newPool(theirs.href)
    }
    const needed = /^the tables have no row security of this release: run migratePostgres with { rowSecurity: true }/

    it('where the tables have none, or none yet, and nothing is made', async () => {
      const fresh = postgresStore(newPool(app.url), { ...other, rowSecurity: true })
      expect(await reasonOf(fresh.now())).toMatch(needed)
      expect((await owner.query(`SELECT to_regnamespace('other') AS found`)).rows).toEqual([{ found: null }])
      await migratePostgres(owner, other)
      await owner.query(`GRANT USAGE ON SCHEMA other TO ${new URL(app.url).username};
        GRANT SELECT ON ALL TABLES IN SCHEMA other TO ${new URL(app.url).username}`)
      expect(await reasonOf(fresh.now())).toMatch(needed)
      await migratePostgres(owner, { ...other, rowSecurity: true })
      expect(await reasonOf(fresh.now())).toBe('nothing')
    })

    it.each<[how: string, harm: string, said: RegExp]>([
      [
        'a policy was dropped',
        'DROP POLICY ticketwright_tenant ON other.leases',
        /there is missing: leases; run migrate/,
      ],
      ['one does not count', 'ALTER TABLE other.events DISABLE ROW LEVEL SECURITY', /there is missing: events; run/],
      [
        'a function was dropped',
        'DROP FUNCTION other.commit_of_tenants',
        /missing: commit_of_tenants; run migratePostgres/,
      ],
      ['the numbers were restored from before', `DELETE FROM other.meta WHERE name = 'row_security'`, needed],
    ])('where %s, until it is asked for again', async (_how, harm, said) => {
      const late = () => reasonOf(postgresStore(newPool(app.url), { ...other, rowSecurity: true }).now())
      await owner.query(harm)
      expect(await late()).toMatch(said)
      await migratePostgres(owner, other)
      expect(await late()).toMatch(said)
      await migratePostgres(owner, { ...other, rowSecurity: true })
      expect(await late()).toBe('nothing')
      const kept = `SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid
        WHERE relnamespace = 'other'::regnamespace AND relrowsecurity ORDER BY 1`
      expect((await owner.query(kept)).rows.map(({ relname }) => relname)).toEqual(await tables())
    })

    it('to a role whom it does not bind: the owner, a superuser, one with BYPASSRLS', async () => {
      const said = /^row security does not bind this role \(tickets, events, /
      expect(await reasonOf(postgresStore(newPool(url), { rowSecurity: true }).now())).toMatch(said)
      expect(await reasonOf(postgresStore(await bypassing(), { rowSecurity: true }).now())).toMatch(said)
    })

    it('and a store that does not say so, to a role whom it binds: it would find nothing', async () => {
      expect(await reasonOf(postgresStore(newPool(app.url)).load('red', 't1'))).toMatch(
        /^the tables have row security, which binds this role: make the store with { rowSecurity: true }/,
      )
      expect((await postgresStore(newPool(url)).load('red', 't1')).row?.ticket.id).toBe('t1')
    })
  })

  it('migrations leave it as it is unless they are told, twice does no harm, and it can be taken away', async () => {
    const schema = 'here'
    const policies = async () =>
      (await owner.query(`SELECT count(*)::integer AS n FROM pg_policies WHERE schemaname = $1`, [schema])).rows[0].n
    await migratePostgres(owner, { schema })
    expect(await policies()).toBe(0)
    for (const rowSecurity of [true, true, undefined]) {
      await migratePostgres(newPool(url), { schema, ...(rowSecurity !== undefined && { rowSecurity }) })
      expect(await policies()).toBe((await tables()).length)
    }
    for (const rowSecurity of [false, false]) await migratePostgres(newPool(url), { schema, rowSecurity })
    expect(await policies()).toBe(0)
    const left = `SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relrowsecurity`
    expect((await owner.query(left, [schema])).rows).toEqual([])
    await migratePostgres(owner, { schema, rowSecurity: true })
    expect(await policies()).toBe((await tables()).length)
    // and also where nothing says any more that it is there
    await owner.query(`DELETE FROM ${schema}.meta WHERE name = 'row_security'`)
    await migratePostgres(owner, { schema, rowSecurity: false })
    expect(await policies()).toBe(0)
  })

  it('where all of it is there, asking for it again waits for nobody who works', async () => {
    await transaction(async (client) => {
      await client.query('SELECT count(*) FROM ticketwright.tickets')
      await migratePostgres(owner, { rowSecurity: true })
    })
  })
})

describePostgres('twelve machines that start at once on an empty database', () => {
  const role = 'starting_app'
  /** What each does when it starts, and the store that it works with. */
  const kinds = [
    async ({ owner }) => postgresStore(owner, { patienceMs: 60_000 }),
    async ({ owner }) => {
      await migratePostgres(owner)
      return postgresStore(owner, { patienceMs: 60_000 })
    },
    async ({ owner, app }) => {
      await migratePostgres(owner, { rowSecurity: true })
      return postgresStore(app, { rowSecurity: true, patienceMs: 60_000 })
    },
  ] satisfies ((machine: { readonly owner: pg.Pool; readonly app: pg.Pool }) => Promise<Store>)[]

  it('all start and work, those with row security too, and the tables are made once', async () => {
    const { url } = await anotherDatabase()
    const theirs = new URL(url)
    theirs.username = role
    theirs.password = 'app'
    const pools: pg.Pool[] = []
    const connected = async (connectionString: string) => {
      const one = new pg.Pool({ connectionString, max: 2 })
      pools.push(one)
      await one.query('SELECT 1')
      return one
    }
    const admin = await connected(url)
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app';
      ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${role};
      ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
      ALTER DEFAULT PRIVILEGES GRANT SELECT, USAGE ON SEQUENCES TO ${role}`)
    const machines: { owner: pg.Pool; app: pg.Pool }[] = []
    for (let i = 0; i < 12; i++) machines.push({ owner: await connected(url), app: await connected(theirs.href) })
    const found = await Promise.all(
      machines.map(async (machine, i) => {
        const store = await kinds[i % kinds.length]?.(machine)
        const outcome = await store?.commit({ ...commitOf('acme', `m${i}`), turn: undefined })
        return [outcome, (await store?.load('acme', `m${i}`))?.row?.ticket.id]
      }),
    )
    expect(found).toEqual(machines.map((_, i) => [{ ok: true }, `m${i}`]))
    const kept = await admin.query('SELECT name, value FROM ticketwright.meta ORDER BY name')
    expect(kept.rows).toEqual([
      { name: 'row_security', value: 1 },
      { name: 'version', value: 1 },
    ])
    expect((await admin.query('SELECT count(*)::integer AS n FROM ticketwright.tickets')).rows).toEqual([{ n: 12 }])
    expect((await machines[0]?.app.query('SELECT id FROM ticketwright.tickets'))?.rows).toEqual([])
    await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await Promise.all(pools.map((one) => one.end()))
  }, 120_000)
})
