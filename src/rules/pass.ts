import type { Refusal } from '../errors.ts'

/** What a command may ask of the rules while a cause is worked out. */
export interface RulePass {
  /**
   * Runs a macro's actions on behalf of the actor, all or nothing; a priority is set by hand unless an advisor says it.
   */
  readonly fireMacro: (id: string, path: string, source?: 'advisor') => Refusal | undefined
  /** Does something, or leaves nothing of it if it is refused; true: it was done. */
  readonly attempt: (act: () => Refusal | undefined) => boolean
  /** Asks for a canned message to the requester; false: a machine wrote, which is sent none. */
  readonly sendCanned: (id: string) => boolean
}
