import type { Effect } from '../../model/effect.ts'
import { deepFreeze } from '../../model/json.ts'
import type { BuriedEffect, PendingEffect } from '../../store.ts'
import { parsed } from '../sql/row.ts'
import type { Database } from './database.ts'

/** Effects to be done: of each ticket the one that is begun, else the earliest, unless it is hidden. */
export function effectsIn(db: Database, tenant: string, now: number, limit: number): PendingEffect[] {
  const rows = db.rows<{ effect: string; attempts: number }>(
    `SELECT effect, attempts FROM ticketwright_effects AS own
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
  return rows.map(({ effect, attempts }) => deepFreeze({ ...parsed<Effect>(effect), attempts }))
}

/** The same, each counted and hidden until an instant. */
export const takeEffects = (db: Database, tenant: string, now: number, limit: number, until: number): PendingEffect[] =>
  effectsIn(db, tenant, now, limit).map((effect) => {
    db.changeExactly(
      1,
      'UPDATE ticketwright_effects SET hidden_until = ?, attempts = attempts + 1 WHERE tenant = ? AND id = ?',
      until,
      tenant,
      effect.id,
    )
    return deepFreeze({ ...effect, attempts: effect.attempts + 1 })
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
  const rows = db.rows<{ effect: string; attempts: number; reason: string }>(
    `SELECT effect, attempts, reason FROM ticketwright_effects
     WHERE tenant = ? AND settled = 2 ORDER BY position LIMIT ?`,
    tenant,
    limit,
  )
  return rows.map(({ effect, attempts, reason }) => deepFreeze({ ...parsed<Effect>(effect), attempts, reason }))
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
