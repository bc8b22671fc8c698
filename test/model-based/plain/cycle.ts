/** What one cycle of a clock shows, worked out from its stretches at every question. */
import type { PlainCalendar } from './calendar.ts'
import type { PlainStep } from './definition.ts'
import type { Cycle, Stretch } from './state.ts'

export function elapsedOf(cycle: Cycle, now: number): number {
  let sum = 0
  for (const { from, to, calendar } of cycle.stretches) sum += calendar.between(from, to ?? now)
  return sum
}

export function runningOf(cycle: Cycle): Stretch | undefined {
  const last = cycle.stretches.at(-1)
  return !cycle.ended && last?.to === null ? last : undefined
}

export function dueOf(cycle: Cycle): number | null {
  if (cycle.ended || cycle.breachedAt !== null) return cycle.dueAt
  if (cycle.manual) return cycle.manual.dueAt
  const stretch = runningOf(cycle)
  if (!stretch) return null
  return stretch.calendar.add(stretch.from, cycle.targetMs - elapsedOf(cycle, stretch.from))
}

export function lateFromOf(cycle: Cycle): number | null {
  if (cycle.ended || cycle.breachedAt !== null) return cycle.lateFrom
  const due = dueOf(cycle)
  if (cycle.manual) return cycle.manual.lateFrom
  return due === null ? null : cycle.calendar.nextOpening(due)
}

export function isLate(cycle: Cycle, at: number): boolean {
  if (cycle.manual) return at > cycle.manual.lateFrom
  return elapsedOf(cycle, at) > cycle.targetMs
}

/** Open time beyond what was promised; null while open. */
export function latenessOf(cycle: Cycle): number | null {
  if (cycle.endedAt === null) return null
  if (!cycle.manual) return Math.max(0, elapsedOf(cycle, cycle.endedAt) - cycle.targetMs)
  return isLate(cycle, cycle.endedAt) ? cycle.calendar.between(cycle.manual.dueAt, cycle.endedAt) : 0
}

const firingsOf = ({ afterDue, times = 1 }: PlainStep) => (afterDue === undefined ? 1 : times)

/** The open time after which the k-th firing of a step comes. */
function amountOf({ share, before, afterDue = 0, every = 0 }: PlainStep, targetMs: number, k: number): number {
  if (share !== undefined) return Math.ceil((targetMs * share) / 1000)
  if (before !== undefined) return Math.max(0, targetMs - before)
  return targetMs + afterDue + k * every
}

/** When the k-th firing of a step comes if nothing happens. */
function firingAt(cycle: Cycle, step: PlainStep, k: number, running: Stretch): number | null {
  const atLeast = Math.max(running.from, cycle.appliedAt)
  if (cycle.manual) {
    const at = atByDue(step, k, cycle.manual.dueAt, cycle.calendar)
    return at === null ? null : Math.max(atLeast, at)
  }
  const left = amountOf(step, cycle.targetMs, k) - elapsedOf(cycle, running.from)
  return Math.max(atLeast, left <= 0 ? running.from : running.calendar.add(running.from, left))
}

/** By a due time said by hand steps count from that instant; shares of the target do not apply. */
function atByDue({ share, before, afterDue = 0, every = 0 }: PlainStep, k: number, due: number, by: PlainCalendar) {
  if (share !== undefined) return null
  return before === undefined ? by.add(due, afterDue + k * every) : by.subtract(due, before)
}

/** The next firing of each step, while the clock runs. */
export function firingsAhead(cycle: Cycle): { step: string; repetition: number; at: number }[] {
  const running = runningOf(cycle)
  if (!running) return []
  return (cycle.row.steps ?? []).flatMap((step) => {
    const repetition = cycle.fired[step.id] ?? 0
    if (repetition >= firingsOf(step)) return []
    const at = firingAt(cycle, step, repetition, running)
    return at === null ? [] : [{ step: step.id, repetition, at }]
  })
}

/** After a switch a step that has fired fires again only if its new instant lies after the switch. */
export function rewindSteps(cycle: Cycle, at: number): void {
  const elapsed = elapsedOf(cycle, at)
  const { manual, targetMs, calendar } = cycle
  const liesBehind = (step: PlainStep, k: number) =>
    manual ? (atByDue(step, k, manual.dueAt, calendar) ?? at) <= at : amountOf(step, targetMs, k) <= elapsed
  for (const step of cycle.row.steps ?? []) {
    const fired = Math.min(cycle.fired[step.id] ?? 0, firingsOf(step))
    let behind = 0
    while (behind < fired && liesBehind(step, behind)) behind++
    cycle.fired[step.id] = behind
  }
}
