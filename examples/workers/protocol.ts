/** What a worker tells the crew. */
export type Report =
  | {
      readonly kind: 'done'
      /** What time it was in the log. */
      readonly at: number
      /** Events of time it wrote, and effects it delivered. */
      readonly events: number
      readonly effects: number
      /** There was nothing to do. */
      readonly idle: boolean
    }
  /** Something failed, and will be tried again. */
  | { readonly kind: 'trouble'; readonly reason: string }
  /** It has sent an effect, has not settled it, and waits there for its end. */
  | { readonly kind: 'in_the_middle'; readonly effectId: string }

/** What a worker is started with, as JSON. */
export interface Task {
  readonly url: string
  readonly name: string
  readonly boss: boolean
  /** It stops in the middle of its n-th effect, to be killed there; 0: never. */
  readonly stopsAt: number
}
