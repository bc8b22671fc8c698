import type { Effect } from '../../model/effect.ts'
import { deepFreeze } from '../../model/json.ts'
import type { BuriedEffect, PendingEffect } from '../../store.ts'
import { partOf } from '../sql/row.ts'
import type { Database } from './database.ts'

interface EffectRow {
  readonly id: string
  readonly ticket_id: string
  readonly effect: string
  readonly attempts: number
}

const fields = 'id, ticket_id, effect, attempts'

export const pendingOf = ({ id, ticket_id, effect, attempts }: EffectRow): PendingEffect =>
  deepFreeze({ ...partOf<Effect>({ ticketId: ticket_id, what: 'effect', id }, effect), attempts })

/** Of each ticket the one that is begun, else the earliest, unless it is hidden. */
const readyIn = (db: Database, tenant: string, now: number, limit: number): EffectRow[] =>
  db.rows<EffectRow>(
    `SELECT ${fields} FROM ticketwright_effects AS own
     WHERE tenant = ? AND settled = 0 AND due_at <= ? AND hidden_until <= ? AND NOT EXISTS (
       SELECT 1 FROM ticketwright_effects AS other
       WHERE other.tenant = own.tenant AND other.ticket_id = own.ticket_id AND other.settled = 0
         AND (other.attempts = 0, other.due_at, other.position) < (own.attempts = 0, own.due_at, own.position)
     )
     ORDER BY due_at, position LIMIT ?`,
    tenant,
    now,
    now,
    limit,
  )

/** Effects to be done. */
export const effectsIn = (db: Database, tenant: string, now: number, limit: number): PendingEffect[] =>
  readyIn(db, tenant, now, limit).map(pendingOf)

/**
 * The same, each counted and hidden until an instant. Not looked at before that is saved: one that is damaged would undo
 * it, and be the first again the next time.
 */
export const takeEffects = (db: Database, tenant: string, now: number, limit: number, until: number): EffectRow[] =>
  readyIn(db, tenant, now, limit).map((row) => {
    db.changeExactly(
      1,
      'UPDATE ticketwright_effects SET hidden_until = ?, attempts = attempts + 1 WHERE tenant = ? AND id = ?',
      until,
      tenant,
      row.id,
    )
    return { ...row, attempts: row.attempts + 1 }
  })

export function deferEffect(db: Database, tenant: string, effectId: string, until: number): void {
  db.change(
    'UPDATE ticketwright_effects SET hidden_until = ? WHERE tenant = ? AND id = ? AND settled = 0',
    until,
    tenant,
    effectId,
  )
}

/** What `settled` says: 0 pending, 1 done or given up, 2 a dead letter. */
export function buryEffect(db: Database, tenant: string, effectId: string, reason: string): void {
  db.change(
    'UPDATE ticketwright_effects SET settled = 2, reason = ? WHERE tenant = ? AND id = ? AND settled <> 1',
    reason,
    tenant,
    effectId,
  )
}

export function buriedIn(db: Database, tenant: string, limit: number): BuriedEffect[] {
  const rows = db.rows<EffectRow & { reason: string }>(
    `SELECT ${fields}, reason FROM ticketwright_effects
     WHERE tenant = ? AND settled = 2 ORDER BY position LIMIT ?`,
    tenant,
    limit,
  )
  return rows.map((row) => deepFreeze({ ...pendingOf(row), reason: row.reason }))
}

/** False if there is no such dead letter. */
export const reviveEffect = (db: Database, tenant: string, effectId: string): boolean =>
  db.change(
    `UPDATE ticketwright_effects SET settled = 0, reason = NULL, attempts = 0, hidden_until = 0
     WHERE tenant = ? AND id = ? AND settled = 2`,
    tenant,
    effectId,
  ) === 1

/** The id stays, so that a repeat is not done again, and with it since when; what was to be done goes. */
export function settleEffect(db: Database, tenant: string, effectId: string, now: number): void {
  db.change(
    `UPDATE ticketwright_effects SET settled = 1, hidden_until = ?, effect = '', reason = NULL
     WHERE tenant = ? AND id = ? AND settled <> 1`,
    now,
    tenant,
    effectId,
  )
}
