import { fail } from '../errors.ts'
import type { Commit } from '../store.ts'

/** What is no text to PostgreSQL: NUL, and half a surrogate pair, which becomes another character on its way there. */
const reasonAgainst = (text: string): string | undefined =>
  text.includes('\0') ? 'a NUL character' : text.isWellFormed() ? undefined : 'half a surrogate pair'

export const isUnstorable = (value: unknown): boolean => typeof value === 'string' && reasonAgainst(value) !== undefined

/**
 * Refuses in any text of what is to be stored what PostgreSQL cannot keep: what one store takes all must take.
 * @throws DeskError `invalid_text`
 */
export function refuseNul(value: unknown): void {
  const todo: unknown[] = [value]
  while (todo.length > 0) {
    const next = todo.pop()
    if (typeof next === 'string') {
      const reason = reasonAgainst(next)
      if (reason) throw fail('invalid_text', { reason })
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
