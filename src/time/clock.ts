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

// taken while the module is read, so that a test's fake timers do not stop a store
const { performance } = globalThis

/** Milliseconds that only pass, whatever the machine's clock is set to: for how long something has been waited for. */
export const elapsedMs = (): number => performance.now()
