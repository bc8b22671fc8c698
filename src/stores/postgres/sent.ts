import { deepFreeze } from '../../model/json.ts'
import type { CommitOutcome, Receipt } from '../../store.ts'
import { filled, type SqlValue } from '../sql/column.ts'
import { parsed } from '../sql/row.ts'
import type { WrittenChange, WrittenCommit } from '../sql/written.ts'

/** A commit as the function of the database takes it. What is undefined is not there. */
export function sent({ commit, changes, effects, receipt }: WrittenCommit): unknown {
  return {
    tenant: commit.tenant,
    lease: commit.lease,
    turn: commit.turn,
    receipt: commit.receipt && { id: commit.receipt.commandId, at: commit.receipt.at, text: receipt },
    changes: sentChanges(changes),
    effects: commit.effects.map(({ id, ticketId, dueAt }, i) => ({ id, ticketId, dueAt, text: effects[i] })),
  }
}

/** The changes count in order: what an earlier one of the same commit leaves for a later one is known here. */
function sentChanges(changes: readonly WrittenChange[]): readonly unknown[] {
  const versions = new Map<string, number>()
  const externals = new Map<string, string>()
  const references = new Map<string, string>()
  return changes.map((written) => {
    const { ticketId, expectedVersion, events, ticket, externalIds } = written.change
    const { nextAt, plannedBy, forgottenExternalIds } = written.change
    const ownVersion = versions.get(ticketId)
    const ownReference = references.get(ticket.reference)
    versions.set(ticketId, expectedVersion + events.length)
    references.set(ticket.reference, ticketId)
    return {
      id: ticketId,
      expected: expectedVersion,
      reference: ticket.reference,
      ownVersion,
      ownReference,
      external: externalIds.map((externalId) => {
        const own = externals.get(externalId)
        externals.set(externalId, ticketId)
        return own === undefined ? [externalId] : [externalId, own]
      }),
      nextAt,
      plannedBy,
      row: events.length === 0 ? undefined : rowOf(written),
      events: events.map(({ version }, i) => [version, written.events[i]]),
      redacted: written.change.redacted?.map(({ version }, i) => [version, written.redacted[i]]),
      forgotten: forgottenExternalIds,
    }
  })
}

/** By the names of columns. */
function rowOf({ change: { ticket, nextAt, plannedBy }, ticket: text, facts }: WrittenChange): object {
  const row: Record<string, SqlValue> = {}
  for (const [i, { column }] of filled.entries()) row[column] = facts[i] ?? null
  return { ...row, version: ticket.version, next_at: nextAt, planned_by: plannedBy, ticket: text }
}

/** What the function answers of a commit; null: it is saved. */
export type Answer =
  | null
  | { readonly conflict: 'receipt'; readonly receipt: string }
  | { readonly conflict: 'lease'; readonly ticketId: string }
  | { readonly conflict: 'turn'; readonly agent: string }
  | { readonly conflict: 'external_id'; readonly externalId: string; readonly ticketId: string }
  | { readonly conflict: 'version'; readonly ticketId: string; readonly actual: number }
  | { readonly conflict: 'reference'; readonly reference: string }

export const outcomeOf = (answer: Answer): CommitOutcome =>
  answer === null
    ? { ok: true }
    : answer.conflict === 'receipt'
      ? { ok: false, conflict: 'receipt', receipt: deepFreeze(parsed<Receipt>(answer.receipt)) }
      : { ok: false, ...answer }
