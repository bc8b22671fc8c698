import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import { termsOf } from './clock.ts'
import { signalsOf } from './signal.ts'
import type { Stage } from './slice.ts'
import { type LedgerChange, type TurnView, takeSignal } from './turn.ts'

/** An entry of a ledger as it would have been, at its instant. */
interface PastChange extends LedgerChange {
  readonly at: number
}

/** What would have happened to a metric's clock, had an allowance been in force from the beginning. */
export function* recountLedger(past: Iterable<Stage>, metric: string, allowance: Allowance): Generator<PastChange> {
  const terms = termsOf(allowance)
  let clock: SlaClock | undefined
  for (const { event, ticket } of past) {
    const signals = signalsOf(event)
    if (signals.length === 0) continue
    const view: TurnView = {
      metric,
      row: allowance.target.row,
      ticket,
      clocks: ticket.clocks,
      at: event.at,
      allowance,
      termsOf: () => terms,
    }
    for (const signal of signals)
      for (const change of takeSignal(view, clock, signal)) {
        if (change.type === 'sla_breached') continue
        clock = withoutPast(change.clock)
        yield { ...change, clock, at: event.at }
      }
  }
}

/** The clock a metric would have, had the allowance been in force from the beginning; undefined if it never started. */
export function recount(past: Iterable<Stage>, metric: string, allowance: Allowance): SlaClock | undefined {
  let clock: SlaClock | undefined
  for (const change of recountLedger(past, metric, allowance)) clock = change.clock
  return clock
}

/** The past did not know of this target: whether it is breached is decided where it comes into force, and so are its steps. */
function withoutPast(clock: SlaClock): SlaClock {
  if (clock.breachedAt === null) return clock
  return { ...clock, breachedAt: null, dueAt: null, lateFrom: null }
}
