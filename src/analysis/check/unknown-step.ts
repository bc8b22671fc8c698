import { type Condition, childrenOf, type Leaf } from '../../condition/condition.ts'
import { conditionsOf } from '../condition-at.ts'
import type { Check } from '../finding.ts'
import { targetsOf } from '../target-at.ts'

/** Questions about steps that no target has. Signals are the application's to give, so of those nothing is known. */
export const unknownSteps: Check = (linted) => {
  const known = new Set(targetsOf(linted).flatMap(({ target }) => target.steps.map(({ id }) => id)))
  return conditionsOf(linted).flatMap(({ condition, path }) =>
    leavesOf(condition, path).flatMap(([{ field, op, value }, at]) => {
      if (field !== 'event.step' || (op !== 'is' && op !== 'oneOf')) return []
      const unknown = [value].flat().filter((step) => !known.has(String(step)))
      return unknown.map((step) => ({
        code: 'unknown_step',
        path: `${at}.value`,
        sentence: `no target has a step ${step}: only clocks that run under an earlier revision could reach one`,
      }))
    }),
  )
}

function leavesOf(condition: Condition, path: string): readonly (readonly [Leaf, string])[] {
  if ('field' in condition) return [[condition, path]]
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
  return childrenOf(condition).flatMap((child, i) => leavesOf(child, `${path}.${group}[${i}]`))
}
