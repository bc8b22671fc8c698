import * as z from 'zod'
import type { FieldTable } from '../condition/field.ts'
import { DeskError, type Refusal } from '../errors.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { contentHash, deepFreeze, isPlainObject } from '../model/json.ts'
import type { Names } from '../model/names.ts'
import type { ImpactStep, Plan, PriorityMatrix } from '../model/prioritisation.ts'
import type { Priority, StandardPriority } from '../model/priority.ts'
import { findIssues, InstantInput, JsonValue } from '../model/schema.ts'
import type { Tag } from '../model/tag.ts'
import {
  checkRouting,
  compileRouting,
  type Routing,
  type RoutingDefinition,
  RoutingSchema,
} from '../queue/routing/definition.ts'
import { checkViews, compileView, type View, type ViewDefinition, ViewSchema } from '../queue/view.ts'
import type { Thresholds } from '../rules/advice.ts'
import type { CannedMessageDefinition } from '../rules/canned.ts'
import { checkRules, compileRules, type RuleSlice, rulesSchema } from '../rules/definition.ts'
import type { MacroDefinition, TimeRuleDefinition, TriggerDefinition } from '../rules/rule.ts'
import { checkSla, compileSla, slaSchema } from '../sla/definition.ts'
import type { LevelDefinition } from '../sla/level.ts'
import { type StandardMetric, standardMetrics } from '../sla/metric.ts'
import type { MetricDefinition } from '../sla/metric-definition.ts'
import type { NamedCalendar, SlaSlice } from '../sla/slice.ts'
import type { CalendarDefinition } from '../time/calendar.ts'
import type { InstantInput as Instant } from '../time/instant.ts'
import { checkNaming, compileNaming, namingSchema, prioritiesOf } from '../workflow/naming.ts'
import type { WorkflowSlice } from '../workflow/pass.ts'
import { mergedTags } from '../workflow/tag-registry.ts'
import {
  compileWorkflow,
  type StandardStatus,
  standardWorkflow,
  type Workflow,
  type WorkflowDefinition,
} from '../workflow/workflow.ts'
import { commandReader, type MacroAction, type RuleAction } from './action.ts'
import { type alwaysOpenId, namedCalendars } from './calendar.ts'
import { triggerEvents } from './event.ts'
import { fieldsOf } from './field.ts'
import type {
  ConditionNames,
  EventCondition,
  SlaRuleCondition,
  StoredCondition,
  TimeCondition,
  Written,
} from './typed-condition.ts'

/** Everything a desk is told, as data. Names are inferred, so that a misspelt one does not compile. */
export interface DeskDefinition<
  S extends string = string,
  P extends string = string,
  C extends string = string,
  L extends string = string,
  V extends string = string,
  M extends string = string,
  K extends string = string,
  A extends string = string,
> {
  /** From when this revision holds; needed for every revision but the first. */
  readonly since?: Instant | undefined
  /** The standard one unless given. */
  readonly workflow?: Workflow<S> | WorkflowDefinition<S> | undefined
  /** Low, Medium, High, Urgent unless given. */
  readonly priorities?: readonly Priority<P>[] | undefined
  /** Of a ticket nobody marked: the lowest unless named. */
  readonly defaultPriority?: NoInfer<P> | undefined
  /** From impact and urgency: impact → urgency → priority. */
  readonly priorityMatrix?: PriorityMatrix<NoInfer<P>> | undefined
  /** Of tickets whose impact nobody set: by the number of people affected. */
  readonly impactFrom?: readonly ImpactStep[] | undefined
  readonly plans?: readonly Plan<NoInfer<P>>[] | undefined
  readonly tags?: readonly Tag<NoInfer<P>>[] | undefined
  /** May tags be used that are not registered? Yes unless said. */
  readonly newTags?: boolean | undefined
  readonly calendars?: readonly (CalendarDefinition & { readonly id: C })[] | undefined
  /** Of targets for which neither target, requester nor level names one. */
  readonly calendar?: NoInfer<C> | typeof alwaysOpenId | undefined
  /** Groups that take tickets; only those whose calendar matters (for `handling`) need to stand here. */
  readonly departments?:
    | readonly {
        readonly id: string
        readonly name?: string | undefined
        readonly calendar?: NoInfer<C> | typeof alwaysOpenId | undefined
      }[]
    | undefined
  /** What is measured besides the built-in metrics. */
  readonly metrics?: readonly MetricDefinition<M, NoInfer<S>>[] | undefined
  readonly levels?:
    | readonly LevelDefinition<
        L,
        StandardMetric | NoInfer<M>,
        NoInfer<P>,
        NoInfer<S>,
        NoInfer<C> | typeof alwaysOpenId
      >[]
    | undefined
  /**
   * Ordered: the first whose condition holds gives the level, and the priority of tickets of which nobody said more.
   */
  readonly slaRules?:
    | Written<{
        readonly when?: NoInfer<SlaRuleCondition<NamesOf<S, P, C, L, M>>> | undefined
        readonly level: NoInfer<L> | null
        /** Unless somebody, a trigger, the matrix or a tag says one. SLA rules do not see it. */
        readonly priority?: NoInfer<P> | undefined
      }>
    | undefined
  readonly views?:
    | readonly ViewDefinition<V, NoInfer<P>, NoInfer<StoredCondition<NamesOf<S, P, C, L, M>>>>[]
    | undefined
  /** What follows by itself when something happens, in order. */
  readonly triggers?:
    | Written<
        TriggerDefinition<
          RuleAction<NamesOf<NoInfer<S>, NoInfer<P>, NoInfer<C>, NoInfer<L>, NoInfer<M>>, NoInfer<K>>,
          NoInfer<K>,
          NoInfer<EventCondition<NamesOf<S, P, C, L, M>>>,
          NoInfer<TimeCondition<NamesOf<S, P, C, L, M>>>
        >
      >
    | undefined
  /** What follows by itself when time has passed. */
  readonly timeRules?:
    | Written<
        TimeRuleDefinition<
          RuleAction<NamesOf<NoInfer<S>, NoInfer<P>, NoInfer<C>, NoInfer<L>, NoInfer<M>>, NoInfer<K>>,
          NoInfer<K>,
          StandardMetric | NoInfer<M>,
          NoInfer<C> | typeof alwaysOpenId,
          NoInfer<TimeCondition<NamesOf<S, P, C, L, M>>>
        >
      >
    | undefined
  /** What people do by hand with one command. */
  readonly macros?:
    | readonly MacroDefinition<
        A,
        MacroAction<NamesOf<NoInfer<S>, NoInfer<P>, NoInfer<C>, NoInfer<L>, NoInfer<M>>, NoInfer<K>>,
        NoInfer<K>,
        NoInfer<TimeCondition<NamesOf<S, P, C, L, M>>>
      >[]
    | undefined
  readonly cannedMessages?: readonly CannedMessageDefinition<K>[] | undefined
  /** From which confidence on (0 to 1) an advisor is followed; what is not named is recorded, and never followed. */
  readonly advice?: Thresholds | undefined
  /** Who gets which ticket; nobody by itself unless given. */
  readonly routing?: RoutingDefinition<NoInfer<P>, NoInfer<StoredCondition<NamesOf<S, P, C, L, M>>>> | undefined
  /** What a public reply meets while somebody else writes one: `warn` (the outcome says so), `refuse` or `ignore`. */
  readonly collisions?: 'warn' | 'refuse' | 'ignore' | undefined
}

/** The names of a definition, as its conditions may use them. */
interface NamesOf<S extends string, P extends string, C extends string, L extends string, M extends string>
  extends ConditionNames {
  readonly status: S
  readonly priority: P
  readonly metric: StandardMetric | M
  readonly level: L
  readonly calendar: C | typeof alwaysOpenId
}

/** A checked, compiled, frozen definition. Share it freely. */
export interface Definition<X extends Names = Names> extends WorkflowSlice, SlaSlice, RuleSlice {
  /** The definition as plain JSON, ready to be stored. */
  readonly json: DeskDefinition
  /** Hash of its content: stands in every event that it decided. */
  readonly version: string
  /** From when it holds; null: from the beginning. */
  readonly since: number | null
  readonly views: ReadonlyMap<string, View>
  /** Null: nobody is assigned by itself. */
  readonly routing: Routing | null
  readonly collisions: 'warn' | 'refuse' | 'ignore'
  isStatus(name: unknown): name is X['status']
  isPriority(name: unknown): name is X['priority']
  isView(name: unknown): name is X['view']
  isMacro(name: unknown): name is X['macro']
}

export const DefinitionSchema = z.strictObject({
  since: InstantInput.optional(),
  workflow: JsonValue.optional(),
  ...namingSchema,
  calendars: z.array(JsonValue).max(1_000).optional(),
  ...slaSchema,
  views: z.array(ViewSchema).max(1_000).optional(),
  ...rulesSchema,
  routing: RoutingSchema.optional(),
  collisions: z.enum(['warn', 'refuse', 'ignore']).optional(),
})
type Parsed = z.output<typeof DefinitionSchema>

/**
 * Checks and compiles a definition.
 * @throws DeskError with the first finding, and every finding with its path in `issues`
 */
export function defineDesk<
  const S extends string = StandardStatus,
  const P extends string = StandardPriority,
  const C extends string = never,
  const L extends string = never,
  const V extends string = never,
  const M extends string = never,
  const K extends string = never,
  const A extends string = never,
>(
  definition: DeskDefinition<S, P, C, L, V, M, K, A>,
): Definition<{
  status: S
  priority: P
  metric: StandardMetric | M
  level: L
  calendar: C | typeof alwaysOpenId
  view: V
  macro: A
  cannedMessage: K
}> {
  const found = compileDefinition(definition)
  if ('refusals' in found) throw new DeskError(found.refusals[0] as Refusal, found.refusals)
  return found.value as Definition as Definition<never>
}

/** As `defineDesk`, from any value (JSON from a file, a form), with findings instead of an error. */
export function compileDefinition(
  input: unknown,
): { readonly value: Definition } | { readonly refusals: readonly Refusal[] } {
  const plain = withPlainWorkflow(input)
  const parsed = findIssues(DefinitionSchema, plain, 'invalid_definition')
  if ('refusals' in parsed) return parsed
  const definition = parsed.value
  const workflow =
    definition.workflow === undefined
      ? { value: standardWorkflow as Workflow }
      : compileWorkflow(definition.workflow, 'workflow')
  const refusals: Refusal[] = 'refusals' in workflow ? [...workflow.refusals] : []
  const calendars = namedCalendars(definition.calendars ?? [], refusals)
  const names = {
    priorities: prioritiesOf(definition).map((priority) => priority.name),
    statuses: 'value' in workflow ? workflow.value.statuses.map((status) => status.name) : [],
    calendars: [...calendars.keys()],
  }
  const plans = (definition.plans ?? []).map((plan) => plan.name)
  const metrics = [...Object.keys(standardMetrics), ...(definition.metrics ?? []).map((metric) => metric.name)]
  const known = {
    ...('value' in workflow ? { status: names.statuses } : {}),
    priority: names.priorities,
    calendar: names.calendars,
    level: (definition.levels ?? []).map((level) => level.id),
    metric: metrics,
  }
  const fields = fieldsOf(known, mergedTags(definition.tags ?? []))
  refusals.push(
    ...checkNaming(definition),
    ...checkSla(definition, names, fields),
    ...checkViews(definition.views ?? [], fields, { priorities: names.priorities, plans }),
    ...checkRouting(definition.routing ?? {}, fields, names.priorities),
  )
  if ('value' in workflow) {
    const levels = (definition.levels ?? []).map(({ id }) => id)
    const actionNames = { workflow: workflow.value, calendarIds: names.calendars, levels, ...compileNaming(definition) }
    const ruleNames = { calendars: names.calendars, metrics, events: triggerEvents }
    refusals.push(...checkRules(definition, ruleNames, fields, commandReader(actionNames)))
  }
  if (refusals.length > 0 || !('value' in workflow)) return { refusals }
  return { value: compile(definition, plain as DeskDefinition, workflow.value, calendars, fields) }
}

/** A workflow made by `defineWorkflow` stands for its plain data. */
function withPlainWorkflow(input: unknown): unknown {
  try {
    const workflow = isPlainObject(input) ? input.workflow : undefined
    return isPlainObject(workflow) && isPlainObject(workflow.definition)
      ? { ...(input as object), workflow: workflow.definition }
      : input
  } catch {
    return input // a property that throws when it is read: told by the check of the whole
  }
}

function compile(
  parsed: Parsed,
  input: DeskDefinition,
  workflow: Workflow,
  calendars: ReadonlyMap<string, NamedCalendar>,
  fields: FieldTable,
): Definition {
  const { since: _since, ...content } = input
  const json = deepFreeze(JSON.parse(JSON.stringify(content)) as DeskDefinition)
  const statuses = workflow.statuses.map((status) => status.name)
  const naming = compileNaming(parsed)
  const views = new FixedMap(
    (parsed.views ?? []).map((view) => [view.id, compileView(view, fields, naming.tags.merged)]),
  )
  const isNameOf = (known: readonly string[]) => (name: unknown) => typeof name === 'string' && known.includes(name)
  const definition: Definition = {
    json,
    version: contentHash(json),
    since: parsed.since ?? null,
    workflow,
    ...naming,
    ...compileSla(parsed, statuses, calendars, fields),
    ...compileRules(
      parsed,
      fields,
      commandReader({
        workflow,
        calendarIds: [...calendars.keys()],
        levels: (parsed.levels ?? []).map(({ id }) => id),
        ...naming,
      }),
    ),
    calendarNamed: (id) => calendars.get(id)?.calendar,
    calendarIds: [...calendars.keys()],
    views,
    routing: parsed.routing ? compileRouting(parsed.routing, fields, naming.priorities) : null,
    collisions: parsed.collisions ?? 'warn',
    isStatus: isNameOf(statuses) as Definition['isStatus'],
    isPriority: isNameOf(naming.priorities.map((priority) => priority.name)) as Definition['isPriority'],
    isMacro: isNameOf((parsed.macros ?? []).map((macro) => macro.id)) as Definition['isMacro'],
    isView: isNameOf([...views.keys()]) as Definition['isView'],
  }
  return Object.freeze(definition)
}
