import { midnight, type Plan } from './plan.ts'
import { overlay } from './span.ts'
import { combinedStretches, stretchesOf } from './stretch.ts'
import { utc, type Zone } from './zone.ts'

/** Open when one (union) or all (intersection) of the parts are. Its days are cut at the midnights of `zone`. */
export function combinedPlan(id: string, zone: Zone, kind: 'union' | 'intersection', parts: readonly Plan[]): Plan {
  const plan: Plan = {
    id,
    zone,
    size: parts.reduce((sum, part) => sum + part.size, 0),
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

/** Open at every instant; its days are UTC days. */
export const alwaysPlan: Plan = {
  id: 'alwaysOpen',
  zone: utc,
  size: 1,
  open: (from, to) => (from < to ? [from, to] : []),
  owned: (day) => [midnight(utc, day), midnight(utc, day + 1)],
  stretches(from, to) {
    return stretchesOf(
      this,
      from,
      to,
      () => ({ kind: 'always' }),
      () => [],
    )
  },
}
