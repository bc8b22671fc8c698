import type { Actor } from './actor.ts'
import type { JsonObject } from './json.ts'

/**
 * Why an event happened: somebody's command, or time alone. `rule` names the rule that did it in answer to that;
 * it is absent where no rule came in between.
 */
export type Cause =
  | { readonly kind: 'command'; readonly id: string; readonly rule?: string }
  | {
      readonly kind: 'time'
      readonly fact: 'wake' | 'auto_close' | 'breach' | 'step' | 'time_rule'
      readonly key: string
      readonly rule?: string
    }

/**
 * The envelope of every event. `id` derives from ticket and version. `data` carries the outcome, so
 * that a log gives the same ticket for ever, whatever was edited since; `personal` is what erasure removes.
 */
export interface TicketEvent<Type extends string = string, Data = JsonObject, Personal = JsonObject> {
  readonly id: string
  readonly ticketId: string
  readonly tenant: string
  /** Position in the ticket's stream, from 1, without gaps. */
  readonly version: number
  /** The ticket's revision after this event. */
  readonly revision: number
  readonly type: Type
  /** Schema version of the type; older ones are upcast on load. */
  readonly v: number
  /** When it happened. */
  readonly at: number
  /** What the recording machine's clock said. */
  readonly recordedAt: number
  readonly actor: { readonly kind: Actor['kind']; readonly id: string }
  readonly cause: Cause
  /** Hash of the definition that decided it. */
  readonly definitionVersion: string
  readonly data: Data
  readonly personal?: Personal | undefined
}
