import type { Doing, Presence } from '../../store.ts'
import type { Database } from './database.ts'

/** Writes what somebody is doing with a ticket, and clears away what is over. To be called inside a transaction. */
export function announceIn(
  db: Database,
  tenant: string,
  ticketId: string,
  person: string,
  doing: Doing | null,
  now: number,
  forMs: number,
): void {
  db.change(
    `DELETE FROM ticketwright_presence
     WHERE tenant = ? AND ticket_id = ? AND (until <= ? OR (person = ? AND doing IS NOT ?))`,
    tenant,
    ticketId,
    now,
    person,
    doing,
  )
  if (doing === null) return
  db.changeExactly(
    1,
    `INSERT INTO ticketwright_presence (tenant, ticket_id, person, doing, since, until) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, ticket_id, person) DO UPDATE SET until = excluded.until`,
    tenant,
    ticketId,
    person,
    doing,
    now,
    now + forMs,
  )
}

export const peopleAt = (db: Database, tenant: string, ticketId: string, now: number): Presence[] =>
  db
    .rows<Presence>(
      `SELECT person, doing, since, until FROM ticketwright_presence
       WHERE tenant = ? AND ticket_id = ? AND until > ? ORDER BY person`,
      tenant,
      ticketId,
      now,
    )
    .map(({ person, doing, since, until }) => ({ person, doing, since, until }))
