import { compileCondition, type Predicate } from '../condition/compile.ts'
import { type Condition, checkCondition } from '../condition/condition.ts'
import type { Refusal } from '../errors.ts'
import { DeskError } from '../errors.ts'
import { checkShape } from '../model/json.ts'
import { findIssues } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { describeKeys, explainPositions, type OrderExplanation } from '../queue/describe-ordering.ts'
import {
  type CompiledOrdering,
  checkOrdering,
  compileOrdering,
  type Ordering,
  OrderingSchema,
} from '../queue/ordering.ts'
import { fields } from './field.ts'

/**
 * Does a ticket meet a condition?
 * @throws DeskError `invalid_definition`, `unknown_name`, `forbidden_key` with the path
 * @example matches({ field: 'tags', op: 'hasAny', value: ['vip'] }, ticket)
 */
export function matches(condition: Condition, ticket: Ticket): boolean {
  return predicateOf(condition)({ ticket })
}

function predicateOf(condition: Condition): Predicate {
  const misshapen = checkShape(condition)
  const refusals = misshapen
    ? [misshapen]
    : checkCondition(condition, fields, { name: 'a question about a ticket', classes: ['stored'] })
  if (refusals[0]) throw new DeskError(refusals[0], refusals)
  return compileCondition(condition, fields)
}

/**
 * A comparator of tickets: total, ended by id.
 * @throws DeskError `invalid_definition`, `unknown_name`
 * @example tickets.toSorted(orderBy('slaDue'))
 */
export function orderBy(ordering: Ordering): (a: Ticket, b: Ticket) => number {
  const { position, compare } = compiledOrdering(ordering)
  return (a, b) => compare(position(a), position(b))
}

/**
 * Which of two tickets comes first in an ordering, and which of its keys decided that.
 * @throws DeskError `invalid_definition`, `unknown_name`
 */
export function explainOrder(ordering: Ordering, a: Ticket, b: Ticket): OrderExplanation {
  const compiled = compiledOrdering(ordering)
  return explainPositions(compiled, fields, compiled.position(a), compiled.position(b))
}

/**
 * An ordering in words, strongest key first.
 * @throws DeskError `invalid_definition`, `unknown_name`
 * @example
 * describeOrdering('fifo')
 * // => 'kind new or open first, then earliest openedAt, then lowest id'
 */
export function describeOrdering(ordering: Ordering): string {
  return describeKeys(compiledOrdering(ordering).keys, fields)
}

function compiledOrdering(ordering: Ordering): CompiledOrdering {
  const parsed = findIssues(OrderingSchema, ordering, 'invalid_definition')
  const refusals: readonly Refusal[] = 'refusals' in parsed ? parsed.refusals : checkOrdering(parsed.value, fields, '')
  if (refusals[0] || 'refusals' in parsed) throw new DeskError(refusals[0] as Refusal, refusals)
  return compileOrdering(parsed.value, fields)
}
