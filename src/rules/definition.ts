import * as z from 'zod'
import { compileCondition, type Predicate } from '../condition/compile.ts'
import { type Condition, type ConditionUse, checkCondition, fieldsRead } from '../condition/condition.ts'
import { type FieldTable, fieldNamed, type Subject } from '../condition/field.ts'
import { compileVerdict } from '../condition/verdict.ts'
import { type Refusal, refuse, shown } from '../errors.ts'
import { maxTimeRules } from '../model/bounds.ts'
import { FixedMap } from '../model/fixed-map.ts'
import { contentHash, isPlainObject, joinPath } from '../model/json.ts'
import { DurationInput, findIssues, Id, JsonValue, list, Name } from '../model/schema.ts'
import { type Thresholds, ThresholdsSchema } from './advice.ts'
import { type CannedMessage, CannedMessageSchema, checkCanned, compileCanned } from './canned.ts'
import { type EffectPlan, type effectKinds, effectRow, isEffectKind } from './effect.ts'
import type { Action, CommandPlan, Macro, TimeRule, Trigger } from './rule.ts'
import { Since, sinceReader } from './since.ts'
import { indexTriggers, type TriggerIndex } from './trigger-index.ts'

/** Actions of one rule. */
const maxActions = 20

const common = {
  name: Name.optional(),
  active: z.boolean().optional(),
  when: JsonValue.optional(),
  do: list(JsonValue, maxActions).min(1),
}

/** Ten years either way, as a duration may have a sign here: before the due time of a clock. */
const SignedDuration = z.unknown().transform((value, context): number => {
  const before = typeof value === 'number' ? value < 0 : typeof value === 'string' && value.trimStart().startsWith('-')
  const amount = !before ? value : typeof value === 'number' ? -value : (value as string).trimStart().slice(1)
  const parsed = DurationInput.safeParse(amount)
  if (parsed.success) return before ? -parsed.data : parsed.data
  context.issues.push(...(parsed.error.issues as typeof context.issues))
  return z.NEVER
})

/** What of a definition says what follows by itself. */
export const rulesSchema = {
  triggers: z
    .array(
      z.strictObject({
        id: Id,
        ...common,
        on: z.array(Name).min(1).max(100),
        stop: z.boolean().optional(),
      }),
    )
    .max(10_000)
    .optional(),
  timeRules: list(
    z.strictObject({
      id: Id,
      ...common,
      since: Since,
      after: SignedDuration,
      calendar: Name.optional(),
      catchUp: z.boolean().optional(),
    }),
    maxTimeRules,
  ).optional(),
  macros: z
    .array(z.strictObject({ id: Id, ...common }))
    .max(10_000)
    .optional(),
  cannedMessages: z.array(CannedMessageSchema).max(10_000).optional(),
  advice: ThresholdsSchema.optional(),
}
const Rules = z.object(rulesSchema)
export type RulesDefinition = z.output<typeof Rules>
type RuleInput = NonNullable<RulesDefinition['triggers' | 'timeRules' | 'macros']>[number]

/** What this room is told of the others. */
export interface RuleNames {
  readonly calendars: readonly string[]
  readonly metrics: readonly string[]
  /** Event types that a trigger may wait for. */
  readonly events: readonly string[]
}

/** Reads an action that is a command: the engine knows which there are. */
export type ReadCommand = (
  action: Record<string, unknown>,
  use: 'rule' | 'macro',
  path: string,
) => { readonly value: CommandPlan } | { readonly refusals: readonly Refusal[] }

/** What of a definition this room reads. */
export interface RuleSlice {
  readonly triggers: readonly Trigger[]
  readonly triggerIndex: TriggerIndex
  readonly timeRules: readonly TimeRule[]
  readonly macros: ReadonlyMap<string, Macro>
  readonly cannedMessages: ReadonlyMap<string, CannedMessage>
  readonly advice: Thresholds
}

const inTrigger: ConditionUse = { name: 'a trigger', classes: ['stored', 'event'] }
const inTimeRule: ConditionUse = { name: 'a time rule', classes: ['stored', 'clock'] }
const inMacro: ConditionUse = { name: 'a macro', classes: ['stored', 'clock'] }
const atDelivery: ConditionUse = { name: 'an effect, where it is delivered', classes: ['stored', 'clock'] }

/** Everything wrong with rules and canned messages, each with its path. */
export function checkRules(
  { triggers = [], timeRules = [], macros = [], cannedMessages = [] }: RulesDefinition,
  names: RuleNames,
  fields: FieldTable,
  read: ReadCommand,
): Refusal[] {
  const canned = cannedMessages.map(({ id }) => id)
  const unknown = (what: string, name: string, known: readonly string[], path: string) =>
    known.includes(name) ? [] : [refuse('unknown_name', { what, name, known }, path)]
  const ofRule = (rule: RuleInput, use: ConditionUse, path: string) => [
    ...(rule.when === undefined ? [] : checkCondition(rule.when, fields, use, `${path}.when`)),
    ...rule.do.flatMap((action, i) => {
      const found = readAction(action, use === inMacro ? 'macro' : 'rule', fields, read, `${path}.do[${i}]`)
      if ('refusals' in found) return found.refusals
      const named = cannedOf(found.value)
      return named ? unknown('canned message', named.id, canned, `${path}.do[${i}].${named.key}`) : []
    }),
  ]
  return [
    ...sameIds({ triggers, timeRules, macros }),
    ...canned.flatMap((id, i) =>
      canned.indexOf(id) < i
        ? [refuse('duplicate_name', { what: 'canned message', name: id }, `cannedMessages[${i}].id`)]
        : [],
    ),
    ...cannedMessages.flatMap((message, i) => checkCanned(message, fields, `cannedMessages[${i}]`)),
    ...triggers.flatMap((trigger, i) => [
      ...ofRule(trigger, inTrigger, `triggers[${i}]`),
      ...trigger.on.flatMap((type, k) => unknown('event', type, names.events, `triggers[${i}].on[${k}]`)),
    ]),
    ...timeRules.flatMap((rule, i) => {
      const path = `timeRules[${i}]`
      const { since, after, calendar } = rule
      const ofClock = typeof since !== 'string'
      return [
        ...ofRule(rule, inTimeRule, path),
        ...(ofClock ? unknown('metric', since.dueAt, names.metrics, `${path}.since.dueAt`) : []),
        ...(calendar === undefined ? [] : unknown('calendar', calendar, names.calendars, `${path}.calendar`)),
        ...(after < 0 && !ofClock
          ? [
              refuse(
                'invalid_duration',
                { value: String(after), reason: 'only the due time of a clock is known beforehand' },
                `${path}.after`,
              ),
            ]
          : []),
      ]
    }),
    ...macros.flatMap((macro, i) => ofRule(macro, inMacro, `macros[${i}]`)),
  ]
}

/** One id, one rule: it stands in causes and in explanations. */
function sameIds(lists: Readonly<Record<string, readonly { readonly id: string }[]>>): Refusal[] {
  const seen = new Set<string>()
  return Object.entries(lists).flatMap(([key, rules]) =>
    rules.flatMap(({ id }, i) => {
      if (seen.has(id)) return [refuse('duplicate_name', { what: 'rule', name: id }, `${key}[${i}].id`)]
      seen.add(id)
      return []
    }),
  )
}

function readAction(
  action: unknown,
  use: 'rule' | 'macro',
  fields: FieldTable,
  read: ReadCommand,
  path: string,
): { readonly value: Action } | { readonly refusals: readonly Refusal[] } {
  if (!isPlainObject(action) || typeof action.type !== 'string')
    return {
      refusals: [
        refuse('invalid_definition', { reason: `an action is an object with a type, not ${shown(action)}` }, path),
      ],
    }
  const { type, ...rest } = action
  if (!isEffectKind(type as string)) {
    const found = read(action, use, path)
    return 'value' in found ? { value: { command: found.value } } : found
  }
  const kind = type as (typeof effectKinds)[number]
  const { schema, sends } = effectRow(kind)
  const parsed = findIssues(schema, rest, 'invalid_definition', path)
  if ('refusals' in parsed) return parsed
  const { when, delay, staleAfter, ...data } = parsed.value as Record<string, never> & {
    when?: Condition
    delay?: number
    staleAfter?: number
    message?: string
  }
  const wrong = when === undefined ? [] : checkCondition(when, fields, atDelivery, joinPath(path, 'when'))
  if (wrong.length > 0) return { refusals: wrong }
  const plan: EffectPlan = {
    kind,
    sends,
    condition: when ?? null,
    matches: when === undefined ? () => true : compileCondition(when, fields),
    delayMs: delay ?? 0,
    staleAfterMs: staleAfter ?? null,
    data,
    message: data.message,
  }
  return { value: { effect: plan } }
}

const cannedOf = (action: Action): { readonly id: string; readonly key: string } | undefined => {
  if ('effect' in action)
    return action.effect.message === undefined ? undefined : { id: action.effect.message, key: 'message' }
  return action.command.canned === undefined ? undefined : { id: action.command.canned, key: 'canned' }
}

export function compileRules(
  { triggers = [], timeRules = [], macros = [], cannedMessages = [], advice = {} }: RulesDefinition,
  fields: FieldTable,
  read: ReadCommand,
): RuleSlice {
  const base = (rule: RuleInput, use: 'rule' | 'macro') => {
    const condition = (rule.when ?? null) as Condition | null
    const matches: Predicate = condition === null ? () => true : compileCondition(condition, fields)
    const actions = rule.do.flatMap((action) => {
      const found = readAction(action, use, fields, read, '')
      return 'value' in found ? [found.value] : []
    })
    let verdict: ReturnType<typeof compileVerdict> | undefined
    const explain = (subject: Subject) => {
      if (condition === null) return []
      verdict ??= compileVerdict(condition, fields)
      return verdict(subject).decidedBy
    }
    return { id: rule.id, condition, matches, explain, actions }
  }
  const active = <R extends { readonly active?: boolean | undefined }>(rules: readonly R[]) =>
    rules.filter((rule) => rule.active !== false)
  const compiled = active(triggers).map(
    (trigger): Trigger => ({
      ...base(trigger, 'rule'),
      kind: 'trigger',
      on: new Set(trigger.on),
      stop: trigger.stop ?? false,
      readsEvent: readsEvent(trigger.when as Condition | undefined, fields),
    }),
  )
  return {
    triggers: compiled,
    triggerIndex: indexTriggers(compiled, fields),
    timeRules: active(timeRules).map((rule) => ({
      ...base(rule, 'rule'),
      kind: 'time_rule',
      // its name is for people: another one makes it no other rule
      version: contentHash({ ...rule, name: undefined }),
      since: sinceReader(rule.since),
      afterMs: rule.after,
      calendar: rule.calendar ?? null,
      catchUp: rule.catchUp ?? false,
    })),
    macros: new FixedMap(
      active(macros).map((macro) => [
        macro.id,
        { ...base(macro, 'macro'), kind: 'macro', name: macro.name ?? macro.id },
      ]),
    ),
    cannedMessages: new FixedMap(cannedMessages.map((message) => [message.id, compileCanned(message, fields)])),
    advice: Object.freeze({ ...advice }),
  }
}

const readsEvent = (when: Condition | undefined, fields: FieldTable): boolean =>
  when !== undefined && [...fieldsRead(when)].some((name) => fieldNamed(fields, name)?.class === 'event')
