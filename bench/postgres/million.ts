import type pg from 'pg'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { ownTraits } from '../../src/stores/postgres/statement/trait.ts'
import { filled } from '../../src/stores/sql/column.ts'
import { day, model, random, ticketAmong } from '../stores/among.ts'
import { tenant } from '../stores/case.ts'

const atOnce = 2_000

/** Fills the tables with so many tickets, as the store keeps them, without events: nothing asked here reads them. */
export async function fill(pool: pg.Pool, tickets: number): Promise<void> {
  await postgresStore(pool).now() // the tables
  const names = [
    ...['tenant', 'id', 'version', ...filled.map(({ column }) => column)],
    ...['next_at', 'planned_by', 'traits', 'ticket'],
  ]
  const insert = `INSERT INTO ticketwright.tickets (${names.join(', ')})
    SELECT ${names.join(', ')} FROM jsonb_populate_recordset(NULL::ticketwright.tickets, $1::jsonb)`
  const next = random()
  let rows: object[] = []
  for (let i = 0; i < tickets; i++) {
    const ticket = ticketAmong(model, i, next)
    const facts = Object.fromEntries(filled.map(({ column, read }) => [column, read(ticket)]))
    const next_at = ticket.kind === 'closed' ? null : ticket.openedAt + (next() < 0.001 ? 0 : 3_000 * day)
    rows.push({
      tenant,
      id: ticket.id,
      version: 1,
      ...facts,
      next_at,
      planned_by: 'now',
      traits: ownTraits(tenant, ticket),
      ticket: JSON.stringify(ticket),
    })
    if (rows.length < atOnce && i < tickets - 1) continue
    await pool.query(insert, [JSON.stringify(rows)])
    rows = []
  }
  await pool.query('VACUUM ANALYZE ticketwright.tickets')
}
