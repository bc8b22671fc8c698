import { isErasedBy } from '../engine/erase.ts'
import { sameJson } from '../model/json.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'

/**
 * Two logs of one ticket, one of which goes on from the other: the events of ours that were erased since, as they stand
 * from then on. Null where they are different logs. What is personal may be missing from the one that goes on, if an
 * event there says that it was erased; it never comes back.
 */
export function erasedSince(
  ours: readonly AnyTicketEvent[],
  theirs: readonly AnyTicketEvent[],
): readonly AnyTicketEvent[] | null {
  const shared = Math.min(ours.length, theirs.length)
  const erased: AnyTicketEvent[] = []
  for (let i = 0; i < shared; i++) {
    const [mine, other] = [ours[i] as AnyTicketEvent, theirs[i] as AnyTicketEvent]
    if (same(mine, other)) continue
    const [whole, less, later] = mine.personal === undefined ? [other, mine, ours] : [mine, other, theirs]
    const { personal: _personal, ...rest } = whole
    const says = later.slice(shared).some((event) => isErasedBy(whole, event))
    if (less.personal !== undefined || !same(rest as AnyTicketEvent, less) || !says) return null
    if (less === other) erased.push(other)
  }
  return erased
}

/** Most often the keys stand in the same order, too. */
const same = (a: AnyTicketEvent, b: AnyTicketEvent): boolean =>
  JSON.stringify(a) === JSON.stringify(b) || sameJson(a, b)
