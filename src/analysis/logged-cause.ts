import { replayGiven } from '../engine/log.ts'
import type { Actor } from '../model/actor.ts'
import type { Cause } from '../model/event.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { type ActByHand, actOf } from './act-by-hand.ts'
import { isOfLedger, isOfSla, type SlaEvent } from './ledger-event.ts'

/** One cause as a log tells it, without what the clocks made of it. */
export interface LoggedCause {
  readonly ticketId: string
  readonly cause: Cause
  readonly at: number
  readonly revision: number
  readonly actor: Actor
  /** What somebody said of the clocks; the ledger alone knows it. */
  readonly act: ActByHand | null
  /**
   * Everything else that happened, as the clocks took it: first what was done and what rules did in answer, then what
   * rules did in answer to the clocks. The first part goes with the act.
   */
  readonly parts: readonly (readonly AnyTicketEvent[])[]
}

/** A log, cause by cause, with the ledger that it holds; checked on the way. */
export function* loggedCauses(
  log: Iterable<unknown>,
  path: string,
): Generator<{ readonly cause: LoggedCause; readonly ledger: readonly SlaEvent[] }> {
  let group: AnyTicketEvent[] = []
  // the level by hand as it stood before the group
  let byHand = false
  let after = false
  for (const { event, ticket } of replayGiven(log, path)) {
    const [first] = group
    if (first && !isSameCause(first, event)) {
      yield causeOf(group, byHand)
      group = []
      byHand = after
    }
    group.push(event)
    after = ticket.slaByHand === true
  }
  if (group.length > 0) yield causeOf(group, byHand)
}

function isSameCause(a: AnyTicketEvent, b: AnyTicketEvent): boolean {
  if (a.at !== b.at || a.revision !== b.revision) return false
  const [one, other] = [a.cause, b.cause]
  return one.kind === 'command'
    ? other.kind === 'command' && one.id === other.id
    : other.kind === 'time' && one.fact === other.fact && one.key === other.key
}

function causeOf(group: readonly AnyTicketEvent[], byHand: boolean) {
  const first = group[0] as AnyTicketEvent
  const { rule: _rule, ...cause } = first.cause
  const opening: SlaEvent[] = []
  for (const event of group) {
    if (!isOfSla(event)) break
    if (isOfLedger(event)) opening.push(event)
  }
  const act = cause.kind === 'command' ? actOf(opening, byHand) : null
  const ofSlaAlone = act === null && group.every(isOfSla)
  // a priority that nothing else went with is taken as it was said
  const parts = ofSlaAlone ? [group.filter((event) => !isOfLedger(event))] : partsOf(group)
  // a level by hand is one entry: what follows it at once is what the clocks made of it, and rules come after that
  const actAlone = act?.type === 'applySla' && opening.length > 1
  const { ticketId, at, revision, actor } = first
  return {
    cause: { ticketId, cause, at, revision, actor, act, parts: actAlone ? [[], ...parts] : parts },
    ledger: group.filter(isOfLedger),
  }
}

/** The other events, cut where entries of the ledger lie between them. */
function partsOf(group: readonly AnyTicketEvent[]): AnyTicketEvent[][] {
  const parts: AnyTicketEvent[][] = []
  let before: AnyTicketEvent | undefined
  for (const event of group) {
    if (!isOfSla(event)) {
      if (before && !isOfSla(before)) parts.at(-1)?.push(event)
      else parts.push([event])
    }
    before = event
  }
  return parts
}
