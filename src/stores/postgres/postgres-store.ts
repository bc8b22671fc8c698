import type { Store } from '../../store.ts'
import { refuseNul } from '../nul.ts'
import { filled } from '../sql/column.ts'
import { writtenCommit } from '../sql/written.ts'
import { Committer } from './commit/committer.ts'
import { ending, type PostgresClient, wireOf } from './connection/client.ts'
import { checkedSchema, Database } from './connection/database.ts'
import { checkedStore, defaultSchema, type PostgresOptions } from './option.ts'
import { Readiness } from './start/readiness.ts'
import { nextNumberIn, turnsIn } from './statement/counter.ts'
import { dueIn } from './statement/due.ts'
import {
  buriedIn,
  buryEffect,
  deferEffect,
  effectsIn,
  reviveEffect,
  settleEffect,
  takeEffects,
} from './statement/effect.ts'
import { changesIn } from './statement/feed.ts'
import { countIn, findIn, tallyIn } from './statement/find.ts'
import { forgetIn } from './statement/forget.ts'
import { claimIn, handOverIn, leasesOf, releaseIn, renewIn } from './statement/lease.ts'
import { announceIn, presentAt } from './statement/presence.ts'
import { historyIn, loadIn, lookupIn, serverNow } from './statement/ticket.ts'

/** A store in PostgreSQL. */
export interface PostgresStore extends Store {
  /**
   * The same store in the transaction that the application has open on a client of the same database, or whatever
   * stands for that client: what it writes is saved with the rest, or not at all, and no round trip is spent on looking
   * at the tables again. For a request: `desk.using(store.within(client))`, made anew for each transaction. `close()` it
   * before COMMIT or ROLLBACK: it resolves when what was asked is answered, and what is asked later, by a command that
   * nobody awaited, is `store_failed` and no part of what comes next on the client.
   */
  within(client: PostgresClient): Store
}

/**
 * Keeps tickets in PostgreSQL (13 or newer): durable, for any number of machines. Takes a `Pool` of pg, or anything
 * with `query(text, values)` that gives `{ rows }`: PGlite, or a client of pg with a transaction of the application
 * open on it. Then what the store writes is part of that transaction, and a conflict leaves it usable; of another
 * client with one `within` has to be told. The tables are made, or brought up to date, when it is first used, or before
 * by `migratePostgres`. Commits that wait at the same time share one call. The client stays its owner's to close.
 * @throws DeskError `store_failed` for a schema that cannot be named, `invalid_command` with the path of an option that
 * is none
 * @example const store = postgresStore(new Pool({ connectionString: process.env.DATABASE_URL }))
 */
export function postgresStore(client: PostgresClient, options: PostgresOptions = {}): PostgresStore {
  const { schema, clock, patienceMs = 5_000, mayLoseCommits = false, rowSecurity = false } = checkedStore(options)
  const settings = { schema: checkedSchema(schema ?? defaultSchema), patienceMs, rowSecurity }
  const db = new Database(client, settings)
  const readiness = new Readiness(db, mayLoseCommits)
  const now = (): number | null => clock?.now() ?? null
  return {
    ...storeOn(db, readiness, now),
    within: (other) => {
      const wire = ending(wireOf(other, true))
      const inside = new Database(other, settings, wire)
      const store = storeOn(inside, readiness.within(inside), now)
      return {
        ...store,
        isWithin: true,
        close: async () => {
          await wire.end()
          await store.close()
        },
      }
    },
  }
}

/** The port, each method by its statement. `now` judges leases and what is due; null: the server's own clock does. */
function storeOn(db: Database, readiness: Readiness, now: () => number | null): Store {
  const committer = new Committer(db, now)
  /** Does something of one tenant's when the tables are there. */
  const of = <Result>(tenant: string, work: (db: Database) => Promise<Result>): Promise<Result> =>
    readiness.run(() => work(db.of(tenant)))

  return {
    now: () => readiness.run(async () => now() ?? serverNow(db)),
    load: (tenant, ticketId, commandId) => of(tenant, (db) => loadIn(db, tenant, ticketId, commandId, now())),
    commit: async (commit) => {
      const written = writtenCommit(commit, filled)
      return readiness.run(() => committer.commit(written))
    },
    history: (tenant, ticketId, range) => of(tenant, (db) => historyIn(db, tenant, ticketId, range)),
    find: (query) => of(query.tenant, (db) => findIn(db, query, now())),
    count: (query) => of(query.tenant, (db) => countIn(db, query)),
    tally: (query) => of(query.tenant, (db) => tallyIn(db, query)),
    due: (tenant, ask) => of(tenant, (db) => dueIn(db, tenant, ask)),
    lookup: (tenant, key) => of(tenant, (db) => lookupIn(db, tenant, key)),
    nextNumber: async (tenant) => {
      refuseNul(tenant)
      return of(tenant, (db) => nextNumberIn(db, tenant))
    },
    changes: (tenant, after, limit, ask) => of(tenant, (db) => changesIn(db, tenant, after, limit, ask)),
    claim: async (tenant, ticketId, holder, forMs, ask) => {
      refuseNul([tenant, ticketId, holder])
      return of(tenant, (db) => claimIn(db, tenant, ticketId, holder, now(), forMs, ask))
    },
    renew: (tenant, lease, forMs) => of(tenant, (db) => renewIn(db, tenant, lease, now(), forMs)),
    release: (tenant, lease, ask) => of(tenant, (db) => releaseIn(db, tenant, lease, now(), ask)),
    handOver: async (tenant, lease, to, forMs) => {
      refuseNul(to)
      return of(tenant, (db) => handOverIn(db, tenant, lease, to, now(), forMs))
    },
    leases: (tenant, holder) => of(tenant, (db) => leasesOf(db, tenant, holder, now())),
    announce: async (tenant, ticketId, person, doing, forMs) => {
      refuseNul([tenant, ticketId, person])
      return of(tenant, (db) => announceIn(db, tenant, ticketId, person, doing, now(), forMs))
    },
    present: (tenant, ticketId) => of(tenant, (db) => presentAt(db, tenant, ticketId, now())),
    turns: (tenant) => of(tenant, (db) => turnsIn(db, tenant)),
    effects: (tenant, { now: at, limit, hideMs }) =>
      of(tenant, (db) =>
        hideMs === undefined ? effectsIn(db, tenant, at, limit) : takeEffects(db, tenant, at, limit, at + hideMs),
      ),
    defer: (tenant, effectId, until) => of(tenant, (db) => deferEffect(db, tenant, effectId, until)),
    settle: (tenant, effectId) => of(tenant, (db) => settleEffect(db, tenant, effectId, now())),
    bury: async (tenant, effectId, reason) => {
      refuseNul(reason)
      return of(tenant, (db) => buryEffect(db, tenant, effectId, reason))
    },
    buried: (tenant, limit) => of(tenant, (db) => buriedIn(db, tenant, limit)),
    revive: (tenant, effectId) => of(tenant, (db) => reviveEffect(db, tenant, effectId)),
    forgetReceipts: (tenant, before) => of(tenant, (db) => forgetIn(db, tenant, before, now())),
    close: () => committer.idle(),
  }
}
