import type { Cause } from '../model/event.ts'
import type { Ticket } from '../model/ticket.ts'
import { type DueTimeRule, unmetTimeRules } from '../rules/due.ts'
import type { CauseExplanation, RuleTrial } from '../rules/explain.ts'
import { subjectAt } from './subject.ts'
import type { Timeline } from './timeline.ts'

/** A cause that has been worked out, and the rules that were tried for it. */
export interface Ran {
  readonly cause: Cause
  readonly at: number
  readonly trials: () => readonly RuleTrial[]
}

/** Names a firing of a time rule, or a trial of it, once and for all. */
export const timeRuleKey = ({ rule, since }: Pick<DueTimeRule, 'rule' | 'since'>): string => `${rule.id}/${since}`

/**
 * A cause, and what time then tried in vain while nothing else happened, from one instant up to another: rules that
 * were due already were tried as soon as the cause was over, the others each at its own instant. `ticket`: as it stood
 * then; null where no time rule was tried.
 */
export function explainRest(
  timeline: Timeline,
  ticket: Readonly<Ticket> | null,
  ran: Ran | undefined,
  span: readonly [from: number, to: number],
): readonly CauseExplanation[] {
  if (!ticket) return ran ? [{ cause: ran.cause, at: ran.at, rules: ran.trials() }] : []
  const at = (instant: number) => subjectAt(timeline, ticket, instant)
  const unmet = unmetTimeRules(timeline.timeRules, ticket, span, at)
  const told = ({ rule, at: tried }: DueTimeRule): RuleTrial => ({
    rule: rule.id,
    kind: 'time_rule',
    outcome: 'not_met',
    decidedBy: rule.explain(at(tried)),
    did: [],
  })
  const [atOnce, later] = [unmet.filter(({ at }) => at === ran?.at), unmet.filter(({ at }) => at !== ran?.at)]
  return [
    ...(ran ? [{ cause: ran.cause, at: ran.at, rules: [...ran.trials(), ...atOnce.map(told)] }] : []),
    ...later.map((due) => ({
      cause: { kind: 'time', fact: 'time_rule', key: timeRuleKey(due) } as const,
      at: due.at,
      rules: [told(due)],
    })),
  ]
}
