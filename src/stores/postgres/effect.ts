import type { Effect } from '../../model/effect.ts'
import { deepFreeze } from '../../model/json.ts'
import type { BuriedEffect, PendingEffect } from '../../store.ts'
import { parsed } from '../sql/row.ts'
import type { Database } from './database.ts'

interface EffectRow {
  readonly effect: string
  readonly attempts: number
  readonly due_at: number
  readonly position: number
}

const pendingOf = ({ effect, attempts }: Pick<EffectRow, 'effect' | 'attempts'>): PendingEffect =>
  deepFreeze({ ...parsed<Effect>(effect), attempts })

/** Of each ticket the earliest, unless it is hidden. */
const heads = `FROM @effects AS own
  WHERE tenant = $1 AND settled = 0 AND due_at <= $2::double precision AND hidden_until <= $2::double precision
    AND NOT EXISTS (
      SELECT 1 FROM @effects AS other
      WHERE other.tenant = own.tenant AND other.ticket_id = own.ticket_id AND other.settled = 0
        AND (other.due_at, other.position) < (own.due_at, own.position)
    )
  ORDER BY due_at, position LIMIT $3::integer`

/** Effects to be done. */
export async function effectsIn(db: Database, tenant: string, now: number, limit: number): Promise<PendingEffect[]> {
  return (await db.rows<EffectRow>(`SELECT effect, attempts ${heads}`, tenant, now, limit)).map(pendingOf)
}

/** What another worker is taking at this moment is passed over. */
const take = `
WITH taken AS (SELECT id ${heads} FOR UPDATE OF own SKIP LOCKED)
UPDATE @effects AS kept SET hidden_until = $4::double precision, attempts = attempts + 1
FROM taken WHERE kept.tenant = $1 AND kept.id = taken.id
RETURNING kept.effect, kept.attempts, kept.due_at, kept.position::double precision AS position`

/** The same, each counted and hidden until an instant. */
export async function takeEffects(
  db: Database,
  tenant: string,
  now: number,
  limit: number,
  until: number,
): Promise<PendingEffect[]> {
  const rows = await db.write<EffectRow>(take, tenant, now, limit, until)
  return [...rows].sort((a, b) => a.due_at - b.due_at || a.position - b.position).map(pendingOf)
}

export async function deferEffect(db: Database, tenant: string, effectId: string, until: number): Promise<void> {
  await db.write(
    'UPDATE @effects SET hidden_until = ?::double precision WHERE tenant = ? AND id = ? AND settled = 0',
    until,
    tenant,
    effectId,
  )
}

/** What `settled` says: 0 pending, 1 done or given up, 2 a dead letter. */
export async function buryEffect(db: Database, tenant: string, effectId: string, reason: string): Promise<void> {
  await db.write(
    'UPDATE @effects SET settled = 2, reason = ? WHERE tenant = ? AND id = ? AND settled <> 1',
    reason,
    tenant,
    effectId,
  )
}

export async function buriedIn(db: Database, tenant: string, limit: number): Promise<BuriedEffect[]> {
  const rows = await db.rows<{ effect: string; attempts: number; reason: string }>(
    'SELECT effect, attempts, reason FROM @effects WHERE tenant = ? AND settled = 2 ORDER BY position LIMIT ?',
    tenant,
    limit,
  )
  return rows.map((row) => deepFreeze({ ...pendingOf(row), reason: row.reason }))
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

/** The id stays, so that a repeat is not done again; what was to be done goes. */
export async function settleEffect(db: Database, tenant: string, effectId: string): Promise<void> {
  await db.write(
    `UPDATE @effects SET settled = 1, effect = '', reason = NULL WHERE tenant = ? AND id = ? AND settled <> 1`,
    tenant,
    effectId,
  )
}
