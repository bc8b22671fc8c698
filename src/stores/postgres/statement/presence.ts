import type { Doing, Lease, Presence } from '../../../store.ts'
import type { Database } from '../connection/database.ts'
import { instant } from '../schema/instant.ts'

const now = instant('$4::double precision')

/**
 * Writes what somebody is doing with a ticket, and clears away what is over of others. Who begins something else, or
 * begins again after it was over, does so from now on.
 */
export async function announceIn(
  db: Database,
  tenant: string,
  ticketId: string,
  person: string,
  doing: Doing | null,
  at: number | null,
  forMs: number,
): Promise<void> {
  if (doing === null) {
    await db.write(
      `DELETE FROM @presence WHERE tenant = $1 AND ticket_id = $2 AND (person = $3 OR until <= ${now})
       RETURNING 1`,
      ...[tenant, ticketId, person, at],
    )
    return
  }
  await db.write(
    `WITH over AS (
       DELETE FROM @presence WHERE tenant = $1 AND ticket_id = $2 AND person <> $3 AND until <= ${now}
     )
     INSERT INTO @presence AS kept (tenant, ticket_id, person, doing, since, until)
     VALUES ($1, $2, $3, $5, ${now}, ${now} + $6::double precision)
     ON CONFLICT (tenant, ticket_id, person) DO UPDATE SET
       since = CASE WHEN kept.doing = excluded.doing AND kept.until > ${now} THEN kept.since ELSE excluded.since END,
       doing = excluded.doing, until = excluded.until
     RETURNING 1`,
    ...[tenant, ticketId, person, at, doing, forMs],
  )
}

interface PresentRow extends Presence {
  readonly token: number | null
}

/** The live lease on a ticket, and who does what with it: one look, judged by one clock. */
export async function presentAt(
  db: Database,
  tenant: string,
  ticketId: string,
  at: number | null,
): Promise<{ lease: Lease | null; people: Presence[] }> {
  const clock = instant('$3::double precision')
  const rows = await db.rows<PresentRow>(
    `SELECT holder AS person, NULL AS doing, NULL::double precision AS since, until, token FROM @leases
     WHERE tenant = $1 AND ticket_id = $2 AND until > ${clock}
     UNION ALL
     (SELECT person, doing, since, until, NULL FROM @presence
      WHERE tenant = $1 AND ticket_id = $2 AND until > ${clock} ORDER BY person)`,
    tenant,
    ticketId,
    at,
  )
  const lease = rows.find(({ token }) => token !== null)
  return {
    lease: lease ? { ticketId, holder: lease.person, token: Number(lease.token), until: lease.until } : null,
    people: rows
      .filter(({ token }) => token === null)
      .map(({ person, doing, since, until }) => ({ person, doing, since, until }))
      .sort((a, b) => (a.person < b.person ? -1 : 1)),
  }
}
