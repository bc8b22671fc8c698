import type { LeafVerdict } from '../condition/verdict.ts'
import type { Cause } from '../model/event.ts'

/** What became of one action of a rule. */
export interface ActionTrial {
  /** A command's or an effect's type. */
  readonly type: string
  /** `suppressed`: an automatic message sends nothing; `refused`: with the code why. */
  readonly result: 'changed' | 'unchanged' | 'refused' | 'asked' | 'suppressed'
  readonly code?: string
}

/** A rule that was looked at, and why it did what it did. */
export interface RuleTrial {
  /** Its id; of an SLA rule, which has none, its place in the definition: `slaRules[0]`. */
  readonly rule: string
  readonly kind: 'trigger' | 'time_rule' | 'macro' | 'sla_rule'
  /**
   * `fired`, of an SLA rule: it is the first that matched; `not_met`: its condition did not hold; `again`: it had fired
   * for this cause and would have done more; `stopped`: an earlier one stopped the others, or matched before;
   * `limit`: too many had fired, or it was woken by what the clocks did last.
   */
  readonly outcome: 'fired' | 'not_met' | 'again' | 'stopped' | 'limit'
  /** The leaves of its condition that decided; none where it has no condition. */
  readonly decidedBy: readonly LeafVerdict[]
  readonly did: readonly ActionTrial[]
}

/** The rules of one cause, in the order in which they were tried. */
export interface CauseExplanation {
  readonly cause: Cause
  readonly at: number
  readonly rules: readonly RuleTrial[]
}
