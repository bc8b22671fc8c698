import { fail, shown } from '../../errors.ts'
import type { Store } from '../../store.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import { refuseNul } from '../nul.ts'
import { checkedOptions, clockOption, patienceOption } from '../option.ts'
import { pendingOf } from '../sql/effect.ts'
import { eventOf, rowOf, type StoredRow } from '../sql/row.ts'
import { writtenCommit } from '../sql/written.ts'
import { commitTo, receiptIn } from './commit.ts'
import { Database } from './database.ts'
import { dueIn } from './due.ts'
import { buriedIn, buryEffect, deferEffect, effectsIn, reviveEffect, settleEffect, takeEffects } from './effect.ts'
import { toDeskError } from './failure.ts'
import { countIn, findIn, tallyIn } from './find.ts'
import { forgetIn } from './forget.ts'
import { openFile, type SqliteHandle } from './handle.ts'
import { claimIn, handOverIn, leasesOf, liveLease, moveEnd } from './lease.ts'
import { checkTables, prepare } from './prepare.ts'
import { announceIn, peopleAt } from './presence.ts'
import { kept } from './trait.ts'
import { Writer } from './writer.ts'

export interface SqliteOptions {
  /** Judges leases and what is due; the system's unless given. */
  readonly clock?: Clock
  /** How long a write is tried again while another process has the file, in ms (0 to an hour): 5,000 unless said. */
  readonly patienceMs?: number
}

const rules = { clock: clockOption, patienceMs: patienceOption }

/**
 * Keeps tickets in a SQLite file: durable, for one machine. Takes the path of the file (opened with node:sqlite), or
 * an open handle of node:sqlite or better-sqlite3, which stays its owner's to close and in which the tables begin with
 * `ticketwright_`. The file is put into WAL mode. Requests that write at the same time share a transaction; each is
 * answered after its COMMIT. A file that another process writes to is tried again until `patienceMs` are over.
 * @throws DeskError `store_failed`, `store_busy`; here also when the tables are those of a later release, and
 * `invalid_command` with the path of an option that is none
 * @example const store = sqliteStore('tickets.db')
 */
export function sqliteStore(where: SqliteHandle | string, options: SqliteOptions = {}): Store {
  const { clock = systemClock, patienceMs = 5_000 } = checkedOptions(options, rules)
  const db = open(where)
  const writer = new Writer(db, () => checkTables(db), patienceMs)
  const write = <Result>(work: () => Result) => writer.run(work)
  const now = () => clock.now()

  return {
    now: async () => now(),
    load: async (tenant, ticketId, commandId) => {
      const row = db.row<StoredRow>(
        'SELECT id, ticket, next_at, planned_by FROM ticketwright_tickets WHERE tenant = ? AND id = ?',
        tenant,
        ticketId,
      )
      // after the row: a commit of another process in between shows its receipt, never its ticket without it
      const receipt = commandId === undefined ? undefined : receiptIn(db, tenant, commandId)
      return { row: row ? rowOf(row) : null, now: now(), receipt: receipt ?? null }
    },
    commit: async (commit) => {
      const written = writtenCommit(commit, kept)
      return write(() => commitTo(db, written, now()))
    },
    history: async (tenant, ticketId, { after = 0, limit = -1 } = {}) =>
      db
        .rows<{ version: number; event: string }>(
          'SELECT version, event FROM ticketwright_events WHERE tenant = ? AND ticket_id = ? AND version > ? ORDER BY version LIMIT ?',
          tenant,
          ticketId,
          after,
          limit,
        )
        .map(({ version, event }) => eventOf(ticketId, version, event)),
    find: async (query) => findIn(db, query, now()),
    count: async (query) => countIn(db, query),
    tally: async (query) => tallyIn(db, query),
    due: async (tenant, ask) => dueIn(db, tenant, ask),
    lookup: async (tenant, key) => {
      const found =
        'reference' in key
          ? db.row<Found>(
              'SELECT id, NULL AS command_id FROM ticketwright_tickets WHERE tenant = ? AND reference = ?',
              tenant,
              key.reference,
            )
          : db.row<Found>(
              'SELECT ticket_id AS id, command_id FROM ticketwright_external_ids WHERE tenant = ? AND external_id = ?',
              tenant,
              key.externalId,
            )
      return found ? { ticketId: found.id, commandId: found.command_id } : null
    },
    nextNumber: async (tenant) => {
      refuseNul(tenant)
      const next = `INSERT INTO ticketwright_numbers VALUES (?, 1)
        ON CONFLICT (tenant) DO UPDATE SET last = last + 1 RETURNING last`
      return write(() => db.row<{ last: number }>(next, tenant)?.last ?? 0)
    },
    changes: async (tenant, after, limit) => {
      const rows = db.rows<{ position: number; ticket_id: string; version: number; event: string }>(
        'SELECT position, ticket_id, version, event FROM ticketwright_events WHERE tenant = ? AND position > ? ORDER BY position LIMIT ?',
        tenant,
        after,
        limit,
      )
      return {
        events: rows.map(({ ticket_id, version, event }) => eventOf(ticket_id, version, event)),
        position: rows.at(-1)?.position ?? after,
      }
    },
    claim: async (tenant, ticketId, holder, forMs) => {
      refuseNul([tenant, ticketId, holder])
      return write(() => claimIn(db, tenant, ticketId, holder, now(), forMs))
    },
    renew: async (tenant, { ticketId, holder, token }, forMs) =>
      write(() => {
        const at = now()
        const lease = { ticketId, holder, token, until: at + forMs }
        return moveEnd(db, tenant, lease, at, lease.until) ? lease : null
      }),
    handOver: async (tenant, lease, to, forMs) => {
      refuseNul(to)
      return write(() => handOverIn(db, tenant, lease, to, now(), forMs))
    },
    leases: async (tenant, holder) => leasesOf(db, tenant, holder, now()),
    announce: async (tenant, ticketId, person, doing, forMs) => {
      refuseNul([tenant, ticketId, person])
      return write(() => announceIn(db, tenant, ticketId, person, doing, now(), forMs))
    },
    present: async (tenant, ticketId) => {
      const at = now()
      return { lease: liveLease(db, tenant, ticketId, at), people: peopleAt(db, tenant, ticketId, at) }
    },
    turns: async (tenant) =>
      Object.fromEntries(
        db
          .rows<{ agent: string; turn: number }>('SELECT agent, turn FROM ticketwright_turns WHERE tenant = ?', tenant)
          .map(({ agent, turn }) => [agent, turn]),
      ),
    release: async (tenant, lease) => write(() => moveEnd(db, tenant, lease, now(), 0)),
    effects: async (tenant, { now: at, limit, hideMs }) =>
      hideMs === undefined
        ? effectsIn(db, tenant, at, limit)
        : (await write(() => takeEffects(db, tenant, at, limit, at + hideMs))).map(pendingOf),
    defer: async (tenant, effectId, until) => write(() => deferEffect(db, tenant, effectId, until)),
    settle: async (tenant, effectId) => write(() => settleEffect(db, tenant, effectId, now())),
    bury: async (tenant, effectId, reason) => {
      refuseNul(reason)
      return write(() => buryEffect(db, tenant, effectId, reason))
    },
    buried: async (tenant, limit) => buriedIn(db, tenant, limit),
    revive: async (tenant, effectId) => write(() => reviveEffect(db, tenant, effectId)),
    forgetReceipts: async (tenant, before) => {
      for (let count = 0; ; ) {
        const { receipts, more } = await write(() => forgetIn(db, tenant, before, now()))
        count += receipts
        if (!more) return count
      }
    },
    close: async () => {
      await writer.idle()
      if (typeof where === 'string') db.close()
    },
  }
}

interface Found {
  readonly id: string
  readonly command_id: string | null
}

function open(where: SqliteHandle | string): Database {
  if (where === '') throw fail('store_failed', { reason: 'an empty path is a file that SQLite throws away' })
  if (typeof where !== 'string' && typeof where?.prepare !== 'function')
    throw fail('store_failed', { reason: `a path or a handle is needed, not ${shown(where)}` })
  const handle = typeof where === 'string' ? opened(where) : where
  const db = new Database(handle)
  try {
    prepare(db)
  } catch (error) {
    if (typeof where === 'string') handle.close()
    throw error
  }
  return db
}

function opened(path: string): SqliteHandle {
  try {
    return openFile(path)
  } catch (error) {
    throw toDeskError(error)
  }
}
