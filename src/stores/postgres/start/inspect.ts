import { fail } from '../../../errors.ts'
import type { Database } from '../connection/database.ts'
import { knownVersion } from '../schema/migrations.ts'
import { policy } from '../schema/row-security.ts'
import { functions, rowSecurityFunctions, sequences, tenantTables } from '../schema/schema-object.ts'

/** With expressions in stored columns (12), and what is tried in tests. */
const oldestServer = 13

interface ServerState {
  readonly server: number
  readonly synchronous: string
  readonly encoding: string
  readonly standby: boolean
  readonly read_only: string
  readonly isolation: string
  /** Of the transaction in which it is asked. */
  readonly own_isolation: string
  /** The schema that functions and operators are looked up in first. */
  readonly first: string
  readonly half: unknown
  readonly seven: unknown
  readonly meta: boolean
  /** Names of what is not there, with commas. */
  readonly missing: string
  /** Tables whose rows this role sees whatever policies say, with commas. */
  readonly open: string
  /** Are there policies of ours? */
  readonly guarded: boolean
  /** Names of tables without one in force, and of functions that are not there, with commas. */
  readonly unguarded: string
  /** Is there one that binds this role? */
  readonly bound: boolean
}

interface Kept {
  /** 0: there are none. */
  readonly version: number
  /** Version of what row security needs; 0: there is none. */
  readonly rowSecurity: number
  /** May it have been written in this very transaction? Then it is gone again if that is undone. */
  readonly isOwn: boolean
}

/** What is known of the tables before they are used. */
export interface Found extends Kept, Pick<ServerState, 'open' | 'guarded' | 'unguarded' | 'bound'> {
  /** A transaction of the application's that sees only what was there when it began, whatever others made since. */
  readonly isBlind: boolean
}

const list = (names: readonly string[]) =>
  `pg_catalog.unnest(ARRAY[${names.map((name) => `'${name}'`).join(', ')}]) AS name`
const joined = (select: string) => `pg_catalog.array_to_string(ARRAY(${select}), ', ')`
const missing = `SELECT name FROM ${list([...tenantTables, ...sequences])} WHERE to_regclass('@' || name) IS NULL
  UNION ALL SELECT name FROM ${list(functions)} WHERE to_regproc('@' || name) IS NULL`
const ours = `FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE polname = '${policy}' AND polrelid`
const anyOfOurs = `SELECT ${ours} IN (SELECT to_regclass('@' || name)::oid FROM ${list(tenantTables)})`
const unguarded = `SELECT name FROM ${list(tenantTables)}
  WHERE NOT EXISTS (SELECT ${ours} = to_regclass('@' || name)::oid AND relrowsecurity)
  UNION ALL SELECT name FROM ${list(rowSecurityFunctions)} WHERE to_regproc('@' || name) IS NULL`

/** The session's schema for temporary tables is none for functions. */
const first = `(SELECT name::text FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) AS name
    WHERE pg_catalog.strpos(name::text, 'pg_temp'::text) <> 1::integer LIMIT 1::bigint)`

const open = `SELECT name FROM ${list(tenantTables)}
  WHERE NOT pg_catalog.row_security_active(to_regclass('@' || name)::oid)`

const asked = `SELECT
  current_setting('server_version_num')::integer / 10000 AS server,
  current_setting('synchronous_commit') AS synchronous,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS standby,
  current_setting('default_transaction_read_only') AS read_only,
  current_setting('default_transaction_isolation') AS isolation,
  current_setting('transaction_isolation') AS own_isolation,
  ${first} AS first,
  0.5::double precision AS half,
  7::integer AS seven,
  to_regclass('@meta') IS NOT NULL AS meta,
  ${joined(missing)} AS missing,
  ${joined(open)} AS open,
  EXISTS (${anyOfOurs}) AS guarded,
  ${joined(unguarded)} AS unguarded,
  EXISTS (${anyOfOurs} AND pg_catalog.row_security_active(polrelid)) AS bound`

/** What must be otherwise before anything is kept there; undefined: nothing. */
function wrongWith(found: ServerState, mayLoseCommits: boolean): string | undefined {
  const { server, synchronous, encoding, standby, read_only, isolation, first, half, seven } = found
  if (server < oldestServer) return `PostgreSQL ${oldestServer} or newer is needed, this is ${server}`
  if (half !== 0.5) return `the client reads numbers as ${typeof half}; set it to read double precision as numbers`
  if (seven !== 7) return `the client reads numbers as ${typeof seven}; set it to read integer as numbers`
  if (encoding !== 'UTF8') return `the database keeps text as ${encoding}; make one with ENCODING 'UTF8'`
  if (standby) return 'this server is a standby; connect to the primary'
  if (read_only === 'on') return 'default_transaction_read_only is on: nothing can be written'
  if (!isolation.startsWith('read'))
    return (
      `default_transaction_isolation is ${isolation}, and transactions would not see what others saved before them; ` +
      'set it to read committed for this role or database'
    )
  if (first !== 'pg_catalog')
    return `search_path has "${first}" before pg_catalog, and functions there would run as this role; leave pg_catalog out of it`
  if (synchronous === 'off' && !mayLoseCommits)
    return 'synchronous_commit is off: a crash would lose what was acknowledged; set it to on for this role or database'
  return undefined
}

/**
 * What a server is set to, and which tables are there: two questions.
 * @throws DeskError `store_failed` where promises could not be kept, `store_busy`
 */
export async function inspect(db: Database, mayLoseCommits: boolean): Promise<Found> {
  const [found] = await db.rows<ServerState>(asked)
  if (!found) throw fail('store_failed', { reason: 'the client answers nothing' })
  const wrong = wrongWith(found, mayLoseCommits)
  if (wrong) throw fail('store_failed', { reason: wrong })
  const isBlind = !found.own_isolation.startsWith('read')
  const { version, rowSecurity, isOwn } = found.meta ? await keptIn(db) : { version: 0, rowSecurity: 0, isOwn: false }
  // names of tables are told as they are now, their rows as they were when the transaction began
  if (isBlind && found.meta && version === 0)
    throw fail('store_busy', { reason: 'the tables were made after this transaction had begun: begin it again' })
  const { open, guarded, unguarded, bound } = found
  if (version > knownVersion)
    throw fail('store_failed', { reason: `the tables are of version ${version}, this release knows ${knownVersion}` })
  if (version === knownVersion && found.missing !== '')
    throw fail('store_failed', {
      reason: `of the schema "${db.settings.schema}" there is missing: ${found.missing}; restore it from a backup`,
    })
  return { version, rowSecurity, isOwn, isBlind, open, guarded, unguarded, bound }
}

/**
 * What the tables say of themselves. What this transaction wrote is no older than itself; nor is what was written, and
 * saved, by one that began later: that is looked at again.
 * @throws DeskError `store_failed`, `store_busy`
 */
export async function keptIn(db: Database): Promise<Kept> {
  const rows = await db.rows<{ name: string; value: number; own: boolean }>(
    'SELECT name, value, age(xmin) <= 0 AS own FROM @meta',
  )
  const kept = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  return { version: kept.version ?? 0, rowSecurity: kept.row_security ?? 0, isOwn: rows.some(({ own }) => own) }
}
