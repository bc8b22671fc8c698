import { DatabaseSync } from 'node:sqlite'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import { type Acknowledged, judge, type Tables } from './judge.ts'

/** Reads the tables of a SQLite file past the store, and judges them. `left`: what must be true in them, in SQL. */
export function examine(
  path: string,
  acknowledged: readonly Acknowledged[],
  {
    imported,
    left = [],
  }: { readonly imported?: ReadonlySet<string>; readonly left?: readonly { name: string; left: string }[] } = {},
): string[] {
  const handle = new DatabaseSync(path)
  const all = <Row>(sql: string) => handle.prepare(sql).all() as Row[]
  const [{ integrity_check: integrity } = { integrity_check: 'none' }] = all<{ integrity_check: string }>(
    'PRAGMA integrity_check',
  )
  const tables: Tables = {
    tickets: all('SELECT id, version, ticket FROM ticketwright_tickets'),
    events: all<{ event: string }>('SELECT event FROM ticketwright_events ORDER BY position').map(
      ({ event }) => JSON.parse(event) as AnyTicketEvent,
    ),
    receipts: all<{ receipt: string }>('SELECT receipt FROM ticketwright_receipts').map(
      ({ receipt }) => JSON.parse(receipt) as Receipt,
    ),
    effectIds: all<{ id: string }>('SELECT id FROM ticketwright_effects').map(({ id }) => id),
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
  return [
    ...(integrity === 'ok' ? [] : [`the file is damaged: ${integrity}`]),
    ...lost,
    ...judge(tables, acknowledged, imported),
  ]
}
