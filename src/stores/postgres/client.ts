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

/** The last error of a connection: why a transaction that is open on it was given up. */
const errors = new WeakMap<PostgresClient, unknown>()

/** The server says of every statement after it only that the transaction is over. */
const inFailedTransaction = '25P02'

async function askOn(client: PostgresClient, text: string, values: unknown[]): Promise<readonly unknown[]> {
  try {
    const rows = await ask(client, text, values)
    errors.delete(client)
    return rows
  } catch (error) {
    const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
    if (code === inFailedTransaction)
      throw Object.assign(new Error(String(message), { cause: errors.get(client) }), { code })
    errors.set(client, error)
    throw error
  }
}

const ask = async (client: PostgresClient, text: string, values: unknown[]): Promise<readonly unknown[]> =>
  (await client.query(text, values)).rows

/** Asks when everybody who asked before has an answer, where that is needed. */
export function askInTurn(client: PostgresClient, text: string, values: unknown[]): Promise<readonly unknown[]> {
  if (!isConnection(client)) return ask(client, text, values)
  const answer = (ends.get(client) ?? Promise.resolve()).then(() => askOn(client, text, values))
  ends.set(
    client,
    answer.catch(() => undefined),
  )
  return answer
}
