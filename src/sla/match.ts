import { sameJson } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { SlaPass, SlaSlice } from './slice.ts'

/**
 * Gives the ticket the level of the first rule that matches, if that is another one, and what it says of the priority.
 * A level given by hand stays: the rules then speak of the priority alone.
 */
export function matchRules(pass: SlaPass): void {
  const { level, priority, reason } = saidByRules(pass)
  if (!pass.ticket.slaByHand && level !== (pass.ticket.sla?.level ?? null)) applyLevel(pass, level, reason)
  pass.saySlaPriority(priority, `SLA ${reason}`)
}

export function saidByRules({ definition, ticket, seenBySlaRules }: SlaPass): {
  readonly level: string | null
  readonly priority: string | null
  readonly reason: string
} {
  const rule = definition.slaRules.first({ ticket: seenBySlaRules(ticket) })
  return rule
    ? { level: rule.level, priority: rule.priority, reason: `rule ${rule.position + 1}` }
    : { level: null, priority: null, reason: 'no rule matches' }
}

export function applyLevel({ definition, ticket, emit }: SlaPass, level: string | null, reason: string, byHand?: true) {
  emit('sla_applied', {
    level,
    levelVersion: level === null ? null : (definition.levels.get(level)?.version ?? null),
    from: ticket.sla?.level ?? null,
    reason,
    ...(byHand ? { byHand } : {}),
  })
}

/** Did a field that the SLA rules read change? To be asked of tickets as they see them. */
export const rulesReadChange = (
  { fieldsOfSlaRules, fields }: SlaSlice,
  before: Readonly<Ticket>,
  after: Readonly<Ticket>,
): boolean =>
  fieldsOfSlaRules.some((name) => {
    const field = fields[name]
    return field
      ? !sameJson(field.read({ ticket: before }), field.read({ ticket: after }))
      : !sameJson(before.fields, after.fields)
  })
