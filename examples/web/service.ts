import type { Pool } from 'pg'
import { type Actor, type Clock, createDesk, type Delivery, type Desk } from 'ticketwright'
import { type PostgresStore, postgresStore } from 'ticketwright/postgres'
import { definition, type Names } from './definition.ts'
import type { Report } from './problem.ts'

/** What the application brings along. */
export interface Surroundings {
  /** As `openPool` makes it. */
  readonly pool: Pool
  /** Your session: whose request this is, by its `Authorization` header; null: nobody's. */
  readonly who: (authorization: string | null) => Actor | null
  /** Shared with whatever calls the cron route: long and random. */
  readonly cronSecret: string
  /** Your mail or queue service. It is given each effect at least once, always with the same `effect.id`. */
  readonly send: (delivery: Delivery<Names>) => Promise<void>
  /** Told of what is ours to repair (500), and of each 503: how many of those wake somebody is yours to say. */
  readonly report: Report
  /** For tests: the machine's and the server's unless given. */
  readonly clock?: Clock
}

/** Made once in a process, and used by every request. */
export interface Service extends Surroundings {
  readonly store: PostgresStore
  /** On the pool: what it saves is saved at once. In a request's transaction, see `inTransaction`. */
  readonly desk: Desk<Names>
}

export function createService(surroundings: Surroundings): Service {
  if (surroundings.cronSecret.length < 16) throw new Error('the cron secret needs 16 characters or more')
  const { clock } = surroundings
  const timed = clock === undefined ? {} : { clock }
  const store = postgresStore(surroundings.pool, timed)
  return { ...surroundings, store, desk: createDesk({ definition, store, ...timed }) }
}
