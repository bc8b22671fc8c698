/**
 * Impact → urgency → priority. `default` stands for what is not listed, and for a ticket that has none. A pair without
 * a priority says nothing.
 */
export interface PriorityMatrix<P extends string = string> {
  readonly [impact: string]: { readonly [urgency: string]: P }
}

/** A ticket whose impact nobody set has this one when so many people are affected. */
export interface ImpactStep {
  readonly affected: number
  readonly impact: string
}

/** What a requester's plan allows. */
export interface Plan<P extends string = string> {
  /** As it stands in `requester.plan`. */
  readonly name: string
  /** Whatever says more is held down to this. */
  readonly maxPriority?: P | undefined
}
