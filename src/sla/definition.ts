import * as z from 'zod'
import { type Condition, type ConditionUse, checkCondition, fieldsRead } from '../condition/condition.ts'
import type { FieldTable } from '../condition/field.ts'
import { indexConditions } from '../condition/rule-index.ts'
import { compileVerdict } from '../condition/verdict.ts'
import { type Refusal, refuse } from '../errors.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { JsonValue, Name } from '../model/schema.ts'
import { checkLevel, compileLevel, type LevelNames, LevelSchema } from './level.ts'
import { type Metric, standardMetrics } from './metric.ts'
import { checkMetrics, compileMetric, MetricsSchema } from './metric-definition.ts'
import type { NamedCalendar, SlaRule, SlaSlice } from './slice.ts'

/** What of a definition says how long things may take. */
export const slaSchema = {
  calendar: Name.optional(),
  departments: z
    .array(z.strictObject({ id: Name, name: Name.optional(), calendar: Name.optional() }))
    .max(10_000)
    .optional(),
  metrics: MetricsSchema.optional(),
  levels: z.array(LevelSchema).max(1_000).optional(),
  slaRules: z
    .array(z.strictObject({ when: JsonValue.optional(), level: Name.nullable(), priority: Name.optional() }))
    .max(10_000)
    .optional(),
}
const Sla = z.object(slaSchema)
type SlaDefinition = z.output<typeof Sla>

/** Everything wrong with levels and SLA rules, each with its path. */
export function checkSla(
  { departments = [], metrics = [], levels = [], slaRules = [], calendar }: SlaDefinition,
  names: Omit<LevelNames, 'hasDefaultCalendar' | 'metrics'>,
  fields: FieldTable,
): Refusal[] {
  const levelNames = {
    ...names,
    metrics: [...Object.keys(standardMetrics), ...metrics.map(({ name }) => name)],
    hasDefaultCalendar: calendar !== undefined,
  }
  const known = levels.map((level) => level.id)
  const unknownCalendar = calendar !== undefined && !names.calendars.includes(calendar)
  return [
    ...(unknownCalendar
      ? [refuse('unknown_name', { what: 'calendar', name: calendar, known: names.calendars }, 'calendar')]
      : []),
    ...departments.flatMap((department, i) => [
      ...(departments.findIndex(({ id }) => id === department.id) < i
        ? [refuse('duplicate_name', { what: 'department', name: department.id }, `departments[${i}].id`)]
        : []),
      ...(department.calendar === undefined || names.calendars.includes(department.calendar)
        ? []
        : [
            refuse(
              'unknown_name',
              { what: 'calendar', name: department.calendar, known: names.calendars },
              `departments[${i}].calendar`,
            ),
          ]),
    ]),
    ...checkMetrics(metrics, names.statuses, 'metrics'),
    ...levels.flatMap((level, i) => [
      ...(known.indexOf(level.id) < i
        ? [refuse('duplicate_name', { what: 'level', name: level.id }, `levels[${i}].id`)]
        : []),
      ...checkLevel(level, levelNames, `levels[${i}]`),
    ]),
    ...slaRules.flatMap(({ when, level, priority }, i) => [
      ...(level === null || known.includes(level)
        ? []
        : [refuse('unknown_name', { what: 'level', name: level, known }, `slaRules[${i}].level`)]),
      ...(priority === undefined || names.priorities.includes(priority)
        ? []
        : [
            refuse(
              'unknown_name',
              { what: 'priority', name: priority, known: names.priorities },
              `slaRules[${i}].priority`,
            ),
          ]),
      ...(when === undefined ? [] : checkCondition(when, fields, inSlaRule(fields), `slaRules[${i}].when`)),
    ]),
  ]
}

/** An SLA rule asks for what is kept on the ticket, and not for the clocks that it decides. */
const inSlaRule = (fields: FieldTable): ConditionUse => ({
  name: 'an SLA rule',
  classes: ['stored'],
  except: Object.keys(fields).filter((name) => name.startsWith('sla.')),
})

export function compileSla(
  { departments = [], metrics: own = [], levels = [], slaRules = [], calendar }: SlaDefinition,
  statuses: readonly string[],
  calendars: ReadonlyMap<string, NamedCalendar>,
  fields: FieldTable,
): SlaSlice {
  const rules = slaRules.map(({ when, level, priority = null }, position) => ({
    when: when as Condition | undefined,
    item: { position, level, priority, judge: judgeOf(when as Condition | undefined, fields) },
  }))
  const metrics = new FixedMap<string, Metric>([
    ...Object.entries(standardMetrics),
    ...own.map((metric) => [metric.name, compileMetric(metric)] as const),
  ])
  return {
    metrics,
    departments: new FixedMap(departments.map((department) => [department.id, department])),
    levels: new FixedMap(levels.map((level) => [level.id, compileLevel(level, metrics, statuses)])),
    slaRules: indexConditions(rules, fields),
    slaRulesInOrder: rules.map(({ item }) => item),
    fieldsOfSlaRules: [...new Set(rules.flatMap(({ when }) => (when === undefined ? [] : [...fieldsRead(when)])))],
    fields,
    defaultCalendar: calendar ?? null,
    calendars,
  }
}

/** Compiled when it is first asked: most rules are never explained. */
function judgeOf(when: Condition | undefined, fields: FieldTable): SlaRule['judge'] {
  let judge: SlaRule['judge'] | undefined = when === undefined ? () => ({ holds: true, decidedBy: [] }) : undefined
  return (subject) => {
    judge ??= compileVerdict(when as Condition, fields)
    return judge(subject)
  }
}
