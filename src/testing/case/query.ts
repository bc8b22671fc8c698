import { compileCondition } from '../../condition/compile.ts'
import type { Condition } from '../../condition/condition.ts'
import { fields } from '../../engine/field.ts'
import { compileOrdering, type Ordering } from '../../queue/ordering.ts'
import type { Query } from '../../store.ts'

/** A query as a desk would ask it. */
export function queryOf(tenant: string, when: Condition | null = null, order: Ordering = 'fifo'): Query {
  const { keys, position, compare } = compileOrdering(order, fields)
  const predicate = when === null ? () => true : compileCondition(when, fields)
  return { tenant, when, matches: (ticket) => predicate({ ticket }), keys, position, compare, limit: 1_000 }
}
