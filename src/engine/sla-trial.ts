import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { ActionTrial, RuleTrial } from '../rules/explain.ts'
import type { SlaRule } from '../sla/slice.ts'

/** SLA rules as they were tried on a ticket as they see it, and what the first that matched did: `happened`. */
export function slaTrials(
  rules: readonly SlaRule[],
  ticket: Readonly<Ticket>,
  happened: readonly AnyTicketEvent[],
): readonly RuleTrial[] {
  let matched = false
  return rules.map((rule): RuleTrial => {
    const { holds, decidedBy } = rule.judge({ ticket })
    const outcome = matched ? 'stopped' : holds ? 'fired' : 'not_met'
    matched ||= holds
    return {
      rule: `slaRules[${rule.position}]`,
      kind: 'sla_rule',
      outcome,
      decidedBy,
      did: outcome === 'fired' ? didOf(rule, happened) : [],
    }
  })
}

function didOf({ priority }: SlaRule, happened: readonly AnyTicketEvent[]): readonly ActionTrial[] {
  const result = (type: AnyTicketEvent['type']) =>
    happened.some((event) => event.type === type) ? 'changed' : 'unchanged'
  const level: ActionTrial = { type: 'applySla', result: result('sla_applied') }
  return priority === null ? [level] : [level, { type: 'setPriority', result: result('priority_changed') }]
}
