import type { JsonObject } from './json.ts'

/**
 * Something to be done outside, at least once: the store keeps it until it is settled. `data` names things
 * by their ids and holds nothing personal: erasure does not look for it there.
 */
export interface Effect {
  /** Derived from what caused it, so that repeats are one. */
  readonly id: string
  readonly ticketId: string
  readonly kind: string
  readonly data: JsonObject
  readonly dueAt: number
  /** Not worth doing after this instant; null: always. */
  readonly staleAfter: number | null
}
