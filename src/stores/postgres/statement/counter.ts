import type { Database } from '../connection/database.ts'

const next = `INSERT INTO @numbers AS kept (tenant, last) VALUES (?, 1)
  ON CONFLICT (tenant) DO UPDATE SET last = kept.last + 1::double precision RETURNING last`

/** The next number for a reference. */
export const nextNumberIn = async (db: Database, tenant: string): Promise<number> =>
  Number((await db.write<{ last: number }>(next, tenant))[0]?.last)

/** When each agent had a turn last, as rising numbers. */
export async function turnsIn(db: Database, tenant: string): Promise<{ readonly [agent: string]: number }> {
  // a row at 0 is there to be locked: its agent has had none
  const turns = 'SELECT agent, turn FROM @turns WHERE tenant = ? AND turn > 0::double precision'
  const rows = await db.rows<{ agent: string; turn: number }>(turns, tenant)
  return Object.fromEntries(rows.map(({ agent, turn }) => [agent, turn]))
}
