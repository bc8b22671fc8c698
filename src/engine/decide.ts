import { type DeskError, isDeskError, type Refusal, type Result, refuse, shown } from '../errors.ts'
import { maxFactsPerAdvance } from '../model/bounds.ts'
import type { Effect } from '../model/effect.ts'
import { deepFreeze } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CauseExplanation } from '../rules/explain.ts'
import { isInstant } from '../time/instant.ts'
import { advanceWork } from './advance.ts'
import { type Command, commandRow } from './command.ts'
import { tooLarge } from './size.ts'
import { type Definitions, timelineOf } from './timeline.ts'
import { Work } from './work.ts'

/** What a command leads to. */
export interface Decision {
  readonly ticket: Ticket
  /** First what time alone had caused by then, then what the command did. */
  readonly events: readonly AnyTicketEvent[]
  readonly effects: readonly Effect[]
  /** When time alone changes it next; null: never. */
  readonly nextAt: number | null
  /** The command changed nothing. */
  readonly unchanged: boolean
  /** Which rules were tried, cause by cause; empty unless it was asked for. Worked out when it is first read. */
  readonly explanation: readonly CauseExplanation[]
}

/**
 * The application's own say, after the checks of this library: a reason to refuse, or nothing. A merge asks twice:
 * `merge` on the ticket that goes, `receiveMerge` on the one that stays.
 */
export type Guard = (ticket: Ticket | null, command: Command) => string | undefined

export interface DecideOptions {
  readonly tenant?: string
  /** What the recording machine's clock says; `at` unless given. */
  readonly recordedAt?: number
  readonly guard?: Guard | undefined
  /** The events of the ticket so far: needed only after `history_needed`. */
  readonly history?: readonly unknown[] | undefined
  /** Tell which rules were tried, which part of their condition decided, and what each did. */
  readonly explain?: boolean | undefined
}

/**
 * What a command does to a ticket at an instant: events, or a refusal with its code. Pure: the ticket given
 * is not changed. The ticket is first advanced to `at`; null is the ticket before it is opened.
 * Refusals: `ticket_not_found`, `ticket_exists`, `ticket_merged`, `ticket_closed`, `clock_went_back`,
 * `advance_needed`, `history_needed`, `forbidden`, and those of the command.
 */
export function decide(
  definitions: Definitions,
  ticket: Ticket | null,
  command: Command,
  at: number,
  options: DecideOptions = {},
): Result<Decision> {
  try {
    const work = new Work(ticket, {
      timeline: timelineOf(definitions),
      tenant: options.tenant ?? 'default',
      recordedAt: options.recordedAt,
      history: options.history,
      explain: options.explain,
    })
    const refusal =
      checkTime(ticket, command, at) ??
      advanceTo(work, ticket, at) ??
      checkState(work, ticket, command) ??
      checkGuard(work, ticket, command, options.guard)
    if (refusal) return { ok: false, error: refusal }
    const [before, advanced] = [{ ...work.draft }, work.events.length]
    const refused = work.run(
      { kind: 'command', id: command.id },
      command.ticketId,
      command.actor,
      at,
      (ticket?.revision ?? 0) + 1,
      (pass) =>
        commandRow(command.type).decide(pass, command.input) ??
        (work.events.length > advanced ? tooLarge(before, work.draft, work.events.slice(advanced)) : undefined),
    )
    if (refused) return { ok: false, error: refused }
    const unchanged = work.events.length === advanced
    // what the command made true may be what a time rule waited for
    const { complete, next } = advanceWork(work, at, unchanged ? 0 : maxFactsPerAdvance)
    if (!complete)
      return { ok: false, error: refuse('advance_needed', { ticketId: command.ticketId, from: at, to: at }) }
    const decided = work.events.length === 0 && ticket ? ticket : work.finish()
    let explanation: Decision['explanation'] | undefined
    return {
      ok: true,
      value: {
        ticket: decided,
        events: work.events,
        effects: work.effectsAt(at),
        nextAt: next?.at ?? null,
        unchanged,
        get explanation() {
          explanation ??= work.explanation()
          return explanation
        },
      },
    }
  } catch (error) {
    if (isDeskError(error))
      return { ok: false, error: refuse(error.code, error.facts as never, (error as DeskError).path) as Refusal }
    throw error
  }
}

function checkTime(ticket: Ticket | null, command: Command, at: number): Refusal | undefined {
  if (!isInstant(at))
    return refuse(
      'invalid_instant',
      { value: shown(at), reason: 'it must be a whole number of milliseconds within 1970–2199' },
      'at',
    )
  if (command.type === 'open')
    return ticket ? refuse('ticket_exists', { ticketId: command.ticketId }, 'ticketId') : undefined
  if (!ticket) return refuse('ticket_not_found', { ticketId: command.ticketId }, 'ticketId')
  return at < ticket.lastAt ? refuse('clock_went_back', { at, lastAt: ticket.lastAt }, 'at') : undefined
}

function advanceTo(work: Work, ticket: Ticket | null, at: number): Refusal | undefined {
  if (!ticket || advanceWork(work, at, maxFactsPerAdvance).complete) return undefined
  return refuse('advance_needed', { ticketId: ticket.id, from: work.draft.lastAt, to: at })
}

function checkState({ draft }: Work, ticket: Ticket | null, command: Command): Refusal | undefined {
  if (!ticket) return undefined
  if (draft.links.mergedInto !== null)
    return refuse('ticket_merged', { ticketId: ticket.id, into: draft.links.mergedInto }, 'ticketId')
  return draft.kind === 'closed' && commandRow(command.type).onClosed === 'refused'
    ? refuse('ticket_closed', { ticketId: ticket.id, command: command.type }, 'ticketId')
    : undefined
}

function checkGuard(
  { draft }: Work,
  ticket: Ticket | null,
  command: Command,
  guard: Guard | undefined,
): Refusal | undefined {
  // the guard sees the ticket as it stands at that instant; what it holds cannot be changed
  const reason = guard?.(ticket && deepFreeze({ ...draft } as Ticket), command)
  return reason === undefined ? undefined : refuse('forbidden', { command: command.type, reason: reason.slice(0, 200) })
}
