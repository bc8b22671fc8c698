import { instant } from './commit-function.ts'
import type { Database } from './database.ts'

/** A settled effect is hidden since it was settled. The clock is asked once, so that an index can be. */
const forget = `WITH
  receipts AS (DELETE FROM @receipts WHERE tenant = $1 AND at < $2::double precision RETURNING 1),
  effects AS (DELETE FROM @effects WHERE tenant = $1 AND settled = 1 AND hidden_until < $2::double precision),
  presence AS (DELETE FROM @presence WHERE tenant = $1 AND until <= (SELECT ${instant('$3::double precision')}))
  SELECT count(*)::double precision AS receipts FROM receipts`

/** Forgets what nobody needs any more, and says how many receipts: see the port. */
export async function forgetIn(db: Database, tenant: string, before: number, now: number | null): Promise<number> {
  const [gone] = await db.write<{ receipts: number }>(forget, tenant, before, now)
  return Number(gone?.receipts ?? 0)
}
