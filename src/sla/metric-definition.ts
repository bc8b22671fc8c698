import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import { forbiddenKeys } from '../model/json.ts'
import { type StatusKind, statusKinds } from '../model/names.ts'
import { list, Name } from '../model/schema.ts'
import { type Metric, type StartFact, standardMetrics, startFacts } from './metric.ts'
import { namedSignals, plainSignals, type SignalName } from './signal.ts'

/** A metric of the application's own, beside the built-in ones. */
export interface MetricDefinition<M extends string = string, S extends string = string> {
  /** Not that of a built-in metric. */
  readonly name: M
  readonly starts: readonly { readonly on: SignalName<S>; readonly if?: readonly StartFact[] | undefined }[]
  readonly fulfilledBy: readonly SignalName<S>[]
  readonly cancelledBy?: readonly SignalName<S>[] | undefined
  /** Kinds or statuses in which it pauses unless a target says otherwise. */
  readonly pausedIn?: readonly (S | StatusKind)[] | undefined
  /** Signals that hold it, and those that let it go. */
  readonly pausedBy?: readonly SignalName<S>[] | undefined
  readonly resumedBy?: readonly SignalName<S>[] | undefined
  /** What resolving or closing means for a clock that still runs; `cancel` unless said. */
  readonly onLeavingWork?: 'fulfil' | 'cancel' | undefined
  /** `ignore` unless said. */
  readonly onReopen?:
    | { readonly mode: 'continue' | 'restart' | 'ignore'; readonly if?: readonly StartFact[] | undefined }
    | undefined
  /** May it start again after a cycle has ended? No unless said. */
  readonly recurs?: boolean | undefined
  /** Whose calendar comes after the target's own and before the level's; the requester's unless said. */
  readonly calendarOf?: 'requester' | 'department' | undefined
}

/** Metrics of one definition: each may keep a clock on every ticket, whose size is bounded. */
const maxMetrics = 40

const Signals = list(Name, 50)
const Facts = z.array(z.enum(Object.keys(startFacts) as [StartFact, ...StartFact[]])).max(10)
const MetricSchema = z.strictObject({
  name: Name,
  starts: z
    .array(z.strictObject({ on: Name, if: Facts.optional() }))
    .min(1)
    .max(50),
  fulfilledBy: Signals,
  cancelledBy: Signals.optional(),
  pausedIn: list(Name, 200).optional(),
  pausedBy: Signals.optional(),
  resumedBy: Signals.optional(),
  onLeavingWork: z.enum(['fulfil', 'cancel']).optional(),
  onReopen: z.strictObject({ mode: z.enum(['continue', 'restart', 'ignore']), if: Facts.optional() }).optional(),
  recurs: z.boolean().optional(),
  calendarOf: z.enum(['requester', 'department']).optional(),
})
export const MetricsSchema = list(MetricSchema, maxMetrics)
type ParsedMetric = z.output<typeof MetricSchema>

/** Fields of a ticket whose change is a signal; `fields.NAME` is a custom one. */
const signallingFields = [
  'subject',
  'category',
  'language',
  'impact',
  'urgency',
  'statedUrgency',
  'affected',
  'effortMinutes',
  'priority',
  'tags',
  'tier',
  'requester',
  'assignee',
  'department',
] as const

/** Everything wrong with metrics of the application's own, each with its path. */
export function checkMetrics(metrics: readonly ParsedMetric[], statuses: readonly string[], path: string): Refusal[] {
  const places = [...statuses, ...statusKinds]
  return metrics.flatMap((metric, i) => {
    const at = `${path}[${i}]`
    const taken =
      Object.hasOwn(standardMetrics, metric.name) || metrics.findIndex(({ name }) => name === metric.name) < i
    const signals = [
      ...metric.starts.map(({ on }, k) => [on, `${at}.starts[${k}].on`] as const),
      ...(['fulfilledBy', 'cancelledBy', 'pausedBy', 'resumedBy'] as const).flatMap((key) =>
        (metric[key] ?? []).map((signal, k) => [signal, `${at}.${key}[${k}]`] as const),
      ),
    ]
    return [
      ...(taken ? [refuse('duplicate_name', { what: 'metric', name: metric.name }, `${at}.name`)] : []),
      ...(forbiddenKeys.has(metric.name) ? [refuse('forbidden_key', { key: metric.name }, `${at}.name`)] : []),
      ...signals.flatMap(([signal, where]) => checkSignal(signal, places, where)),
      ...(metric.pausedIn ?? []).flatMap((name, k) => unless(places, 'status or kind', name, `${at}.pausedIn[${k}]`)),
    ]
  })
}

function checkSignal(signal: string, places: readonly string[], path: string): Refusal[] {
  const colon = signal.indexOf(':')
  const [way, name] = [signal.slice(0, colon), signal.slice(colon + 1)]
  if (colon < 0 || !(namedSignals as readonly string[]).includes(way))
    return unless([...plainSignals, ...namedSignals.map((each) => `${each}:…`)], 'signal', signal, path)
  if (way === 'entered' || way === 'left') return unless(places, 'status or kind', name, path)
  if (way === 'changed' && !/^fields\../.test(name)) return unless(signallingFields, 'field with a signal', name, path)
  return name === '' ? [refuse('invalid_definition', { reason: 'a signal has a name: signal:NAME' }, path)] : []
}

const unless = (known: readonly string[], what: string, name: string, path: string): Refusal[] =>
  known.includes(name) ? [] : [refuse('unknown_name', { what, name, known }, path)]

export const compileMetric = ({ name: _name, ...metric }: ParsedMetric): Metric =>
  ({
    pausedIn: [],
    onLeavingWork: 'cancel',
    onReopen: { mode: 'ignore' },
    recurs: false,
    calendarOf: 'requester',
    ...(metric as Omit<MetricDefinition, 'name'>),
  }) as Metric
