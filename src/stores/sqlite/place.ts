import { sqlite } from '../sql/dialect.ts'
import type { Place } from '../sql/find.ts'

/** Where tickets are in a SQLite file. */
export const place: Place = {
  dialect: sqlite,
  tickets: 'ticketwright_tickets AS own',
  leases: 'ticketwright_leases',
}
