import type { Pool } from 'pg'
import type { Delivery } from 'ticketwright'

/** The world outside: it gets what workers send, and keeps no transaction with anybody. */
export const outsideTable = 'CREATE TABLE outside (effect_id text NOT NULL, kind text NOT NULL, worker text NOT NULL)'

export const sender =
  (pool: Pool, worker: string) =>
  async ({ effect }: Delivery): Promise<void> => {
    await pool.query('INSERT INTO outside VALUES ($1, $2, $3)', [effect.id, effect.kind, worker])
  }

/** How often each effect came to the world outside. */
export async function received(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ effect_id: string; times: number }>(
    'SELECT effect_id, count(*)::int AS times FROM outside GROUP BY effect_id',
  )
  return new Map(rows.map(({ effect_id, times }) => [effect_id, times]))
}
