import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { DurationInput, Id } from '../model/schema.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { DurationInput as Duration } from '../time/duration.ts'
import { dueAfter, subtracted } from './search.ts'

/** Times one step may fire. */
const maxRepetitions = 1_000

/**
 * A warning or an escalation, as an amount of open time used: a share of the target in per mille (800 = 80 %, rounded
 * up), some time before the target is used up, or some time after it, `times` firings in all, `every` so often.
 */
export type StepDefinition<Id extends string = string> =
  | { readonly id: Id; readonly share: number }
  | { readonly id: Id; readonly before: Duration }
  | {
      readonly id: Id
      readonly afterDue: Duration
      readonly every?: Duration | undefined
      readonly times?: number | undefined
    }

export const StepSchema = z.union([
  z.strictObject({ id: Id, share: z.int().min(1).max(10_000) }),
  z.strictObject({ id: Id, before: DurationInput }),
  z.strictObject({
    id: Id,
    afterDue: DurationInput,
    every: DurationInput.optional(),
    times: z.int().min(1).max(maxRepetitions).optional(),
  }),
])
export type ParsedStep = z.output<typeof StepSchema>

/** A step ready for use. */
export interface Step {
  readonly id: string
  readonly times: number
  /** Open time used when it fires for the k-th time (from 0), of a target. */
  readonly amountMs: (targetMs: number, k: number) => number
  /** Open time from a due time set by hand to its k-th firing, negative before it; undefined: it does not apply. */
  readonly fromDueMs: (k: number) => number | undefined
}

export function compileStep(step: ParsedStep): Step {
  if ('share' in step)
    return {
      id: step.id,
      times: 1,
      amountMs: (targetMs) => Math.ceil((targetMs * step.share) / 1000),
      fromDueMs: () => undefined,
    }
  if ('before' in step)
    return {
      id: step.id,
      times: 1,
      amountMs: (targetMs) => Math.max(0, targetMs - step.before),
      fromDueMs: () => -step.before,
    }
  const { afterDue, every = 0, times = 1 } = step
  return {
    id: step.id,
    times,
    amountMs: (targetMs, k) => targetMs + afterDue + k * every,
    fromDueMs: (k) => afterDue + k * every,
  }
}

/** A step that repeats says how often, one that does not says neither. */
export function checkSteps(steps: readonly ParsedStep[], path: string): Refusal[] {
  return steps.flatMap((step, i) => {
    const twice = steps.findIndex((other) => other.id === step.id) < i
    const repeats = 'afterDue' in step && (step.times ?? 1) > 1
    const found = twice ? [refuse('duplicate_name', { what: 'step', name: step.id }, `${path}[${i}].id`)] : []
    if (repeats && (step.every ?? 0) < 1_000)
      found.push(
        refuse(
          'invalid_duration',
          { value: String(step.every), reason: 'a step that fires several times says `every` how often, at least 1 s' },
          `${path}[${i}].every`,
        ) as never,
      )
    return found
  })
}

/** What of a clock's terms its steps depend on. */
interface Counting {
  readonly steps: readonly Step[]
  readonly calendar: BusinessCalendar
}

/** A step about to fire, for the k-th time (from 0). */
export interface Firing {
  readonly step: Step
  readonly repetition: number
  readonly at: number
}

/**
 * The step that fires next while the clock runs, not before `from`; undefined when none is left or the calendar runs
 * out. What is passed by then fires then, by id.
 */
export function nextFiring(clock: SlaClock, counting: Counting, from: number): Firing | undefined {
  const since = clock.runningSince
  if (since === null || counting.steps.length === 0) return undefined
  if (clock.manualDueAt !== undefined) return firstByDue(clock, counting, Math.max(since, from), clock.manualDueAt)
  if (from <= since) return firstByAmount(clock, counting, since)
  const elapsedMs = clock.elapsedMs + counting.calendar.between(since, from)
  return firstByAmount({ ...clock, elapsedMs }, counting, from)
}

/** One search in the calendar, for the smallest amount; a step already passed fires at the start of the stretch. */
function firstByAmount(clock: SlaClock, { steps, calendar }: Counting, since: number): Firing | undefined {
  let first: { step: Step; repetition: number; amount: number } | undefined
  for (const step of steps) {
    const repetition = clock.stepsReached?.[step.id] ?? 0
    if (repetition >= step.times) continue
    const amount = Math.max(step.amountMs(clock.targetMs, repetition), clock.elapsedMs)
    if (!first || amount < first.amount || (amount === first.amount && step.id < first.step.id))
      first = { step, repetition, amount }
  }
  const at = first && dueAfter(calendar, since, first.amount - clock.elapsedMs)
  return first && at != null ? { step: first.step, repetition: first.repetition, at } : undefined
}

function firstByDue(clock: SlaClock, { steps, calendar }: Counting, since: number, due: number): Firing | undefined {
  let first: Firing | undefined
  for (const step of steps) {
    const repetition = clock.stepsReached?.[step.id] ?? 0
    const instant = repetition < step.times ? instantByDue(step, repetition, calendar, due) : null
    if (instant === null) continue
    const at = Math.max(instant, since)
    if (!first || at < first.at || (at === first.at && step.id < first.step.id)) first = { step, repetition, at }
  }
  return first
}

/** When a firing falls by a due time set by hand; null: it does not apply, or the calendar runs out. */
function instantByDue(step: Step, k: number, calendar: BusinessCalendar, due: number): number | null {
  const offset = step.fromDueMs(k)
  if (offset === undefined) return null
  return offset < 0 ? subtracted(calendar, due, -offset) : dueAfter(calendar, due, offset)
}

/** With the instant of its next step, as it stands at `at`. */
export function withNextStep(clock: SlaClock, counting: Counting, at: number): SlaClock {
  const next = nextFiring(clock, counting, at)
  if (!next && clock.nextStepAt === undefined && counting.steps.length === 0) return clock
  return { ...clock, nextStepAt: next?.at ?? null }
}

export const withoutNextStep = (clock: SlaClock): SlaClock =>
  clock.nextStepAt === undefined ? clock : { ...clock, nextStepAt: null }

/**
 * What counts as fired under the terms a clock was switched to at an instant: a step that has fired fires again only
 * if its new instant lies after the switch.
 */
export function withStepsAfterSwitch(clock: SlaClock, { steps, calendar }: Counting, at: number): SlaClock {
  if (clock.stepsReached === undefined) return clock
  const kept: Record<string, number> = { ...clock.stepsReached }
  for (const step of steps) {
    let fired = Math.min(kept[step.id] ?? 0, step.times)
    while (fired > 0 && liesAhead(clock, step, fired - 1, calendar, at)) fired -= 1
    if (step.id in kept) kept[step.id] = fired
  }
  return { ...clock, stepsReached: kept }
}

function liesAhead(clock: SlaClock, step: Step, k: number, calendar: BusinessCalendar, at: number): boolean {
  if (clock.manualDueAt === undefined) return step.amountMs(clock.targetMs, k) > clock.elapsedMs
  return (instantByDue(step, k, calendar, clock.manualDueAt) ?? 0) > at
}
