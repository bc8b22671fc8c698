import type * as z from 'zod'
import type { Refusal } from '../../errors.ts'
import type { WorkflowPass } from '../pass.ts'

/** A command: what it accepts, and what it does. `decide` emits events, or says why not; emitting nothing is a no-op. */
export interface CommandRow<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** May a closed ticket still take it? The row itself may refuse more. */
  readonly onClosed: 'accepted' | 'refused'
  readonly decide: (pass: WorkflowPass, input: z.output<Schema>) => Refusal | undefined
}

/** Types a row by its schema. */
export const row = <Schema extends z.ZodType>(row: CommandRow<Schema>): CommandRow<Schema> => row

/** Runs steps in order until one refuses. */
export function inOrder(...steps: (() => Refusal | undefined)[]): Refusal | undefined {
  for (const step of steps) {
    const refusal = step()
    if (refusal) return refusal
  }
  return undefined
}
