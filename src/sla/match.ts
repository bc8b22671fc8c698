import { sameJson } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { SlaPass, SlaSlice } from './slice.ts'

/** Gives the ticket the level of the first rule that matches, if that is another one; one given by hand stays. */
export function matchLevel(pass: SlaPass): void {
  if (pass.ticket.slaByHand) return
  const { level, reason } = levelByRules(pass)
  if (level !== (pass.ticket.sla?.level ?? null)) applyLevel(pass, level, reason)
}

export function levelByRules({ definition, ticket }: SlaPass): {
  readonly level: string | null
  readonly reason: string
} {
  const index = definition.slaRules.findIndex((rule) => rule.matches({ ticket }))
  return index < 0
    ? { level: null, reason: 'no rule matches' }
    : { level: definition.slaRules[index]?.level ?? null, reason: `rule ${index + 1}` }
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

/** Did a field that the SLA rules read change? */
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
