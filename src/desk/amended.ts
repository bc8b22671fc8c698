import type { Outcome } from './options.ts'

/**
 * The same outcome with some of it said anew. An explanation that nobody has read yet
 * stays unread: spread, it would be.
 */
export const amended = (outcome: Outcome, anew: Partial<Outcome>): Outcome =>
  Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(outcome),
      ...Object.getOwnPropertyDescriptors(anew),
    },
  ) as Outcome
