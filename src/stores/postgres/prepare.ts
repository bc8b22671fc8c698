import { type DeskError, fail, isDeskError } from '../../errors.ts'
import type { PostgresClient } from './client.ts'
import { checkedSchema, Database } from './database.ts'
import { toDeskError } from './failure.ts'
import { migrations } from './migrations.ts'

/** With expressions in stored columns (12), and what is tried in tests. */
const oldestServer = 13

/** The version of the tables that this release makes. */
export const knownVersion = migrations.length

interface Settings {
  readonly server: number
  readonly synchronous: string
  readonly encoding: string
  readonly standby: boolean
  readonly read_only: string
  readonly half: unknown
  readonly meta: boolean
}

const asked = `SELECT current_setting('server_version_num')::integer / 10000 AS server,
  current_setting('synchronous_commit') AS synchronous, current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS read_only,
  0.5::double precision AS half, to_regclass('@meta') IS NOT NULL AS meta`

/** What must be otherwise before anything is kept there; undefined: nothing. */
function wrongWith(found: Settings, mayLoseCommits: boolean): string | undefined {
  const { server, synchronous, encoding, standby, read_only, half } = found
  if (server < oldestServer) return `PostgreSQL ${oldestServer} or newer is needed, this is ${server}`
  if (half !== 0.5) return `the client reads numbers as ${typeof half}; set it to read double precision as numbers`
  if (encoding !== 'UTF8') return `the database keeps text as ${encoding}; make one with ENCODING 'UTF8'`
  if (standby) return 'this server is a standby; connect to the primary'
  if (read_only === 'on') return 'default_transaction_read_only is on: nothing can be written'
  if (synchronous === 'off' && !mayLoseCommits)
    return 'synchronous_commit is off: a crash would lose what was acknowledged; set it to on for this role or database'
  return undefined
}

/**
 * Looks whether a server keeps its promises, and brings the tables up to this release.
 * @throws DeskError `store_failed`, `store_busy`
 */
export async function prepare(db: Database, mayLoseCommits: boolean): Promise<void> {
  const [found] = await db.rows<Settings>(asked)
  const wrong = found && wrongWith(found, mayLoseCommits)
  if (wrong) throw fail('store_failed', { reason: wrong })
  const version = found?.meta ? await versionIn(db) : 0
  if (version > knownVersion)
    throw fail('store_failed', { reason: `the tables are of version ${version}, this release knows ${knownVersion}` })
  for (let next = version; next < knownVersion; next++) await migrate(db, next)
}

const versionIn = async (db: Database): Promise<number> =>
  (await db.row<{ value: number }>(`SELECT value FROM @meta WHERE name = 'version'`))?.value ?? 0

/** Of several who come at once one does it, and the others wait. */
async function migrate(db: Database, from: number): Promise<void> {
  const { schema } = db
  const text = `DO $migration$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ticketwright'), hashtext('${schema}'));
  IF to_regnamespace('"${schema}"') IS NULL THEN CREATE SCHEMA "${schema}"; END IF;
  IF to_regclass('@meta') IS NULL THEN CREATE TABLE @meta (name text PRIMARY KEY, value integer NOT NULL); END IF;
  IF coalesce((SELECT value FROM @meta WHERE name = 'version'), 0) = ${from} THEN
    ${(migrations[from] ?? []).map((step) => `${step};`).join('\n')}
    INSERT INTO @meta VALUES ('version', ${from + 1}) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  END IF;
END $migration$`
  try {
    await db.write(text)
  } catch (error) {
    throw mayNot(error)
  }
}

/** SQLSTATE of what a role may not do. */
const insufficientPrivilege = '42501'

function mayNot(error: unknown): DeskError {
  const said = isDeskError(error) ? (error as DeskError) : toDeskError(error, true)
  if ((said.cause as { code?: unknown } | undefined)?.code !== insufficientPrivilege) return said
  const reason = 'this role may not make the tables: run migratePostgres as one that may, once for each release'
  return fail('store_failed', { reason })
}

/**
 * Makes the tables, or brings them up to this release, as a role that may: for a step of a deployment, where the
 * application itself must not. Without it a store does the same when it is first used. `schema` as in `postgresStore`.
 * @throws DeskError `store_failed`, `store_busy`
 * @example await migratePostgres(pool, { schema: 'desk' })
 */
export async function migratePostgres(
  client: PostgresClient,
  { schema = defaultSchema }: { readonly schema?: string } = {},
): Promise<void> {
  await prepare(new Database(client, checkedSchema(schema), migrationPatienceMs), true)
}

export const defaultSchema = 'ticketwright'

/** While somebody else migrates. */
const migrationPatienceMs = 60_000
