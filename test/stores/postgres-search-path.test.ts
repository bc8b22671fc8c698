import pg from 'pg'
import { createDesk, type Definition, namedOrderings, type OrderingName, type Store } from 'ticketwright'
import { migratePostgres, type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { sampleDefinition } from 'ticketwright/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { queryOf } from '../../src/testing/case/query.ts'
import { randomCondition } from '../condition/oracle/generate.ts'
import { Random } from '../condition/oracle/random.ts'
import { describePostgres } from '../postgres/database.ts'
import { trap } from '../postgres/trap.ts'

const [ana, mari] = [{ kind: 'agent', id: 'ana' } as const, { kind: 'requester', id: 'mari', name: 'Mari' } as const]

/** Everything a store does, once at least. */
async function allOf(store: Store): Promise<void> {
  const desk = createDesk({ definition: sampleDefinition as Definition, store })
  const { ticket } = await desk.as(mari).open({ subject: 'Help', externalId: `mail-${Math.random()}` })
  await desk.as(ana).claim(ticket.id)
  await desk.as(ana).reply(ticket.id, { body: 'hello' })
  await desk.runDue()
  await desk.deliver(() => {})
  await desk.changes(0)
  await desk.forgetReceipts()
  const { tenant } = desk
  const now = await store.now()
  const lease = await store.claim(tenant, 'other', 'ana', 60_000)
  if (!lease) throw new Error('no lease')
  await store.renew(tenant, lease, 60_000)
  const given = await store.handOver(tenant, lease, 'ben', 60_000)
  await store.leases(tenant, 'ben')
  if (given) await store.release(tenant, given)
  await store.announce(tenant, 'other', 'ana', 'viewing', 60_000)
  await store.present(tenant, 'other')
  await store.announce(tenant, 'other', 'ana', null, 0)
  await store.nextNumber(tenant)
  await store.turns(tenant)
  await store.history(tenant, ticket.id, { after: 0, limit: 9 })
  await store.lookup(tenant, { externalId: 'none' })
  await store.lookup(tenant, { reference: 'none' })
  await store.effects(tenant, { now, limit: 9 })
  await store.effects(tenant, { now, limit: 9, hideMs: 1_000 })
  await store.defer(tenant, 'none', now)
  await store.bury(tenant, 'none', 'why')
  await store.buried(tenant, 9)
  await store.revive(tenant, 'none')
  await store.settle(tenant, 'none')
  await store.due(tenant, { now, plannedBy: 'other', limit: 9 })
  const random = new Random(5)
  const orders = Object.keys(namedOrderings) as OrderingName[]
  for (let i = 0; i < 120; i++) {
    const query = queryOf(tenant, randomCondition(random), orders[i % orders.length])
    const [last] = (await store.find({ ...queryOf(tenant, null, orders[i % orders.length]), freeFor: 'ana' })).slice(-1)
    await store.find(last && i % 2 ? { ...query, after: query.position(last.ticket) } : query)
    await store.count(query)
    await store.tally({ ...query, by: ['status'], values: ({ status }) => [[status]] })
  }
}

describePostgres('what stands in schemas that a session looks names up in', ({ url }) => {
  const owner = new pg.Pool({ connectionString: url, max: 2 })
  const trapped = new pg.Pool({ connectionString: url, max: 2, options: '-c search_path=trap' })
  const texts = new Set<string>()
  const listening: PostgresClient = {
    query: (text, values) => {
      texts.add(text)
      return trapped.query(text, values)
    },
  }
  afterAll(() => Promise.all([owner.end(), trapped.end()]))

  beforeAll(async () => {
    await allOf(postgresStore(listening, { schema: 'before' }))
    const { rows } = await owner.query(
      `SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace`,
    )
    const known = new Set(rows.map(({ name }) => name as string))
    const called = [...texts].flatMap((text) => [...text.matchAll(/\b([a-z_]+)\(/g)].map(([, name = '']) => name))
    const functions = [...new Set(called)].filter((name) => known.has(name))
    expect(functions).toContain('floor')
    await owner.query(trap(functions))
  }, 240_000)

  /** Statements that meet a trap, and what it said; each is done then as if there were none. */
  async function caughtIn(work: (client: PostgresClient) => Promise<unknown>): Promise<readonly string[]> {
    const caught = new Map<string, string>()
    await work({
      query: (text, values) =>
        trapped.query(text, values).catch((error: Error) => {
          caught.set(text, error.message)
          return owner.query(text, values)
        }),
    })
    return [...caught].map(([text, message]) => `${message}: ${text}`)
  }

  it('is called by nothing that the store makes or asks', { timeout: 120_000 }, async () => {
    await expect(trapped.query('SELECT 0::double precision = 0::integer')).rejects.toThrow('trapped')
    expect(await caughtIn((client) => migratePostgres(client, { schema: 'after' }))).toEqual([])
    expect(await caughtIn((client) => allOf(postgresStore(client, { schema: 'after' })))).toEqual([])
  })

  it('for every function that a statement calls has a path of its own, and one without would be caught', {
    timeout: 120_000,
  }, async () => {
    const { rows } = await owner.query<{ name: string; config: string[] | null }>(
      `SELECT oid::regprocedure AS name, proconfig AS config FROM pg_proc WHERE pronamespace = 'before'::regnamespace`,
    )
    const called = rows.filter(({ name }) =>
      [...texts].some(
        (text) => !text.startsWith('DO ') && text.includes(`"before".${name.replace(/^before\.|\(.*/g, '')}(`),
      ),
    )
    expect(called.length).toBeGreaterThan(2)
    for (const { name, config } of called)
      expect([name, config]).toEqual([name, expect.arrayContaining(['search_path=pg_catalog, pg_temp'])])
    await migratePostgres(owner, { schema: 'apart', rowSecurity: true })
    const apart = await owner.query(
      `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'apart'::regnamespace
         AND 'search_path=pg_catalog, pg_temp' = ANY (proconfig) ORDER BY 1`,
    )
    const names = ['commit', 'commit_of_tenants', 'feed', 'lease', 'of_tenant', 'take_effects']
    expect(apart.rows.map(({ name }) => name)).toEqual(names)
    for (const { name } of rows) await owner.query(`ALTER FUNCTION ${name} RESET search_path`)
    const caught = await caughtIn((client) => allOf(postgresStore(client, { schema: 'before' })))
    for (const name of ['commit', 'take_effects'])
      expect(caught).toContainEqual(expect.stringContaining(`"before".${name}(`))
  })

  it.each([
    ['trap, pg_catalog', 'trap'],
    ['"$user", trap, pg_catalog, pg_temp', 'trap'],
  ])('is refused where a path names it before pg_catalog: %s', async (path, first) => {
    const client = await owner.connect()
    try {
      await client.query(`CREATE TEMP TABLE IF NOT EXISTS of_the_session (); SET search_path = ${path}`)
      await expect(postgresStore(client, { schema: 'before' }).now()).rejects.toMatchObject({
        code: 'store_failed',
        facts: { reason: expect.stringContaining(`"${first}" before pg_catalog`) },
      })
      await client.query('SET search_path = pg_catalog, trap')
      await postgresStore(client, { schema: 'before' }).now()
    } finally {
      client.release(true)
    }
  })

  it('and a transaction of the application has its path back after the tables were made in it', async () => {
    const client = await trapped.connect()
    await client.query('BEGIN')
    await migratePostgres(client, { schema: 'within' })
    expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'trap' }])
    await client.query('ROLLBACK')
    client.release()
  })
})
