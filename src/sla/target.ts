import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import type { Json } from '../model/json.ts'
import { joinPath, utf8Bytes } from '../model/json.ts'
import { type MessageRole, messageRoles } from '../model/message.ts'
import { type StatusKind, statusKinds } from '../model/names.ts'
import { JsonValue, list, Name } from '../model/schema.ts'
import type { Counts, Metric } from './metric.ts'
import type { Signal } from './signal.ts'
import { checkSteps, compileStep, type Step, type StepDefinition, StepSchema } from './step.ts'
import { type Amount, amountFor, isTable, type Within, WithinSchema } from './within.ts'

/** What a level promises for a metric. */
export interface TargetDefinition<
  M extends string = string,
  P extends string = string,
  S extends string = string,
  C extends string = string,
> {
  readonly metric: M
  /** Open time allowed, at least 1 s, or business days. */
  readonly within: Within<P>
  /** Wins over the calendars of requester (or department), level and desk. */
  readonly calendar?: C | undefined
  /** Statuses or kinds in which the clock stands still, in place of the metric's own. */
  readonly pauses?: readonly (S | StatusKind)[] | undefined
  /** On a switch of level or priority: keep what has accrued (`opening`, the default) or begin anew (`switch`). */
  readonly restartFrom?: 'opening' | 'switch' | undefined
  /** A public message of a bot counts as an agent's reply. */
  readonly botsCount?: boolean | undefined
  /** Setting the ticket to Answered counts as an agent's reply. */
  readonly answeringCounts?: boolean | undefined
  /** Resolving or closing fulfils the clock instead of cancelling it. */
  readonly resolvingCounts?: boolean | undefined
  /** Whose opening or message starts the clock; everybody's that the metric listens to unless said. */
  readonly startedBy?: readonly MessageRole[] | undefined
  /** Warnings and escalations, at most 20. */
  readonly steps?: readonly StepDefinition[] | undefined
  /** The application's own: it stands in the breach event. At most 4 kB. */
  readonly penalty?: Json | undefined
}

const maxSteps = 20
const maxPenaltyBytes = 4_096

export const TargetSchema = z.strictObject({
  metric: Name,
  within: WithinSchema,
  calendar: Name.optional(),
  pauses: z.array(Name).optional(),
  restartFrom: z.enum(['opening', 'switch']).optional(),
  botsCount: z.boolean().optional(),
  answeringCounts: z.boolean().optional(),
  resolvingCounts: z.boolean().optional(),
  startedBy: z.array(z.enum(messageRoles)).min(1).optional(),
  steps: list(StepSchema, maxSteps).optional(),
  penalty: JsonValue.optional(),
})
export type ParsedTarget = z.output<typeof TargetSchema>

/** A target ready for use. */
export interface Target {
  readonly metric: string
  /** The metric as this target reads it: with what else counts as a reply. */
  readonly row: Metric
  /** Names of the signals that can change a clock of it. */
  readonly hears: ReadonlySet<Signal['name']>
  readonly calendar: string | null
  readonly restartFrom: 'opening' | 'switch'
  readonly counts: Counts
  readonly startedBy: ReadonlySet<MessageRole> | null
  readonly steps: readonly Step[]
  readonly penalty: Json | undefined
  readonly within: (priority: string) => Amount | null
  readonly pausesIn: (status: string, kind: StatusKind) => boolean
}

/** Names a target may use. */
export interface TargetNames {
  readonly metrics: readonly string[]
  readonly priorities: readonly string[]
  readonly statuses: readonly string[]
  readonly calendars: readonly string[]
}

/** Everything wrong with a target, each with its path. */
export function checkTarget(target: ParsedTarget, names: TargetNames, at: string): Refusal[] {
  const unknown = (what: string, name: string | undefined, known: readonly string[], path: string) =>
    name === undefined || known.includes(name) ? [] : [refuse('unknown_name', { what, name, known }, path)]
  const priorities = isTable(target.within) ? Object.keys(target.within) : []
  const bytes = target.penalty === undefined ? 0 : utf8Bytes(JSON.stringify(target.penalty), maxPenaltyBytes)
  return [
    ...unknown('metric', target.metric, names.metrics, `${at}.metric`),
    ...priorities.flatMap((name) =>
      unknown('priority', name, [...names.priorities, 'default'], joinPath(`${at}.within`, name)),
    ),
    ...unknown('calendar', target.calendar, names.calendars, `${at}.calendar`),
    ...(target.pauses ?? []).flatMap((name, k) =>
      unknown('status or kind', name, [...names.statuses, ...statusKinds], `${at}.pauses[${k}]`),
    ),
    ...checkSteps(target.steps ?? [], `${at}.steps`),
    ...(bytes > maxPenaltyBytes
      ? [refuse('too_large', { limit: maxPenaltyBytes, actual: bytes, unit: 'bytes' }, `${at}.penalty`)]
      : []),
  ]
}

/** A target for use; `statuses` tells names from kinds in pause lists. */
export function compileTarget(target: ParsedTarget, metric: Metric, statuses: readonly string[]): Target {
  const { within, pauses = metric.pausedIn, steps = [], startedBy } = target
  const counts = {
    bots: target.botsCount ?? false,
    answering: target.answeringCounts ?? false,
    resolving: target.resolvingCounts ?? false,
  }
  const paused = new Set<string>(pauses.filter((name) => statuses.includes(name)))
  const pausedKinds = new Set<string>(pauses.filter((name) => !statuses.includes(name)))
  const row = asRead(metric, counts)
  return {
    metric: target.metric,
    row,
    hears: new Set([
      ...row.starts.map(({ on }) => on),
      ...row.fulfilledBy,
      ...(row.cancelledBy ?? []),
      ...(row.pausedBy ?? []),
      ...(row.resumedBy ?? []),
      'statusChanged',
      'leftWork',
      'reopened',
    ] as const),
    calendar: target.calendar ?? null,
    restartFrom: target.restartFrom ?? 'opening',
    counts,
    startedBy: startedBy ? new Set(startedBy) : null,
    steps: steps.map(compileStep),
    penalty: target.penalty,
    within: (priority) => amountFor(within, priority),
    pausesIn: (status, kind) => paused.has(status) || pausedKinds.has(kind),
  }
}

/** The metric with what else counts as an agent's reply. */
function asRead(metric: Metric, counts: Counts): Metric {
  const answers = metric.fulfilledBy.includes('agentReply')
  const bots = counts.bots ? metric.starts.filter(({ on }) => on === 'agentReply') : []
  const repeats = metric.starts.some(({ on }) => on === 'agentReply')
  return {
    ...metric,
    starts: [...metric.starts, ...bots.map((start) => ({ ...start, on: 'botReply' as const }))],
    fulfilledBy: [
      ...metric.fulfilledBy,
      ...(counts.bots && answers ? (['botReply'] as const) : []),
      // a reply that goes with it would be counted twice by a metric that starts again with every reply
      ...(counts.answering && answers && !repeats ? (['markedAnswered'] as const) : []),
    ],
    onLeavingWork: counts.resolving ? 'fulfil' : metric.onLeavingWork,
  }
}
