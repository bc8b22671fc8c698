import type { BuriedEffect, PendingEffect } from '../../../store.ts'
import { buriedOf, type EffectRow, effectColumns, pendingOf, readyEffects } from '../../sql/effect.ts'
import type { Database } from '../connection/database.ts'
import { instant } from '../schema/instant.ts'
import { knownVersion } from '../schema/migrations.ts'

/** Effects to be done. */
export async function effectsIn(db: Database, tenant: string, now: number, limit: number): Promise<PendingEffect[]> {
  const ready = readyEffects('@effects', '$1', '$2::double precision', '$3::integer')
  return (await db.rows<EffectRow>(`SELECT ${effectColumns} ${ready}`, tenant, now, limit)).map(pendingOf)
}

/** The same, each counted and hidden until an instant. */
export async function takeEffects(
  db: Database,
  tenant: string,
  now: number,
  limit: number,
  until: number,
): Promise<PendingEffect[]> {
  const rows = await db.write<EffectRow & { readonly due_at: number; readonly position: number }>(
    `SELECT ${effectColumns}, due_at, position::double precision AS position
     FROM @take_effects(?, ?::double precision, ?::integer, ?::double precision, ?::integer)`,
    ...[tenant, now, limit, until, knownVersion],
  )
  return [...rows].sort((a, b) => a.due_at - b.due_at || a.position - b.position).map(pendingOf)
}

export async function deferEffect(db: Database, tenant: string, effectId: string, until: number): Promise<void> {
  await db.write(
    'UPDATE @effects SET hidden_until = ?::double precision WHERE tenant = ? AND id = ? AND settled = 0 RETURNING 1',
    until,
    tenant,
    effectId,
  )
}

export async function buryEffect(db: Database, tenant: string, effectId: string, reason: string): Promise<void> {
  await db.write(
    'UPDATE @effects SET settled = 2, reason = ? WHERE tenant = ? AND id = ? AND settled <> 1 RETURNING 1',
    reason,
    tenant,
    effectId,
  )
}

export async function buriedIn(db: Database, tenant: string, limit: number): Promise<BuriedEffect[]> {
  const rows = await db.rows<EffectRow & { readonly reason: string }>(
    `SELECT ${effectColumns}, reason FROM @effects WHERE tenant = ? AND settled = 2 ORDER BY position LIMIT ?`,
    tenant,
    limit,
  )
  return rows.map(buriedOf)
}

/** False if there is no such dead letter. */
export async function reviveEffect(db: Database, tenant: string, effectId: string): Promise<boolean> {
  const rows = await db.write(
    `UPDATE @effects SET settled = 0, reason = NULL, attempts = 0, hidden_until = 0
     WHERE tenant = ? AND id = ? AND settled = 2 RETURNING id`,
    tenant,
    effectId,
  )
  return rows.length === 1
}

/** The id stays, so that a repeat is not done again, and with it since when; what was to be done goes. */
export async function settleEffect(db: Database, tenant: string, effectId: string, now: number | null): Promise<void> {
  await db.write(
    `UPDATE @effects SET settled = 1, hidden_until = ${instant('?::double precision')}, effect = '', reason = NULL
     WHERE tenant = ? AND id = ? AND settled <> 1 RETURNING 1`,
    now,
    tenant,
    effectId,
  )
}
