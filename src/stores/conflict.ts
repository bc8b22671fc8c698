import type { Commit, CommitOutcome, LeaseKey, Receipt } from '../store.ts'

/** What a store has, as far as a commit may collide with it. */
export interface Kept {
  receipt(commandId: string): Receipt | undefined
  /** Is this lease live and the latest one? */
  holds(lease: LeaseKey): boolean
  /** The last turn of an agent; 0 for none. */
  turn(agent: string): number
  /** The ticket with a message of that external id. */
  externalId(externalId: string): string | undefined
  /** 0 where there is no such ticket. */
  version(ticketId: string): number
  /** The ticket of that reference. */
  reference(reference: string): string | undefined
}

/**
 * The first conflict of a commit in the order of the port, undefined when it may be saved. The changes count
 * in order, so two of one commit can collide with each other as they would in two.
 */
export function conflictOf(kept: Kept, { changes, receipt, lease, turn }: Commit): CommitOutcome | undefined {
  const known = receipt && kept.receipt(receipt.commandId)
  if (known) return { ok: false, conflict: 'receipt', receipt: known }
  if (lease && !kept.holds(lease)) return { ok: false, conflict: 'lease', ticketId: lease.ticketId }
  if (turn && kept.turn(turn.agent) !== turn.seen) return { ok: false, conflict: 'turn', agent: turn.agent }
  return takenExternalId(kept, changes) ?? otherVersion(kept, changes) ?? takenReference(kept, changes)
}

function takenExternalId(kept: Kept, changes: Commit['changes']): CommitOutcome | undefined {
  const own = new Map<string, string>()
  for (const { ticketId, externalIds } of changes)
    for (const externalId of externalIds) {
      const taken = kept.externalId(externalId) ?? own.get(externalId)
      if (taken !== undefined) return { ok: false, conflict: 'external_id', externalId, ticketId: taken }
      own.set(externalId, ticketId)
    }
  return undefined
}

function otherVersion(kept: Kept, changes: Commit['changes']): CommitOutcome | undefined {
  const own = new Map<string, number>()
  for (const { ticketId, expectedVersion, events } of changes) {
    const actual = own.get(ticketId) ?? kept.version(ticketId)
    if (actual !== expectedVersion) return { ok: false, conflict: 'version', ticketId, actual }
    own.set(ticketId, actual + events.length)
  }
  return undefined
}

function takenReference(kept: Kept, changes: Commit['changes']): CommitOutcome | undefined {
  const own = new Map<string, string>()
  for (const { ticketId, ticket, events } of changes) {
    if (events.length === 0) continue
    const taken = kept.reference(ticket.reference) ?? own.get(ticket.reference)
    if (taken !== undefined && taken !== ticketId)
      return { ok: false, conflict: 'reference', reference: ticket.reference }
    own.set(ticket.reference, ticketId)
  }
  return undefined
}
