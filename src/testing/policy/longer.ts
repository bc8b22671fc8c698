import { type Definition, defineDesk } from '../../engine/definition.ts'
import { type Definitions, timelineOf } from '../../engine/timeline.ts'
import { isPlainObject } from '../../model/json.ts'
import type { LevelDefinition } from '../../sla/level.ts'
import type { TargetDefinition } from '../../sla/target.ts'
import { isTable, mostBusinessDays } from '../../sla/within.ts'
import { type DurationInput, MAX_DURATION_MS, toDuration } from '../../time/duration.ts'
import { check } from '../check.ts'
import { type History, type Told, tell } from './tell.ts'

/** Twice the time, up to the longest there is: of a duration, of business days, of each in a table by priority. */
function twice(within: unknown): unknown {
  if (within === null) return null
  if (isTable(within))
    return Object.fromEntries(Object.entries(within).map(([priority, one]) => [priority, twice(one)]))
  if (isPlainObject(within) && typeof within.businessDays === 'number')
    return { businessDays: Math.min(2 * within.businessDays, mostBusinessDays) }
  return Math.min(2 * toDuration(within as DurationInput), MAX_DURATION_MS)
}

const longerLevel = (level: LevelDefinition): LevelDefinition => ({
  ...level,
  targets: level.targets.map((target) => ({ ...target, within: twice(target.within) as TargetDefinition['within'] })),
})

const changed = ({ json }: Definition, more: object): Definition =>
  defineDesk({ ...json, ...more } as never) as Definition

const longer = (definition: Definition) => changed(definition, { levels: definition.json.levels?.map(longerLevel) })

const withoutRules = (definition: Definition) => changed(definition, { triggers: [], timeRules: [] })

/** What happened beside the clocks: where it is the same, both ran under the same levels and priorities. */
const storyOf = ({ events }: Told): string =>
  JSON.stringify(
    events
      .filter(({ type }) => type === 'sla_applied' || !type.startsWith('sla_'))
      // a level of twice the time is another version of it
      .map(({ type, at, data }) => [type, at, type === 'sla_applied' ? data.level : data]),
  )

/** A history under the definitions, and under twice the time; undefined where that made another story of it. */
function toldTwice(revisions: readonly Definition[], history: History): readonly [Told, Told] | undefined {
  const [short, long] = [tell(revisions, history), tell(revisions.map(longer), history)]
  return storyOf(short) === storyOf(long) ? [short, long] : undefined
}

/**
 * A longer target is never due earlier: the same history is told under targets of twice the time. Rules that act on
 * what clocks do make two stories of it, which say nothing of each other; then it is told without rules.
 */
export function longerIsNotEarlier(definitions: Definitions, history: History): void {
  const { revisions } = timelineOf(definitions)
  const told = toldTwice(revisions, history) ?? toldTwice(revisions.map(withoutRules), history)
  const [short, long] = told?.map(({ ticket }) => ticket?.clocks ?? {}) ?? []
  for (const [metric, clock] of Object.entries(short ?? {})) {
    const other = long?.[metric]
    if (!clock || !other || clock.cycle !== other.cycle || clock.startedAt !== other.startedAt) continue
    if (clock.state === 'ended' || other.state === 'ended' || clock.dueAt === null || other.dueAt === null) continue
    // of odd hours, more business days may be less open time
    if (other.targetMs < clock.targetMs) continue
    check(
      clock.dueAt <= other.dueAt,
      `${metric} is due ${clock.dueAt} under ${clock.targetMs} ms, ${other.dueAt} under ${other.targetMs} ms`,
    )
  }
}
