import pg from 'pg'
import { type Commit, isDeskError } from 'ticketwright'
import { migratePostgres, type PostgresClient, postgresStore } from 'ticketwright/postgres'
import { describe, expect, it } from 'vitest'
import { toDeskError } from '../../src/stores/postgres/connection/failure.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { describePostgres } from '../postgres/database.ts'
import { at, codeOf, commitOf, onServer, opening, reasonOf, receiptOf, tenant } from './postgres-kit.ts'

describe('errors of a server or a driver are told by what became of the statement (hazard 42)', () => {
  it.each<[code: string | undefined, message: string, written: string, read: string]>([
    ['40001', 'could not serialize', 'store_busy', 'store_busy'],
    ['40P01', 'deadlock detected', 'store_busy', 'store_busy'],
    ['55P03', 'lock timeout', 'store_busy', 'store_busy'],
    ['57014', 'statement timeout', 'store_busy', 'store_busy'],
    ['53300', 'too many clients', 'store_busy', 'store_busy'],
    ['57P03', 'the database system is starting up', 'store_busy', 'store_busy'],
    ['ECONNREFUSED', 'connect ECONNREFUSED', 'store_busy', 'store_busy'],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN', 'store_busy', 'store_busy'],
    ['ENOENT', 'connect ENOENT .s.PGSQL.5432', 'store_busy', 'store_busy'],
    ['ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:5432', 'store_busy', 'store_busy'],
    ['ETIMEDOUT', 'read ETIMEDOUT', 'outcome_unknown', 'store_busy'],
    [undefined, 'timeout exceeded when trying to connect', 'store_busy', 'store_busy'],
    [undefined, 'There was an error establishing an SSL connection', 'store_busy', 'store_busy'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND', 'store_failed', 'store_failed'],
    ['ERR_SOCKET_BAD_PORT', 'Port should be >= 0 and < 65536', 'store_failed', 'store_failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname does not match', 'store_failed', 'store_failed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', 'store_failed', 'store_failed'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'bad record mac', 'outcome_unknown', 'store_busy'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout', 'outcome_unknown', 'store_busy'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate', 'store_failed', 'store_failed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'store_failed', 'store_failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify', 'store_failed', 'store_failed'],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'store_failed', 'store_failed'],
    [undefined, 'The server does not support SSL connections', 'store_failed', 'store_failed'],
    [undefined, 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'store_failed', 'store_failed'],
    ['53100', 'could not extend file: no space left', 'store_failed', 'store_failed'],
    ['25006', 'cannot execute in a read-only transaction', 'store_failed', 'store_failed'],
    ['42501', 'permission denied', 'store_failed', 'store_failed'],
    ['28P01', 'password authentication failed', 'store_failed', 'store_failed'],
    ['42P01', 'relation does not exist', 'store_failed', 'store_failed'],
    [undefined, 'Cannot use a pool after calling end on the pool', 'store_failed', 'store_failed'],
    ['57P01', 'terminating connection due to administrator command', 'outcome_unknown', 'store_busy'],
    ['57P02', 'crash of another server process', 'outcome_unknown', 'store_busy'],
    ['08006', 'connection failure', 'outcome_unknown', 'store_busy'],
    ['ECONNRESET', 'read ECONNRESET', 'outcome_unknown', 'store_busy'],
    ['EPIPE', 'write EPIPE', 'outcome_unknown', 'store_busy'],
    ['25P03', 'idle-in-transaction timeout', 'store_busy', 'store_busy'],
    ['25P04', 'transaction timeout', 'store_busy', 'store_busy'],
    ['25P02', 'current transaction is aborted', 'store_failed', 'store_failed'],
    [undefined, 'Client has encountered a connection error and is not queryable', 'store_busy', 'store_busy'],
    [undefined, 'Client was closed and is not queryable', 'store_failed', 'store_failed'],
    [undefined, 'Connection terminated unexpectedly', 'outcome_unknown', 'store_busy'],
  ])('%s %s', (code, message, written, read) => {
    const error = Object.assign(new Error(message), { code })
    expect([toDeskError(error, true).code, toDeskError(error, false).code]).toEqual([written, read])
  })

  it('with no more than 200 characters of what was said', () => {
    const { facts } = toDeskError(new Error('x'.repeat(5_000)), false)
    expect((facts as { reason: string }).reason).toHaveLength(200)
  })
})

describe('a schema', () => {
  const client: PostgresClient = { query: async () => ({ rows: [] }) }
  it.each([
    '',
    '1x',
    'a-b',
    'a"b',
    "a'; DROP SCHEMA public; --",
    'pg_catalog',
    'information_schema',
    'public',
    'x'.repeat(64),
    'ä',
    'a.b',
  ])('is not named %j', async (schema) => {
    expect(await codeOf(() => postgresStore(client, { schema }))).toBe('store_failed')
    expect(await codeOf(() => migratePostgres(client, { schema }))).toBe('store_failed')
  })
})

describe('an option', () => {
  const client: PostgresClient = { query: async () => ({ rows: [] }) }
  const pathOf = async (work: () => unknown) => {
    try {
      await work()
      return 'nothing'
    } catch (error) {
      return isDeskError(error, 'invalid_command') ? error.path : String(error)
    }
  }
  it.each<[option: string, value: unknown]>([
    ['patienceMs', -1],
    ['patienceMs', 3_600_001],
    ['patienceMs', Number.NaN],
    ['patienceMs', '5000'],
    ['schema', 7],
    ['clock', {}],
    ['mayLoseCommits', 1],
    ['rowSecurity', 'yes'],
    ['rowsecurity', true],
  ])('%s is not %j, and its name is the path', async (option, value) => {
    expect(await pathOf(() => postgresStore(client, { [option]: value } as never))).toBe(option)
  })

  it('of migrations is the same', async () => {
    for (const [option, value] of Object.entries({ schema: null, rowSecurity: 0, patienceMs: 5 }))
      expect(await pathOf(() => migratePostgres(client, { [option]: value } as never))).toBe(option)
    for (const options of [null, 7, 'desk']) {
      expect(await pathOf(() => migratePostgres(client, options as never))).toBe('options')
      expect(await pathOf(() => postgresStore(client, options as never))).toBe('options')
    }
  })

  it('that is undefined is not given', () => {
    expect(() => postgresStore(client, { patienceMs: undefined, schema: undefined } as never)).not.toThrow()
  })
})

describePostgres('a pool that asks for TLS, of a server that has none that can be trusted', ({ url }) => {
  it('is told so, and not to try again', async () => {
    const pool = new pg.Pool({ connectionString: url, ssl: { ca: [] } })
    expect(await reasonOf(postgresStore(pool).now())).toMatch(/SSL|certificate/)
    await pool.end()
  })
})

describePostgres('postgresStore on a server', ({ url }) => {
  const { pool, newPool, newSchema, fresh, onConnection } = onServer(url)

  it('commits of one call are each told what became of them, also beside one that meets a damaged receipt', async () => {
    const { schema, store } = fresh()
    await store.commit({ ...commitOf('one'), receipt: receiptOf('again') })
    await pool.query(`UPDATE ${schema}.receipts SET receipt = '{'`)
    const told = await Promise.all([
      codeOf(() => store.commit(commitOf('before'))),
      codeOf(() => store.commit({ ...commitOf('two'), receipt: receiptOf('again') })),
      codeOf(() => store.commit(commitOf('after'))),
    ])
    expect(told).toEqual(['nothing', 'store_failed', 'nothing'])
    const { rows } = await pool.query(`SELECT id FROM ${schema}.tickets ORDER BY id`)
    expect(rows.map(({ id }) => id)).toEqual(['after', 'before', 'one'])
  })

  describe('tables', () => {
    it('are made once by several who come at once, and the name of their schema is quoted', async () => {
      const schema = 'Desk_2'
      const stores = Array.from({ length: 5 }, (_, i) => postgresStore(i % 2 ? newPool() : pool, { schema }))
      const numbers = await Promise.all(stores.map((store) => store.nextNumber(tenant)))
      expect(numbers.sort()).toEqual([1, 2, 3, 4, 5])
      expect((await pool.query('SELECT value FROM "Desk_2".meta')).rows).toEqual([{ value: 1 }])
    })

    it('of a later release are refused, before anything and in the midst of work, and nothing is changed (hazard 43)', async () => {
      const { schema, store } = fresh()
      await store.commit(commitOf('t1'))
      await pool.query(`UPDATE ${schema}.meta SET value = 99 WHERE name = 'version'`)
      const said = 'the tables are of version 99, this release knows 1'
      expect(await reasonOf(store.commit(commitOf('t2')))).toContain(said)
      expect(await reasonOf(store.effects(tenant, { now: at, limit: 1, hideMs: 1 }))).toContain(said)
      expect(await reasonOf(migratePostgres(newPool(), { schema }))).toBe(said)
      expect(await reasonOf(postgresStore(newPool(), { schema }).load(tenant, 't1'))).toBe(said)
      const { rows } = await pool.query(`SELECT id FROM ${schema}.tickets`)
      expect(rows).toEqual([{ id: 't1' }])
    })

    it.each([
      ['TABLE', 'receipts'],
      ['TABLE', 'numbers'],
      ['SEQUENCE', 'turn_numbers'],
      ['FUNCTION', 'feed'],
    ])('of which a %s was dropped (%s) are refused at the start, with its name', async (kind, name) => {
      const { schema, store } = fresh()
      await store.commit(commitOf('t1'))
      await pool.query(`DROP ${kind} ${schema}.${name}`)
      const said = `of the schema "${schema}" there is missing: ${name}; restore it from a backup`
      expect(await reasonOf(postgresStore(newPool(), { schema }).load(tenant, 't1'))).toBe(said)
      expect(await reasonOf(migratePostgres(newPool(), { schema }))).toBe(said)
      // who had started meets it when it is needed, and is told its name from then on
      if (name !== 'receipts') return
      expect(await reasonOf(store.load(tenant, 't1', 'c1'))).toMatch(/receipts" does not exist/)
      expect(await reasonOf(store.load(tenant, 't1'))).toBe(said)
    })

    it.each<[how: string, before: string, after: string]>([
      ['', '', 'ROLLBACK'],
      ['to a savepoint', 'SAVEPOINT one', 'ROLLBACK TO one'],
      ['after it had written something', 'CREATE TEMPORARY TABLE mine ()', 'ROLLBACK'],
    ])('made in a transaction that is undone %s are made again, at the next call', async (_how, before, after) => {
      const schema = newSchema()
      const other = newPool({ max: 1 })
      await onConnection(async (client) => {
        await client.query('BEGIN')
        if (before) await client.query(before)
        const store = postgresStore(client, { schema })
        expect(await store.nextNumber(tenant)).toBe(1)
        expect(await store.nextNumber(tenant)).toBe(2)
        await client.query(after)
        expect(await store.nextNumber(tenant)).toBe(1)
        await client.query('COMMIT')
        expect(await postgresStore(other, { schema }).nextNumber(tenant)).toBe(2)
      })
    })

    describe.each(['REPEATABLE READ', 'SERIALIZABLE'])('in a transaction that is %s', (level) => {
      const begun = async (schema: string) => {
        const client = await newPool({ max: 1 }).connect()
        await client.query(`BEGIN ISOLATION LEVEL ${level}`)
        await client.query('SELECT 1')
        return { client, store: postgresStore(client, { schema }) }
      }

      it('are not made, by none of several who come at once, and it stays usable', async () => {
        const schema = newSchema()
        const six = await Promise.all(Array.from({ length: 6 }, () => begun(schema)))
        const said = await Promise.all(six.map(({ store }) => reasonOf(store.nextNumber(tenant))))
        for (const one of said)
          expect(one).toMatch(/^the tables are not made in a transaction .* or run migratePostgres$/)
        expect(await reasonOf(migratePostgres(six[0]?.client as PostgresClient, { schema }))).toBe(said[0])
        await postgresStore(newPool(), { schema }).now()
        for (const { client, store } of six) {
          expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
          await client.query('ROLLBACK')
          await client.query(`BEGIN ISOLATION LEVEL ${level}`)
          expect((await store.load(tenant, 't1')).row).toBe(null)
          await client.query('ROLLBACK')
          client.release()
        }
      })

      it('that others made since it began are told so, and begun again it works', async () => {
        const schema = newSchema()
        const { client, store } = await begun(schema)
        await postgresStore(pool, { schema }).now()
        const said = await store.nextNumber(tenant).catch((error: unknown) => error)
        expect(said).toMatchObject({ code: 'store_busy', facts: { reason: expect.stringMatching(/begin it again$/) } })
        await client.query('ROLLBACK')
        await client.query(`BEGIN ISOLATION LEVEL ${level}`)
        expect(await store.nextNumber(tenant)).toBe(1)
        await client.query('COMMIT')
        client.release()
      })
    })

    it('once they are there are looked at once for each connection, in a transaction that writes too', async () => {
      const schema = newSchema()
      await onConnection(async (client) => {
        const asked: string[] = []
        const listening: PostgresClient = {
          query: (text, values) => {
            asked.push(text)
            return client.query(text, values)
          },
        }
        const store = postgresStore(listening, { schema })
        await client.query('BEGIN')
        await store.nextNumber(tenant)
        await client.query('COMMIT')
        await client.query('BEGIN; CREATE TEMPORARY TABLE mine ()')
        await store.nextNumber(tenant)
        asked.length = 0
        await store.nextNumber(tenant)
        expect(asked).toHaveLength(1)
      })
    })

    it('are made by one role and used by another, which need not be allowed to', async () => {
      const schema = newSchema()
      const role = `app_${schema}`
      const { database } = (await pool.query('SELECT current_database() AS database')).rows[0]
      await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'; REVOKE CREATE ON DATABASE "${database}" FROM ${role}`)
      const theirs = new URL(url)
      theirs.username = role
      theirs.password = 'app'
      const store = postgresStore(newPool({ connectionString: theirs.href }), { schema })
      expect(await reasonOf(store.nextNumber(tenant))).toMatch(/this role may not make the tables: run migratePostgres/)
      await migratePostgres(pool, { schema })
      await pool.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};
        GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`)
      expect(await store.commit({ ...commitOf('t1'), receipt: receiptOf('c1') })).toEqual({ ok: true })
      expect((await store.changes(tenant, 0, 10)).events.length).toBeGreaterThan(0)
    })
  })

  it('reads no more for a commit when there are many tickets, before PostgreSQL has looked at the new tables', async () => {
    const mine = new pg.Pool({ connectionString: url, max: 1 })
    const { schema, store } = fresh({}, mine)
    for (let i = 0; i < 150; i++) await store.commit({ ...commitOf(`t${i}`), receipt: receiptOf(`c${i}`) })
    await mine.end() // a connection tells what it read when it ends, at the latest
    const read = `SELECT sum(idx_tup_read)::integer AS read FROM pg_stat_user_indexes
      WHERE schemaname = $1 AND relname IN ('tickets', 'receipts', 'events')`
    const scanned = `SELECT sum(seq_tup_read)::integer AS read FROM pg_stat_user_tables
      WHERE schemaname = $1 AND relname IN ('tickets', 'receipts', 'events')`
    const made = `SELECT sum(idx_scan)::integer AS scans FROM pg_stat_user_indexes WHERE schemaname = $1`
    await expect
      .poll(async () => (await pool.query(made, [schema])).rows[0].scans, { timeout: 10_000 })
      .toBeGreaterThan(300)
    expect((await pool.query(read, [schema])).rows[0].read).toBeLessThan(150 * 5)
    // the rows that new tables were filled with for a moment, and nothing else
    expect((await pool.query(scanned, [schema])).rows[0].read).toBeLessThan(3 * 1_000 + 150 * 5)
  })

  describe('is refused at the start (hazard 42)', () => {
    const withSettings = (options: string) => newPool({ options })
    it.each([
      ['a session that does not sync commits', '-c synchronous_commit=off', /synchronous_commit is off/],
      ['one that cannot write', '-c default_transaction_read_only=on', /default_transaction_read_only is on/],
      [
        'one whose transactions do not see what was saved meanwhile',
        '-c default_transaction_isolation=serializable',
        /default_transaction_isolation is serializable, .* set it to read committed/,
      ],
      [
        'the same with repeatable reads',
        '-c default_transaction_isolation=repeatable\\ read',
        /default_transaction_isolation is repeatable read/,
      ],
    ])('%s', async (_what, options, reason) => {
      const schema = newSchema()
      expect(await reasonOf(postgresStore(withSettings(options), { schema }).nextNumber(tenant))).toMatch(reason)
      const six = Array.from({ length: 6 }, () => reasonOf(postgresStore(withSettings(options), { schema }).now()))
      for (const said of await Promise.all(six)) expect(said).toMatch(reason)
      expect((await pool.query('SELECT to_regnamespace($1) AS found', [schema])).rows).toEqual([{ found: null }])
    })

    it('unless it is said in words that commits may be lost', async () => {
      const { store } = fresh({ mayLoseCommits: true }, withSettings('-c synchronous_commit=off'))
      expect(await store.nextNumber(tenant)).toBe(1)
    })

    it('of one pool each store by what it was told itself', async () => {
      const unsynced = withSettings('-c synchronous_commit=off')
      const { schema, store } = fresh({ mayLoseCommits: true }, unsynced)
      await store.now()
      expect(await reasonOf(postgresStore(unsynced, { schema }).now())).toMatch(/synchronous_commit is off/)
    })

    it.each([
      ['every number', () => true],
      ['doubles', (oid: number) => oid === pg.types.builtins.FLOAT8],
      ['whole numbers', (oid: number) => oid === pg.types.builtins.INT4],
    ])('a client that reads %s as text', async (_what, isText) => {
      const getTypeParser = (oid: number) => (isText(oid) ? (text: string) => text : pg.types.getTypeParser(oid))
      const client = newPool({ types: { getTypeParser } } as never)
      expect(await reasonOf(fresh({}, client).store.nextNumber(tenant))).toMatch(/reads numbers as string/)
    })

    it('and looked at again when it is tried again', async () => {
      const down = { is: true }
      const client: PostgresClient = {
        query: (text, values) =>
          down.is
            ? Promise.reject(Object.assign(new Error('no'), { code: '28P01' }))
            : (pool.query(text, values) as never),
      }
      const { store } = fresh({}, client)
      expect(await codeOf(() => store.nextNumber(tenant))).toBe('store_failed')
      down.is = false
      expect(await store.nextNumber(tenant)).toBe(1)
    })
  })

  it('reads no more either when PostgreSQL has looked at them while there was next to nothing', async () => {
    const { schema, store } = fresh()
    const tables = ['tickets', 'receipts', 'events', 'effects', 'external_ids', 'leases'].map(
      (one) => `${schema}.${one}`,
    )
    await store.now()
    // the rows that new tables were filled with for a moment do not bring autovacuum
    const due = `SELECT relname FROM pg_stat_user_tables JOIN pg_class USING (relname)
      WHERE pg_class.oid = relid AND schemaname = $1 AND (
        n_dead_tup > 0.2 * reltuples + (SELECT option_value::integer FROM pg_options_to_table(reloptions)
          WHERE option_name = 'autovacuum_vacuum_threshold')
        OR n_mod_since_analyze > 0.1 * reltuples + (SELECT option_value::integer FROM pg_options_to_table(reloptions)
          WHERE option_name = 'autovacuum_analyze_threshold'))`
    const dead = 'SELECT sum(n_dead_tup)::integer AS rows FROM pg_stat_user_tables WHERE schemaname = $1'
    await expect
      .poll(async () => (await pool.query(dead, [schema])).rows[0].rows, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(6_000)
    expect((await pool.query(due, [schema])).rows).toEqual([])
    await store.commit({ ...commitOf('s1', 's2'), receipt: receiptOf('s1') })
    await store.commit({ ...commitOf('s3'), receipt: receiptOf('s3') })
    await pool.query(`VACUUM (ANALYZE) ${tables.join(', ')}`)
    const counted = async () => {
      const read = `SELECT (SELECT sum(seq_tup_read)::integer FROM pg_stat_user_tables WHERE schemaname = $1) AS scanned,
        (SELECT sum(idx_tup_read)::integer FROM pg_stat_user_indexes WHERE schemaname = $1) AS read,
        (SELECT sum(idx_scan)::integer FROM pg_stat_user_indexes WHERE schemaname = $1) AS scans`
      return (await pool.query<{ scanned: number; read: number; scans: number }>(read, [schema])).rows[0]
    }
    const before = await counted()
    const mine = new pg.Pool({ connectionString: url, max: 1 })
    const later = postgresStore(mine, { schema, clock: { now: () => at } })
    for (let i = 0; i < 150; i++) await later.commit({ ...commitOf(`t${i}`), receipt: receiptOf(`c${i}`) })
    await mine.end()
    await expect
      .poll(async () => ((await counted())?.scans ?? 0) - (before?.scans ?? 0), { timeout: 10_000 })
      .toBeGreaterThan(300)
    const after = await counted()
    expect((after?.scanned ?? 0) - (before?.scanned ?? 0)).toBeLessThan(150)
    expect((after?.read ?? 0) - (before?.read ?? 0)).toBeLessThan(150 * 8)
  })

  it('forgets a thousand rows with each statement, so that none takes long', async () => {
    const calls: string[] = []
    const listening: PostgresClient = {
      query: (text, values) => {
        calls.push(text)
        return pool.query(text, values)
      },
    }
    const { schema, store } = fresh({}, listening)
    await store.now()
    await pool.query(`INSERT INTO ${schema}.receipts SELECT $1, 'r' || i, i, '{}' FROM generate_series(1, 2500) AS i`, [
      tenant,
    ])
    await pool.query(`INSERT INTO ${schema}.receipts SELECT 'other', 'r' || i, i, '{}' FROM generate_series(1, 9) AS i`)
    calls.length = 0
    expect(await store.forgetReceipts(tenant, 2_401)).toBe(2_400)
    expect(calls.filter((text) => text.includes('receipts'))).toHaveLength(3)
    const left = await pool.query(`SELECT tenant, count(*)::integer AS n FROM ${schema}.receipts GROUP BY 1 ORDER BY 1`)
    expect(left.rows).toEqual([
      { tenant, n: 100 },
      { tenant: 'other', n: 9 },
    ])
  })

  it('does not mind how a session reads backslashes', async () => {
    const { store } = fresh({}, newPool({ options: '-c standard_conforming_strings=off' }))
    await store.commit({ tenant, changes: [opening('t1', { subject: '50%_\\ off' })], effects: [] })
    const found = async (value: string, op: 'startsWith' | 'glob' = 'startsWith') =>
      (await store.find(queryOf(tenant, { field: 'subject', op, value }))).length
    expect([await found('50%_\\ o'), await found('50_'), await found('50%%')]).toEqual([1, 0, 0])
    expect([await found('5?%_\\\\*', 'glob'), await found('5?_*', 'glob')]).toEqual([1, 0])
  })

  it('leaves the client to its owner', async () => {
    const mine = newPool()
    await fresh({}, mine).store.close()
    expect((await mine.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('goes by the clock of the server unless it is given one', async () => {
    const store = postgresStore(pool, { schema: newSchema() })
    await store.now()
    const [{ before }] = (await pool.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS before')).rows
    const [now, { now: loaded }] = [await store.now(), await store.load(tenant, 'none')]
    expect(Math.abs(now - Number(before))).toBeLessThan(10_000)
    expect(loaded).toBeGreaterThanOrEqual(now)
    expect(Number.isInteger(now) && Number.isInteger(loaded)).toBe(true)
    const lease = await store.claim(tenant, 't1', 'ana', 60_000)
    expect(lease?.until).toBeGreaterThanOrEqual(now + 60_000)
    expect(await store.claim(tenant, 't1', 'ben', 60_000)).toBe(null)
  })

  describe('while others hold what it needs', () => {
    it('waits, and says store_busy when its patience is over; nothing is saved', async () => {
      const { schema, store } = fresh({ patienceMs: 100 })
      const opened = opening('t1')
      await store.commit({ tenant, changes: [opened], effects: [] })
      const tagging = decided(opened.ticket, { type: 'tag', tags: ['x'] }, { tenant, ticketId: 't1', at })
      const tag = { tenant, changes: [changeOf(opened.ticket, tagging)], effects: [], receipt: receiptOf('c2') }
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`SELECT 1 FROM ${schema}.tickets FOR UPDATE`)
        expect(await codeOf(() => store.commit(tag))).toBe('store_busy')
        expect((await store.load(tenant, 't1', 'c2')).receipt).toBe(null)
      })
      expect(await store.commit(tag)).toEqual({ ok: true })
    })

    it('waits a moment also with no patience at all: a ticket may only be in somebody’s call', async () => {
      const { store, schema } = fresh({ patienceMs: 0 })
      const opened = ['a', 'b'].map((id) => opening(id))
      await store.commit({ tenant, changes: opened, effects: [] })
      const tag = ({ ticketId, ticket }: (typeof opened)[number]) => {
        const tagging = decided(ticket, { type: 'tag', tags: ['x'] }, { tenant, ticketId, at })
        return store.commit({ tenant, changes: [changeOf(ticket, tagging)], effects: [] })
      }
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`SELECT 1 FROM ${schema}.tickets FOR UPDATE`)
        const from = performance.now()
        const waited = opened.map(async (one) => {
          expect(await codeOf(() => tag(one))).toBe('store_busy')
          return performance.now() - from
        })
        for (const ms of await Promise.all(waited)) expect(ms).toBeGreaterThanOrEqual(95)
      })
      for (const one of opened) expect(await tag(one)).toEqual({ ok: true })
    })
    it('waits no longer for a key that others are about to write', async () => {
      const { schema, store } = fresh({ patienceMs: 300 })
      await store.commit({ tenant, changes: [opening('t1')], effects: [] })
      const open = { tenant, changes: [opening('t2')], effects: [], receipt: receiptOf('c2') }
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`INSERT INTO ${schema}.receipts VALUES ('${tenant}', 'c2', 0, '')`)
        const from = performance.now()
        expect(await codeOf(() => store.commit(open))).toBe('store_busy')
        expect(performance.now() - from).toBeGreaterThanOrEqual(300)
      })
      expect(await store.commit(open)).toEqual({ ok: true })
    })

    it('nobody stands behind it: neither its company in a call, nor who comes later, nor a connection', async () => {
      const { schema, store } = fresh({ patienceMs: 60_000 }, newPool({ max: 2 }))
      const opened = ['a', 'b', 'c'].map((id) => opening(id))
      await store.commit({ tenant, changes: opened, effects: [] })
      const tag = (id: string): Commit => {
        const { ticket } = opened.find(({ ticketId }) => ticketId === id) ?? opening(id)
        const tagging = decided(ticket, { type: 'tag', tags: ['x'] }, { tenant, ticketId: id, at })
        return { tenant, changes: [changeOf(ticket, tagging)], effects: [], receipt: receiptOf(`tag-${id}`) }
      }
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`SELECT 1 FROM ${schema}.tickets WHERE id = 'a' FOR UPDATE`)
        let answered = 0
        const waiting = Array.from({ length: 5 }, () => store.commit(tag('a')).finally(() => answered++))
        expect(await store.commit(tag('b'))).toEqual({ ok: true })
        expect(await store.commit(tag('c'))).toEqual({ ok: true })
        expect((await store.load(tenant, 'b')).row?.ticket.tags).toEqual(['x'])
        expect(answered).toBe(0)
        await other.query('COMMIT')
        const outcomes = await Promise.all(waiting)
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
        for (const outcome of outcomes) if (!outcome.ok) expect(outcome.conflict).toBe('receipt')
      })
    })
    it('of two calls that lock the same tickets in opposite orders neither is given up', async () => {
      const { store, schema } = fresh()
      const opened = ['a', 'b', 'c', 'd'].map((id) => opening(id))
      await store.commit({ tenant, changes: opened, effects: [] })
      const other = postgresStore(newPool(), { schema, clock: { now: () => at } })
      for (let round = 0; round < 20; round++) {
        const rows = await Promise.all(opened.map(({ ticketId }) => store.load(tenant, ticketId)))
        const changes = rows.map(({ row }) => {
          if (!row) throw new Error('no row')
          const { ticket } = row
          const tags = [`r${round}`]
          return changeOf(ticket, decided(ticket, { type: 'tag', tags }, { tenant, ticketId: ticket.id, at }))
        })
        const outcomes = await Promise.all([
          store.commit({ tenant, changes, effects: [] }),
          other.commit({ tenant, changes: changes.toReversed(), effects: [] }),
        ])
        expect(outcomes.map(({ ok }) => ok).sort()).toEqual([false, true])
      }
    })
  })

  it('of a commit whose connection is cut while it waits nobody knows, and sent again it is done once (hazard 42)', async () => {
    const { schema, store } = fresh({ patienceMs: 60_000 }, newPool({ application_name: 'cut' }))
    const opened = opening('t1')
    await store.commit({ tenant, changes: [opened], effects: [] })
    const tagging = decided(opened.ticket, { type: 'tag', tags: ['x'] }, { tenant, ticketId: 't1', at })
    const tag = { tenant, changes: [changeOf(opened.ticket, tagging)], effects: [], receipt: receiptOf('c2') }
    await onConnection(async (other) => {
      await other.query('BEGIN')
      await other.query(`INSERT INTO ${schema}.receipts VALUES ('${tenant}', 'c2', 0, '')`)
      const said = codeOf(() => store.commit(tag))
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut' AND wait_event_type = 'Lock'`
      await expect.poll(async () => (await pool.query(cut)).rowCount, { timeout: 10_000 }).toBe(1)
      expect(await said).toBe('outcome_unknown')
    })
    expect(await store.commit(tag)).toEqual({ ok: true })
    expect(await store.commit(tag)).toMatchObject({ ok: false, conflict: 'receipt' })
  })

  it('asks one connection of pg for one thing at a time', async () => {
    await onConnection(async (client) => {
      const warnings: string[] = []
      const heard = (warning: Error) => warnings.push(warning.message)
      process.on('warning', heard)
      const { store } = fresh({}, client)
      await Promise.all([1, 2, 3, 4].map(() => store.nextNumber(tenant)))
      await new Promise((resolve) => setTimeout(resolve, 50))
      process.off('warning', heard)
      expect(warnings).toEqual([])
    })
  })
})
