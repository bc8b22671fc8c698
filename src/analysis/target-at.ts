import { standardMetrics } from '../sla/metric.ts'
import type { Target } from '../sla/target.ts'
import type { Amount } from '../sla/within.ts'
import type { Linted } from './finding.ts'

/** A target of a level, and where it stands. */
export interface TargetAt {
  readonly level: string
  readonly target: Target
  readonly path: string
  /** Its pause list, or that of its metric, was written by whoever made the definition. */
  readonly definesPauses: boolean
  /** The calendar of its clocks where the requester or the department names none; null: a requester must. */
  readonly calendar: string | null
  /** What it allows, by priority, least urgent first. */
  readonly amounts: readonly { readonly priority: string; readonly rank: number; readonly amount: Amount | null }[]
}

/** Every target of a definition. */
export function targetsOf({ definition, json }: Linted): TargetAt[] {
  const priorities = [...definition.priorities].sort((a, b) => a.rank - b.rank)
  return (json.levels ?? []).flatMap(({ id, targets }, i) => {
    const level = definition.levels.get(id)
    return targets.flatMap(({ metric, pauses }, k) => {
      const target = level?.targets.get(metric)
      if (!level || !target) return []
      const calendar = target.calendar ?? level.calendar ?? definition.defaultCalendar
      const amounts = priorities.map(({ name, rank }) => ({ priority: name, rank, amount: target.within(name) }))
      const definesPauses = pauses !== undefined || !Object.hasOwn(standardMetrics, metric)
      return [{ level: id, target, path: `levels[${i}].targets[${k}]`, definesPauses, calendar, amounts }]
    })
  })
}
