import type { AutoClosed } from './closing.ts'
import type { Breach, Compliance } from './compliance.ts'
import type { History } from './history.ts'
import type { Queues } from './queue.ts'
import type { Shift } from './shift/work.ts'
import type { Tally } from './tally.ts'

/** What a replay found; `--json` prints it. The same for the same input, whatever the store. */
export interface Figures extends Omit<Tally, 'brokenStates'> {
  readonly transitions: History['transitions']
  readonly compliance: readonly Compliance[]
  readonly worst: readonly Breach[]
  readonly queues: Queues
  readonly autoClosed: AutoClosed
  /** The busiest day, worked through once more by a team of four; null: no incident. */
  readonly shift: Shift | null
}

/** Said to people only. */
export interface Remarks {
  readonly incidents: number
  readonly brokenStates: number
  readonly queuesAtIsDefault: boolean
  readonly agreement: { readonly compared: number; readonly agreed: number }
}
