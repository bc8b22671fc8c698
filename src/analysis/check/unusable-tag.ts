import { type Condition, childrenOf } from '../../condition/condition.ts'
import { conditionsOf } from '../condition-at.ts'
import type { Check, Finding, Linted } from '../finding.ts'

/** Conditions that ask for a tag which nobody can add: not registered where only registered ones may be used. */
export const unusableTags: Check = (linted) =>
  linted.definition.tags.open
    ? []
    : conditionsOf(linted).flatMap(({ condition, path }) => unusableIn(condition, path, linted))

function unusableIn(condition: Condition, path: string, linted: Linted): Finding[] {
  if (!('field' in condition)) {
    const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
    return childrenOf(condition).flatMap((child, i) => unusableIn(child, `${path}.${group}[${i}]`, linted))
  }
  const asked = condition.field === 'tags' && Array.isArray(condition.value) ? condition.value : []
  return asked.flatMap((tag, i) =>
    linted.definition.tags.find(String(tag))
      ? []
      : [
          {
            code: 'unknown_tag',
            path: `${path}.value[${i}]`,
            sentence: `there is no tag ${String(tag).slice(0, 80)} in the registry, and new ones may not be made; register it, or ask for another`,
          },
        ],
  )
}
