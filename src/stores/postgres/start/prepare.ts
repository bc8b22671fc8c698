import { fail } from '../../../errors.ts'
import type { Database } from '../connection/database.ts'
import { knownVersion } from '../schema/migrations.ts'
import { rowSecurityVersion } from '../schema/row-security.ts'
import { type Found, inspect, keptIn } from './inspect.ts'
import { changesTo, make } from './migrate.ts'

/**
 * Looks whether a server keeps its promises to a store, and brings the tables up to this release. Where there is row
 * security the store leaves that to the owner of the tables, whom it does not bind. False: it is so for now, in a
 * transaction that may be undone.
 * @throws DeskError `store_failed`, `store_busy`
 */
export async function prepare(db: Database, mayLoseCommits: boolean): Promise<boolean> {
  const found = await inspect(db, mayLoseCommits)
  const wrong = db.settings.rowSecurity ? notApart(found) : unseeing(found)
  if (wrong) throw fail('store_failed', { reason: wrong })
  const changes = db.settings.rowSecurity ? [] : changesTo(found, undefined)
  await make(db, changes, found)
  const { isOwn } = changes.length > 0 ? await keptIn(db) : found
  return !isOwn
}

/** Why a store with row security would not have it; undefined: it has. */
function notApart({ version, rowSecurity, unguarded, open }: Found): string | undefined {
  const what = 'run migratePostgres with { rowSecurity: true } as the owner of the tables'
  if (version < knownVersion || rowSecurity !== rowSecurityVersion)
    return `the tables have no row security of this release: ${what}`
  if (unguarded !== '') return `of row security there is missing: ${unguarded}; ${what}`
  if (open !== '')
    return `row security does not bind this role (${open}): connect as one that neither owns the tables nor is superuser nor has BYPASSRLS`
  return undefined
}

/** A store that does not say whose rows it asks for would find none of them. */
const unseeing = ({ bound }: Found): string | undefined =>
  bound ? 'the tables have row security, which binds this role: make the store with { rowSecurity: true }' : undefined
