import { fail } from '../../errors.ts'
import type { Database } from './database.ts'

/** How long a write waits for another process on the same file, in milliseconds; it stands still meanwhile. */
const busyTimeoutMs = 2_000

/**
 * The tables, version by version: what stands here is never changed, only added to. The version is kept in a table of
 * our own, because `user_version` belongs to whoever owns the file. The tenant comes first in every key.
 * JSON is text: what comes back is what was written, byte for byte.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE ticketwright_tickets (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    next_at INTEGER,
    planned_by TEXT NOT NULL,
    ticket TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, reference)
  ) STRICT;
  CREATE INDEX ticketwright_tickets_next ON ticketwright_tickets (tenant, next_at) WHERE next_at IS NOT NULL;
  CREATE INDEX ticketwright_tickets_plan ON ticketwright_tickets (tenant, planned_by) WHERE kind <> 'closed';

  CREATE TABLE ticketwright_events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (tenant, ticket_id, version)
  ) STRICT;
  CREATE INDEX ticketwright_events_feed ON ticketwright_events (tenant, position);

  CREATE TABLE ticketwright_external_ids (
    tenant TEXT NOT NULL,
    external_id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    command_id TEXT,
    PRIMARY KEY (tenant, external_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ticketwright_receipts (
    tenant TEXT NOT NULL,
    command_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (tenant, command_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ticketwright_leases (
    tenant TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (tenant, ticket_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ticketwright_effects (
    position INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    hidden_until INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0,
    effect TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX ticketwright_effects_due ON ticketwright_effects (tenant, due_at, position) WHERE settled = 0;
  CREATE INDEX ticketwright_effects_order ON ticketwright_effects (tenant, ticket_id, due_at, position)
    WHERE settled = 0;

  CREATE TABLE ticketwright_numbers (
    tenant TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
]

/**
 * Makes a handle keep its promises (`synchronous = FULL`: what is acknowledged survives a power cut) and brings the
 * tables up to this release, in one transaction.
 * @throws DeskError `store_failed` when a later release has been here
 */
export function prepare(db: Database): void {
  const timeout = db.row<{ timeout: number }>('PRAGMA busy_timeout')?.timeout ?? 0
  if (timeout === 0) db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  const mode = db.row<{ journal_mode: string }>('PRAGMA journal_mode = WAL')?.journal_mode
  if (mode === 'off') throw fail('store_failed', { reason: 'journal_mode is off: a failed write could not be undone' })
  db.exec('PRAGMA synchronous = FULL')
  db.write(() => migrate(db))
}

function migrate(db: Database): void {
  db.exec('CREATE TABLE IF NOT EXISTS ticketwright_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT')
  const found = db.row<{ value: number }>(`SELECT value FROM ticketwright_meta WHERE name = 'version'`)?.value ?? 0
  if (found > migrations.length)
    throw fail('store_failed', {
      reason: `the tables are of version ${found}, this release knows ${migrations.length}`,
    })
  if (found === migrations.length) return
  for (const migration of migrations.slice(found)) db.exec(migration)
  db.change(
    `INSERT INTO ticketwright_meta VALUES ('version', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    migrations.length,
  )
}
