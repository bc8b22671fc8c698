import pg from 'pg'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import type { Tables } from '../crash/judge.ts'

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
      tickets: await all('id, version, ticket', 'tickets'),
      events: (await all<{ event: string }>('event', 'events ORDER BY position')).map(
        ({ event }) => JSON.parse(event) as AnyTicketEvent,
      ),
      receipts: (await all<{ receipt: string }>('receipt', 'receipts')).map(
        ({ receipt }) => JSON.parse(receipt) as Receipt,
      ),
      effectIds: (await all<{ id: string }>('id', 'effects')).map(({ id }) => id),
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
