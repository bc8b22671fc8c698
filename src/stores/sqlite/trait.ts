import { type Column, filled, type SqlValue } from '../sql/column.ts'
import { parsed } from '../sql/row.ts'
import { traitsOf } from '../sql/trait.ts'
import type { Database } from './database.ts'

/** A ticket's traits beside it, as JSON: what of them a commit changes is seen without reading the ticket. */
export const traits: Column = {
  column: 'traits',
  type: 'TEXT',
  form: 'plain',
  read: (ticket) => JSON.stringify(traitsOf(ticket)),
}

/** The columns of a ticket that are written from it. */
export const kept: readonly Column[] = [...filled, traits]

const add = 'INSERT INTO ticketwright_traits (tenant, trait, ticket_id) VALUES (?, ?, ?)'
const remove = 'DELETE FROM ticketwright_traits WHERE tenant = ? AND trait = ? AND ticket_id = ?'

/** Brings the index of traits from what the column said to what it says: most commands change none. */
export function saveTraits(db: Database, tenant: string, ticketId: string, was: SqlValue, is: SqlValue): void {
  if (was === is) return
  const [before, after] = [traitsIn(was), traitsIn(is)]
  for (const trait of before) if (!after.has(trait)) db.changeExactly(1, remove, tenant, trait, ticketId)
  for (const trait of after) if (!before.has(trait)) db.changeExactly(1, add, tenant, trait, ticketId)
}

const traitsIn = (text: SqlValue): ReadonlySet<string> =>
  new Set(typeof text === 'string' ? parsed<readonly string[]>(text) : [])
