import type { PoolClient } from 'pg'
import type { Desk } from 'ticketwright'
import type { Names } from './definition.ts'
import type { Service } from './service.ts'

/** The application's client and the desk, in one transaction: both save, or neither. */
export interface Transaction {
  readonly client: PoolClient
  readonly desk: Desk<Names>
}

/**
 * BEGIN, the work, COMMIT. Whatever the work throws undoes all of it, tickets included, and is thrown on.
 * Await everything inside: a query left running would end up in somebody else's transaction.
 */
export async function inTransaction<T>(
  { pool, store, desk }: Service,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  // a connection that breaks while it is out of the pool has no listener but this one
  client.on('error', onError)
  try {
    await client.query('BEGIN')
    const done = await work({ client, desk: desk.using(store.within(client)) })
    await client.query('COMMIT')
    return done
  } catch (error) {
    await client.query('ROLLBACK').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
