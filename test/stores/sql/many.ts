import type { SqliteHandle } from 'ticketwright/sqlite'
import type { Ticket } from '../../../src/model/ticket.ts'
import { traitsOf } from '../../../src/stores/sql/trait.ts'
import { kept } from '../../../src/stores/sqlite/trait.ts'
import { decided } from '../../../src/testing/sample.ts'

export const tenant = 'acme'
const at = Date.parse('2026-11-23T07:00:00Z')
const hour = 3_600_000

const kindOf = (i: number) => (i % 10 === 0 ? (i % 20 === 0 ? 'new' : 'open') : i % 101 === 0 ? 'postponed' : 'closed')

function ticketAmong(model: Ticket, i: number): Ticket {
  const kind = kindOf(i)
  const openedAt = at - (i % 9_973) * hour
  const work = kind === 'new' || kind === 'open'
  return {
    ...model,
    ...{ id: `t${i}`, reference: `T-${i}`, subject: `Ticket ${i}`, kind, status: kind, openedAt, lastAt: openedAt },
    waitingSince: work ? openedAt : null,
    priorityRank: 1 + (i % 4),
    effortMinutes: i % 3 === 0 ? i % 90 : null,
    assignee: i % 2 === 0 ? `agent-${i % 200}` : null,
    department: `department-${i % 8}`,
    category: i % 5_000 === 10 ? 'rare' : 'usual',
    tagKeys: i % 5_000 === 20 ? ['rare', 'usual'] : i % 2 === 0 ? ['usual'] : [],
    requester: { id: `r${i % 1_000}`, email: `r${i % 1_000}@example.com` } as never,
    fields: { n: i % 10_000 },
    clocks: {},
  }
}

/** A million tickets in small: what a desk of a few years has, without its events but those that pages are read of. */
export function fillWith(handle: SqliteHandle, tickets: number): void {
  const { ticket: model, events } = decided(
    null,
    { type: 'open', subject: 'x', reference: 'x' },
    { tenant, ticketId: 'x', at },
  )
  const names = [...kept.map(({ column }) => column), 'version', 'next_at', 'planned_by', 'ticket', 'tenant', 'id']
  const into = (table: string, columns: readonly string[]) =>
    handle.prepare(
      `INSERT INTO ticketwright_${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
  const ticketRow = into('tickets', names)
  const traitRow = into('traits', ['tenant', 'trait', 'ticket_id'])
  const eventRow = into('events', ['tenant', 'ticket_id', 'version', 'event'])
  const effectRow = into('effects', ['tenant', 'id', 'ticket_id', 'due_at', 'settled', 'effect'])
  const receiptRow = into('receipts', ['tenant', 'command_id', 'at', 'receipt'])
  const leaseRow = into('leases', ['tenant', 'ticket_id', 'holder', 'token', 'until'])
  handle.exec('BEGIN')
  for (let i = 0; i < tickets; i++) {
    const ticket = ticketAmong(model, i)
    const nextAt = ticket.kind === 'closed' ? null : at + (i % 500) * hour
    ticketRow.run(...kept.map(({ read }) => read(ticket)), 1, nextAt, 'now', JSON.stringify(ticket), tenant, ticket.id)
    for (const trait of traitsOf(ticket)) traitRow.run(tenant, trait, ticket.id)
    eventRow.run(tenant, ticket.id, 1, JSON.stringify({ ...events[0], id: `${ticket.id}:1` }))
    if (i % 3 === 0)
      effectRow.run(
        tenant,
        `e${i}`,
        ticket.id,
        at + (i % 500) * hour,
        i % 30 === 0 ? 0 : 1,
        JSON.stringify({ id: `e${i}`, ticketId: ticket.id }),
      )
    receiptRow.run(tenant, `c${i}`, at + i, '{}')
    if (i % 50 === 0) leaseRow.run(tenant, ticket.id, `agent-${i % 200}`, 1, at + (i % 100) * hour)
  }
  handle.exec('COMMIT')
}
