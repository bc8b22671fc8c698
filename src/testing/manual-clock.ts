import type { Clock } from '../time/clock.ts'
import { type DurationInput, toDuration } from '../time/duration.ts'
import { type InstantInput, toInstant } from '../time/instant.ts'

/** A clock that stands still until it is told. */
export interface ManualClock extends Clock {
  /** To an instant, an earlier one as well. */
  set(at: InstantInput): void
  /** Forward by a duration. */
  pass(duration: DurationInput): void
}

/**
 * A clock for tests.
 * @throws DeskError `invalid_instant`, `invalid_duration`
 * @example
 * const clock = manualClock('2026-11-23T09:00:00Z')
 * clock.pass('90 min')
 * clock.now() // => 1795429800000
 */
export function manualClock(start: InstantInput): ManualClock {
  let now = toInstant(start)
  return {
    now: () => now,
    set: (at) => {
      now = toInstant(at)
    },
    pass: (duration) => {
      now = toInstant(now + toDuration(duration))
    },
  }
}
