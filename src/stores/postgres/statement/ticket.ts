import { deepFreeze } from '../../../model/json.ts'
import type { AnyTicketEvent } from '../../../model/ticket-event.ts'
import type { Receipt, Store } from '../../../store.ts'
import { isUnstorable } from '../../nul.ts'
import { eventOf, parsed, rowOf, type StoredRow } from '../../sql/row.ts'
import type { Database } from '../connection/database.ts'
import { instant } from '../schema/instant.ts'

type LoadedRow = { readonly [column in keyof StoredRow]: StoredRow[column] | null } & {
  readonly now: number
  readonly receipt: string | null
}

/** A ticket's row, the clock and a receipt as of one moment, whether or not they are there. */
const load = `
SELECT own.id, own.ticket, own.next_at, own.planned_by, done.receipt, ${instant('$4::double precision')} AS now
FROM (SELECT $1::text COLLATE "C" AS tenant) AS asked
LEFT JOIN @tickets AS own ON own.tenant = asked.tenant AND own.id = $2
LEFT JOIN @receipts AS done ON done.tenant = asked.tenant AND done.command_id = $3`

export async function loadIn(
  db: Database,
  tenant: string,
  ticketId: string,
  commandId: string | undefined,
  now: number | null,
): ReturnType<Store['load']> {
  const [found] = await db.rows<LoadedRow>(load, ...[tenant, ticketId, commandId].map(known), now)
  return {
    row: found?.id ? rowOf(found as StoredRow) : null,
    now: Number(found?.now),
    receipt: found?.receipt ? deepFreeze(parsed<Receipt>(found.receipt)) : null,
  }
}

/** What cannot be kept is nothing's key, and the rest of the answer is wanted all the same. */
const known = (key: string | undefined): string | null => (key === undefined || isUnstorable(key) ? null : key)

export const serverNow = async (db: Database): Promise<number> =>
  Number((await db.row<{ now: number }>(`SELECT ${instant('NULL')} AS now`))?.now)

export async function historyIn(
  db: Database,
  tenant: string,
  ticketId: string,
  { after = 0, limit }: Parameters<Store['history']>[2] = {},
): Promise<AnyTicketEvent[]> {
  const rows = await db.rows<{ version: number; event: string }>(
    `SELECT version, event FROM @events WHERE tenant = ? AND ticket_id = ? AND version > ?::integer
     ORDER BY version LIMIT ?::integer`,
    ...[tenant, ticketId, after, limit ?? null],
  )
  return rows.map(({ version, event }) => eventOf(ticketId, version, event))
}

const byReference = 'SELECT id, NULL AS command_id FROM @tickets WHERE tenant = ? AND reference = ?'
const byExternalId = 'SELECT ticket_id AS id, command_id FROM @external_ids WHERE tenant = ? AND external_id = ?'

export async function lookupIn(
  db: Database,
  tenant: string,
  key: Parameters<Store['lookup']>[1],
): ReturnType<Store['lookup']> {
  const [sql, value] = 'reference' in key ? [byReference, key.reference] : [byExternalId, key.externalId]
  const found = await db.row<{ id: string; command_id: string | null }>(sql, tenant, value)
  return found ? { ticketId: found.id, commandId: found.command_id } : null
}
