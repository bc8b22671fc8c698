import { deepFreeze } from '../../model/json.ts'
import type { CommitOutcome, LeaseKey, Receipt, TicketChange } from '../../store.ts'
import { conflictOf, type Kept } from '../conflict.ts'
import type { SqlValue } from '../sql/column.ts'
import { parsed } from '../sql/row.ts'
import type { WrittenChange, WrittenCommit } from '../sql/written.ts'
import type { Database } from './database.ts'
import { kept, saveTraits } from './trait.ts'

/** Saves a commit, or says what it conflicts with. To be called inside a write transaction. */
export function commitTo(db: Database, written: WrittenCommit, now: number): CommitOutcome {
  const { commit } = written
  const rows = new KeptRows(db, commit.tenant)
  const conflict = conflictOf(keptIn(db, commit.tenant, rows, now), commit)
  if (!conflict) save(db, rows, written)
  return conflict ?? { ok: true }
}

export const receiptIn = (db: Database, tenant: string, commandId: string): Receipt | undefined => {
  const found = db.row<{ receipt: string }>(
    'SELECT receipt FROM ticketwright_receipts WHERE tenant = ? AND command_id = ?',
    tenant,
    commandId,
  )
  return found && deepFreeze(parsed<Receipt>(found.receipt))
}

/** A ticket's row without its JSON. */
type KeptRow = { readonly version: number } & { readonly [column: string]: SqlValue }

/** The rows of the tickets that a commit is about, each read once. */
class KeptRows {
  readonly #db: Database
  readonly #tenant: string
  readonly #rows = new Map<string, KeptRow | undefined>()

  constructor(db: Database, tenant: string) {
    this.#db = db
    this.#tenant = tenant
  }

  row(ticketId: string): KeptRow | undefined {
    if (!this.#rows.has(ticketId)) this.#rows.set(ticketId, this.#db.row<KeptRow>(selectRow, this.#tenant, ticketId))
    return this.#rows.get(ticketId)
  }

  /** The ticket of a reference. Most often one that was read already has it. */
  ticketOf(reference: string): string | undefined {
    for (const [ticketId, row] of this.#rows) if (row?.reference === reference) return ticketId
    return this.#db.row<{ id: string }>(
      'SELECT id FROM ticketwright_tickets WHERE tenant = ? AND reference = ?',
      this.#tenant,
      reference,
    )?.id
  }

  /** It was written to. */
  forget(ticketId: string): void {
    this.#rows.delete(ticketId)
  }
}

const keptIn = (db: Database, tenant: string, rows: KeptRows, now: number): Kept => ({
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
  version: (ticketId) => rows.row(ticketId)?.version ?? 0,
  reference: (reference) => rows.ticketOf(reference),
})

function save(db: Database, rows: KeptRows, { commit, changes, effects, receipt }: WrittenCommit): void {
  const { tenant, turn } = commit
  if (turn) saveTurn(db, tenant, turn.agent)
  for (const change of changes) saveChange(db, rows, tenant, change, commit.receipt?.commandId ?? null)
  for (const [i, { id, ticketId, dueAt }] of commit.effects.entries())
    db.change(
      `INSERT INTO ticketwright_effects (tenant, id, ticket_id, due_at, effect) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (tenant, id) DO NOTHING`,
      tenant,
      id,
      ticketId,
      dueAt,
      effects[i] ?? null,
    )
  if (commit.receipt && receipt !== undefined)
    db.changeExactly(
      1,
      'INSERT INTO ticketwright_receipts (tenant, command_id, at, receipt) VALUES (?, ?, ?, ?)',
      tenant,
      commit.receipt.commandId,
      commit.receipt.at,
      receipt,
    )
}

function saveTurn(db: Database, tenant: string, agent: string): void {
  const { last } = db.row<{ last: number }>(
    'SELECT coalesce(max(turn), 0) AS last FROM ticketwright_turns WHERE tenant = ?',
    tenant,
  ) ?? { last: 0 }
  db.changeExactly(
    1,
    `INSERT INTO ticketwright_turns (tenant, agent, turn) VALUES (?, ?, ?)
     ON CONFLICT (tenant, agent) DO UPDATE SET turn = excluded.turn`,
    tenant,
    agent,
    last + 1,
  )
}

function saveChange(
  db: Database,
  rows: KeptRows,
  tenant: string,
  written: WrittenChange,
  commandId: string | null,
): void {
  const { change } = written
  if (change.events.length === 0) {
    savePlan(db, tenant, change)
    return
  }
  saveTicket(db, rows, tenant, written)
  saveEvents(db, tenant, written)
  for (const [i, event] of (change.redacted ?? []).entries())
    db.changeExactly(
      1,
      'UPDATE ticketwright_events SET event = ? WHERE tenant = ? AND ticket_id = ? AND version = ?',
      written.redacted[i] ?? null,
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
    db.changeExactly(
      1,
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

/** Events that one statement writes: an import may bring a log of thousands. */
const eventsAtOnce = 16

/** In order of version: their positions in the feed rise with it. */
function saveEvents(
  db: Database,
  tenant: string,
  { change: { ticketId, events }, events: texts }: WrittenChange,
): void {
  for (let from = 0; from < events.length; from += eventsAtOnce) {
    const values: SqlValue[] = []
    const to = Math.min(events.length, from + eventsAtOnce)
    for (let i = from; i < to; i++) values.push(tenant, ticketId, events[i]?.version ?? null, texts[i] ?? null)
    db.changeExactly(to - from, insertEvents[to - from] ?? '', ...values)
  }
}

/** By the number of events. */
const insertEvents = Array.from({ length: eventsAtOnce + 1 }, (_, count) => {
  const rows = Array.from({ length: count }, () => '(?, ?, ?, ?)').join(', ')
  return `INSERT INTO ticketwright_events (tenant, ticket_id, version, event) VALUES ${rows}`
})

const names = kept.map(({ column }) => column)
const traitsAt = names.indexOf('traits')
const written = [...names, 'version', 'next_at', 'planned_by', 'ticket', 'tenant', 'id']
const insertTicket = `INSERT INTO ticketwright_tickets (${written.join(', ')})
  VALUES (${written.map(() => '?').join(', ')})`
const selectRow = `SELECT version, ${names.join(', ')} FROM ticketwright_tickets WHERE tenant = ? AND id = ?`

/**
 * The version stands in the condition although it was checked: a row too few undoes the commit. An index is written
 * for every column that a statement names, changed or not; so only those that changed are named.
 */
function saveTicket(db: Database, rows: KeptRows, tenant: string, { change, ticket, facts }: WrittenChange): void {
  const { ticketId, expectedVersion, nextAt, plannedBy } = change
  const { version } = change.ticket
  const traits = facts[traitsAt] ?? null
  if (expectedVersion === 0) {
    saveTraits(db, tenant, ticketId, null, traits)
    db.changeExactly(1, insertTicket, ...facts, version, nextAt, plannedBy, ticket, tenant, ticketId)
  } else {
    const before = rows.row(ticketId)
    saveTraits(db, tenant, ticketId, before?.traits ?? null, traits)
    let changed = ''
    const values: SqlValue[] = []
    for (const [i, name] of names.entries()) {
      const value = facts[i] ?? null
      if (before?.[name] === value) continue
      changed += `${name} = ?, `
      values.push(value)
    }
    values.push(version, nextAt, plannedBy, ticket, tenant, ticketId, expectedVersion)
    db.changeExactly(
      1,
      `UPDATE ticketwright_tickets SET ${changed}version = ?, next_at = ?, planned_by = ?, ticket = ?
       WHERE tenant = ? AND id = ? AND version = ?`,
      ...values,
    )
  }
  rows.forget(ticketId)
}
