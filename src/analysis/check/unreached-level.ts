import type { Condition } from '../../condition/condition.ts'
import type { Check, Finding } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { shadowedRules } from './shadowed-sla-rule.ts'

/** Levels that no SLA rule gives to any ticket. */
export const unreachedLevels: Check = (linted) => {
  const { json, fields } = linted
  const shadowed = new Set(shadowedRules(linted).map(({ index }) => index))
  const rules = json.slaRules ?? []
  const named = new Set(rules.map(({ level }) => level))
  const reached = new Set(
    rules.flatMap(({ level, when }, i) =>
      shadowed.has(i) || (when !== undefined && !canHold(when as Condition, fields)) ? [] : [level],
    ),
  )
  return (json.levels ?? []).flatMap(({ id }, i): Finding[] => {
    if (reached.has(id)) return []
    const path = `levels[${i}]`
    return named.has(id)
      ? [
          {
            code: 'unreached_level',
            path,
            sentence: `no ticket gets level ${id}: the rules that name it are never reached; see what is said of them`,
          },
        ]
      : [
          {
            code: 'unreached_level',
            path,
            sentence: `no SLA rule names level ${id}: a ticket gets it by hand only, with applySla`,
            severity: 'advice',
          },
        ]
  })
}
