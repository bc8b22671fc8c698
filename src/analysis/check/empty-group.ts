import { type Condition, childrenOf } from '../../condition/condition.ts'
import { conditionsOf } from '../condition-at.ts'
import type { Check, Finding } from '../finding.ts'

const says = { all: 'always holds', any: 'never holds', none: 'always holds' } as const

/** `all: []` is true and `any: []` is false, and neither is what anybody means. */
export const emptyGroups: Check = (linted) =>
  conditionsOf(linted).flatMap(({ condition, path }) => emptyIn(condition, path))

function emptyIn(condition: Condition, path: string): Finding[] {
  if ('field' in condition) return []
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
  const children = childrenOf(condition)
  if (children.length > 0) return children.flatMap((child, i) => emptyIn(child, `${path}.${group}[${i}]`))
  return [
    {
      code: 'empty_group',
      path: `${path}.${group}`,
      sentence: `\`${group}\` of nothing ${says[group]}; say what is meant, or leave the condition out`,
    },
  ]
}
