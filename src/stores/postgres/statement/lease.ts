import type { Lease, LeaseKey, Waiting } from '../../../store.ts'
import type { Database } from '../connection/database.ts'
import { held, toDeskError } from '../connection/failure.ts'
import { Patience } from '../connection/patience.ts'
import { instant } from '../schema/instant.ts'

/**
 * How long a look at a lease that somebody else's transaction has waits in the database, in milliseconds: with patience
 * there are many looks, and no connection is kept in between. Whoever waits for nobody gives others this moment.
 */
const lookMs = { patient: 100, passing: 25 } as const

interface Asked extends Waiting {
  readonly tenant: string
  readonly lease: { readonly ticketId: string; readonly holder: string; readonly token?: number }
  readonly now: number | null
  readonly forMs?: number
  readonly heir?: string
}

/**
 * Leases: one row per ticket that was ever claimed, so that its token only ever rises; a lease given back has ended
 * at 0. Each is judged by one clock: `now`, or the server's where that is null. Null: it is somebody else's, or lost.
 * @throws DeskError `store_busy` with the ticket, where somebody else's transaction has its lease
 */
async function ask(db: Database, what: string, asked: Asked): Promise<Lease | null> {
  const { tenant, lease, now, forMs = 0, heir = null, waits = true } = asked
  const { ticketId, holder, token = 0 } = lease
  const patience = new Patience(waits ? db.settings.patienceMs : 0)
  for (;;) {
    const [found] = await db.write<{ held: boolean; its_token: number; its_end: number }>(
      `SELECT held, its_token, its_end
       FROM @lease(?, ?, ?, ?, ?::integer, ?::double precision, ?::double precision, ?, ?::integer)`,
      ...[what, tenant, ticketId, holder, token, now, forMs, heir, waits ? lookMs.patient : lookMs.passing],
    )
    if (!found) return null
    if (!found.held) return { ticketId, holder: heir ?? holder, token: found.its_token, until: found.its_end }
    patience.meet(held(ticketId))
    if (!patience.lasts) throw toDeskError(patience.reason, true)
    await patience.pause()
  }
}

export const claimIn = (
  db: Database,
  tenant: string,
  ticketId: string,
  holder: string,
  now: number | null,
  forMs: number,
  { waits }: Waiting = {},
): Promise<Lease | null> => ask(db, 'claim', { tenant, lease: { ticketId, holder }, now, forMs, waits })

/** Prolongs a live lease. */
export const renewIn = (
  db: Database,
  tenant: string,
  lease: LeaseKey,
  now: number | null,
  forMs: number,
): Promise<Lease | null> => ask(db, 'renew', { tenant, lease, now, forMs })

/** Ends a live lease; false if it was lost. */
export const releaseIn = async (
  db: Database,
  tenant: string,
  lease: LeaseKey,
  now: number | null,
  { waits }: Waiting = {},
): Promise<boolean> => (await ask(db, 'release', { tenant, lease, now, waits })) !== null

/** The holder of a live lease becomes another; null if it was lost. */
export const handOverIn = (
  db: Database,
  tenant: string,
  lease: LeaseKey,
  heir: string,
  now: number | null,
  forMs: number,
): Promise<Lease | null> => ask(db, 'hand over', { tenant, lease, heir, now, forMs })

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
