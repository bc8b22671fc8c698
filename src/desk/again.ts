import { type DeskError, fail, isDeskError } from '../errors.ts'
import { maxReloads } from './options.ts'
import { isStoreFailure } from './store-failure.ts'

/** Somebody else was quicker: load again, or give up with this error. */
export interface Again {
  readonly again: DeskError
}

export const again = (ticketId: string, expected: number, actual: number): Again => ({
  again: fail('version_conflict', { ticketId, expected, actual }, 'ticketId'),
})

/**
 * Attempts until one gives the outcome. A commit whose fate is not known is told by its receipt; as long as the store
 * fails to give that, its fate stays unknown, whatever else is said of the failure.
 */
export async function attempts<Result>(attempt: () => Promise<Result | Again>): Promise<Result> {
  let unknown: unknown
  let last: unknown
  for (let reloads = 0; reloads <= maxReloads; reloads++) {
    try {
      const outcome = await attempt()
      if (!isAgain(outcome)) return outcome
      last = outcome.again
    } catch (error) {
      if (isDeskError(error, 'outcome_unknown')) unknown = error
      else throw unknown !== undefined && isStoreFailure(error) ? unknown : error
      last = error
    }
  }
  throw last
}

const isAgain = (outcome: unknown): outcome is Again =>
  typeof outcome === 'object' && outcome !== null && 'again' in outcome
