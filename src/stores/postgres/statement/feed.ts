import type { AnyTicketEvent } from '../../../model/ticket-event.ts'
import type { Store } from '../../../store.ts'
import { eventOf, someEvent } from '../../sql/row.ts'
import type { Database } from '../connection/database.ts'

/** A page of the feed: see `feed-function.ts`. */
export async function changesIn(
  db: Database,
  tenant: string,
  after: number,
  limit: number,
  { mayPass = false }: Parameters<Store['changes']>[3] = {},
): ReturnType<Store['changes']> {
  const rows = await db.rows<{ place: number; content: string }>(
    'SELECT place, content FROM @feed(?, ?::bigint, ?::integer, ?::integer)',
    ...[tenant, after, limit, Number(mayPass)],
  )
  const events: AnyTicketEvent[] = []
  for (const { place, content } of rows) events.push(someEvent(content) ?? (await eventAt(db, tenant, place)))
  return { events, position: rows.at(-1)?.place ?? after }
}

/** Whose it is when it does not say so itself. */
async function eventAt(db: Database, tenant: string, place: number): Promise<AnyTicketEvent> {
  const kept = 'SELECT ticket_id, version, event FROM @events WHERE tenant = ? AND position = ?::bigint'
  const [found] = await db.rows<{ ticket_id: string; version: number; event: string }>(kept, tenant, place)
  return eventOf(found?.ticket_id ?? '', found?.version ?? 0, found?.event ?? '')
}
