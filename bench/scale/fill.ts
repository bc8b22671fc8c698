import type pg from 'pg'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { tenant as modelTenant } from '../stores/case.ts'
import { instantMark, marks, modelCommits, slots, windowMs } from './lives.ts'
import { progress } from './progress.ts'

/** Tickets copied by one statement for each table. */
const chunk = 25_000
/** Connections that fill at once. */
const lines = 2

export const tenants = 50
export const tenantOf = (n: number): string => `tenant-${String(n).padStart(3, '0')}`

/** What a database is filled with. */
export interface Filling {
  readonly tickets: number
  /** Of every so many tickets one has its events in the log: 1 is all of them. */
  readonly eventsOfOneIn: number
  /** With indexes that are there from the start, and grow. */
  readonly grown?: boolean
}

/** Milliseconds that a filling took, for the log of events and for the rest. */
export interface Spent {
  readonly events: number
  readonly rest: number
}

/**
 * Fills the store's tables: models, made by the engine and saved by the store itself in a schema beside it, are copied
 * by the database, each copy with an id, a reference, a requester, a tenant and a time of its own. Indexes are made
 * afterwards. Of receipts, effects and leases there is what a desk of three years has kept: see docs/scaling.md.
 */
export async function fill(pool: pg.Pool, { tickets, eventsOfOneIn, grown = false }: Filling): Promise<Spent> {
  const what = `${tickets.toLocaleString('en')} tickets`
  progress(`${what}: models`)
  await postgresStore(pool).now() // the tables
  await saveModels(pool)
  const again = grown ? [] : await withoutIndexes(pool)
  const spent = { events: 0, rest: 0 }
  const run = async (client: pg.Pool | pg.PoolClient, sql: string, share: number) => {
    const before = performance.now()
    await client.query(sql)
    spent[/^(INSERT INTO|ALTER TABLE) ticketwright\.events|ON ticketwright\.events/.test(sql) ? 'events' : 'rest'] +=
      (performance.now() - before) / share
  }
  const copies = await copiesOf(pool)
  let next = 1
  await Promise.all(
    Array.from({ length: lines }, async () => {
      const client = await pool.connect()
      await client.query('SET synchronous_commit = off')
      await client.query(
        `CREATE TEMP TABLE chunk (n integer, id text, tenant text, reference text, requester text, model text,
         model_reference text, begins text, shift double precision)`,
      )
      for (;;) {
        const from = next
        next += chunk
        if (from > tickets) break
        progress(`${what}: ${(from - 1).toLocaleString('en')}`)
        await client.query('TRUNCATE chunk')
        await client.query(chosen, [from, Math.min(tickets, from + chunk - 1)])
        await client.query('ANALYZE chunk')
        for (const copy of copies(eventsOfOneIn)) await run(client, copy, lines)
      }
      client.release(true)
    }),
  )
  for (const [i, statement] of again.entries()) {
    progress(`${what}: index ${i + 1} of ${again.length}`)
    await run(pool, statement, 1)
  }
  progress(`${what}: vacuum, statistics`)
  await run(pool, 'VACUUM (ANALYZE)', 1)
  await pool.query('CHECKPOINT')
  return spent
}

const models = lazily(modelCommits)

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

async function saveModels(pool: pg.Pool): Promise<void> {
  const store = postgresStore(pool, { schema: 'models' })
  await store.now()
  await Promise.all(
    models().map(async (commits) => {
      for (const commit of commits) {
        const outcome = await store.commit(commit)
        if (!outcome.ok) throw new Error(JSON.stringify(outcome))
      }
    }),
  )
  await pool.query('CREATE TABLE models.slots (slot integer PRIMARY KEY, first integer, count integer, closed boolean)')
  await pool.query('INSERT INTO models.slots SELECT * FROM jsonb_populate_recordset(NULL::models.slots, $1::jsonb)', [
    JSON.stringify(slots()),
  ])
  await pool.query('ANALYZE')
}

/**
 * Tickets of a stretch: ids are as random as UUIDs are, tenants of unequal size (of fifty the first has a quarter of
 * all, the last 0.7 %), a requester has eight, closed tickets lie in the last three years.
 */
const chosen = `INSERT INTO chunk
  SELECT n, md5(n::text)::uuid::text,
    'tenant-' || lpad(floor(${tenants} * power((hashint4(n) & 65535) / 65536.0, 3))::integer::text, 3, '0'),
    'T-' || lpad(n::text, 8, '0'), 'r' || lpad((n / 8)::text, 9, '0'),
    '00000000-0000-4000-8000-' || lpad(model::text, 12, '0'), 'T-' || lpad(model::text, 8, '0'),
    '":' || 1764 - back, -back * ${windowMs}::double precision
  FROM (
    SELECT n, first + (n / 1000) % count AS model,
      CASE WHEN closed THEN (hashint4(n + 7) & 65535) % 95 ELSE 0 END AS back
    FROM generate_series($1::integer, $2::integer) AS n JOIN models.slots ON slot = n % 1000
  ) AS each`

interface ColumnRow {
  readonly name: string
  readonly type: string
}

/** Statements that copy the models' rows for the tickets of a chunk, table by table, whatever columns there are. */
async function copiesOf(pool: pg.Pool): Promise<(eventsOfOneIn: number) => readonly string[]> {
  /** `of` says which rows of the models are a ticket's, `which` of them are copied, for which tickets `where`. */
  const insert = async (
    table: string,
    of: string,
    given: Readonly<Record<string, string>>,
    { which = 'true', where = 'true' } = {},
  ) => {
    const columns = (await columnsOf(pool, table)).filter(({ name }) => name !== 'position')
    const values: string[] = []
    for (const column of columns) values.push(given[column.name] ?? (await copied(pool, table, column, which)))
    return `INSERT INTO ticketwright.${table} (${columns.map(({ name }) => name).join(', ')})
      SELECT ${values.join(', ')} FROM chunk
      JOIN models.${table} AS model ON model.tenant = '${modelTenant}' AND ${of}
      WHERE ${which} AND ${where}`
  }
  const tenant = 'chunk.tenant'
  const ticket = 'model.ticket_id = chunk.model'
  const known = { tenant, ticket_id: 'chunk.id' }
  const lately = { where: 'chunk.n % 33 = 0' } // a month of three years
  const pending = 'chunk.n % 990 = 0'
  const effect = await copied(pool, 'effects', { name: 'effect', type: 'text' }, 'true')
  const { longest } = (await pool.query('SELECT max(version) AS longest FROM models.events')).rows[0]
  // event by event, as they come in: those of one ticket do not lie together
  const events: string[] = []
  for (let version = 1; version <= longest; version++)
    events.push(await insert('events', ticket, known, { which: `model.version = ${version}` }))
  const others = [
    await insert('tickets', 'model.id = chunk.model', { tenant, id: 'chunk.id' }),
    await insert('external_ids', ticket, known),
    await insert('receipts', 'left(model.command_id, 36) = chunk.model', { tenant }, lately),
    await insert(
      'effects',
      ticket,
      {
        ...known,
        settled: `CASE WHEN ${pending} THEN 0 ELSE 1 END`,
        hidden_until: `CASE WHEN ${pending} THEN 0 ELSE model.due_at + chunk.shift END`,
        effect: `CASE WHEN ${pending} THEN ${effect} ELSE '' END`,
      },
      lately,
    ),
    `INSERT INTO ticketwright.leases (tenant, ticket_id, holder, token, until)
     SELECT tenant, id, 'agent-' || n % 40, 1, 0 FROM chunk WHERE n % 2 = 0`,
  ]
  return (eventsOfOneIn) => [...others, ...events.map((sql) => `${sql} AND chunk.n / 1000 % ${eventsOfOneIn} = 0`)]
}

const columnsOf = async (pool: pg.Pool, table: string): Promise<readonly ColumnRow[]> =>
  (
    await pool.query<ColumnRow>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = 'models' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
      [table],
    )
  ).rows

/** What stands in a text of a model for what the copy has of its own: how it is found, and how it is replaced. */
const own = [
  [marks.id(0).slice(0, 24), 'chunk.model', 'chunk.id'],
  [marks.reference(0).slice(0, 6), 'chunk.model_reference', 'chunk.reference'],
  [marks.requester, `'${marks.requester}'`, 'chunk.requester'],
  [instantMark, `'${instantMark}'`, 'chunk.begins'],
  [`${modelTenant}\n`, `'${modelTenant}' || E'\\n'`, `chunk.tenant || E'\\n'`],
  [`"tenant":"${modelTenant}"`, `'"tenant":"${modelTenant}"'`, `'"tenant":"' || chunk.tenant || '"'`],
] as const

/** A column as the copy has it; of the rows of the models of which a condition holds. */
async function copied(pool: pg.Pool, table: string, { name, type }: ColumnRow, where: string): Promise<string> {
  const column = `model.${name}`
  if (type === 'double precision') return `CASE WHEN ${column} > 1e12 THEN ${column} + chunk.shift ELSE ${column} END`
  if (type !== 'text' && type !== 'ARRAY') return column
  const text = type === 'ARRAY' ? `array_to_string(${column}, E'\\x01')` : column
  const found = await pool.query<Record<string, boolean>>(
    `SELECT ${own.map((_, i) => `bool_or(strpos(${text}, $${i + 1}) > 0) AS found_${i}`).join(', ')}
     FROM models.${table} AS model WHERE ${where}`,
    own.map(([mark]) => mark),
  )
  const worded = own.reduce(
    (sql, [, from, to], i) => (found.rows[0]?.[`found_${i}`] ? `replace(${sql}, ${from}, ${to})` : sql),
    text,
  )
  return type === 'text' || worded === text
    ? worded === text
      ? column
      : worded
    : `string_to_array(${worded}, E'\\x01')`
}

/** Takes every index away, and gives the statements that make them again. */
async function withoutIndexes(pool: pg.Pool): Promise<readonly string[]> {
  const keys = await pool.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE connamespace = 'ticketwright'::regnamespace AND contype IN ('p', 'u') AND conparentid = 0
       AND conrelid::regclass::text <> 'ticketwright.meta'`,
  )
  for (const { table, name } of keys.rows) await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`)
  const indexes = await pool.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
     WHERE relnamespace = 'ticketwright'::regnamespace AND NOT relispartition AND relname <> 'meta'`,
  )
  for (const { name } of indexes.rows) await pool.query(`DROP INDEX ${name}`)
  return [
    ...keys.rows.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`),
    ...indexes.rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON ')),
  ]
}
