import { type Definition, defineDesk } from '../../engine/definition.ts'
import { type Definitions, timelineOf } from '../../engine/timeline.ts'
import { isPlainObject } from '../../model/json.ts'
import type { LevelDefinition } from '../../sla/level.ts'
import type { TargetDefinition } from '../../sla/target.ts'
import { type DurationInput, toDuration } from '../../time/duration.ts'
import { check } from '../check.ts'
import { type History, tell } from './tell.ts'

const units: ReadonlySet<string> = new Set(['hours', 'minutes', 'seconds', 'milliseconds'])

/** Twice the time: of a duration, of business days, of each in a table by priority. */
function twice(within: unknown): unknown {
  if (within === null) return null
  if (!isPlainObject(within) || Object.keys(within).every((key) => units.has(key)))
    return 2 * toDuration(within as DurationInput)
  if (typeof within.businessDays === 'number') return { businessDays: 2 * within.businessDays }
  return Object.fromEntries(Object.entries(within).map(([priority, one]) => [priority, twice(one)]))
}

const longerLevel = (level: LevelDefinition): LevelDefinition => ({
  ...level,
  targets: level.targets.map((target) => ({ ...target, within: twice(target.within) as TargetDefinition['within'] })),
})

function longer({ json }: Definition): Definition {
  return defineDesk({ ...json, levels: json.levels?.map(longerLevel) } as never) as Definition
}

/** A longer target is never due earlier: the same history is told under targets of twice the time. */
export function longerIsNotEarlier(definitions: Definitions, history: History): void {
  const { revisions } = timelineOf(definitions)
  const [short, long] = [revisions, revisions.map(longer)].map((each) => tell(each, history).ticket?.clocks)
  for (const [metric, clock] of Object.entries(short ?? {})) {
    const other = long?.[metric]
    if (!clock || !other || clock.cycle !== other.cycle || clock.startedAt !== other.startedAt) continue
    if (clock.state === 'ended' || other.state === 'ended' || clock.dueAt === null || other.dueAt === null) continue
    check(
      clock.dueAt <= other.dueAt,
      `${metric} is due ${clock.dueAt} under ${clock.targetMs} ms, ${other.dueAt} under ${other.targetMs} ms`,
    )
  }
}
