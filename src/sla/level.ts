import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { contentHash, isPlainObject, joinPath } from '../model/json.ts'
import { type StatusKind, statusKinds } from '../model/names.ts'
import { DurationInput, Id, Name } from '../model/schema.ts'
import type { DurationInput as Duration } from '../time/duration.ts'
import { type Metric, standardMetrics } from './metric.ts'

/** One duration for every priority, or one each with a `default`; null: no target. */
export type Within<P extends string = string> =
  | Duration
  | null
  | ({ readonly [Priority in P]?: Duration | null } & { readonly default?: Duration | null })

export interface TargetDefinition<
  M extends string = string,
  P extends string = string,
  S extends string = string,
  C extends string = string,
> {
  readonly metric: M
  /** Open time allowed: at least 1 s. */
  readonly within: Within<P>
  /** Wins over the calendars of requester, level and desk. */
  readonly calendar?: C | undefined
  /** Statuses or kinds in which the clock stands still, in place of the metric's own. */
  readonly pauses?: readonly (S | StatusKind)[] | undefined
  /** On a switch of level or priority: keep what has accrued (`opening`, the default) or begin anew (`switch`). */
  readonly restartFrom?: 'opening' | 'switch' | undefined
}

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

const shortestTargetMs = 1_000
const durationKeys: ReadonlySet<string> = new Set(['hours', 'minutes', 'seconds', 'milliseconds'])

/** `{ hours: 4 }` is a duration; an object with a key that is no unit of time is a table by priority. */
const isTable = (value: unknown): value is Record<string, unknown> =>
  isPlainObject(value) && Object.keys(value).some((key) => !durationKeys.has(key))

const Amount = DurationInput.check((context) => {
  if (context.value < shortestTargetMs)
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'too short',
      params: {
        refusal: refuse('invalid_duration', {
          value: String(context.value),
          reason: 'a target is at least 1 s; write null for none',
        }),
      },
    })
})
const Table = z.record(z.string(), Amount.nullable())
const WithinSchema = z.unknown().transform((value, context): number | null | Record<string, number | null> => {
  const parsed = (isTable(value) ? Table : Amount.nullable()).safeParse(value)
  if (parsed.success) return parsed.data
  context.issues.push(...(parsed.error.issues as typeof context.issues))
  return z.NEVER
})

const TargetSchema = z.strictObject({
  metric: Name,
  within: WithinSchema,
  calendar: Name.optional(),
  pauses: z.array(Name).optional(),
  restartFrom: z.enum(['opening', 'switch']).optional(),
})
export const LevelSchema = z.strictObject({
  id: Id,
  name: Name.optional(),
  calendar: Name.optional(),
  targets: z.array(TargetSchema).max(50),
})

/** A target ready for use. */
export interface Target {
  readonly metric: string
  readonly row: Metric
  readonly calendar: string | null
  readonly restartFrom: 'opening' | 'switch'
  readonly withinMs: (priority: string) => number | null
  readonly pausesIn: (status: string, kind: StatusKind) => boolean
}

/** A level ready for use. */
export interface Level {
  readonly id: string
  /** Hash of its content: clocks remember under which they run. */
  readonly version: string
  readonly calendar: string | null
  readonly targets: ReadonlyMap<string, Target>
}

/** Names a level may use. */
export interface LevelNames {
  readonly priorities: readonly string[]
  readonly statuses: readonly string[]
  readonly calendars: readonly string[]
  readonly hasDefaultCalendar: boolean
}

type ParsedLevel = z.output<typeof LevelSchema>

/** Everything wrong with a level, each with its path. */
export function checkLevel(level: ParsedLevel, names: LevelNames, path: string): Refusal[] {
  const unknown = (what: string, name: string | undefined, known: readonly string[], at: string) =>
    name === undefined || known.includes(name) ? [] : [refuse('unknown_name', { what, name, known }, at)]
  return [
    ...unknown('calendar', level.calendar, names.calendars, joinPath(path, 'calendar')),
    ...level.targets.flatMap((target, i) => {
      const at = `${path}.targets[${i}]`
      const priorities = isTable(target.within) ? Object.keys(target.within) : []
      const twice = level.targets.findIndex((other) => other.metric === target.metric) < i
      const homeless = !names.hasDefaultCalendar && level.calendar === undefined && target.calendar === undefined
      return [
        ...unknown('metric', target.metric, Object.keys(standardMetrics), `${at}.metric`),
        ...(twice ? [refuse('duplicate_name', { what: 'target', name: target.metric }, `${at}.metric`)] : []),
        ...priorities.flatMap((name) =>
          unknown('priority', name, [...names.priorities, 'default'], joinPath(`${at}.within`, name)),
        ),
        ...unknown('calendar', target.calendar, names.calendars, `${at}.calendar`),
        ...(target.pauses ?? []).flatMap((name, k) =>
          unknown('status or kind', name, [...names.statuses, ...statusKinds], `${at}.pauses[${k}]`),
        ),
        ...(homeless ? [refuse('missing_calendar', { level: level.id, metric: target.metric }, at)] : []),
      ]
    }),
  ]
}

/** A level for use; `statuses` tells names from kinds in pause lists. */
export function compileLevel(level: ParsedLevel, statuses: readonly string[]): Level {
  // the pause lists mean what they mean under these statuses, so they are part of the version
  return {
    id: level.id,
    version: contentHash({ level, statuses }),
    calendar: level.calendar ?? null,
    targets: new FixedMap(level.targets.map((target) => [target.metric, compileTarget(target, statuses)])),
  }
}

function compileTarget(target: ParsedLevel['targets'][number], statuses: readonly string[]): Target {
  const row: Metric = standardMetrics[target.metric as keyof typeof standardMetrics]
  const { within } = target
  const paused = new Set<string>(target.pauses?.filter((name) => statuses.includes(name)))
  const pausedKinds = new Set<string>(
    target.pauses ? target.pauses.filter((name) => !statuses.includes(name)) : row.pausedIn,
  )
  return {
    metric: target.metric,
    row,
    calendar: target.calendar ?? null,
    restartFrom: target.restartFrom ?? 'opening',
    withinMs: (priority) =>
      within === null || typeof within === 'number'
        ? within
        : Object.hasOwn(within, priority)
          ? (within[priority] ?? null)
          : (within.default ?? null),
    pausesIn: (status, kind) => paused.has(status) || pausedKinds.has(kind),
  }
}
