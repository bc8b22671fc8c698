import { fail } from '../errors.ts'
import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Lease } from '../store.ts'
import { runDue } from './due.ts'
import type { DeskContext } from './options.ts'
import { queryOf } from './read.ts'

/** How long a claim holds unless said: 15 min. Work that takes longer renews it. */
export const defaultClaimMs = 15 * 60_000

/** @throws DeskError `invalid_duration` for a claim shorter than 1 s or longer than a day */
export function claimMs(forMs: number): number {
  if (forMs >= 1_000 && forMs <= 24 * 3_600_000) return forMs
  throw fail('invalid_duration', { value: String(forMs), reason: 'a claim holds for 1 s to 24 h' }, 'forTime')
}

/** How often the head of a view is read again when others were quicker with every ticket of it. */
const maxClaimRounds = 100

/** The next ticket of a view, claimed. */
export interface NextTicket<X extends Names = Names> {
  readonly ticket: Ticket<X>
  readonly lease: Lease
}

/** The first ticket of a view that nobody holds, claimed for the holder; null when there is none. */
export async function nextTicket(
  desk: DeskContext,
  viewId: string,
  holder: string,
  forMs: number,
): Promise<NextTicket | null> {
  const query = queryOf(desk, viewId)
  await runDue(desk)
  for (let round = 0; round < maxClaimRounds; round++) {
    // nobody's name is empty: tickets that anybody holds are left out, the holder's own as well
    const rows = await desk.store.find({ ...query, limit: 10, freeFor: '' })
    for (const { ticket } of rows) {
      const lease = await desk.store.claim(desk.tenant, ticket.id, holder, forMs)
      if (!lease) continue
      const { row } = await desk.store.load(desk.tenant, ticket.id)
      if (row && query.matches(row.ticket)) return { ticket: row.ticket, lease }
      await desk.store.release(desk.tenant, lease)
    }
    if (rows.length === 0) return null
  }
  return null
}
