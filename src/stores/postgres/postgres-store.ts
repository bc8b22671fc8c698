import { deepFreeze } from '../../model/json.ts'
import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import type { Receipt, Store } from '../../store.ts'
import { isUnstorable, refuseNul } from '../nul.ts'
import { filled } from '../sql/column.ts'
import { eventOf, parsed, rowOf, type StoredRow, someEvent } from '../sql/row.ts'
import { writtenCommit } from '../sql/written.ts'
import { type PostgresClient, wireOf } from './client.ts'
import { instant } from './commit-function.ts'
import { Committer } from './committer.ts'
import { checkedSchema, Database } from './database.ts'
import { dueIn } from './due.ts'
import { buriedIn, buryEffect, deferEffect, effectsIn, reviveEffect, settleEffect, takeEffects } from './effect.ts'
import { countIn, findIn, tallyIn } from './find.ts'
import { forgetIn } from './forget.ts'
import { claimIn, handOverIn, leasesOf, releaseIn, renewIn } from './lease.ts'
import { checkedStore, defaultSchema, type PostgresOptions } from './option.ts'
import { Preparation } from './preparation.ts'
import { announceIn, presentAt } from './presence.ts'

/** A store in PostgreSQL. */
export interface PostgresStore extends Store {
  /**
   * The same store in the transaction that the application has open on a client of the same database, or whatever
   * stands for that client: what it writes is saved with the rest, or not at all, and no round trip is spent on looking
   * at the tables again. For a request: `desk.using(store.within(client))`, made anew for each transaction.
   */
  within(client: PostgresClient): Store
}

/**
 * Keeps tickets in PostgreSQL (13 or newer): durable, for any number of machines. Takes a `Pool` of pg, or anything with
 * `query(text, values)` that gives `{ rows }`: PGlite, or a client of pg with a transaction of the application open on
 * it. Then what the store writes is part of that transaction, and a conflict leaves it usable; of another client with one
 * `within` has to be told. The tables are made, or brought up to date, when it is first used, or before by
 * `migratePostgres`. Commits that wait at the same time share one call. The client stays its owner's to close.
 * @throws DeskError `store_failed` for a schema that cannot be named, `invalid_command` with the path of an option that is none
 * @example const store = postgresStore(new Pool({ connectionString: process.env.DATABASE_URL }))
 */
export function postgresStore(client: PostgresClient, options: PostgresOptions = {}): PostgresStore {
  const { schema, clock, patienceMs = 5_000, mayLoseCommits = false, rowSecurity = false } = checkedStore(options)
  const asking = { schema: checkedSchema(schema ?? defaultSchema), patienceMs, rowSecurity }
  const db = new Database(client, asking)
  const preparation = new Preparation(db, mayLoseCommits)
  const now = (): number | null => clock?.now() ?? null
  return {
    ...storeOn(db, preparation, now),
    within: (other) => {
      const inside = new Database(other, asking, wireOf(other, true))
      return storeOn(inside, preparation.within(inside), now)
    },
  }
}

/** A store on a client, and what sees to it that the tables are there. */
function storeOn(db: Database, preparation: Preparation, now: () => number | null): Store {
  const committer = new Committer(db, now)
  /** Does something of one tenant's when the tables are there. */
  const of = <Result>(tenant: string, work: (db: Database) => Promise<Result>): Promise<Result> =>
    preparation.run(() => work(db.of(tenant)))

  return {
    now: () =>
      preparation.run(
        async () => now() ?? Number((await db.row<{ now: number }>(`SELECT ${instant('NULL')} AS now`))?.now),
      ),
    load: (tenant, ticketId, commandId) =>
      of(tenant, async (db) => {
        const [found] = await db.rows<LoadedRow>(load, ...[tenant, ticketId, commandId].map(known), now())
        return {
          row: found?.id ? rowOf(found as StoredRow) : null,
          now: Number(found?.now),
          receipt: found?.receipt ? deepFreeze(parsed<Receipt>(found.receipt)) : null,
        }
      }),
    commit: async (commit) => {
      const written = writtenCommit(commit, filled)
      return preparation.run(() => committer.commit(written))
    },
    history: (tenant, ticketId, { after = 0, limit } = {}) =>
      of(tenant, async (db) => {
        const rows = await db.rows<{ version: number; event: string }>(
          `SELECT version, event FROM @events WHERE tenant = ? AND ticket_id = ? AND version > ?::integer
           ORDER BY version LIMIT ?::integer`,
          ...[tenant, ticketId, after, limit ?? null],
        )
        return rows.map(({ version, event }) => eventOf(ticketId, version, event))
      }),
    find: (query) => of(query.tenant, (db) => findIn(db, query, now())),
    count: (query) => of(query.tenant, (db) => countIn(db, query)),
    tally: (query) => of(query.tenant, (db) => tallyIn(db, query)),
    due: (tenant, ask) => of(tenant, (db) => dueIn(db, tenant, ask)),
    lookup: (tenant, key) =>
      of(tenant, async (db) => {
        const [sql, value] =
          'reference' in key
            ? ['SELECT id, NULL AS command_id FROM @tickets WHERE tenant = ? AND reference = ?', key.reference]
            : [
                'SELECT ticket_id AS id, command_id FROM @external_ids WHERE tenant = ? AND external_id = ?',
                key.externalId,
              ]
        const found = await db.row<{ id: string; command_id: string | null }>(sql, tenant, value)
        return found ? { ticketId: found.id, commandId: found.command_id } : null
      }),
    nextNumber: async (tenant) => {
      refuseNul(tenant)
      const next = `INSERT INTO @numbers AS kept (tenant, last) VALUES (?, 1)
        ON CONFLICT (tenant) DO UPDATE SET last = kept.last + 1::double precision RETURNING last`
      return of(tenant, async (db) => Number((await db.write<{ last: number }>(next, tenant))[0]?.last))
    },
    changes: (tenant, after, limit) =>
      of(tenant, async (db) => {
        const rows = await db.rows<{ place: number; content: string }>(
          'SELECT place, content FROM @feed(?, ?::bigint, ?::integer)',
          ...[tenant, after, limit],
        )
        const events: AnyTicketEvent[] = []
        for (const { place, content } of rows) events.push(someEvent(content) ?? (await eventAt(db, tenant, place)))
        return { events, position: rows.at(-1)?.place ?? after }
      }),
    claim: async (tenant, ticketId, holder, forMs) => {
      refuseNul([tenant, ticketId, holder])
      return of(tenant, (db) => claimIn(db, tenant, ticketId, holder, now(), forMs))
    },
    renew: (tenant, lease, forMs) => of(tenant, (db) => renewIn(db, tenant, lease, now(), forMs)),
    release: (tenant, lease) => of(tenant, (db) => releaseIn(db, tenant, lease, now())),
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
    turns: (tenant) =>
      of(tenant, async (db) => {
        const rows = await db.rows<{ agent: string; turn: number }>(
          'SELECT agent, turn FROM @turns WHERE tenant = ?',
          tenant,
        )
        return Object.fromEntries(rows.map(({ agent, turn }) => [agent, turn]))
      }),
    effects: (tenant, { now: instant, limit, hideMs }) =>
      of(tenant, (db) =>
        hideMs === undefined
          ? effectsIn(db, tenant, instant, limit)
          : takeEffects(db, tenant, instant, limit, instant + hideMs),
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

/** Whose it is when it does not say so itself. */
async function eventAt(db: Database, tenant: string, place: number): Promise<AnyTicketEvent> {
  const kept = 'SELECT ticket_id, version, event FROM @events WHERE tenant = ? AND position = ?::bigint'
  const [found] = await db.rows<{ ticket_id: string; version: number; event: string }>(kept, tenant, place)
  return eventOf(found?.ticket_id ?? '', found?.version ?? 0, found?.event ?? '')
}

/** What cannot be kept is nothing's key, and the rest of the answer is wanted all the same. */
const known = (key: string | undefined): string | null => (key === undefined || isUnstorable(key) ? null : key)

type LoadedRow = { readonly [column in keyof StoredRow]: StoredRow[column] | null } & {
  readonly now: number
  readonly receipt: string | null
}

/** A ticket's row, the clock and a receipt as of one moment, whether or not they are there. */
const load = `SELECT own.id, own.ticket, own.next_at, own.planned_by, done.receipt, ${instant('$4::double precision')} AS now
  FROM (SELECT $1::text COLLATE "C" AS tenant) AS asked
  LEFT JOIN @tickets AS own ON own.tenant = asked.tenant AND own.id = $2
  LEFT JOIN @receipts AS done ON done.tenant = asked.tenant AND done.command_id = $3`
