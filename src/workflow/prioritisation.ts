import { type Refusal, refuse } from '../errors.ts'
import { joinPath } from '../model/json.ts'
import type { ImpactStep, Plan, PriorityMatrix } from '../model/prioritisation.ts'
import type { TicketDraft } from '../model/ticket.ts'

/** What of a definition says which priority a ticket has by itself. */
export interface Prioritisation {
  readonly priorityMatrix?: PriorityMatrix | undefined
  readonly impactFrom?: readonly ImpactStep[] | undefined
  readonly plans?: readonly Plan[] | undefined
}

/** What a source says, and why. */
export interface Said {
  readonly name: string
  readonly reason: string
}

/** Ready for use. */
export interface CompiledPrioritisation {
  readonly matrix: (ticket: MatrixFacts) => Said | undefined
  /** The most that a plan allows; undefined: anything. */
  readonly most: (plan: string | undefined) => string | undefined
}

export type MatrixFacts = Pick<Readonly<TicketDraft>, 'impact' | 'urgency' | 'statedUrgency' | 'affected'>

export const unknownPriority = (name: string | undefined, known: readonly string[], path: string): Refusal[] =>
  name === undefined || known.includes(name) ? [] : [refuse('unknown_name', { what: 'priority', name, known }, path)]

/** Everything wrong with it, each with its path. */
export function checkPrioritisation(
  { priorityMatrix = {}, impactFrom = [], plans = [] }: Prioritisation,
  known: readonly string[],
): Refusal[] {
  const twice = (what: string, path: string, names: readonly (string | number)[], key: string) =>
    names.flatMap((name, i) =>
      names.indexOf(name) < i ? [refuse('duplicate_name', { what, name: String(name) }, `${path}[${i}].${key}`)] : [],
    )
  return [
    ...Object.entries(priorityMatrix).flatMap(([impact, row]) =>
      Object.entries(row).flatMap(([urgency, name]) =>
        unknownPriority(name, known, joinPath(joinPath('priorityMatrix', impact), urgency)),
      ),
    ),
    ...twice(
      'number of people',
      'impactFrom',
      impactFrom.map(({ affected }) => affected),
      'affected',
    ),
    ...twice(
      'plan',
      'plans',
      plans.map(({ name }) => name),
      'name',
    ),
    ...plans.flatMap(({ maxPriority }, i) => unknownPriority(maxPriority, known, `plans[${i}].maxPriority`)),
  ]
}

export function compilePrioritisation({
  priorityMatrix = {},
  impactFrom = [],
  plans = [],
}: Prioritisation): CompiledPrioritisation {
  const rows = new Map(Object.entries(priorityMatrix).map(([impact, row]) => [impact, new Map(Object.entries(row))]))
  const steps = [...impactFrom].sort((a, b) => b.affected - a.affected)
  const caps = new Map(plans.map(({ name, maxPriority }) => [name, maxPriority]))
  const byNumber = (affected: number | null) =>
    affected === null ? undefined : steps.find((step) => affected >= step.affected)?.impact
  return {
    matrix: ({ impact: set, urgency: judged, statedUrgency, affected }) => {
      const impact = set ?? byNumber(affected)
      const urgency = judged ?? statedUrgency ?? undefined
      const row = listed(rows, impact)
      const name = row && listed(row, urgency)
      return name === undefined
        ? undefined
        : { name, reason: `impact ${impact ?? 'unknown'}, urgency ${urgency ?? 'unknown'}` }
    },
    most: (plan) => (plan === undefined ? undefined : caps.get(plan)),
  }
}

const listed = <T>(table: ReadonlyMap<string, T>, key: string | undefined): T | undefined =>
  (key === undefined ? undefined : table.get(key)) ?? table.get('default')
