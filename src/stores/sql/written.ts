import type { Commit, TicketChange } from '../../store.ts'
import { refuseNul, refuseNulIn } from '../nul.ts'
import type { Column, SqlValue } from './column.ts'

/**
 * A commit as the tables take it. Its texts are made, and looked through, before its transaction begins: nobody waits
 * for the file meanwhile, and an attempt that is made again makes them no second time.
 */
export interface WrittenCommit {
  readonly commit: Commit
  readonly changes: readonly WrittenChange[]
  readonly effects: readonly string[]
  readonly receipt: string | undefined
}

export interface WrittenChange {
  readonly change: TicketChange
  readonly ticket: string
  /** The values of the store's columns, in their order. */
  readonly facts: readonly SqlValue[]
  readonly events: readonly string[]
  readonly redacted: readonly string[]
}

/**
 * Writes a commit as text, its facts as the columns of a store have them.
 * @throws DeskError `invalid_text` for NUL
 */
export function writtenCommit(commit: Commit, columns: readonly Column[]): WrittenCommit {
  const written = {
    commit,
    changes: commit.changes.map((change) => writtenChange(change, columns)),
    effects: commit.effects.map((effect) => JSON.stringify(effect)),
    receipt: commit.receipt && JSON.stringify(commit.receipt),
  }
  if (mayHoldNul(written)) refuseNulIn(commit)
  const { tenant, changes, lease, turn } = commit
  refuseNul([tenant, lease, turn, changes.map(({ ticketId, externalIds }) => [ticketId, externalIds])])
  return written
}

const writtenChange = (change: TicketChange, columns: readonly Column[]): WrittenChange => {
  const { events, ticket, redacted = [] } = change
  const none = events.length === 0
  return {
    change,
    ticket: none ? '' : JSON.stringify(ticket),
    facts: none ? [] : columns.map(({ read }) => read(ticket)),
    events: events.map((event) => JSON.stringify(event)),
    redacted: redacted.map((event) => JSON.stringify(event)),
  }
}

/** How JSON writes NUL. It writes a backslash before `u0000` much the same, so this is a suspicion only. */
const nul = String.raw`\u0000`

const mayHoldNul = ({ changes, effects, receipt }: WrittenCommit): boolean =>
  (receipt?.includes(nul) ?? false) ||
  effects.some((text) => text.includes(nul)) ||
  changes.some(
    ({ ticket, events, redacted }) =>
      ticket.includes(nul) || events.some((text) => text.includes(nul)) || redacted.some((text) => text.includes(nul)),
  )
