import { isDeskError } from '../../errors.ts'
import type { Ticket } from '../../model/ticket.ts'
import { filled } from '../sql/column.ts'
import { ticketOf } from '../sql/row.ts'
import type { Database } from './database.ts'
import { saveTraits, traits } from './trait.ts'

/** Columns of version 2, each filled by the row of that name in `filled`. */
const askedByViews = [
  'subject_folded TEXT',
  'category TEXT',
  'channel TEXT',
  'language TEXT',
  'tags TEXT',
  'effort_minutes REAL',
  'status_since INTEGER',
  'priority TEXT',
  'priority_rank REAL',
  'assignee TEXT',
  'department TEXT',
  'tier INTEGER',
  'followers TEXT',
  'collaborators TEXT',
  'requester_id TEXT',
  'requester_name_folded TEXT',
  'requester_email_folded TEXT',
  'requester_plan TEXT',
  'requester_segment TEXT',
  'requester_revenue REAL',
  'requester_previous INTEGER',
  'requester_vip INTEGER',
  'waiting_since INTEGER',
  'opened_at INTEGER',
  'resolved_at INTEGER',
  'closed_at INTEGER',
  'last_at INTEGER',
  'sla_level TEXT',
  'sla_breached INTEGER',
  'sla_due_at INTEGER',
  'sla_rank INTEGER',
  'actionable INTEGER',
]

/** One step of a migration: statements, or work that is done when it says so (false: come again). */
export type Step = string | ((db: Database) => boolean)

/**
 * The tables, version by version, each a list of steps: what was released is never changed, only added to. Each step
 * is a transaction of its own, so that a large file can be brought up to date in pieces. The tenant comes first in
 * every key. JSON is text: what comes back is what was written, byte for byte.
 */
export const migrations: readonly (readonly Step[])[] = [
  [
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
  ],
  // what views ask of tickets, as columns; the orderings that have a name, and an index for each
  [
    addColumns(askedByViews),
    `
    ALTER TABLE ticketwright_tickets ADD COLUMN by_priority REAL AS (-priority_rank);
    ALTER TABLE ticketwright_tickets ADD COLUMN by_effort REAL AS (coalesce(effort_minutes, 9e999));
    ALTER TABLE ticketwright_tickets ADD COLUMN by_waiting REAL AS (coalesce(waiting_since, 9e999));
    ALTER TABLE ticketwright_tickets ADD COLUMN by_due REAL
      AS (coalesce(sla_due_at, coalesce(waiting_since, opened_at) + 604800000.0));
    ALTER TABLE ticketwright_tickets ADD COLUMN by_standing INTEGER
      AS (CASE WHEN sla_rank IN (0, 1) THEN 0 ELSE 1 END);
    ALTER TABLE ticketwright_tickets ADD COLUMN by_slack REAL
      AS (coalesce(by_due + effort_minutes * -60000.0, by_due));
    ALTER TABLE ticketwright_tickets ADD COLUMN by_value REAL AS (coalesce(-requester_revenue, 9e999));
    ALTER TABLE ticketwright_tickets ADD COLUMN by_contact INTEGER
      AS (CASE WHEN requester_previous IN (0) THEN 0 ELSE 1 END);
    ALTER TABLE ticketwright_tickets ADD COLUMN by_age REAL
      AS (coalesce(waiting_since, opened_at) + priority_rank * -86400000.0);
    `,
    fillColumns('filled 2', askedByViews),
    index('fifo', 'tenant, actionable, opened_at, id'),
    index('priority', 'tenant, actionable, by_priority, opened_at, id'),
    index('effort', 'tenant, actionable, by_effort, opened_at, id'),
    index('due', 'tenant, actionable, sla_rank, by_due, id'),
    index('waiting', 'tenant, actionable, by_waiting, id'),
    index('slack', 'tenant, actionable, by_standing, by_slack, id'),
    index('value', 'tenant, actionable, by_value, opened_at, id'),
    index('contact', 'tenant, actionable, by_contact, opened_at, id'),
    index('age', 'tenant, actionable, by_age, id'),
    index('assignee', 'tenant, assignee, actionable'),
    index('department', 'tenant, department, actionable'),
    index('requester', 'tenant, requester_id, actionable'),
    `
    DROP INDEX ticketwright_tickets_next;
    CREATE INDEX ticketwright_tickets_next ON ticketwright_tickets (tenant, next_at, id) WHERE next_at IS NOT NULL;
    DROP INDEX ticketwright_tickets_plan;
    CREATE INDEX ticketwright_tickets_plan ON ticketwright_tickets (tenant, planned_by, next_at, id)
      WHERE kind <> 'closed';
    `,
    `
    ALTER TABLE ticketwright_effects ADD COLUMN reason TEXT;
    CREATE INDEX ticketwright_effects_buried ON ticketwright_effects (tenant, position) WHERE settled = 2;
    CREATE INDEX ticketwright_receipts_at ON ticketwright_receipts (tenant, at);
    `,
  ],
  // who does what with a ticket, and whose turn it was
  [
    `
    CREATE TABLE ticketwright_presence (
      tenant TEXT NOT NULL,
      ticket_id TEXT NOT NULL,
      person TEXT NOT NULL,
      doing TEXT NOT NULL,
      since INTEGER NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (tenant, ticket_id, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ticketwright_leases_holder ON ticketwright_leases (tenant, holder, until);
    CREATE TABLE ticketwright_turns (
      tenant TEXT NOT NULL,
      agent TEXT NOT NULL,
      turn INTEGER NOT NULL,
      PRIMARY KEY (tenant, agent)
    ) STRICT, WITHOUT ROWID;
    `,
  ],
  // what few tickets have is found at once: traits, statuses and kinds
  [
    `
    ALTER TABLE ticketwright_tickets ADD COLUMN traits TEXT;
    CREATE TABLE ticketwright_traits (
      tenant TEXT NOT NULL,
      trait TEXT NOT NULL,
      ticket_id TEXT NOT NULL,
      PRIMARY KEY (tenant, trait, ticket_id)
    ) STRICT, WITHOUT ROWID;
    `,
    fillTraits('filled 4'),
    index('status', 'tenant, status, actionable'),
    index('kind', 'tenant, kind, actionable'),
  ],
  // what is over is found when it is to be forgotten; of a settled effect `hidden_until` says since when it is
  [
    'CREATE INDEX ticketwright_effects_settled ON ticketwright_effects (tenant, hidden_until) WHERE settled = 1',
    'CREATE INDEX ticketwright_presence_until ON ticketwright_presence (tenant, until)',
  ],
]

function addColumns(added: readonly string[]): string {
  return added.map((column) => `ALTER TABLE ticketwright_tickets ADD COLUMN ${column};`).join('\n')
}

function index(name: string, on: string): string {
  return `CREATE INDEX ticketwright_tickets_${name} ON ticketwright_tickets (${on})`
}

/** Tickets whose columns are filled in one transaction. */
const ticketsAtOnce = 500

/** Fills columns of tickets that an earlier release saved; how far it came is marked in the meta table. */
function fillColumns(mark: string, added: readonly string[]): Step {
  const names = added.map((column) => column.split(' ')[0])
  const chosen = filled.filter(({ column }) => names.includes(column))
  const update = `UPDATE ticketwright_tickets SET ${chosen.map(({ column }) => `${column} = ?`).join(', ')} WHERE rowid = ?`
  return fill(mark, (db, { place, ticket }) => {
    db.changeExactly(1, update, ...chosen.map(({ read }) => read(ticket)), place)
  })
}

function fillTraits(mark: string): Step {
  return fill(mark, (db, { place, tenant, ticket }) => {
    const text = traits.read(ticket)
    db.changeExactly(1, 'UPDATE ticketwright_tickets SET traits = ? WHERE rowid = ?', text, place)
    saveTraits(db, tenant, ticket.id, null, text)
  })
}

interface Place {
  readonly place: number
  readonly tenant: string
  readonly ticket: Ticket
}

/**
 * A damaged ticket keeps nobody from all the others: it has its columns with the next command, once it is whole again.
 */
function unlessDamaged(id: string, text: string): Ticket | undefined {
  try {
    return ticketOf(id, text)
  } catch (error) {
    if (isDeskError(error, 'ticket_damaged')) return undefined
    throw error
  }
}

/** Does a work for every ticket, so many in a transaction. */
function fill(mark: string, work: (db: Database, at: Place) => void): Step {
  return (db) => {
    const from = db.row<{ value: number }>('SELECT value FROM ticketwright_meta WHERE name = ?', mark)?.value ?? 0
    const rows = db.rows<{ place: number; tenant: string; id: string; ticket: string }>(
      'SELECT rowid AS place, tenant, id, ticket FROM ticketwright_tickets WHERE rowid > ? ORDER BY rowid LIMIT ?',
      from,
      ticketsAtOnce,
    )
    for (const { place, tenant, id, ticket } of rows) {
      const whole = unlessDamaged(id, ticket)
      if (whole) work(db, { place, tenant, ticket: whole })
    }
    const done = 'INSERT INTO ticketwright_meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
    db.change(done, mark, rows.at(-1)?.place ?? from)
    return rows.length < ticketsAtOnce
  }
}
