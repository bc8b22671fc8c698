import type { Ticket } from '../../src/model/ticket.ts'
import { decided } from '../../src/testing/sample.ts'
import { from, tenant } from './case.ts'

/** The same numbers for everybody. */
export function random(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 4) / 2 ** 28
  }
}

export const day = 86_400_000
const hour = 3_600_000

/** A ticket among many: one in ten is new or open, as in a desk that is a few years old. */
export function ticketAmong(model: Ticket, i: number, next: () => number): Ticket {
  const kind =
    next() < 0.1 ? (next() < 0.5 ? 'new' : 'open') : next() < 0.2 ? 'resolved' : next() < 0.01 ? 'postponed' : 'closed'
  const openedAt = from - Math.floor(next() * 1_000) * day - Math.floor(next() * day)
  const rank = 1 + Math.floor(next() * 4)
  const clock = model.clocks.resolution
  return {
    ...model,
    id: `t${i}`,
    reference: `T-${i}`,
    subject: `Ticket ${i}: ${next() < 0.001 ? 'refund' : 'cannot log in'}`,
    kind,
    status: kind,
    openedAt,
    lastAt: openedAt,
    statusSince: openedAt,
    waitingSince: kind === 'new' || kind === 'open' ? openedAt : null,
    priorityRank: rank,
    priority: ['Low', 'Medium', 'High', 'Urgent'][rank - 1] as string,
    assignee: next() < 0.5 ? `agent-${Math.floor(next() * 200)}` : null,
    department: `department-${Math.floor(next() * 8)}`,
    tagKeys: next() < 0.0001 ? ['rare'] : [],
    fields: { n: i % 100_000 },
    clocks: kind === 'closed' || !clock ? {} : { resolution: { ...clock, dueAt: openedAt + 16 * hour } },
  }
}

/** The ticket that all are made from. */
export const model: Ticket = decided(
  null,
  { type: 'open', subject: 'x', body: 'I have tried three times. '.repeat(8), reference: 'x' },
  { tenant, ticketId: 'x', at: from },
).ticket
