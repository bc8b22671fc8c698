import type { BuriedEffect, PendingEffect } from '../../store.ts'
import { buriedOf, type EffectRow, effectColumns, pendingOf, readyEffects } from '../sql/effect.ts'
import type { Database } from './database.ts'

const ready = `SELECT ${effectColumns} ${readyEffects('ticketwright_effects', '?', '?', '?')}`

const readyIn = (db: Database, tenant: string, now: number, limit: number): EffectRow[] =>
  db.rows<EffectRow>(ready, tenant, now, now, limit)

/** Effects to be done. */
export const effectsIn = (db: Database, tenant: string, now: number, limit: number): PendingEffect[] =>
  readyIn(db, tenant, now, limit).map(pendingOf)

/**
 * The same, each counted and hidden until an instant. Not looked at before that is saved: one that is damaged would
 * undo it, and be the first again the next time.
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

export function buryEffect(db: Database, tenant: string, effectId: string, reason: string): void {
  db.change(
    'UPDATE ticketwright_effects SET settled = 2, reason = ? WHERE tenant = ? AND id = ? AND settled <> 1',
    reason,
    tenant,
    effectId,
  )
}

export function buriedIn(db: Database, tenant: string, limit: number): BuriedEffect[] {
  const rows = db.rows<EffectRow & { readonly reason: string }>(
    `SELECT ${effectColumns}, reason FROM ticketwright_effects
     WHERE tenant = ? AND settled = 2 ORDER BY position LIMIT ?`,
    tenant,
    limit,
  )
  return rows.map(buriedOf)
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
