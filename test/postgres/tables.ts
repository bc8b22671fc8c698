import pg from 'pg'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import type { SqlValue } from '../../src/stores/sql/column.ts'
import { keptColumns, type Tables } from '../crash/judge.ts'

/** Each stands there behind the tenant it is for. */
const traitIn = (tenant: string, kept: string): string =>
  kept.startsWith(`${tenant}\n`) ? kept.slice(tenant.length + 1) : `of another tenant: ${kept}`

/** What lies in the tables of a schema as of one moment, whatever the store says, and whoever goes on writing. */
export async function readTables(url: string, schema = 'ticketwright'): Promise<Tables> {
  const client = new pg.Client(url)
  await client.connect()
  const all = async <Row>(columns: string, from: string) =>
    (await client.query(`SELECT ${columns} FROM ${pg.escapeIdentifier(schema)}.${from}`)).rows as Row[]
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return {
      tickets: (await all<Record<string, SqlValue>>(`id, ticket, ${keptColumns.join(', ')}`, 'tickets')).map(
        ({ id, ticket, ...row }) => ({ id: String(id), ticket: String(ticket), row }),
      ),
      events: (await all<{ event: string }>('event', 'events ORDER BY position')).map(
        ({ event }) => JSON.parse(event) as AnyTicketEvent,
      ),
      receipts: (await all<{ receipt: string }>('receipt', 'receipts')).map(
        ({ receipt }) => JSON.parse(receipt) as Receipt,
      ),
      effects: await all('id, settled', 'effects'),
      tokens: new Map(
        (await all<{ ticket_id: string; token: number }>('ticket_id, token', 'leases')).map((one) => [
          one.ticket_id,
          one.token,
        ]),
      ),
      traits: await all<{ tenant: string; id: string; trait: string }>(
        'tenant, id, unnest(traits) AS trait',
        'tickets',
      ).then((rows) => rows.map(({ tenant, id, trait }) => `${id} ${traitIn(tenant, trait)}`)),
      externalIds: await all('external_id AS "externalId", ticket_id AS "ticketId"', 'external_ids'),
    }
  } finally {
    await client.end()
  }
}
