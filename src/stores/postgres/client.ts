/**
 * What is used of a client: one statement at a time, with values, and its rows. `Pool`, `Client` and `PoolClient` of pg
 * have it, and so has PGlite. Nothing here is interactive: whatever is written is one statement, so that it is all or
 * nothing by itself, and part of the transaction that is open on the client if there is one.
 */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

const ends = new WeakMap<PostgresClient, Promise<unknown>>()

/** A connection of pg takes one statement at a time; a pool has many of them, and PGlite keeps a queue of its own. */
export const isConnection = (client: PostgresClient): boolean => 'processID' in client

/** Asks when everybody who asked before has an answer, where that is needed. */
export function askInTurn(client: PostgresClient, text: string, values: unknown[]): Promise<readonly unknown[]> {
  const ask = async () => (await client.query(text, values)).rows
  if (!isConnection(client)) return ask()
  const answer = (ends.get(client) ?? Promise.resolve()).then(ask)
  ends.set(
    client,
    answer.catch(() => undefined),
  )
  return answer
}
