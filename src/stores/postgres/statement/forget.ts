import type { Database } from '../connection/database.ts'
import { instant } from '../schema/instant.ts'

/** Rows that one statement forgets: a first clean-up after a year locks none for long, nor meets a time limit. */
const atOnce = 1_000

/**
 * Rows of a table that are longest over, found by an index; by where they lie, since nobody changes them any more. A
 * partition has the same places as another, so what is forgotten is looked at itself, too.
 */
function some(table: string, by: string, where: string): string {
  const over = `tenant = $1 AND ${where}`
  return `DELETE FROM @${table} WHERE ${over} AND ctid = ANY (ARRAY(
    SELECT ctid FROM @${table} WHERE ${over} ORDER BY ${by} LIMIT ${atOnce})) RETURNING 1`
}

/** A settled effect is hidden since it was settled. The clock is asked once, so that an index can be. */
const over = {
  receipts: some('receipts', 'at', 'at < $2::double precision'),
  effects: some('effects', 'hidden_until', 'settled = 1 AND hidden_until < $2::double precision'),
  presence: some('presence', 'until', `until <= (SELECT ${instant('$2::double precision')})`),
} as const

/** Forgets what nobody needs any more, and says how many receipts. What is interrupted has done a part. */
export async function forgetIn(db: Database, tenant: string, before: number, now: number | null): Promise<number> {
  const all = async (sql: string, instant: number | null): Promise<number> => {
    for (let forgotten = 0; ; ) {
      const { length } = await db.write(sql, tenant, instant)
      forgotten += length
      if (length < atOnce) return forgotten
    }
  }
  await all(over.effects, before)
  await all(over.presence, now)
  return all(over.receipts, before)
}
