import { fail, shown } from '../../errors.ts'
import { isPlainObject } from '../../model/json.ts'
import type { LevelDefinition } from '../../sla/level.ts'
import type { StandardMetric } from '../../sla/metric.ts'
import type { TargetDefinition } from '../../sla/target.ts'
import type { HoursDefinition, WallInterval, Weekday } from '../../time/calendar.ts'

const monToFri = ['mon', 'tue', 'wed', 'thu', 'fri'] as const satisfies readonly Weekday[]

/**
 * A calendar with the same hours on several days: Monday to Friday unless said.
 * @example
 * officeHours('office', 'Europe/Tallinn', [['09:00', '12:30'], ['13:15', '17:00']]).hours.fri //
 * => [['09:00', '12:30'], ['13:15', '17:00']]
 */
export function officeHours<const Id extends string>(
  id: Id,
  zone: string,
  hours: readonly WallInterval[] = [['09:00', '17:00']],
  days: readonly Weekday[] = monToFri,
): HoursDefinition & { readonly id: Id } {
  if (!Array.isArray(days)) throw fail('invalid_definition', { reason: `a list is needed, not ${shown(days)}` }, 'days')
  return { id, zone, hours: Object.fromEntries(days.map((weekday) => [weekday, hours])) }
}

type Allowed = TargetDefinition['within']

/**
 * A level by its times: metric → time allowed, or everything a target takes but its metric. It fits every definition to
 * the compiler; names of priorities, statuses and calendars are checked by `defineDesk` when it runs.
 * @example
 * levelOf('gold', { firstResponse: '1h', resolution: { within: '8h', pauses: [] } }).targets.length // => 2
 */
export function levelOf<const Id extends string>(
  id: Id,
  targets: { readonly [Metric in StandardMetric]?: Allowed | Omit<TargetDefinition, 'metric'> },
): LevelDefinition<Id, StandardMetric, never, never, never> {
  if (!isPlainObject(targets))
    throw fail('invalid_definition', { reason: `targets by metric are needed, not ${shown(targets)}` }, 'targets')
  const level: LevelDefinition<Id, StandardMetric> = {
    id,
    targets: Object.entries(targets).map(([metric, target]) => ({
      metric: metric as StandardMetric,
      ...(isTarget(target) ? target : { within: target }),
    })),
  }
  return level as LevelDefinition<Id, StandardMetric, never, never, never>
}

const isTarget = (target: unknown): target is Omit<TargetDefinition, 'metric'> =>
  typeof target === 'object' && target !== null && Object.hasOwn(target, 'within')
