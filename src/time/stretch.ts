import type { PartReason, Reason, Stretch } from './calendar.ts'
import { dateOf } from './day.ts'
import { dayAt, midnight, type Plan, turn } from './plan.ts'
import type { Spans } from './span.ts'

/**
 * Everything in `[from, to)` in order: each open stretch under the date that owns it, closed time cut at midnights.
 * `reason` says what decides a date, `closures` which closed time would be open but for a closure.
 */
export function* stretchesOf(
  plan: Plan,
  from: number,
  to: number,
  reason: (day: number) => Reason,
  closures: (from: number, to: number) => Spans,
): IterableIterator<Stretch> {
  let at = from

  function* closed(end: number): IterableIterator<Stretch> {
    while (at < end) {
      const day = dayAt(plan.zone, at)
      const until = Math.min(end, midnight(plan.zone, day + 1))
      const [cutFrom = until, cutTo = until] = closures(at, until)
      const cut = cutFrom === at
      const next = cut ? cutTo : cutFrom
      yield { from: at, to: next, open: false, date: dateOf(day), reason: cut ? { kind: 'closure' } : reason(day) }
      at = next
    }
  }

  for (let day = dayAt(plan.zone, from) - 2; midnight(plan.zone, day) < to; day++) {
    const open = turn(plan, day)
    for (let i = 0; i < open.length; i += 2) {
      const start = Math.min(to, open[i] as number)
      const end = Math.min(to, open[i + 1] as number)
      yield* closed(start)
      if (at < end) yield { from: at, to: end, open: true, date: dateOf(day), reason: reason(day) }
      at = Math.max(at, end)
    }
  }
  yield* closed(to)
}

/** The stretches of several calendars laid over each other: a new one wherever one of them, or the date, changes. */
export function* combinedStretches(
  parts: readonly Plan[],
  plan: Plan,
  kind: 'union' | 'intersection',
  from: number,
  to: number,
): IterableIterator<Stretch> {
  const sequences = parts.map((part) => part.stretches(from, to))
  const current = sequences.map((sequence) => sequence.next().value as Stretch)
  for (let at = from; at < to; ) {
    const day = dayAt(plan.zone, at)
    const end = Math.min(midnight(plan.zone, day + 1), ...current.map((stretch) => stretch.to))
    const reasons: PartReason[] = current.map(({ open, date, reason }, i) => ({
      calendar: (parts[i] as Plan).id,
      open,
      date,
      reason,
    }))
    const open = kind === 'union' ? reasons.some((part) => part.open) : reasons.every((part) => part.open)
    yield { from: at, to: end, open, date: dateOf(day), reason: { kind, parts: reasons } }
    current.forEach((stretch, i) => {
      if (stretch.to === end && end < to) current[i] = (sequences[i] as IterableIterator<Stretch>).next().value
    })
    at = end
  }
}
