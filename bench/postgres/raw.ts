import pg from 'pg'
import type { PostgresClient } from '../../src/stores/postgres/connection/client.ts'
import { rowOf } from '../../src/stores/sql/row.ts'
import type { Driver } from '../stores/timed.ts'

/** A statement that the store asked of its client, with its bytes. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

interface Listening {
  readonly client: PostgresClient
  readonly heard: Statement[]
  /** The most that was under way at once. */
  readonly atOnce: () => number
}

/** A client that remembers what is asked of it. */
export function listening(client: PostgresClient): Listening {
  const heard: Statement[] = []
  let [asking, most] = [0, 0]
  return {
    heard,
    atOnce: () => most,
    client: {
      query: async (text, values = []) => {
        heard.push({ text, values })
        asking += 1
        most = Math.max(most, asking)
        try {
          return await client.query(text, values)
        } finally {
          asking -= 1
        }
      },
    },
  }
}

/** Connections that are there before anything is measured. */
export async function poolOf(url: string, connections: number): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max: connections, min: connections, idleTimeoutMillis: 0 })
  pool.on('error', () => {}) // the server is stopped at the end
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
  for (const client of clients) client.release()
  return pool
}

/**
 * The driver alone asks what a store was heard to ask, with its bytes; apart from it tickets are made of their JSON.
 */
export const driverOf = (pool: pg.Pool, heard: Statement[]): Driver => ({
  forget: () => {
    heard.length = 0
  },
  repeat: async () => {
    const statements = [...heard]
    const before = performance.now()
    const answers = []
    for (const { text, values } of statements) answers.push(await pool.query(text, [...values]))
    const after = performance.now()
    for (const { rows } of answers) for (const row of rows) if ('ticket' in row) rowOf(row)
    return { ms: after - before, jsonMs: performance.now() - after }
  },
})
