import type { Ticket } from '../model/ticket.ts'
import type { Tally, TallyQuery } from '../store.ts'

/** Counts tickets by what the functions of a query say. */
export class Tallying {
  readonly #query: Pick<TallyQuery, 'matches' | 'values'>
  readonly #counts = new Map<string, number>()

  constructor(query: Pick<TallyQuery, 'matches' | 'values'>) {
    this.#query = query
  }

  count(ticket: Ticket): void {
    if (!this.#query.matches(ticket)) return
    for (const values of this.#query.values(ticket)) {
      const key = JSON.stringify(values)
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    }
  }

  result(): Tally[] {
    return [...this.#counts].map(([key, count]) => ({ values: JSON.parse(key) as Tally['values'], count }))
  }
}
