import type { Effect } from '../../model/effect.ts'
import { deepFreeze } from '../../model/json.ts'
import type { BuriedEffect, PendingEffect } from '../../store.ts'
import { partOf } from './row.ts'

/** What `settled` says: 0 pending, 1 done or given up, 2 a dead letter. */
export interface EffectRow {
  readonly id: string
  readonly ticket_id: string
  readonly effect: string
  readonly attempts: number
}

export const effectColumns = 'id, ticket_id, effect, attempts'

export const pendingOf = ({ id, ticket_id, effect, attempts }: EffectRow): PendingEffect =>
  deepFreeze({ ...partOf<Effect>({ ticketId: ticket_id, what: 'effect', id }, effect), attempts })

export const buriedOf = (row: EffectRow & { readonly reason: string }): BuriedEffect =>
  deepFreeze({ ...pendingOf(row), reason: row.reason })

/** Effects to be done, from FROM on: of each ticket the one that is begun, else the earliest, unless it is hidden. */
export const readyEffects = (table: string, tenant: string, now: string, limit: string): string => `FROM ${table} AS own
  WHERE tenant = ${tenant} AND settled = 0 AND due_at <= ${now} AND hidden_until <= ${now} AND NOT EXISTS (
    SELECT 1 FROM ${table} AS other
    WHERE other.tenant = own.tenant AND other.ticket_id = own.ticket_id AND other.settled = 0
      AND (other.attempts = 0, other.due_at, other.position) < (own.attempts = 0, own.due_at, own.position)
  )
  ORDER BY due_at, position LIMIT ${limit}`
