import type * as z from 'zod'
import type { Refusal } from '../errors.ts'

/**
 * A command: what it accepts, and what it does. `decide` emits events, or says why not; emitting nothing is a no-op.
 */
export interface CommandRow<Pass, Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** May a closed ticket still take it? The row itself may refuse more. */
  readonly onClosed: 'accepted' | 'refused'
  readonly decide: (pass: Pass, input: z.output<Schema>) => Refusal | undefined
}
