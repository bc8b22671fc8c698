import type * as z from 'zod'
import type { Refusal } from '../../errors.ts'
import type { CommandRow } from '../../model/command-row.ts'
import type { WorkflowPass } from '../pass.ts'

/** Types a row by its schema. */
export const row = <Schema extends z.ZodType>(
  row: CommandRow<WorkflowPass, Schema>,
): CommandRow<WorkflowPass, Schema> => row

/** Runs steps in order until one refuses. */
export function inOrder(...steps: (() => Refusal | undefined)[]): Refusal | undefined {
  for (const step of steps) {
    const refusal = step()
    if (refusal) return refusal
  }
  return undefined
}
