import { namedOrderings, type OrderingName, queueIndex } from '../../src/index.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import { random, rows, ticketOf } from './case.ts'

/** What an index of each named ordering takes beside its ids, in bytes, as it says itself. */
export function bytesByOrdering(): Readonly<Record<string, number>> {
  const next = random(2)
  const below = (n: number) => Math.floor(next() * n)
  const tickets = rows().map((row): Ticket => {
    const facts = {
      waitingSince: row.openedAt,
      priorityRank: 1 + below(4),
      effortMinutes: below(3) ? below(480) : null,
    }
    const requester = { id: 'm', revenue: below(100_000), previousTickets: below(9) }
    return { ...ticketOf(row), ...facts, requester } as Ticket
  })
  const names = Object.keys(namedOrderings) as OrderingName[]
  return Object.fromEntries(names.map((name) => [name, queueIndex(name, tickets).bytes]))
}
