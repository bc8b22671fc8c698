import type { Condition } from '../condition/condition.ts'
import { isEffectKind } from '../rules/effect.ts'
import type { Linted } from './finding.ts'

/** A condition, and where it stands. */
export interface ConditionAt {
  readonly condition: Condition
  readonly path: string
}

/** Every condition of a definition. */
export function conditionsOf({ json }: Linted): ConditionAt[] {
  const found: ConditionAt[] = []
  const add = (when: unknown, path: string) => {
    if (when !== undefined) found.push({ condition: when as Condition, path })
  }
  for (const key of ['slaRules', 'views', 'triggers', 'timeRules', 'macros'] as const)
    for (const [i, one] of (json[key] ?? []).entries()) {
      add((one as { readonly when?: unknown }).when, `${key}[${i}].when`)
      const does: readonly unknown[] = 'do' in one ? one.do : []
      for (const [k, action] of does.entries()) if (isEffect(action)) add(action.when, `${key}[${i}].do[${k}].when`)
    }
  return found
}

const isEffect = (action: unknown): action is { readonly type: string; readonly when?: Condition } =>
  typeof action === 'object' && action !== null && isEffectKind(String((action as { type?: unknown }).type))
