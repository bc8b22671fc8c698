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

const live = (now: string) => `tenant = $1 AND ticket_id = $2 AND holder = $3 AND token = $4::integer
  AND until > ${instant(now)}`

/** Prolongs a live lease. */
export async function renewIn(
  db: Database,
  tenant: string,
  { ticketId, holder, token }: LeaseKey,
  now: number | null,
  forMs: number,
): Promise<Lease | null> {
  const [renewed] = await db.write<{ until: number }>(
    `UPDATE @leases SET until = ${instant('$5::double precision')} + $6::double precision
     WHERE ${live('$5::double precision')} RETURNING until`,
    ...[tenant, ticketId, holder, token, now, forMs],
  )
  return renewed ? { ticketId, holder, token, until: renewed.until } : null
}

/** Ends a live lease; false if it was lost. */
export async function releaseIn(
  db: Database,
  tenant: string,
  { ticketId, holder, token }: LeaseKey,
  now: number | null,
): Promise<boolean> {
  const ended = await db.write(
    `UPDATE @leases SET until = 0 WHERE ${live('$5::double precision')} RETURNING token`,
    ...[tenant, ticketId, holder, token, now],
  )
  return ended.length === 1
}

/** The holder of a live lease becomes another; null if it was lost. */
export async function handOverIn(
  db: Database,
  tenant: string,
  { ticketId, holder, token }: LeaseKey,
  to: string,
  now: number | null,
  forMs: number,
): Promise<Lease | null> {
  const [given] = await db.write<{ token: number; until: number }>(
    `UPDATE @leases
     SET holder = $7, token = token + 1, until = ${instant('$5::double precision')} + $6::double precision
     WHERE ${live('$5::double precision')} RETURNING token, until`,
    ...[tenant, ticketId, holder, token, now, forMs, to],
  )
  return given ? { ticketId, holder: to, token: given.token, until: given.until } : null
}

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
