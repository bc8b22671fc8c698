import type { PoolClient } from 'pg'
import type { Desk } from 'ticketwright'
import type { Names } from './definition.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** The application's client and the desk, in one transaction: both save, or neither. */
export interface Transaction {
  readonly client: PoolClient
  readonly desk: Desk<Names>
}

/**
 * BEGIN, the work, COMMIT. Whatever the work throws undoes all of it, tickets included, and is thrown on.
 * Await everything inside: a query left running would end up in somebody else's transaction.
 * @throws Problem 503 when the connection broke, at COMMIT too: sent again with the same key, it is done once
 */
export async function inTransaction<T>(
  { pool, store, desk }: Service,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const done = await work({ client, desk: desk.using(store.within(client)) })
    const { command } = await client.query('COMMIT')
    // PostgreSQL answers so, without an error, when a query had failed and the work went on all the same
    if (command !== 'COMMIT') throw new Error('nothing was saved: a query failed, and its error was not thrown on')
    return done
  } catch (error) {
    // only a connection that broke cannot undo
    await client.query('ROLLBACK').catch((failed: Error) => {
      broken = failed
    })
    throw broken ? new Problem(503, 'connection_lost', error) : error
  } finally {
    client.release(broken)
  }
}
