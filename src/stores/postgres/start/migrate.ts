import { type DeskError, fail, isDeskError } from '../../../errors.ts'
import type { PostgresClient } from '../connection/client.ts'
import { checkedSchema, Database } from '../connection/database.ts'
import { toDeskError } from '../connection/failure.ts'
import { checkedMigration, defaultSchema, type MigrationOptions } from '../option.ts'
import { migrations } from '../schema/migrations.ts'
import { noRowSecurity, rowSecurity, rowSecurityVersion } from '../schema/row-security.ts'
import { blockInSafePath } from '../schema/search-path.ts'
import { type Found, inspect } from './inspect.ts'

/**
 * Makes the tables, or brings them up to this release, as a role that may: for a step of a deployment, where the
 * application itself must not. Without it a store does the same when it is first used, except for row security.
 * @throws DeskError `store_failed`, `store_busy`; `invalid_command` with the path of an option that is none
 * @example await migratePostgres(pool, { schema: 'desk' })
 */
export async function migratePostgres(client: PostgresClient, options: MigrationOptions = {}): Promise<void> {
  const { schema = defaultSchema, rowSecurity } = checkedMigration(options)
  const settings = { schema: checkedSchema(schema), patienceMs: migrationPatienceMs, rowSecurity: false }
  const db = new Database(client, settings)
  const found = await inspect(db, true)
  await make(db, changesTo(found, rowSecurity), found)
}

/** While somebody else migrates. */
const migrationPatienceMs = 60_000

/** From what is kept in `meta` to what shall be. */
interface Change {
  readonly what: 'version' | 'row_security'
  readonly from: number
  readonly steps: readonly string[]
  readonly to: number
}

/**
 * `wanted` undefined: as it is, brought up to this release. Row security that is asked for is made whole: `meta` says
 * that it is there also where tables were made anew since, or somebody took a policy away.
 */
export function changesTo(
  { version, rowSecurity: from, guarded, unguarded }: Found,
  wanted: boolean | undefined,
): Change[] {
  const releases = migrations.map((steps, i): Change => ({ what: 'version', from: i, steps, to: i + 1 })).slice(version)
  const isOld = from < rowSecurityVersion && (from > 0 || wanted === true)
  const isBroken = from === rowSecurityVersion && unguarded !== '' && wanted === true
  if (wanted !== false && (isOld || isBroken))
    return [...releases, { what: 'row_security', from, steps: rowSecurity, to: rowSecurityVersion }]
  if (wanted === false && (from > 0 || guarded))
    return [...releases, { what: 'row_security', from, steps: noRowSecurity, to: 0 }]
  return releases
}

/**
 * Makes one after the other. Of several who come at once one does it, and the others wait; who would not see that it is
 * done then must not begin.
 */
export async function make(db: Database, changes: readonly Change[], { isBlind }: Found): Promise<void> {
  if (changes.length > 0 && isBlind)
    throw fail('store_failed', {
      reason:
        'the tables are not made in a transaction that is not READ COMMITTED, as others may be making them: use the store once outside of it when the process starts, or run migratePostgres',
    })
  for (const change of changes) await makeOne(db, change)
}

async function makeOne(db: Database, { what, from, steps, to }: Change): Promise<void> {
  const { schema } = db.settings
  const text = blockInSafePath(`
  PERFORM pg_advisory_xact_lock(hashtext('ticketwright'), hashtext('${schema}'));
  IF to_regnamespace('"${schema}"') IS NULL THEN CREATE SCHEMA "${schema}"; END IF;
  IF to_regclass('@meta') IS NULL THEN CREATE TABLE @meta (name text PRIMARY KEY, value integer NOT NULL); END IF;
  IF coalesce((SELECT value FROM @meta WHERE name = '${what}'), 0) = ${from} THEN
    ${steps.map((step) => `${step};`).join('\n')}
    INSERT INTO @meta VALUES ('${what}', ${to}) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  END IF;`)
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
