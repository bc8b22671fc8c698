import type { Effect } from '../../src/model/effect.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { Commit, TicketChange } from '../../src/store.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'

export const tenant = 'acme'
export const from = Date.parse('2026-11-23T07:00:00Z')
const minute = 60_000

/** What happens to each ticket after it was opened, a command each. */
const story = [
  { type: 'assign', agent: 'ana' },
  { type: 'reply', body: 'Please try again with the password that we have just sent you. '.repeat(4) },
  { type: 'message', body: 'It works, thank you! '.repeat(3) },
  { type: 'resolve' },
] as const
/** Commands that a ticket lives through. */
export const commandsEach = story.length + 1

/** A command that is still to be decided. */
export interface Ask {
  readonly ticketId: string
  readonly at: number
  readonly commandId: string
  readonly request: Parameters<typeof decided>[1]
}

/** Commands as they come in: each step for all tickets in turn, so that no two in a row are for the same one. */
export function asks(tickets: number): Ask[] {
  const opening = (n: number) => ({
    type: 'open' as const,
    subject: `Ticket ${n}: cannot log in since this morning`,
    body: 'I have tried three times. '.repeat(8),
    reference: `T-${n}`,
    requester: { id: `r${n % 500}`, name: `Requester ${n % 500}`, email: `r${n % 500}@example.com` },
    externalId: `<mail-${n}@example.com>`,
  })
  return Array.from({ length: commandsEach * tickets }, (_, i) => {
    const [step, n] = [Math.floor(i / tickets), i % tickets]
    const at = from + (step * tickets + n) * 1_000 + step * minute
    return { ticketId: `t${n}`, at, commandId: `c${i}`, request: story[step - 1] ?? opening(n) }
  })
}

const effectOf = (ticketId: string, n: number, dueAt: number): Effect => ({
  ...{ id: `${ticketId}:${n}`, ticketId, kind: 'notify', data: { to: 'ana', template: 'changed' } },
  ...{ dueAt, staleAfter: null },
})

/** Decides one after the other: what a desk would commit, receipts and an effect each included. */
export function decideAll(all: readonly Ask[], onDecided: (commit: Commit) => void): void {
  const tickets = new Map<string, Ticket>()
  for (const { ticketId, at, commandId, request } of all) {
    const before = tickets.get(ticketId) ?? null
    const decision = decided(before, request, { tenant, ticketId, at, commandId })
    tickets.set(ticketId, decision.ticket)
    const change: TicketChange = changeOf(before, decision)
    const tickets_ = [{ ticketId, from: change.expectedVersion, to: decision.ticket.version }]
    const receipt = { commandId, hash: `${commandId}-0123456789abcdef0123456789abcdef`, ticketId, tickets: tickets_ }
    onDecided({
      tenant,
      changes: [change],
      effects: [effectOf(ticketId, decision.ticket.version, at)],
      receipt: { ...receipt, unchanged: false, at },
    })
  }
}

export function commitsOf(tickets: number): Commit[] {
  const commits: Commit[] = []
  decideAll(asks(tickets), (commit) => commits.push(commit))
  return commits
}
