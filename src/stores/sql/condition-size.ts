import { type Condition, childrenOf } from '../../condition/condition.ts'

/** How much a condition asks: leaves, and groups of nothing; values to be bound. */
export function sizeOf(condition: Condition): { readonly leaves: number; readonly params: number } {
  if ('field' in condition) return { leaves: 1, params: Array.isArray(condition.value) ? condition.value.length : 1 }
  return childrenOf(condition)
    .map(sizeOf)
    .reduce((a, b) => ({ leaves: a.leaves + b.leaves, params: a.params + b.params }), { leaves: 1, params: 0 })
}
