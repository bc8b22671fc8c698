import type { Pool, PoolClient } from 'pg'
import type { Desk, Names, Store } from 'ticketwright'
import type { PostgresStore } from 'ticketwright/postgres'
import { Problem } from './problem.ts'

/** The application's client and the desk, in one transaction: both save, or neither. */
export interface Transaction<X extends Names> {
  readonly client: PoolClient
  readonly desk: Desk<X>
  /** What the desk writes in. */
  readonly store: Store
}

interface Database<X extends Names> {
  readonly pool: Pool
  readonly store: PostgresStore
  readonly desk: Desk<X>
}

/**
 * BEGIN, the work, COMMIT. Whatever the work throws undoes all of it, tickets included, and is thrown on.
 * Await everything inside: a command that is still running is refused at the end, and a query of your own would end up
 * in somebody else's transaction.
 * @throws Problem 503 when the connection broke, at COMMIT too: sent again with the same key, it is done once
 */
export async function inTransaction<X extends Names, T>(
  { pool, store, desk }: Database<X>,
  work: (transaction: Transaction<X>) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const inside = store.within(client)
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const done = await work({ client, desk: desk.using(inside), store: inside })
    await inside.close() // what nobody awaited is no part of this, nor of what is the next on this connection
    const { command } = await client.query('COMMIT')
    // PostgreSQL answers so, without an error, when a query had failed and the work went on all the same
    if (command !== 'COMMIT') throw new Error('nothing was saved: a query failed, and its error was not thrown on')
    return done
  } catch (error) {
    await inside.close()
    // only a connection that broke cannot undo
    await client.query('ROLLBACK').catch((failed: Error) => {
      broken = failed
    })
    throw broken ? new Problem(503, 'connection_lost', error) : error
  } finally {
    client.release(broken)
  }
}
