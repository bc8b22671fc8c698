import { type DeskError, fail, isDeskError } from '../errors.ts'
import { maxReloads, type Outcome } from './options.ts'

/** Somebody else was quicker: load again, or give up with this error. */
export interface Again {
  readonly again: DeskError
}

export const again = (ticketId: string, expected: number, actual: number): Again => ({
  again: fail('version_conflict', { ticketId, expected, actual }, 'ticketId'),
})

/** Attempts until one gives the outcome; a commit whose fate is not known is told by its receipt. */
export async function attempts(attempt: () => Promise<Outcome | Again>): Promise<Outcome> {
  let last: unknown
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    try {
      const outcome = await attempt()
      if (!('again' in outcome)) return outcome
      last = outcome.again
    } catch (error) {
      if (!isDeskError(error, 'outcome_unknown')) throw error
      last = error
    }
  }
  throw last
}
