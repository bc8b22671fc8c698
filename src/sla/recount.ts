import type { SlaClock } from '../model/clock.ts'
import type { Allowance } from './allowance.ts'
import { termsOf } from './clock.ts'
import { type Signal, signalsOf } from './signal.ts'
import type { Stage } from './slice.ts'
import { type LedgerChange, takeSignal } from './turn.ts'

/** What metrics are allowed, by name. */
export type Allowances = ReadonlyMap<string, Allowance>

/** The metric whose clock says whether the first response was given: counts of others look at it. */
export const firstMetric = 'firstResponse'

/** In the order in which clocks hear what happens. */
export const allowancesByName = (allowances: readonly (readonly [string, Allowance | null])[]): Allowances =>
  new Map(
    allowances
      .filter((entry): entry is readonly [string, Allowance] => entry[1] !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** An entry of a ledger as it would have been, at its instant. */
interface PastChange extends LedgerChange {
  readonly at: number
}

type Clocks = Record<string, SlaClock>

/** What would have happened to clocks, had their allowances been in force from the beginning, one beside the other. */
export function* recountLedger(past: Iterable<Stage>, allowances: Allowances): Generator<PastChange> {
  const clocks: Clocks = Object.create(null)
  for (const stage of past)
    for (const signal of signalsOf(stage.event))
      for (const [metric, allowance] of allowances)
        for (const change of turnOf(stage, metric, allowance, clocks, signal)) {
          clocks[metric] = change.clock
          yield { ...change, at: stage.event.at }
        }
}

/**
 * The clocks that metrics would have, had their allowances been in force from the
 * beginning; none where it never started.
 */
export function recount(past: Iterable<Stage>, allowances: Allowances): { readonly [metric: string]: SlaClock } {
  const clocks: Clocks = Object.create(null)
  for (const stage of past)
    for (const signal of signalsOf(stage.event))
      for (const [metric, allowance] of allowances) {
        const last = turnOf(stage, metric, allowance, clocks, signal).at(-1)
        if (last) clocks[metric] = last.clock
      }
  return clocks
}

const nothing: readonly LedgerChange[] = []

/** The past did not know of this target: whether it is breached is decided where it comes into force. */
function turnOf(
  { event, ticket }: Stage,
  metric: string,
  allowance: Allowance,
  clocks: Clocks,
  signal: Signal,
): readonly LedgerChange[] {
  const { target } = allowance
  if (!target.hears.has(signal.name)) return nothing
  const terms = termsOf(allowance)
  const view = { metric, row: target.row, ticket, clocks, at: event.at, allowance, termsOf: () => terms }
  return takeSignal(view, clocks[metric], signal)
    .filter(({ type }) => type !== 'sla_breached')
    .map((change) => ({ ...change, clock: withoutBreach(change.clock) }))
}

function withoutBreach(clock: SlaClock): SlaClock {
  if (clock.breachedAt === null) return clock
  return { ...clock, breachedAt: null, dueAt: null, lateFrom: null }
}
