import { traitsOf } from '../../src/stores/sql/trait.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { kept } from '../../src/stores/sqlite/trait.ts'
import { day, model, random, ticketAmong } from './among.ts'
import { tenant } from './case.ts'
import { DatabaseSync } from './raw.ts'
import { newPath } from './run.ts'

/** A file of so many tickets, as the store keeps them, without events: nothing that is asked here reads them. */
export function fileOf(tickets: number): string {
  const path = newPath()
  const handle = new DatabaseSync(path)
  sqliteStore(handle)
  handle.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000')
  const names = [...kept.map(({ column }) => column), 'version', 'next_at', 'planned_by', 'ticket', 'tenant', 'id']
  const insert = handle.prepare(
    `INSERT INTO ticketwright_tickets (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  const trait = handle.prepare('INSERT INTO ticketwright_traits (tenant, trait, ticket_id) VALUES (?, ?, ?)')
  const next = random()
  for (let i = 0; i < tickets; i++) {
    if (i % 50_000 === 0) handle.exec(i === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
    const ticket = ticketAmong(model, i, next)
    const nextAt = ticket.kind === 'closed' ? null : ticket.openedAt + (next() < 0.001 ? 0 : 3_000 * day)
    insert.run(...kept.map(({ read }) => read(ticket)), 1, nextAt, 'now', JSON.stringify(ticket), tenant, ticket.id)
    for (const one of traitsOf(ticket)) trait.run(tenant, one, ticket.id)
  }
  handle.exec('COMMIT')
  handle.close()
  return path
}
