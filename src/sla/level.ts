import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { contentHash, joinPath } from '../model/json.ts'
import { Id, Name } from '../model/schema.ts'
import { type Metric, standardMetrics } from './metric.ts'
import type { Signal } from './signal.ts'
import {
  checkTarget,
  compileTarget,
  type Target,
  type TargetDefinition,
  type TargetNames,
  TargetSchema,
} from './target.ts'

/** A policy: what is promised, by metric. */
export interface LevelDefinition<
  L extends string = string,
  M extends string = string,
  P extends string = string,
  S extends string = string,
  C extends string = string,
> {
  readonly id: L
  readonly name?: string | undefined
  readonly calendar?: C | undefined
  readonly targets: readonly TargetDefinition<M, P, S, C>[]
}

export const LevelSchema = z.strictObject({
  id: Id,
  name: Name.optional(),
  calendar: Name.optional(),
  targets: z.array(TargetSchema).max(50),
})

/** A level ready for use. */
export interface Level {
  readonly id: string
  /** Hash of its content: clocks remember under which they run. */
  readonly version: string
  readonly calendar: string | null
  readonly targets: ReadonlyMap<string, Target>
  /** Metrics with a target, by name. */
  readonly metrics: readonly string[]
  /** By signal: the metrics whose targets hear it, by name. */
  readonly listeners: ReadonlyMap<Signal['name'], readonly string[]>
}

/** Names a level may use. */
export interface LevelNames extends TargetNames {
  readonly hasDefaultCalendar: boolean
}

/** Steps of one level: each keeps a count on every ticket, whose size is bounded. */
const maxStepsOfLevel = 200

type ParsedLevel = z.output<typeof LevelSchema>

/** Everything wrong with a level, each with its path. */
export function checkLevel(level: ParsedLevel, names: LevelNames, path: string): Refusal[] {
  const { calendar, targets } = level
  const steps = targets.reduce((sum, target) => sum + (target.steps?.length ?? 0), 0)
  return [
    ...(calendar === undefined || names.calendars.includes(calendar)
      ? []
      : [
          refuse(
            'unknown_name',
            { what: 'calendar', name: calendar, known: names.calendars },
            joinPath(path, 'calendar'),
          ),
        ]),
    ...(steps > maxStepsOfLevel
      ? [refuse('too_large', { limit: maxStepsOfLevel, actual: steps, unit: 'entries' }, `${path}.targets`)]
      : []),
    ...targets.flatMap((target, i) => {
      const at = `${path}.targets[${i}]`
      const twice = targets.findIndex((other) => other.metric === target.metric) < i
      const homeless = !names.hasDefaultCalendar && calendar === undefined && target.calendar === undefined
      return [
        ...(twice ? [refuse('duplicate_name', { what: 'target', name: target.metric }, `${at}.metric`)] : []),
        ...checkTarget(target, names, at),
        ...(homeless ? [refuse('missing_calendar', { level: level.id, metric: target.metric }, at)] : []),
      ]
    }),
  ]
}

/** A level for use; `statuses` tells names from kinds in pause lists. */
export function compileLevel(
  level: ParsedLevel,
  metrics: ReadonlyMap<string, Metric>,
  statuses: readonly string[],
): Level {
  const rowOf = (name: string) => metrics.get(name) as Metric
  const own = level.targets.filter(({ metric }) => !Object.hasOwn(standardMetrics, metric))
  // pause lists mean what they mean under these statuses, targets what their metrics mean: they are part of the version
  const content = { level, statuses, ...(own.length > 0 ? { metrics: own.map(({ metric }) => rowOf(metric)) } : {}) }
  const targets = new FixedMap(
    level.targets.map((target) => [target.metric, compileTarget(target, rowOf(target.metric), statuses)]),
  )
  const names = [...targets.keys()].sort()
  return {
    id: level.id,
    version: contentHash(content),
    calendar: level.calendar ?? null,
    targets,
    metrics: names,
    listeners: listenersOf(targets, names),
  }
}

function listenersOf(targets: ReadonlyMap<string, Target>, names: readonly string[]): Level['listeners'] {
  const listeners = new Map<Signal['name'], string[]>()
  for (const metric of names)
    for (const signal of targets.get(metric)?.hears ?? [])
      listeners.set(signal, [...(listeners.get(signal) ?? []), metric])
  return new FixedMap(listeners)
}
