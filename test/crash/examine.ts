import { DatabaseSync } from 'node:sqlite'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import type { SqlValue } from '../../src/stores/sql/column.ts'
import { type Acknowledged, judge, keptColumns, type Tables } from './judge.ts'

/** What is wrong in a SQLite file, whose commands were acknowledged. */
export const examine = (path: string, acknowledged: readonly Acknowledged[]): string[] =>
  examineBy(path, (tables) => judge(tables, acknowledged))

/** Reads the tables of a SQLite file past the store, and has them judged. `left`: what must be true in them, in SQL. */
export function examineBy(
  path: string,
  judged: (tables: Tables) => readonly string[],
  left: readonly { readonly name: string; readonly left: string }[] = [],
): string[] {
  const handle = new DatabaseSync(path)
  const all = <Row>(sql: string) => handle.prepare(sql).all() as Row[]
  const [{ integrity_check: integrity } = { integrity_check: 'none' }] = all<{ integrity_check: string }>(
    'PRAGMA integrity_check',
  )
  const tables: Tables = {
    tickets: all<Record<string, SqlValue>>(
      `SELECT id, ticket, ${keptColumns.join(', ')} FROM ticketwright_tickets`,
    ).map(({ id, ticket, ...row }) => ({ id: String(id), ticket: String(ticket), row })),
    events: all<{ event: string }>('SELECT event FROM ticketwright_events ORDER BY position').map(
      ({ event }) => JSON.parse(event) as AnyTicketEvent,
    ),
    receipts: all<{ receipt: string }>('SELECT receipt FROM ticketwright_receipts').map(
      ({ receipt }) => JSON.parse(receipt) as Receipt,
    ),
    effects: all('SELECT id, settled FROM ticketwright_effects'),
    tokens: new Map(
      all<{ ticket_id: string; token: number }>('SELECT ticket_id, token FROM ticketwright_leases').map((one) => [
        one.ticket_id,
        one.token,
      ]),
    ),
    externalIds: all<{ external_id: string; ticket_id: string }>(
      'SELECT external_id, ticket_id FROM ticketwright_external_ids',
    ).map(({ external_id, ticket_id }) => ({ externalId: external_id, ticketId: ticket_id })),
    traits: all<{ pair: string }>(`SELECT ticket_id || ' ' || trait AS pair FROM ticketwright_traits`).map(
      ({ pair }) => pair,
    ),
  }
  const lost = left
    .filter(({ left }) => all<{ kept: number }>(`SELECT ${left} AS kept`)[0]?.kept !== 1)
    .map(({ name }) => `${name} was acknowledged, and nothing is left of it`)
  handle.close()
  return [...(integrity === 'ok' ? [] : [`the file is damaged: ${integrity}`]), ...lost, ...judged(tables)]
}
