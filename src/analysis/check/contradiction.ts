import type { Condition } from '../../condition/condition.ts'
import type { Check, Finding } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { differ, writesOfAll } from '../writes.ts'
import { activeTriggers } from './shadowed.ts'

/** Pairs whose conditions are compared: beyond it, lint would take longer than anybody waits, and says so. */
const maxPairs = 20_000

/**
 * Triggers that one event may wake together, and that say different things of one fact: the later has the last word.
 */
export const contradictions: Check = ({ json, fields, definition }) => {
  const found: Finding[] = []
  // by what is said, those that say something of it: most pairs have nothing in common
  const speakers = new Map<string, Speaker[]>()
  let pairs = 0
  for (const trigger of activeTriggers({ json })) {
    const later: Speaker = { ...trigger, writes: writesOfAll(trigger.do, definition) }
    const subjects = Object.keys(later.writes.says)
    const earlier = new Set(subjects.flatMap((of) => speakers.get(of) ?? []))
    for (const other of earlier) {
      const on = later.on.find((type) => other.on.includes(type))
      const conflict = on && !other.stop && differ(other.writes, later.writes)
      if (!conflict) continue
      if (pairs++ >= maxPairs) return [...found, unfinished(later.path)]
      const both = [other.when, later.when].filter((when) => when !== undefined) as Condition[]
      // the later one is asked after the earlier one has acted
      const after = later.when === undefined ? [] : [later.when as Condition, ...other.writes.holds]
      if (!canHold({ all: both }, fields) || !canHold({ all: after }, fields)) continue
      found.push({
        code: 'contradiction',
        path: later.path,
        sentence: `on ${on}, triggers ${other.id} and ${later.id} may both fire and say different things of ${conflict.of} (${conflict.one}, ${conflict.other}): the later one has the last word; make their conditions exclude each other, or use \`stop\``,
      })
    }
    for (const of of subjects) speakers.set(of, [...(speakers.get(of) ?? []), later])
  }
  return found
}

type Speaker = ReturnType<typeof activeTriggers>[number] & { readonly writes: ReturnType<typeof writesOfAll> }

const unfinished = (path: string): Finding => ({
  code: 'not_looked_at',
  path,
  sentence: `from this trigger on it was not asked whether triggers contradict each other: more than ${maxPairs} pairs say different things of one fact`,
  severity: 'advice',
})
