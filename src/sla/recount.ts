import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import { termsOf } from './clock.ts'
import { type Signal, signalsOf } from './signal.ts'
import type { Stage } from './slice.ts'
import { type LedgerChange, takeSignal } from './turn.ts'

/** An entry of a ledger as it would have been, at its instant. */
interface PastChange extends LedgerChange {
  readonly at: number
}

/** What would have happened to a metric's clock, had an allowance been in force from the beginning. */
export function* recountLedger(past: Iterable<Stage>, metric: string, allowance: Allowance): Generator<PastChange> {
  let clock: SlaClock | undefined
  for (const stage of past)
    for (const signal of signalsOf(stage.event))
      for (const change of turnOf(stage, metric, allowance, clock, signal)) {
        clock = change.clock
        yield { ...change, at: stage.event.at }
      }
}

/** The clocks that metrics would have, had their allowances been in force from the beginning; none where it never started. */
export function recount(
  past: Iterable<Stage>,
  allowances: ReadonlyMap<string, Allowance>,
): ReadonlyMap<string, SlaClock> {
  const clocks = new Map<string, SlaClock>()
  for (const stage of past)
    for (const signal of signalsOf(stage.event))
      for (const [metric, allowance] of allowances) {
        const last = turnOf(stage, metric, allowance, clocks.get(metric), signal).at(-1)
        if (last) clocks.set(metric, last.clock)
      }
  return clocks
}

const nothing: readonly LedgerChange[] = []

/** The past did not know of this target: whether it is breached is decided where it comes into force. */
function turnOf(
  { event, ticket }: Stage,
  metric: string,
  allowance: Allowance,
  clock: SlaClock | undefined,
  signal: Signal,
): readonly LedgerChange[] {
  const { target } = allowance
  if (!target.hears.has(signal.name)) return nothing
  const terms = termsOf(allowance)
  const view = { metric, row: target.row, ticket, clocks: ticket.clocks, at: event.at, allowance, termsOf: () => terms }
  return takeSignal(view, clock, signal)
    .filter(({ type }) => type !== 'sla_breached')
    .map((change) => ({ ...change, clock: withoutBreach(change.clock) }))
}

function withoutBreach(clock: SlaClock): SlaClock {
  if (clock.breachedAt === null) return clock
  return { ...clock, breachedAt: null, dueAt: null, lateFrom: null }
}
