import type { Lease, LeaseKey } from '../../store.ts'
import type { Database } from './database.ts'

/**
 * Leases: one row per ticket that was ever claimed, so that its token only ever rises; a lease given back has ended
 * at 0. Each is one statement, judged by `now`, the store's clock.
 */
export function claimIn(
  db: Database,
  tenant: string,
  ticketId: string,
  holder: string,
  now: number,
  forMs: number,
): Lease | null {
  const claimed = db.row<{ token: number }>(
    `INSERT INTO ticketwright_leases (tenant, ticket_id, holder, token, until) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT (tenant, ticket_id) DO UPDATE
     SET holder = excluded.holder, token = token + 1, until = excluded.until
     WHERE until <= ? OR holder = excluded.holder
     RETURNING token`,
    tenant,
    ticketId,
    holder,
    now + forMs,
    now,
  )
  return claimed ? { ticketId, holder, token: claimed.token, until: now + forMs } : null
}

/** Moves the end of a live lease; false if it was lost. */
export const moveEnd = (db: Database, tenant: string, lease: LeaseKey, now: number, until: number): boolean =>
  db.change(
    `UPDATE ticketwright_leases SET until = ?
     WHERE tenant = ? AND ticket_id = ? AND holder = ? AND token = ? AND until > ?`,
    until,
    tenant,
    lease.ticketId,
    lease.holder,
    lease.token,
    now,
  ) === 1

/** The holder of a live lease becomes another; null if it was lost. */
export function handOverIn(
  db: Database,
  tenant: string,
  lease: LeaseKey,
  to: string,
  now: number,
  forMs: number,
): Lease | null {
  const given = db.row<{ token: number }>(
    `UPDATE ticketwright_leases SET holder = ?, token = token + 1, until = ?
     WHERE tenant = ? AND ticket_id = ? AND holder = ? AND token = ? AND until > ?
     RETURNING token`,
    to,
    now + forMs,
    tenant,
    lease.ticketId,
    lease.holder,
    lease.token,
    now,
  )
  return given ? { ticketId: lease.ticketId, holder: to, token: given.token, until: now + forMs } : null
}

export function liveLease(db: Database, tenant: string, ticketId: string, now: number): Lease | null {
  const found = db.row<Omit<Lease, 'ticketId'>>(
    'SELECT holder, token, until FROM ticketwright_leases WHERE tenant = ? AND ticket_id = ? AND until > ?',
    tenant,
    ticketId,
    now,
  )
  return found ? { ticketId, holder: found.holder, token: found.token, until: found.until } : null
}

export const leasesOf = (db: Database, tenant: string, holder: string, now: number): Lease[] =>
  db
    .rows<{ ticket_id: string; token: number; until: number }>(
      `SELECT ticket_id, token, until FROM ticketwright_leases
       WHERE tenant = ? AND holder = ? AND until > ? ORDER BY ticket_id`,
      tenant,
      holder,
      now,
    )
    .map(({ ticket_id, token, until }) => ({ ticketId: ticket_id, holder, token, until }))
