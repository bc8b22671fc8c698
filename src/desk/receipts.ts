import { fail } from '../errors.ts'
import { type DurationInput, toDuration } from '../time/duration.ts'
import type { DeskContext } from './options.ts'

/** A command may be sent again for so long: 30 days of 24 h. */
const shortestMs = 30 * 24 * 3_600_000

/**
 * Forgets receipts of commands done longer ago than a time, and says how many. Effects that were done before go with
 * them, and presence that is over.
 * @throws DeskError `invalid_duration` for less than 30 days
 */
export async function forgetReceipts(
  { store, tenant }: DeskContext,
  after: DurationInput = shortestMs,
): Promise<number> {
  const afterMs = toDuration(after, 'after')
  if (afterMs < shortestMs)
    throw fail('invalid_duration', { value: String(afterMs), reason: 'receipts are kept for at least 720 h' }, 'after')
  return store.forgetReceipts(tenant, (await store.now()) - afterMs)
}
