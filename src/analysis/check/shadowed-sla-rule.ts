import type { Condition } from '../../condition/condition.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'

/** Rules compared with those before them: beyond it, lint would take longer than anybody waits. */
const maxPairs = 200_000

/**
 * SLA rules that no ticket ever comes to: whoever meets one has met an earlier one. Never
 * wrong: what is told was proved.
 */
export const shadowedSlaRules: Check = (linted) => {
  const rules = linted.json.slaRules ?? []
  return shadowedRules(linted).map(({ index, by }): Finding => {
    const whose = by === null ? 'one of the rules before it' : `rule ${by + 1}`
    const always = by !== null && rules[by]?.when === undefined
    return {
      code: 'shadowed_sla_rule',
      path: `slaRules[${index}]`,
      sentence: `rule ${index + 1} gives no ticket its level: ${always ? `${whose} holds for every ticket` : `every ticket that meets it meets ${whose}`}, and the first that holds decides; move it up, or take it out`,
    }
  })
}

interface ShadowedRule {
  readonly index: number
  readonly by: number | null
}

/**
 * Each rule that is never reached, and the one rule before it that takes all of its tickets; null: several together.
 */
export function shadowedRules({ json, fields }: Linted): ShadowedRule[] {
  const conditions = (json.slaRules ?? []).map(({ when }) => (when ?? { all: [] }) as Condition)
  let pairs = 0
  return conditions.flatMap((condition, index): ShadowedRule[] => {
    pairs += index
    if (index === 0 || pairs > maxPairs || !canHold(condition, fields)) return []
    const earlier = conditions.slice(0, index)
    const by = earlier.findIndex((other) => !canHold({ all: [condition, { none: [other] }] }, fields))
    if (by >= 0) return [{ index, by }]
    return canHold({ all: [condition, { none: earlier }] }, fields) ? [] : [{ index, by: null }]
  })
}
