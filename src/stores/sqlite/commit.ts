import type { Ticket } from '../../model/ticket.ts'
import type { Commit, CommitOutcome, LeaseKey, Receipt, TicketChange } from '../../store.ts'
import { conflictOf, type Kept } from '../conflict.ts'
import { filled, type SqlValue } from '../sql/column.ts'
import type { Database } from './database.ts'

/** Saves a commit, or says what it conflicts with. To be called inside a write transaction. */
export function commitTo(db: Database, commit: Commit, now: number): CommitOutcome {
  const conflict = conflictOf(keptIn(db, commit.tenant, now), commit)
  if (!conflict) save(db, commit)
  return conflict ?? { ok: true }
}

export const receiptIn = (db: Database, tenant: string, commandId: string): Receipt | undefined => {
  const found = db.row<{ receipt: string }>(
    'SELECT receipt FROM ticketwright_receipts WHERE tenant = ? AND command_id = ?',
    tenant,
    commandId,
  )
  return found && (JSON.parse(found.receipt) as Receipt)
}

const keptIn = (db: Database, tenant: string, now: number): Kept => ({
  receipt: (commandId) => receiptIn(db, tenant, commandId),
  holds: (lease: LeaseKey) =>
    db.row(
      'SELECT 1 FROM ticketwright_leases WHERE tenant = ? AND ticket_id = ? AND holder = ? AND token = ? AND until > ?',
      tenant,
      lease.ticketId,
      lease.holder,
      lease.token,
      now,
    ) !== undefined,
  turn: (agent) =>
    db.row<{ turn: number }>('SELECT turn FROM ticketwright_turns WHERE tenant = ? AND agent = ?', tenant, agent)
      ?.turn ?? 0,
  externalId: (externalId) =>
    db.row<{ ticket_id: string }>(
      'SELECT ticket_id FROM ticketwright_external_ids WHERE tenant = ? AND external_id = ?',
      tenant,
      externalId,
    )?.ticket_id,
  version: (ticketId) =>
    db.row<{ version: number }>(
      'SELECT version FROM ticketwright_tickets WHERE tenant = ? AND id = ?',
      tenant,
      ticketId,
    )?.version ?? 0,
  reference: (reference) =>
    db.row<{ id: string }>('SELECT id FROM ticketwright_tickets WHERE tenant = ? AND reference = ?', tenant, reference)
      ?.id,
})

function save(db: Database, { tenant, changes, effects, receipt, turn }: Commit): void {
  if (turn) saveTurn(db, tenant, turn.agent)
  for (const change of changes) saveChange(db, tenant, change, receipt?.commandId ?? null)
  for (const effect of effects)
    db.change(
      `INSERT INTO ticketwright_effects (tenant, id, ticket_id, due_at, effect) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (tenant, id) DO NOTHING`,
      tenant,
      effect.id,
      effect.ticketId,
      effect.dueAt,
      JSON.stringify(effect),
    )
  if (receipt)
    db.changeOne(
      'INSERT INTO ticketwright_receipts (tenant, command_id, at, receipt) VALUES (?, ?, ?, ?)',
      tenant,
      receipt.commandId,
      receipt.at,
      JSON.stringify(receipt),
    )
}

function saveTurn(db: Database, tenant: string, agent: string): void {
  const { last } = db.row<{ last: number }>(
    'SELECT coalesce(max(turn), 0) AS last FROM ticketwright_turns WHERE tenant = ?',
    tenant,
  ) ?? { last: 0 }
  db.changeOne(
    `INSERT INTO ticketwright_turns (tenant, agent, turn) VALUES (?, ?, ?)
     ON CONFLICT (tenant, agent) DO UPDATE SET turn = excluded.turn`,
    tenant,
    agent,
    last + 1,
  )
}

function saveChange(db: Database, tenant: string, change: TicketChange, commandId: string | null): void {
  if (change.events.length === 0) {
    savePlan(db, tenant, change)
    return
  }
  saveTicket(db, tenant, change)
  for (const event of change.events)
    db.changeOne(
      'INSERT INTO ticketwright_events (tenant, ticket_id, version, event) VALUES (?, ?, ?, ?)',
      tenant,
      change.ticketId,
      event.version,
      JSON.stringify(event),
    )
  for (const event of change.redacted ?? [])
    db.changeOne(
      'UPDATE ticketwright_events SET event = ? WHERE tenant = ? AND ticket_id = ? AND version = ?',
      JSON.stringify(event),
      tenant,
      change.ticketId,
      event.version,
    )
  for (const externalId of change.forgottenExternalIds ?? [])
    db.change(
      'DELETE FROM ticketwright_external_ids WHERE tenant = ? AND external_id = ? AND ticket_id = ?',
      tenant,
      externalId,
      change.ticketId,
    )
  for (const externalId of change.externalIds)
    db.changeOne(
      'INSERT INTO ticketwright_external_ids (tenant, external_id, ticket_id, command_id) VALUES (?, ?, ?, ?)',
      tenant,
      externalId,
      change.ticketId,
      commandId,
    )
}

function savePlan(db: Database, tenant: string, { ticketId, nextAt, plannedBy }: TicketChange): void {
  db.change(
    'UPDATE ticketwright_tickets SET next_at = ?, planned_by = ? WHERE tenant = ? AND id = ?',
    nextAt,
    plannedBy,
    tenant,
    ticketId,
  )
}

const written = [...filled.map(({ column }) => column), 'version', 'next_at', 'planned_by', 'ticket', 'tenant', 'id']
const insertTicket = `INSERT INTO ticketwright_tickets (${written.join(', ')})
  VALUES (${written.map(() => '?').join(', ')})`
const selectFacts = `SELECT ${filled.map(({ column }) => column).join(', ')} FROM ticketwright_tickets
  WHERE tenant = ? AND id = ?`

/** The version stands in the condition although it was checked: a row too few undoes the commit. */
function saveTicket(db: Database, tenant: string, change: TicketChange): void {
  const { ticketId, expectedVersion, ticket, nextAt, plannedBy } = change
  const last = [ticket.version, nextAt, plannedBy, JSON.stringify(ticket)]
  if (expectedVersion === 0) {
    db.changeOne(insertTicket, ...filled.map(({ read }) => read(ticket)), ...last, tenant, ticketId)
    return
  }
  const changed = changedFacts(db, tenant, ticket)
  db.changeOne(
    `UPDATE ticketwright_tickets
     SET ${changed.map(({ column }) => `${column} = ?, `).join('')}version = ?, next_at = ?, planned_by = ?, ticket = ?
     WHERE tenant = ? AND id = ? AND version = ?`,
    ...changed.map(({ value }) => value),
    ...last,
    tenant,
    ticketId,
    expectedVersion,
  )
}

/** An index is written for every column that a statement names, changed or not; so only those that changed are named. */
function changedFacts(db: Database, tenant: string, ticket: Ticket): readonly { column: string; value: SqlValue }[] {
  const before = db.row<Record<string, SqlValue>>(selectFacts, tenant, ticket.id) ?? {}
  return filled
    .map(({ column, read }) => ({ column, value: read(ticket) }))
    .filter(({ column, value }) => before[column] !== value)
}
