import { MAX_PARTS } from './calendar-reading.ts'
import { DAY_MS } from './day.ts'
import type { Find } from './fail.ts'
import { midnight, type Plan } from './plan.ts'
import { overlay } from './span.ts'
import { combinedStretches } from './stretch.ts'
import type { Zone } from './zone.ts'

/** Open when one (union) or all (intersection) of the parts are. Its days are cut at the midnights of `zone`. */
export function combinedPlan(
  id: string,
  zone: Zone,
  kind: 'union' | 'intersection',
  parts: readonly Plan[],
  find: Find,
  path: string,
): Plan {
  const actual = parts.reduce((sum, part) => sum + part.size, 0)
  if (!actual) find('invalid_definition', { reason: 'at least one calendar is needed' }, path)
  if (actual > MAX_PARTS) find('too_large', { limit: MAX_PARTS, actual, unit: 'entries' }, path)
  const plan: Plan = {
    id,
    zone,
    size: actual + 1,
    open: (from, to) =>
      overlay(
        parts.map((part) => part.open(from, to)),
        kind === 'union' ? 1 : parts.length,
      ),
    owned: (day) => plan.open(midnight(zone, day), midnight(zone, day + 1)),
    stretches: (from, to) => combinedStretches(parts, plan, kind, from, to),
  }
  return plan
}

/** 1970–2199 in chunks, looked through from the chunk of 2020 on. */
const [CHUNK_DAYS, CHUNKS, FIRST_CHUNK] = [78, 1077, 234]
/**
 * Chunks of single calendars that are looked at in search of an opening: all there are for two and their intersection.
 */
const MAX_LOOKS = 3 * CHUNKS

/**
 * Finds fault with a plan that never opens. All of 1970–2199 is looked through, but for calendars made of more than
 * two, of which so many years from 2019-12-22 on that the work stays the same: at least six.
 */
export function checkOpens(plan: Plan, find: Find, path: string): void {
  const chunks = Math.min(CHUNKS, MAX_LOOKS / plan.size)
  for (let i = 0; i < chunks; i++) {
    const from = ((i + FIRST_CHUNK) % CHUNKS) * CHUNK_DAYS
    if (plan.open(from * DAY_MS, (from + CHUNK_DAYS) * DAY_MS).length) return
  }
  find('calendar_never_open', { calendar: plan.id }, path)
}
