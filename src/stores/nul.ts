import { fail } from '../errors.ts'
import type { Commit } from '../store.ts'

/**
 * Refuses NUL in any text of what is to be stored: PostgreSQL cannot keep it, and what one store takes all must take.
 * @throws DeskError `invalid_text`
 */
export function refuseNul(value: unknown): void {
  const todo: unknown[] = [value]
  while (todo.length > 0) {
    const next = todo.pop()
    if (typeof next === 'string') {
      if (next.includes('\0')) throw fail('invalid_text', { reason: 'a NUL character' })
    } else if (Array.isArray(next)) {
      for (const item of next) todo.push(item)
    } else if (typeof next === 'object' && next !== null) {
      for (const key of Object.keys(next)) todo.push(key, (next as Record<string, unknown>)[key])
    }
  }
}

/** The same of a commit. Of a ticket only the reference is looked at: all its other text stands in the events. */
export function refuseNulIn({ tenant, changes, effects, receipt, lease, turn }: Commit): void {
  const texts = changes.map(({ ticketId, ticket, events, redacted, externalIds }) => [
    ticketId,
    ticket.reference,
    events,
    redacted,
    externalIds,
  ])
  refuseNul([tenant, texts, effects, receipt, lease, turn])
}
