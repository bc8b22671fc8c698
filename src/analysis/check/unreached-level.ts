import type { Condition } from '../../condition/condition.ts'
import { countedFrom } from '../counted-from.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { shadowedRules } from './shadowed-sla-rule.ts'

/** Levels that nothing gives to any ticket: no SLA rule, and no trigger, time rule or macro with `applySla`. */
export const unreachedLevels: Check = (linted) => {
  const { json, fields } = linted
  const shadowed = new Set(shadowedRules(linted).map(({ index }) => index))
  const rules = json.slaRules ?? []
  const named = new Set(rules.map(({ level }) => level))
  const reached = new Set([
    ...appliedLevels(linted),
    ...rules.flatMap(({ level, when }, i) =>
      shadowed.has(i) || (when !== undefined && !canHold(when as Condition, fields)) ? [] : [level],
    ),
  ])
  return (json.levels ?? []).flatMap(({ id }, i): Finding[] => {
    if (reached.has(id)) return []
    const path = `levels[${i}]`
    return named.has(id)
      ? [
          {
            code: 'unreached_level',
            path,
            sentence: `no SLA rule gives a ticket level ${id}: those that name it are never reached; see what is said of them`,
          },
        ]
      : [
          {
            code: 'unreached_level',
            path,
            sentence: `no rule or macro names level ${id}: a ticket gets it by hand only, with applySla`,
            severity: 'advice',
          },
        ]
  })
}

/** Levels that a trigger, a time rule or a macro gives. */
function appliedLevels({ json, fields }: Linted): string[] {
  const acting = [
    ...(json.triggers ?? []),
    ...(json.macros ?? []),
    ...(json.timeRules ?? []).map((rule) => ({ ...rule, also: countedFrom(rule.since) })),
  ] as readonly Acting[]
  return acting.flatMap(({ active, when = { all: [] }, also = [], do: does }) =>
    active === false || !canHold({ all: [when, ...also] }, fields)
      ? []
      : does.flatMap(({ type, level }) => (type === 'applySla' && typeof level === 'string' ? [level] : [])),
  )
}

interface Acting {
  readonly active?: boolean
  readonly when?: Condition
  readonly also?: readonly Condition[]
  readonly do: readonly { readonly type: string; readonly level?: unknown }[]
}
