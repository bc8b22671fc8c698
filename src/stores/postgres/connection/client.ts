import { fail } from '../../../errors.ts'
import { inFailedTransaction } from './failure.ts'

/**
 * What is used of a client: one statement at a time, with values, and its rows. `Pool`, `Client` and `PoolClient` of pg
 * have it, and so has PGlite. Nothing here is interactive: whatever is written is one statement, so that it is all or
 * nothing by itself, and part of the transaction that is open on the client if there is one.
 */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

type Ask = (text: string, values: unknown[]) => Promise<readonly unknown[]>

/** How a client is asked. */
export interface Wire {
  /** One connection, on which a transaction of the application's may be open: beside a pool, which has many. */
  readonly isConnection: boolean
  readonly ask: Ask
}

/** A `Client` or `PoolClient` of pg shows that it is a connection; whatever else is one has to be said to be. */
export const wireOf = (client: PostgresClient, isConnection = 'processID' in client): Wire => ({
  isConnection,
  ask: isConnection ? inTurn(client) : atOnce(client),
})

/** A pool has connections for it, and PGlite keeps a queue of its own. */
const atOnce =
  (client: PostgresClient): Ask =>
  async (text, values) =>
    (await client.query(text, values)).rows

/** When the last of those who asked a connection has an answer. */
const ends = new WeakMap<PostgresClient, Promise<unknown>>()

/**
 * Asks when everybody who asked before has an answer. What meets a transaction that was given up is told with the
 * reason, if it is known: what is asked here is of one transaction, and the next has a wire of its own.
 */
function inTurn(client: PostgresClient): Ask {
  const ask = atOnce(client)
  let reason: unknown
  const askAndTell: Ask = async (text, values) => {
    try {
      const rows = await ask(text, values)
      reason = undefined
      return rows
    } catch (error) {
      const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
      if (code === inFailedTransaction) throw Object.assign(new Error(String(message), { cause: reason }), { code })
      reason = error
      throw error
    }
  }
  return (text, values) => {
    const answer = (ends.get(client) ?? Promise.resolve()).then(() => askAndTell(text, values))
    ends.set(
      client,
      answer.catch(() => undefined),
    )
    return answer
  }
}

/** A wire that has an end. */
interface EndingWire extends Wire {
  /** Nothing is asked from now on, and when all that was asked before is answered, it resolves. */
  end(): Promise<void>
}

/**
 * The wire of one transaction: what comes after that would be saved by itself, or with whatever transaction is the next
 * on the same connection. @throws DeskError `store_failed` on what is asked after the end
 */
export function ending({ isConnection, ask }: Wire): EndingWire {
  const open = new Set<Promise<unknown>>()
  let isOver = false
  return {
    isConnection,
    ask: async (text, values) => {
      if (isOver) throw fail('store_failed', { reason: 'the transaction that this was to be part of is over' })
      const answer = ask(text, values)
      open.add(answer)
      return answer.finally(() => open.delete(answer))
    },
    end: async () => {
      isOver = true
      await Promise.allSettled(open)
    },
  }
}
