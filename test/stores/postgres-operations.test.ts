import { readFileSync } from 'node:fs'
import pg from 'pg'
import { createDesk, type Definition } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { sampleDefinition } from 'ticketwright/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'

const page = readFileSync(new URL('../../docs/how-to/operations-postgresql.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql)
const statements = (block: string) => block.split(/;\n/).filter((sql) => /\w/.test(sql.replaceAll(/^--.*$/gm, '')))

describePostgres('the page about operating on PostgreSQL', ({ url }) => {
  const pool = new pg.Pool({ connectionString: url })
  const theirs = new URL(url)
  theirs.username = 'desk_app'
  theirs.password = 'app'
  const apps = new pg.Pool({ connectionString: theirs.href })
  const desk = createDesk({ definition: sampleDefinition as Definition, store: postgresStore(pool) })
  beforeAll(async () => {
    await desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId: 't1', subject: 'Help' })
    await pool.query(`CREATE ROLE desk_app LOGIN PASSWORD 'app'`)
  })
  afterAll(async () => {
    await apps.end()
    await pool.query('DROP OWNED BY desk_app; DROP ROLE desk_app')
    await pool.end()
  })

  it.each(blocks.map((block) => [block.split('\n')[0], block] as const))(
    'says what can be run: %s',
    async (_first, block) => {
      expect(statements(block).length).toBeGreaterThan(0)
      for (const sql of statements(block)) await pool.query(sql)
    },
  )

  it('and what it says of roles is enough for an application to work', async () => {
    const app = createDesk({ definition: sampleDefinition as Definition, store: postgresStore(apps) })
    await app.as({ kind: 'agent', id: 'ana' }).reply('t1', { body: 'hello' })
    expect((await app.get('t1')).status).toBe('Answered')
    expect((await app.changes(0)).events.length).toBeGreaterThan(0)
    await expect(apps.query('DROP TABLE ticketwright.tickets')).rejects.toMatchObject({ code: '42501' })
  })

  it('the open tickets, the outbox and what holds the feed back are counted', async () => {
    const [late, outbox, kinds, feed] = statements(blocks.find((block) => block.includes('late_ms')) ?? '')
    expect((await pool.query(late ?? '')).rows).toEqual([{ count: '0', late_ms: null }])
    expect((await pool.query(outbox ?? '')).rows).toMatchObject([{ pending: '0', dead: '0' }])
    expect((await pool.query(kinds ?? '')).rows).toEqual([{ kind: 'answered', count: '1' }])
    expect((await pool.query(feed ?? '')).rows).toEqual([])
    const client = await pool.connect()
    await client.query('BEGIN')
    await desk.using(postgresStore(client)).as({ kind: 'agent', id: 'ana' }).note('t1', { body: 'slow' })
    const { pid } = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]
    expect((await pool.query(feed ?? '')).rows).toMatchObject([{ held_by: pid }])
    await client.query('ROLLBACK')
    client.release()
    // in a database made from this one, the table has the same oid
    const elsewhere = new pg.Client((await anotherDatabase()).url)
    await elsewhere.connect()
    const { oid } = (await pool.query(`SELECT 'ticketwright.events'::regclass::oid::int AS oid`)).rows[0]
    await elsewhere.query('SELECT pg_advisory_lock_shared($1, 1)', [oid])
    expect((await pool.query(feed ?? '')).rows).toEqual([])
    await elsewhere.end()
  })
})
