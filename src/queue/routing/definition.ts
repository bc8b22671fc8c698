import * as z from 'zod'
import { compileCondition, type Predicate } from '../../condition/compile.ts'
import { type Condition, type ConditionUse, checkCondition } from '../../condition/condition.ts'
import type { FieldTable } from '../../condition/field.ts'
import { type Refusal, refuse } from '../../errors.ts'
import { Amount, DurationInput, JsonValue, Name } from '../../model/schema.ts'
import type { DurationInput as Duration } from '../../time/duration.ts'

const strategyNames = ['return', 'sticky', 'tier', 'skills', 'seniority', 'leastLoaded', 'roundRobin'] as const
export type StrategyName = (typeof strategyNames)[number]

const triggers = ['open', 'wake', 'escalate', 'transfer', 'reopen'] as const
/** What makes the desk look for an agent by itself. */
export type RoutingTrigger = (typeof triggers)[number]

/** Who gets which ticket, as data. Whom there is to choose from is the directory's to say. */
export interface RoutingDefinition<P extends string = string, When = Condition> {
  /** Each narrows down whom the ones before it left; all of them, `return` to `roundRobin`, unless said. */
  readonly strategies?: readonly StrategyName[] | undefined
  /** What a ticket of a channel takes of an agent's capacity: 1 unless said. */
  readonly costs?: { readonly [channel: string]: number } | undefined
  /** Skills that tickets need: `must` excludes, `better` prefers. All rules that hold count. */
  readonly skills?:
    | readonly {
        readonly when?: When | undefined
        readonly must?: readonly string[] | undefined
        readonly better?: readonly string[] | undefined
      }[]
    | undefined
  /** Priorities for the experienced, and for those who are not: the highest and the lowest unless said. */
  readonly seniority?:
    | { readonly senior?: readonly P[] | undefined; readonly junior?: readonly P[] | undefined }
    | undefined
  /** Wait so long for whoever spoke to the requester last; not at all unless said. */
  readonly sticky?: { readonly within: Duration } | undefined
  /** When a ticket has been so long in a department, agents of others may take it too. */
  readonly overflow?:
    | readonly { readonly from: string; readonly to: readonly string[]; readonly after: Duration }[]
    | undefined
  /** When the desk assigns by itself: on `open`, `wake` and `escalate` unless said. */
  readonly assignOn?: readonly RoutingTrigger[] | undefined
  /** Are tickets of agents who are away given back? Yes unless said. */
  readonly handBack?: boolean | undefined
}

const Names = z.array(Name).max(200)
export const RoutingSchema = z.strictObject({
  strategies: z.array(z.enum(strategyNames)).max(strategyNames.length).optional(),
  costs: z.record(Name, Amount.min(0)).optional(),
  skills: z
    .array(z.strictObject({ when: JsonValue.optional(), must: Names.optional(), better: Names.optional() }))
    .max(1_000)
    .optional(),
  seniority: z.strictObject({ senior: Names.optional(), junior: Names.optional() }).optional(),
  sticky: z.strictObject({ within: DurationInput }).optional(),
  overflow: z
    .array(z.strictObject({ from: Name, to: Names.min(1), after: DurationInput }))
    .max(1_000)
    .optional(),
  assignOn: z.array(z.enum(triggers)).max(triggers.length).optional(),
  handBack: z.boolean().optional(),
})
type Parsed = z.output<typeof RoutingSchema>

const inRouting: ConditionUse = { name: 'a rule of routing', classes: ['stored'] }

/** Everything wrong with the routing, each with its path. */
export function checkRouting(
  { skills = [], seniority = {}, strategies = [], overflow = [] }: Parsed,
  fields: FieldTable,
  priorities: readonly string[],
): Refusal[] {
  const unknown = (list: readonly string[] = [], path: string) =>
    list.flatMap((name, i) =>
      priorities.includes(name)
        ? []
        : [refuse('unknown_name', { what: 'priority', name, known: priorities }, `${path}[${i}]`)],
    )
  return [
    ...strategies.flatMap((name, i) =>
      strategies.indexOf(name) < i
        ? [refuse('duplicate_name', { what: 'strategy', name }, `routing.strategies[${i}]`)]
        : [],
    ),
    ...skills.flatMap(({ when }, i) =>
      when === undefined ? [] : checkCondition(when, fields, inRouting, `routing.skills[${i}].when`),
    ),
    ...unknown(seniority.senior, 'routing.seniority.senior'),
    ...unknown(seniority.junior, 'routing.seniority.junior'),
    ...overflow.flatMap(({ from, to }, i) =>
      to.includes(from)
        ? [
            refuse(
              'invalid_definition',
              { reason: 'a department does not overflow into itself' },
              `routing.overflow[${i}].to`,
            ),
          ]
        : [],
    ),
  ]
}

/** Routing ready for use. */
export interface Routing {
  readonly strategies: readonly StrategyName[]
  readonly costOf: (channel: string | null) => number
  readonly skills: readonly {
    readonly matches: Predicate
    readonly must: readonly string[]
    readonly better: readonly string[]
  }[]
  readonly senior: readonly string[]
  readonly junior: readonly string[]
  readonly stickyMs: number
  readonly overflow: readonly { readonly from: string; readonly to: readonly string[]; readonly after: number }[]
  readonly assignOn: readonly RoutingTrigger[]
  readonly handBack: boolean
}

export function compileRouting(
  routing: Parsed,
  fields: FieldTable,
  priorities: readonly { readonly name: string; readonly rank: number }[],
): Routing {
  const { costs = {}, skills = [], seniority = {}, sticky, overflow = [] } = routing
  const ranked = priorities.toSorted((a, b) => a.rank - b.rank).map(({ name }) => name)
  const ends = ranked.length > 1 ? { senior: ranked.slice(-1), junior: ranked.slice(0, 1) } : { senior: [], junior: [] }
  return {
    strategies: routing.strategies ?? strategyNames,
    costOf: (channel) => (channel !== null && Object.hasOwn(costs, channel) ? costs[channel] : costs.default) ?? 1,
    skills: skills.map(({ when, must = [], better = [] }) => ({
      matches: when === undefined ? () => true : compileCondition(when as unknown as Condition, fields),
      must,
      better,
    })),
    senior: seniority.senior ?? ends.senior,
    junior: seniority.junior ?? ends.junior,
    stickyMs: sticky?.within ?? 0,
    overflow,
    assignOn: routing.assignOn ?? ['open', 'wake', 'escalate'],
    handBack: routing.handBack ?? true,
  }
}
