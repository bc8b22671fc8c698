import pg from 'pg'
import type { PostgresClient } from '../../src/stores/postgres/client.ts'

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
