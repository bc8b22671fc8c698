import * as z from 'zod'
import { compileCondition } from '../condition/compile.ts'
import { type Condition, type ConditionUse, checkCondition, fieldsRead } from '../condition/condition.ts'
import { DeskError, type Refusal, refuse } from '../errors.ts'
import { contentHash, deepFreeze, isPlainObject } from '../model/json.ts'
import type { Names } from '../model/names.ts'
import { type Priority, type StandardPriority, standardPriorities } from '../model/priority.ts'
import { findIssues, InstantInput, JsonValue, Line, Name } from '../model/schema.ts'
import type { Tag } from '../model/tag.ts'
import { foldText } from '../model/text.ts'
import { checkOrdering, compileOrdering, type Ordering } from '../queue/ordering.ts'
import { type View, type ViewDefinition, ViewSchema } from '../queue/view.ts'
import { checkLevel, compileLevel, type LevelDefinition, LevelSchema, SlaRuleSchema } from '../sla/level.ts'
import { type Metric, type StandardMetric, standardMetrics } from '../sla/metric.ts'
import type { NamedCalendar, SlaSlice } from '../sla/slice.ts'
import { alwaysOpen } from '../time/business-calendar.ts'
import type { CalendarDefinition } from '../time/calendar.ts'
import { readCalendars } from '../time/calendars.ts'
import type { InstantInput as Instant } from '../time/instant.ts'
import type { WorkflowSlice } from '../workflow/pass.ts'
import { tagRegistry } from '../workflow/tag-registry.ts'
import {
  compileWorkflow,
  type StandardStatus,
  standardWorkflow,
  type Workflow,
  type WorkflowDefinition,
} from '../workflow/workflow.ts'
import { fields } from './field.ts'

/** The calendar that never closes; every definition knows it. */
export const alwaysOpenId = 'alwaysOpen'

/** Everything a desk is told, as data. Names are inferred, so that a misspelt one does not compile. */
export interface DeskDefinition<
  S extends string = string,
  P extends string = string,
  C extends string = string,
  L extends string = string,
  V extends string = string,
> {
  /** From when this revision holds; needed for every revision but the first. */
  readonly since?: Instant | undefined
  /** The standard one unless given. */
  readonly workflow?: Workflow<S> | WorkflowDefinition<S> | undefined
  /** Low, Medium, High, Urgent unless given. */
  readonly priorities?: readonly Priority<P>[] | undefined
  /** Of a ticket nobody marked: the lowest unless named. */
  readonly defaultPriority?: NoInfer<P> | undefined
  readonly tags?: readonly Tag[] | undefined
  /** May tags be used that are not registered? Yes unless said. */
  readonly newTags?: boolean | undefined
  readonly calendars?: readonly (CalendarDefinition & { readonly id: C })[] | undefined
  /** Of targets for which neither target, requester nor level names one. */
  readonly calendar?: NoInfer<C> | typeof alwaysOpenId | undefined
  readonly levels?:
    | readonly LevelDefinition<L, StandardMetric, NoInfer<P>, NoInfer<S>, NoInfer<C> | typeof alwaysOpenId>[]
    | undefined
  /** Ordered: the first whose condition holds gives the level. */
  readonly slaRules?:
    | readonly { readonly when?: Condition | undefined; readonly level: NoInfer<L> | null }[]
    | undefined
  readonly views?: readonly ViewDefinition<V>[] | undefined
}

/** A checked, compiled, frozen definition. Share it freely. */
export interface Definition<X extends Names = Names> extends WorkflowSlice, SlaSlice {
  /** The definition as plain JSON, ready to be stored. */
  readonly json: DeskDefinition
  /** Hash of its content: stands in every event that it decided. */
  readonly version: string
  /** From when it holds; null: from the beginning. */
  readonly since: number | null
  readonly views: ReadonlyMap<string, View>
  isStatus(name: unknown): name is X['status']
  isPriority(name: unknown): name is X['priority']
  isView(name: unknown): name is X['view']
}

const DefinitionSchema = z.strictObject({
  since: InstantInput.optional(),
  workflow: JsonValue.optional(),
  priorities: z
    .array(z.strictObject({ name: Name, rank: z.int(), label: Name.optional(), color: Line.optional() }))
    .min(1)
    .max(100)
    .optional(),
  defaultPriority: Name.optional(),
  tags: z
    .array(
      z.strictObject({
        name: Name,
        color: Line.optional(),
        background: Line.optional(),
        visibility: z.enum(['public', 'private']).optional(),
        archived: z.boolean().optional(),
      }),
    )
    .max(10_000)
    .optional(),
  newTags: z.boolean().optional(),
  calendars: z.array(JsonValue).max(1_000).optional(),
  calendar: Name.optional(),
  levels: z.array(LevelSchema).max(1_000).optional(),
  slaRules: z.array(SlaRuleSchema).max(10_000).optional(),
  views: z.array(ViewSchema).max(1_000).optional(),
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
>(
  definition: DeskDefinition<S, P, C, L, V>,
): Definition<{
  status: S
  priority: P
  metric: StandardMetric
  level: L
  calendar: C | typeof alwaysOpenId
  view: V
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
  const priorities: readonly Priority[] = definition.priorities ?? standardPriorities
  const statuses = 'value' in workflow ? workflow.value.statuses.map((status) => status.name) : []
  refusals.push(
    ...checkPriorities(definition, priorities),
    ...checkTags(definition),
    ...checkSla(definition, priorities, statuses, calendars),
    ...checkViews(definition),
  )
  if (refusals.length > 0 || !('value' in workflow)) return { refusals }
  return { value: compile(definition, plain as DeskDefinition, workflow.value, priorities, calendars) }
}

/** A workflow made by `defineWorkflow` stands for its plain data. */
function withPlainWorkflow(input: unknown): unknown {
  if (!isPlainObject(input) || !isPlainObject(input.workflow) || !isPlainObject(input.workflow.definition)) return input
  return { ...input, workflow: input.workflow.definition }
}

function namedCalendars(list: readonly unknown[], refusals: Refusal[]): Map<string, NamedCalendar> {
  const found = new Map<string, NamedCalendar>([
    [alwaysOpenId, { id: alwaysOpenId, version: alwaysOpenId, calendar: alwaysOpen }],
  ])
  const parts = new Map(list.filter(isPlainObject).map((json) => [json.id, json]))
  // a union is another calendar when one of its parts is
  const content = (json: unknown, depth = 0): unknown => {
    const of =
      isPlainObject(json) && depth < parts.size ? [json.union, json.intersection].filter(Array.isArray).flat() : []
    return of.length > 0 ? [json, of.map((id) => content(parts.get(id), depth + 1))] : json
  }
  for (const [id, calendar] of readCalendars(list, 'calendars', refusals, (json) => contentHash(content(json))))
    found.set(id, { id, version: calendar.version ?? '', calendar })
  list.forEach((json, i) => {
    if (isPlainObject(json) && json.id === alwaysOpenId)
      refusals.push(refuse('duplicate_name', { what: 'calendar', name: alwaysOpenId }, `calendars[${i}].id`))
  })
  return found
}

function checkPriorities(
  { priorities: given = [], defaultPriority }: Parsed,
  priorities: readonly Priority[],
): Refusal[] {
  const known = priorities.map((priority) => priority.name)
  return [
    ...given.flatMap((priority, i) =>
      known.indexOf(priority.name) < i
        ? [refuse('duplicate_name', { what: 'priority', name: priority.name }, `priorities[${i}].name`)]
        : [],
    ),
    ...given.flatMap((priority, i) =>
      given.findIndex((other) => other.rank === priority.rank) < i
        ? [refuse('duplicate_name', { what: 'rank', name: String(priority.rank) }, `priorities[${i}].rank`)]
        : [],
    ),
    ...(defaultPriority === undefined || known.includes(defaultPriority)
      ? []
      : [refuse('unknown_name', { what: 'priority', name: defaultPriority, known }, 'defaultPriority')]),
  ]
}

function checkTags({ tags = [] }: Parsed): Refusal[] {
  const keys = tags.map((tag) => foldText(tag.name))
  return tags.flatMap((tag, i) =>
    keys.indexOf(keys[i] as string) < i
      ? [refuse('duplicate_name', { what: 'tag', name: tag.name }, `tags[${i}].name`)]
      : [],
  )
}

const inSlaRule: ConditionUse = {
  name: 'an SLA rule',
  classes: ['stored'],
  except: Object.keys(fields).filter((name) => name.startsWith('sla.')),
}
const inView: ConditionUse = { name: 'a view', classes: ['stored'] }

function checkSla(
  { levels = [], slaRules = [], calendar }: Parsed,
  priorities: readonly Priority[],
  statuses: readonly string[],
  calendars: ReadonlyMap<string, NamedCalendar>,
): Refusal[] {
  const names = {
    priorities: priorities.map((priority) => priority.name),
    statuses,
    calendars: [...calendars.keys()],
    hasDefaultCalendar: calendar !== undefined,
  }
  const known = levels.map((level) => level.id)
  return [
    ...(calendar === undefined || calendars.has(calendar)
      ? []
      : [refuse('unknown_name', { what: 'calendar', name: calendar, known: names.calendars }, 'calendar')]),
    ...levels.flatMap((level, i) => [
      ...(known.indexOf(level.id) < i
        ? [refuse('duplicate_name', { what: 'level', name: level.id }, `levels[${i}].id`)]
        : []),
      ...checkLevel(level, names, `levels[${i}]`),
    ]),
    ...slaRules.flatMap((rule, i) => [
      ...(rule.level === null || known.includes(rule.level)
        ? []
        : [refuse('unknown_name', { what: 'level', name: rule.level, known }, `slaRules[${i}].level`)]),
      ...(rule.when === undefined ? [] : checkCondition(rule.when, fields, inSlaRule, `slaRules[${i}].when`)),
    ]),
  ]
}

function checkViews({ views = [] }: Parsed): Refusal[] {
  return views.flatMap((view, i) => [
    ...(views.findIndex((other) => other.id === view.id) < i
      ? [refuse('duplicate_name', { what: 'view', name: view.id }, `views[${i}].id`)]
      : []),
    ...(view.when === undefined ? [] : checkCondition(view.when, fields, inView, `views[${i}].when`)),
    ...(view.order === undefined ? [] : checkOrdering(view.order as Ordering, fields, `views[${i}].order`)),
  ])
}

function compile(
  parsed: Parsed,
  input: DeskDefinition,
  workflow: Workflow,
  priorities: readonly Priority[],
  calendars: ReadonlyMap<string, NamedCalendar>,
): Definition {
  const { since: _since, ...content } = input
  const json = deepFreeze(JSON.parse(JSON.stringify(content)) as DeskDefinition)
  const statuses = workflow.statuses.map((status) => status.name)
  const views = new Map((parsed.views ?? []).map((view) => [view.id, compileView(view)]))
  const isNameOf = (known: readonly string[]) => (name: unknown) => typeof name === 'string' && known.includes(name)
  const definition: Definition = {
    json,
    version: contentHash(json),
    since: parsed.since ?? null,
    workflow,
    priorities,
    defaultPriority:
      priorities.find((priority) => priority.name === parsed.defaultPriority) ??
      ([...priorities].sort((a, b) => a.rank - b.rank)[0] as Priority),
    tags: tagRegistry(parsed.tags ?? [], parsed.newTags ?? true),
    calendars,
    calendarNamed: (id) => calendars.get(id)?.calendar,
    calendarIds: [...calendars.keys()],
    defaultCalendar: parsed.calendar ?? null,
    metrics: new Map<string, Metric>(Object.entries(standardMetrics)),
    levels: new Map((parsed.levels ?? []).map((level) => [level.id, compileLevel(level, statuses)])),
    slaRules: (parsed.slaRules ?? []).map(({ when, level }) => ({
      when: when as Condition | undefined,
      matches: when === undefined ? () => true : compileCondition(when as unknown as Condition, fields),
      level,
    })),
    fieldsOfSlaRules: [
      ...new Set(
        (parsed.slaRules ?? []).flatMap(({ when }) =>
          when === undefined ? [] : [...fieldsRead(when as unknown as Condition)],
        ),
      ),
    ],
    fields,
    views,
    isStatus: isNameOf(statuses) as Definition['isStatus'],
    isPriority: isNameOf(priorities.map((priority) => priority.name)) as Definition['isPriority'],
    isView: isNameOf([...views.keys()]) as Definition['isView'],
  }
  return Object.freeze(definition)
}

function compileView({ id, when, order = 'fifo', limit = 50 }: NonNullable<Parsed['views']>[number]): View {
  const condition = (when ?? null) as Condition | null
  return {
    id,
    when: condition,
    matches: condition === null ? () => true : compileCondition(condition, fields),
    order: compileOrdering(order as Ordering, fields),
    limit,
  }
}
