/** Where "now" comes from: an instant in milliseconds since the epoch, UTC. */
export interface Clock {
  now(): number
}

/**
 * The machine's own clock. The only place in this library that asks what time it is.
 *
 * @example
 * Number.isInteger(systemClock.now()) // => true
 */
export const systemClock: Clock = Object.freeze({ now: () => Date.now() })
