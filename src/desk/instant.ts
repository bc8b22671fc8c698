import { fail } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import { type InstantInput, toInstant } from '../time/instant.ts'
import { maxSkewMs } from './options.ts'

/**
 * When a command happens (SEMANTICS §2). An instant given is taken as it is; without one it is now, or when
 * something last happened to the ticket if this machine's clock lags a little behind.
 * @throws DeskError `clock_ahead`: a false breach would be for ever; `clock_went_back`; `invalid_instant`
 */
export function commandInstant(
  given: InstantInput | undefined,
  tickets: readonly Ticket[],
  now: number,
  storeNow: number,
): number {
  const lastAt = Math.max(0, ...tickets.map((ticket) => ticket.lastAt))
  const at = given === undefined ? Math.max(now, lastAt) : toInstant(given, 'at')
  if (given === undefined && lastAt - now > maxSkewMs) throw fail('clock_went_back', { at: now, lastAt }, 'at')
  if (at > storeNow + maxSkewMs) throw fail('clock_ahead', { at, storeNow, maxSkewMs }, 'at')
  return at
}
