import type { LevelDefinition } from '../../sla/level.ts'
import { type StandardMetric, standardMetrics } from '../../sla/metric.ts'
import type { TargetDefinition } from '../../sla/target.ts'
import type { Draw } from './draw.ts'

export interface LevelOptions {
  /** `drawn` unless given. */
  readonly id?: string
  /** The standard ones unless given. */
  readonly metrics?: readonly StandardMetric[]
  /** Ids of calendars; the level and its targets name none unless given. */
  readonly calendars?: readonly string[]
  /** Names of priorities for targets of their own; none unless given. */
  readonly priorities?: readonly string[]
}

const minute = 60_000
const kinds = ['postponed', 'answered', 'open', 'new'] as const

/** Targets for some of the metrics: from seconds to days, by priority, with pauses of their own. */
export function drawLevel(draw: Draw, options: LevelOptions): LevelDefinition<string, StandardMetric> {
  const {
    id = 'drawn',
    metrics = Object.keys(standardMetrics) as StandardMetric[],
    calendars = [],
    priorities = [],
  } = options
  const calendar = () => (calendars.length > 0 && draw.chance(2) ? { calendar: draw.pick(calendars) } : {})
  const within = () =>
    draw.pick([240 * minute, 60 * minute, 480 * minute, 1_000, 1_001, (1 + draw.below(2_880)) * minute])
  const byPriority = (): TargetDefinition['within'] => ({
    [draw.pick(priorities)]: draw.chance(4) ? null : within(),
    default: within(),
  })
  return {
    id,
    ...calendar(),
    targets: draw.some(metrics).map((metric) => ({
      metric,
      within: priorities.length > 0 && draw.chance(3) ? byPriority() : within(),
      ...calendar(),
      ...(draw.chance(3) && { pauses: draw.some(kinds) }),
      ...(draw.chance(3) && { restartFrom: 'switch' as const }),
    })),
  }
}
