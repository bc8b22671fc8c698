import * as z from 'zod'
import type { Predicate } from '../condition/compile.ts'
import type { Condition } from '../condition/condition.ts'
import { Id, JsonValue, Name } from '../model/schema.ts'
import { type CompiledOrdering, type Ordering, OrderingSchema } from './ordering.ts'

/** Which tickets, in which order, and how many at most. */
export interface ViewDefinition<V extends string = string> {
  readonly id: V
  readonly name?: string | undefined
  /** All tickets unless said. */
  readonly when?: Condition | undefined
  /** First in, first out unless said. */
  readonly order?: Ordering | undefined
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

/** A view ready for use. */
export interface View {
  readonly id: string
  readonly when: Condition | null
  readonly matches: Predicate
  readonly order: CompiledOrdering
  readonly limit: number
}
