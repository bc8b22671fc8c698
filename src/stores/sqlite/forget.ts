import type { Database } from './database.ts'

/** Rows of a table that go in one transaction: after a year without clean-up others have their turns in between. */
const rowsAtOnce = 1_000

const forgetReceipts = `DELETE FROM ticketwright_receipts WHERE (tenant, command_id) IN (
  SELECT tenant, command_id FROM ticketwright_receipts WHERE tenant = ? AND at < ? LIMIT ${rowsAtOnce})`

/** A settled effect is hidden since it was settled. */
const forgetEffects = `DELETE FROM ticketwright_effects WHERE position IN (
  SELECT position FROM ticketwright_effects
  WHERE tenant = ? AND settled = 1 AND hidden_until < ? LIMIT ${rowsAtOnce})`

const forgetPresence = `DELETE FROM ticketwright_presence WHERE (tenant, ticket_id, person) IN (
  SELECT tenant, ticket_id, person FROM ticketwright_presence WHERE tenant = ? AND until <= ? LIMIT ${rowsAtOnce})`

/** Forgets some of what nobody needs any more: how many receipts, and whether there may be more of anything. */
export function forgetIn(
  db: Database,
  tenant: string,
  before: number,
  now: number,
): { readonly receipts: number; readonly more: boolean } {
  const receipts = db.change(forgetReceipts, tenant, before)
  const others = [db.change(forgetEffects, tenant, before), db.change(forgetPresence, tenant, now)]
  return { receipts, more: [receipts, ...others].some((rows) => rows === rowsAtOnce) }
}
