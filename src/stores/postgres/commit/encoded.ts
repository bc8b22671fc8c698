import { deepFreeze } from '../../../model/json.ts'
import type { CommitOutcome, Receipt } from '../../../store.ts'
import { filled, type SqlValue } from '../../sql/column.ts'
import { parsed } from '../../sql/row.ts'
import type { WrittenChange, WrittenCommit } from '../../sql/written.ts'
import { ownTraits } from '../statement/trait.ts'

/** A commit as the function of the database takes it; what is kept as text apart, and in the JSON by its number. */
export interface EncodedCommit {
  readonly json: string
  readonly texts: readonly string[]
}

/** Puts a text to the others: its number. */
type Put = (text: string | undefined) => number | undefined

export function encoded({ commit, changes, effects, receipt }: WrittenCommit): EncodedCommit {
  const texts: string[] = []
  const put: Put = (text) => (text === undefined ? undefined : texts.push(text))
  const json = {
    tenant: commit.tenant,
    lease: commit.lease,
    turn: commit.turn,
    waits: commit.waits,
    receipt: commit.receipt && { id: commit.receipt.commandId, at: commit.receipt.at, text: put(receipt) },
    changes: encodedChanges(commit.tenant, changes, put),
    effects: commit.effects.map(({ id, ticketId, dueAt }, i) => ({ id, ticketId, dueAt, text: put(effects[i]) })),
  }
  return { json: JSON.stringify(json), texts }
}

/** Several commits as one call takes them: the JSON of each says where its texts begin. */
export function encodedTogether(commits: readonly EncodedCommit[]): {
  readonly json: string
  readonly texts: string[]
} {
  const texts: string[] = []
  const parts = commits.map((one) => {
    const base = texts.length
    for (const text of one.texts) texts.push(text)
    return `{"base":${base},${one.json.slice(1)}`
  })
  return { json: `[${parts.join(',')}]`, texts }
}

/** The changes count in order: what an earlier one of the same commit leaves for a later one is known here. */
function encodedChanges(tenant: string, changes: readonly WrittenChange[], put: Put): readonly unknown[] {
  const versions = new Map<string, number>()
  const externals = new Map<string, string>()
  const references = new Map<string, string>()
  return changes.map((written) => {
    const { ticketId, expectedVersion, events, externalIds } = written.change
    const { nextAt, plannedBy, forgottenExternalIds } = written.change
    const ownVersion = versions.get(ticketId)
    versions.set(ticketId, expectedVersion + events.length)
    // of a plan the ticket is not looked at
    const reference = events.length > 0 ? written.change.ticket.reference : undefined
    const ownReference = reference === undefined ? undefined : references.get(reference)
    if (reference !== undefined) references.set(reference, ticketId)
    return {
      id: ticketId,
      expected: expectedVersion,
      reference,
      ownVersion,
      ownReference,
      external: externalIds.map((externalId) => {
        const own = externals.get(externalId)
        externals.set(externalId, ticketId)
        return own === undefined ? [externalId] : [externalId, own]
      }),
      nextAt,
      plannedBy,
      ...(events.length > 0 && { row: rowOf(tenant, written), ticket: put(written.ticket) }),
      events: events.map(({ version }, i) => [version, put(written.events[i])]),
      redacted: written.change.redacted?.map(({ version }, i) => [version, put(written.redacted[i])]),
      forgotten: forgottenExternalIds,
    }
  })
}

/** By the names of columns. */
export function rowOf(
  tenant: string,
  { change: { ticket, nextAt, plannedBy }, facts }: WrittenChange,
): Record<string, SqlValue | readonly string[]> {
  const row: Record<string, SqlValue> = {}
  for (const [i, { column }] of filled.entries()) row[column] = facts[i] ?? null
  return {
    ...row,
    version: ticket.version,
    next_at: nextAt,
    planned_by: plannedBy,
    traits: ownTraits(tenant, ticket),
  }
}

/** What the function answers of a commit; null: it is saved. `held`: others have this ticket, or the turn, at the moment. */
export type Answer =
  | null
  | { readonly conflict: 'held'; readonly ticketId: string }
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
      : answer.conflict === 'held'
        ? { ok: false, conflict: 'held' }
        : { ok: false, ...answer }
