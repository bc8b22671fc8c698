import type { Lease, LeaseKey } from '../../../store.ts'
import { instant } from '../commit-function.ts'
import type { Database } from '../connection/database.ts'

/**
 * Leases: one row per ticket that was ever claimed, so that its token only ever rises; a lease given back has ended
 * at 0. Each is one statement, judged by one clock: `now`, or the server's where that is null.
 */
export async function claimIn(
  db: Database,
  tenant: string,
  ticketId: string,
  holder: string,
  now: number | null,
  forMs: number,
): Promise<Lease | null> {
  const at = instant('$4::double precision')
  const [claimed] = await db.write<{ token: number; until: number }>(
    `INSERT INTO @leases AS kept (tenant, ticket_id, holder, token, until)
     VALUES ($1, $2, $3, 1, ${at} + $5::double precision)
     ON CONFLICT (tenant, ticket_id) DO UPDATE
     SET holder = excluded.holder, token = kept.token + 1, until = ${at} + $5::double precision
     WHERE kept.until <= ${at} OR kept.holder = excluded.holder
     RETURNING token, until`,
    tenant,
    ticketId,
    holder,
    now,
    forMs,
  )
  return claimed ? { ticketId, holder, token: claimed.token, until: claimed.until } : null
}

const now = instant('$5::double precision')

/** Changes a live lease; undefined if it was lost. In `set`, `$6` and what follows are `values`. */
async function changed(
  db: Database,
  tenant: string,
  { ticketId, holder, token }: LeaseKey,
  at: number | null,
  set: string,
  ...values: readonly (string | number)[]
): Promise<Lease | undefined> {
  const [lease] = await db.write<Omit<Lease, 'ticketId'>>(
    `UPDATE @leases SET ${set}
     WHERE tenant = $1 AND ticket_id = $2 AND holder = $3 AND token = $4::integer AND until > ${now}
     RETURNING holder, token, until`,
    ...[tenant, ticketId, holder, token, at, ...values],
  )
  return lease && { ticketId, ...lease }
}

/** Prolongs a live lease; null if it was lost. */
export const renewIn = async (db: Database, tenant: string, lease: LeaseKey, at: number | null, forMs: number) =>
  (await changed(db, tenant, lease, at, `until = ${now} + $6::double precision`, forMs)) ?? null

/** Ends a live lease; false if it was lost. */
export const releaseIn = async (db: Database, tenant: string, lease: LeaseKey, at: number | null): Promise<boolean> =>
  (await changed(db, tenant, lease, at, 'until = 0')) !== undefined

const handOver = `holder = $7, token = token + 1, until = ${now} + $6::double precision`

/** The holder of a live lease becomes another; null if it was lost. */
export const handOverIn = async (
  db: Database,
  tenant: string,
  lease: LeaseKey,
  to: string,
  at: number | null,
  forMs: number,
): Promise<Lease | null> => (await changed(db, tenant, lease, at, handOver, forMs, to)) ?? null

/** The clock is asked once, so that what is over is not read: of a holder there is a row of each ticket ever held. */
export async function leasesOf(db: Database, tenant: string, holder: string, now: number | null): Promise<Lease[]> {
  const rows = await db.rows<{ ticket_id: string; token: number; until: number }>(
    `SELECT ticket_id, token, until FROM @leases
     WHERE tenant = $1 AND holder = $2 AND until > (SELECT ${instant('$3::double precision')}) ORDER BY ticket_id`,
    tenant,
    holder,
    now,
  )
  return rows.map(({ ticket_id, token, until }) => ({ ticketId: ticket_id, holder, token, until }))
}
