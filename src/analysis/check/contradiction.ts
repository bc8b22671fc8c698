import type { Condition } from '../../condition/condition.ts'
import type { Check, Finding } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { differ, writesOfAll } from '../writes.ts'
import { activeTriggers } from './shadowed.ts'

/** Pairs that are compared: beyond it, lint would take longer than anybody waits. */
const maxPairs = 200_000

/** Triggers that one event may wake together, and that say different things of one fact: the later has the last word. */
export const contradictions: Check = ({ json, fields, definition }) => {
  const triggers = activeTriggers({ json }).map((trigger) => ({
    ...trigger,
    writes: writesOfAll(trigger.do, definition),
  }))
  const found: Finding[] = []
  let pairs = 0
  for (const [k, later] of triggers.entries())
    for (const earlier of triggers.slice(0, k)) {
      if (pairs++ > maxPairs) return found
      const on = later.on.find((type) => earlier.on.includes(type))
      const conflict = on && !earlier.stop && differ(earlier.writes, later.writes)
      if (!conflict) continue
      const both = [earlier.when, later.when].filter((when) => when !== undefined) as Condition[]
      // the later one is asked after the earlier one has acted
      const after = later.when === undefined ? [] : [later.when as Condition, ...earlier.writes.holds]
      if (!canHold({ all: both }, fields) || !canHold({ all: after }, fields)) continue
      found.push({
        code: 'contradiction',
        path: later.path,
        sentence: `on ${on}, triggers ${earlier.id} and ${later.id} may both fire and say different things of ${conflict.of} (${conflict.one}, ${conflict.other}): the later one has the last word; make their conditions exclude each other, or use \`stop\``,
      })
    }
  return found
}
