import { type DeskError, isDeskError } from '../errors.ts'
import type { Query, Store, TicketRow } from '../store.ts'

/** A page of tickets in the order of their ids. */
export interface PageById {
  readonly rows: readonly TicketRow[]
  /** Why it ends before its limit: the ticket after these cannot be read. Go on after that one. */
  readonly damaged: DeskError<'ticket_damaged'> | null
}

/**
 * A page of a query without keys. One ticket that is damaged fails a page whole, so those before it are
 * read one by one: it ends the page, and is told.
 */
export async function pageById(store: Pick<Store, 'find'>, query: Query): Promise<PageById> {
  try {
    return { rows: await store.find(query), damaged: null }
  } catch (error) {
    if (!isDeskError(error, 'ticket_damaged')) throw error
  }
  const rows: TicketRow[] = []
  for (let { after } = query; rows.length < query.limit; ) {
    try {
      const [row] = await store.find({ ...query, after, limit: 1 })
      if (!row) break
      rows.push(row)
      after = query.position(row.ticket)
    } catch (error) {
      if (!isDeskError(error, 'ticket_damaged')) throw error
      return { rows, damaged: error }
    }
  }
  return { rows, damaged: null }
}
