import { readFileSync } from 'node:fs'
import pg from 'pg'
import { createDesk, type Definition, type Store } from 'ticketwright'
import { migratePostgres, postgresStore } from 'ticketwright/postgres'
import { sampleDefinition, storeCases } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queryOf } from '../../src/testing/case/query.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { appOf, server } from './postgres-setup.ts'

const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql)
const partition = blocks.find((block) => block.includes('$partition$')) ?? ''

/** Fewer than the page says: sixteen of each table take the cases four times as long. */
const count = 4

/** The tables as partitions, by what the page says. */
async function partitioned(url: string, ...largest: string[]): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url })
  await migratePostgres(pool)
  const sql = partition
    .replace('partitions constant integer := 16', `partitions constant integer := ${count}`)
    .replace(`largest constant text[] := '{}'`, `largest constant text[] := '{${largest}}'`)
  expect(sql).toContain(`:= ${count};`)
  for (const statement of sql.split(/;\n(?=ANALYZE)/)) await pool.query(statement)
  // the cases empty the tables again and again; autovacuum locks what it then cuts short, and their store waits for
  // nobody
  const leaves = await pool.query<{ leaf: string }>(
    `SELECT pg_class.oid::regclass::text AS leaf FROM pg_class
     WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'r' AND relispartition`,
  )
  for (const { leaf } of leaves.rows) await pool.query(`ALTER TABLE ${leaf} SET (autovacuum_enabled = off)`)
  return pool
}

const story = async (store: Store, tenant: string, ticketId: string) => {
  const desk = createDesk({ definition: sampleDefinition as Definition, store, tenant })
  await desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: `Help ${tenant}`, externalId: ticketId })
  await desk.as({ kind: 'agent', id: 'ana' }).reply(ticketId, { body: 'hello' })
  return desk
}

describe('the page about scaling', () => {
  it.each(['scale', 'scale-plans'])('has the figures of the last run of %s', (suite) => {
    const [, body = ''] = new RegExp(`<!-- ${suite} -->([^]*)<!-- /${suite} -->`).exec(page) ?? []
    expect(body).toMatch(/\*20\d\d-\d\d-\d\d, Node \d+/)
    expect(body.match(/^\|.*\d.*\|$/gm)?.length).toBeGreaterThan(20)
  })
})

describePostgres('tables in partitions, as the page about scaling makes them', ({ url }) => {
  let pool: pg.Pool
  beforeAll(async () => {
    pool = await partitioned(url)
  }, 60_000)
  afterAll(() => pool.end())

  const kinds = async () =>
    (
      await pool.query<{ kind: string; tables: number }>(
        `SELECT relkind::text AS kind, count(*)::integer AS tables FROM pg_class
         WHERE relnamespace = 'ticketwright'::regnamespace AND relkind IN ('r', 'p') GROUP BY 1 ORDER BY 1`,
      )
    ).rows

  it('are all that have a tenant', async () => {
    const [roots, leaves] = await kinds()
    expect(roots).toEqual({ kind: 'p', tables: expect.any(Number) })
    expect(roots?.tables).toBeGreaterThanOrEqual(9)
    // and the version
    expect(leaves).toEqual({ kind: 'r', tables: (roots?.tables ?? 0) * count + 1 })
  })

  it('keep the names of their indexes, so that later releases find them', async () => {
    const other = await anotherDatabase()
    const plain = new pg.Pool({ connectionString: other.url })
    await migratePostgres(plain)
    const named = `SELECT relname, pg_get_indexdef(indexrelid) AS made FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE relnamespace = 'ticketwright'::regnamespace AND NOT relispartition ORDER BY 1`
    const [mine, theirs] = await Promise.all([pool.query(named), plain.query(named)])
    await plain.end()
    expect(mine.rows.map((row) => ({ ...row, made: row.made.replace(' ON ONLY ', ' ON ') }))).toEqual(theirs.rows)
  })

  it.for(storeCases)('$name', { timeout: 60_000 }, async ({ run }) => {
    const { skipped } = await run(server(url))
    if (skipped !== null) throw new Error(`a server can show everything: ${skipped}`)
  })

  it('of which whatever a desk does for a tenant reads one only', async () => {
    const store = postgresStore(pool)
    const desk = createDesk({ definition: sampleDefinition as Definition, store, tenant: 'one' })
    const requester = desk.as({ kind: 'requester', id: 'mari' })
    await requester.open({ ticketId: 't1', subject: 'Help', externalId: 'mail-1' })
    const home = async (table: string) =>
      (await pool.query(`SELECT tableoid::regclass::text AS home FROM ticketwright.${table} WHERE tenant = 'one'`)).rows
    const [{ home: of }] = (await home('tickets')) as [{ home: string }]
    const number = of.split('_').at(-1) as string
    const read = async () =>
      (
        await pool.query<{ name: string; scans: string }>(
          `SELECT relname AS name, coalesce(seq_scan, 0) + coalesce(idx_scan, 0) AS scans FROM pg_stat_user_tables
           WHERE schemaname = 'ticketwright' AND relname ~ '_\\d+$'`,
        )
      ).rows
    await pool.query(`SELECT pg_stat_reset()`)
    for (let n = 2; n < 12; n++) await requester.open({ ticketId: `t${n}`, subject: 'Help', externalId: `mail-${n}` })
    await desk.as({ kind: 'agent', id: 'ana' }).reply('t1', { body: 'hello' })
    await requester.message('t1', { body: 'still' })
    await store.claim('one', 't1', 'ana', 1_000)
    await desk.changes(0)
    await desk.runDue()
    await desk.deliver(async () => {})
    await store.forgetReceipts('one', 0)
    await store.find(queryOf('one'))
    await store.count(queryOf('one'))
    const mine = (name: string) => name.endsWith(`_${number}`)
    // a session tells what it has read when it has been idle for a second, or asks
    await expect
      .poll(async () => (await read()).filter(({ name, scans }) => mine(name) && scans !== '0').length, {
        timeout: 15_000,
      })
      .toBeGreaterThanOrEqual(5)
    expect((await read()).filter(({ name, scans }) => !mine(name) && scans !== '0')).toEqual([])
    // and a question without a tenant reads them all: the test would see it
    await pool.query(`SELECT 1 FROM ticketwright.tickets WHERE id = 't1'`)
    await expect
      .poll(async () => (await read()).filter(({ name, scans }) => !mine(name) && scans !== '0').length, {
        timeout: 15_000,
      })
      .toBe(count - 1)
  }, 60_000)
})

describePostgres('tables with a partition for the largest tenant', () => {
  let pool: pg.Pool
  /** Settings of each table before. */
  let settings: Map<string, readonly string[]>
  beforeAll(async () => {
    const { url } = await anotherDatabase()
    pool = new pg.Pool({ connectionString: url })
    await migratePostgres(pool)
    await pool.query('ALTER TABLE ticketwright.turns SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)')
    const { rows } = await pool.query<{ name: string; reloptions: string[] | null }>(
      `SELECT relname AS name, reloptions FROM pg_class
       WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'r' AND relname <> 'meta'`,
    )
    settings = new Map(rows.map(({ name, reloptions }) => [name, reloptions ?? []]))
    await (await partitioned(url, 'acme')).end()
  }, 60_000)
  afterAll(() => pool.end())

  it('are set as they were, each partition of them', async () => {
    expect(settings.get('tickets')).toContain('autovacuum_analyze_threshold=2500')
    const { rows } = await pool.query<{ name: string; reloptions: string[] }>(
      `SELECT regexp_replace(relname, '_(of_acme|\\d+)$', '') AS name, reloptions FROM pg_class
       WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'r' AND relispartition`,
    )
    expect(rows).toHaveLength(settings.size * (count + 1))
    // the last is the tests' own
    for (const { name, reloptions } of rows) expect([name, reloptions.slice(0, -1)]).toEqual([name, settings.get(name)])
  })

  it('keep its rows there, and those of others by hash', async () => {
    const store = postgresStore(pool)
    const desks = [await story(store, 'acme', 't1'), await story(store, 'globex', 't1')]
    for (const desk of desks) {
      expect((await desk.get('t1')).subject).toBe(`Help ${desk.tenant}`)
      expect((await desk.changes(0)).events.length).toBeGreaterThan(5)
    }
    const homes = `SELECT DISTINCT tenant, regexp_replace(tableoid::regclass::text, '_\\d+$', '_N') AS home FROM ticketwright.`
    for (const table of ['tickets', 'events', 'external_ids'])
      expect((await pool.query(`${homes}${table} ORDER BY tenant`)).rows).toEqual([
        { tenant: 'acme', home: `ticketwright.${table}_of_acme` },
        { tenant: 'globex', home: `ticketwright.${table}_N` },
      ])
  })
})

describePostgres('clean-up of tables in partitions', () => {
  const over: Readonly<Record<string, string>> = {
    receipts: `(tenant, command_id, at, receipt) SELECT tenant, 'c' || i, 0, '{}'`,
    effects: `(tenant, id, ticket_id, due_at, settled, effect) SELECT tenant, 'e' || i, 't1', 0, 1, ''`,
    presence: `(tenant, ticket_id, person, doing, since, until) SELECT tenant, 't' || i, 'ana', 'viewing', 0, 0`,
  }
  const tenants = ['acme', 'globex', 'initech', 'umbrella']

  it('forgets of its own tenant, though what others have lies in the same places', async () => {
    const pool = await partitioned((await anotherDatabase()).url, 'acme')
    for (const [table, columns] of Object.entries(over))
      await pool.query(
        `INSERT INTO ticketwright.${table} ${columns} FROM unnest($1::text[]) AS tenant, generate_series(1, 5) AS i`,
        [tenants],
      )
    const kept = async (table: string) =>
      (await pool.query(`SELECT tenant, count(*)::integer AS n FROM ticketwright.${table} GROUP BY 1 ORDER BY 1`)).rows
    const shared = `SELECT FROM ticketwright.receipts AS one JOIN ticketwright.receipts AS other ON one.ctid = other.ctid
      WHERE one.tenant = 'acme' AND other.tenant <> 'acme'`
    expect((await pool.query(shared)).rowCount).toBeGreaterThanOrEqual(5)
    const store = postgresStore(pool, { clock: { now: () => 2 } })
    expect(await store.forgetReceipts('acme', 1)).toBe(5)
    const others = tenants.slice(1).map((tenant) => ({ tenant, n: 5 }))
    for (const table of Object.keys(over)) expect([table, await kept(table)]).toEqual([table, others])
    await pool.end()
  }, 60_000)
})

describePostgres('partitions under row security', () => {
  const open = `SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant'
    WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'p' AND NOT relrowsecurity`

  it('have its policies when it is asked for afterwards', async () => {
    const pool = await partitioned((await anotherDatabase()).url)
    await migratePostgres(pool, { rowSecurity: true })
    expect((await pool.query(open)).rows).toEqual([])
    await pool.end()
  }, 60_000)

  it('lose it, and have it again when it is asked for again', async () => {
    const app = await appOf((await anotherDatabase()).url, true)
    const apps = new pg.Pool({ connectionString: app.url })
    const before = await story(postgresStore(apps, { rowSecurity: true }), 'acme', 't1')
    const pool = await partitioned(app.owner)
    const parents = await pool.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'ticketwright'::regnamespace AND relkind = 'p'`,
    )
    const names = parents.rows.map(({ name }) => name).join(', ')
    await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${names} TO ${new URL(app.url).username}`)
    // who starts now is told, and how many rows there are is open to all
    const late = new pg.Pool({ connectionString: app.url })
    const store = postgresStore(late, { rowSecurity: true })
    await expect(store.now()).rejects.toMatchObject({
      code: 'store_failed',
      facts: {
        reason: expect.stringMatching(/^of row security there is missing: tickets, events, .*; run migratePostgres/),
      },
    })
    const counted = async () => (await late.query('SELECT count(*)::integer AS n FROM ticketwright.tickets')).rows[0].n
    expect(await counted()).toBe(1)
    await migratePostgres(pool, { rowSecurity: true })
    expect((await pool.query(open)).rows).toEqual([])
    expect(await counted()).toBe(0)
    const desk = await story(store, 'globex', 't1')
    expect((await desk.get('t1')).subject).toBe('Help globex')
    expect((await before.using(store).get('t1')).subject).toBe('Help acme')
    await Promise.all([apps.end(), late.end(), pool.end()])
  }, 60_000)
})

describePostgres('a tenant that moves to another server', () => {
  const arrive = blocks.find((block) => block.includes('setval')) ?? ''

  it('goes on there, and readers of its feed where they were', async () => {
    const from = new pg.Pool({ connectionString: (await anotherDatabase()).url })
    const to = new pg.Pool({ connectionString: (await anotherDatabase()).url })
    const [old, next] = [postgresStore(from), postgresStore(to)]
    for (let n = 0; n < 30; n++) await story(old, 'other', `t${n}`)
    const desk = await story(old, 'acme', 't1')
    const read = await desk.changes(0)
    await next.now()
    const tables = await from.query<{ name: string; columns: string }>(
      `SELECT table_name AS name, string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns
       FROM information_schema.columns WHERE table_schema = 'ticketwright' AND is_generated = 'NEVER'
       GROUP BY 1 HAVING bool_or(column_name = 'tenant')`,
    )
    for (const { name, columns } of tables.rows) {
      const { rows } = await from.query(`SELECT ${columns} FROM ticketwright.${name} WHERE tenant = 'acme'`)
      await to.query(
        `INSERT INTO ticketwright.${name} (${columns})
         SELECT ${columns} FROM jsonb_populate_recordset(NULL::ticketwright.${name}, $1::jsonb)`,
        [JSON.stringify(rows)],
      )
    }
    for (const sql of arrive.split(/;\n/).filter((text) => text.includes('SELECT'))) await to.query(sql)
    const arrived = createDesk({ definition: sampleDefinition as Definition, store: next, tenant: 'acme' })
    await arrived.as({ kind: 'agent', id: 'ana' }).note('t1', { body: 'we are here' })
    const more = await arrived.changes(read.position)
    expect(more.events.map(({ type, ticketId }) => [type, ticketId])).toEqual([['message_added', 't1']])
    expect(more.position).toBeGreaterThan(read.position + 1_000_000)
    expect((await arrived.changes(0)).events).toHaveLength(read.events.length + 1)
    await Promise.all([from.end(), to.end()])
  })

  it('would be refused without it by readers who are further: the test would see it', async () => {
    // its positions would begin at 1 again, behind what readers have read
    const pool = new pg.Pool({ connectionString: (await anotherDatabase()).url })
    const desk = await story(postgresStore(pool), 'acme', 't1')
    await expect(desk.changes(200)).rejects.toMatchObject({ code: 'store_failed' })
    await pool.end()
  })
})
