import type { RulePass } from '../rules/pass.ts'
import type { SlaPass } from '../sla/slice.ts'
import type { WorkflowPass } from '../workflow/pass.ts'
import type { Definition } from './definition.ts'

/** What every room is given: the ticket as it stands, the definition in force, and the means to add an event. */
export interface EnginePass extends WorkflowPass, SlaPass, RulePass {
  readonly definition: Definition
}
