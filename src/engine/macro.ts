import * as z from 'zod'
import { Id } from '../model/schema.ts'
import type { RulePass } from '../rules/pass.ts'
import { row } from '../workflow/command/row.ts'
import type { WorkflowPass } from '../workflow/pass.ts'

export const macroCommand = {
  /** By hand: a macro's actions in order, all or nothing. */
  applyMacro: row({
    schema: z.strictObject({ macro: Id }),
    onClosed: 'accepted',
    // the engine gives every row its whole pass
    decide: (pass, { macro }) => (pass as WorkflowPass & RulePass).fireMacro(macro, 'macro'),
  }),
}
