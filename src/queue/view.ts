import * as z from 'zod'
import { compileCondition, type Predicate } from '../condition/compile.ts'
import { type Condition, type ConditionUse, checkCondition } from '../condition/condition.ts'
import type { FieldTable } from '../condition/field.ts'
import { type MergedTags, withFormerTags } from '../condition/same-tag.ts'
import { type Refusal, refuse } from '../errors.ts'
import { Id, JsonValue, Name } from '../model/schema.ts'
import {
  type CompiledOrdering,
  checkOrdering,
  compileOrdering,
  type Ordering,
  type OrderingNames,
  OrderingSchema,
} from './ordering.ts'

/** Which tickets, in which order, and how many at most. */
export interface ViewDefinition<V extends string = string, P extends string = string, When = Condition> {
  readonly id: V
  readonly name?: string | undefined
  /** All tickets unless said. */
  readonly when?: When | undefined
  /** First in, first out unless said. */
  readonly order?: Ordering<P> | undefined
  /** 1 to 1,000; 50 unless said. */
  readonly limit?: number | undefined
}

export const ViewSchema = z.strictObject({
  id: Id,
  name: Name.optional(),
  when: JsonValue.optional(),
  order: OrderingSchema.optional(),
  limit: z.int().min(1).max(1_000).optional(),
})

const inView: ConditionUse = { name: 'a view', classes: ['stored'] }

/** Everything wrong with views, each with its path. */
export function checkViews(
  views: readonly z.output<typeof ViewSchema>[],
  fields: FieldTable,
  names: OrderingNames,
): Refusal[] {
  return views.flatMap(({ id, when, order }, i) => [
    ...(views.findIndex((other) => other.id === id) < i
      ? [refuse('duplicate_name', { what: 'view', name: id }, `views[${i}].id`)]
      : []),
    ...(when === undefined ? [] : checkCondition(when, fields, inView, `views[${i}].when`)),
    ...(order === undefined ? [] : checkOrdering(order, fields, `views[${i}].order`, names)),
  ])
}

/** A view ready for use. */
export interface View {
  readonly id: string
  readonly when: Condition | null
  /** The same of tickets as stores keep them. */
  readonly asked: Condition | null
  readonly matches: Predicate
  readonly order: CompiledOrdering
  readonly limit: number
}

export function compileView(
  { id, when, order = 'fifo', limit = 50 }: z.output<typeof ViewSchema>,
  fields: FieldTable,
  merged: MergedTags,
): View {
  const condition = (when ?? null) as Condition | null
  const matches = condition === null ? () => true : compileCondition(condition, fields)
  const asked = condition && withFormerTags(condition, merged)
  return { id, when: condition, asked, matches, order: compileOrdering(order, fields), limit }
}
