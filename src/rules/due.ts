import type { Subject } from '../condition/field.ts'
import { isDeskError } from '../errors.ts'
import { maxTimeRulesInARow } from '../model/bounds.ts'
import type { Ticket } from '../model/ticket.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { TimeRule } from './rule.ts'

/** A time rule as one revision of a definition has it. */
interface TimeRuleInForce {
  readonly rule: TimeRule
  /** Since when it says what it says: where earlier revisions say the same, since the first of those. */
  readonly appliesFrom: number
  readonly calendar: BusinessCalendar | null
}

/** Revisions of a definition, as far as time rules are concerned: oldest first, each in force until the next. */
export interface TimeRuleSpan {
  readonly from: number
  readonly until: number
  readonly rules: readonly TimeRuleInForce[]
}

/** A time rule about to fire. */
export interface DueTimeRule {
  readonly at: number
  readonly rule: TimeRule
  readonly since: number
}

/**
 * The next time rule to fire if nothing else happens; ties by id. Where `when` did not hold at the due instant, the
 * rule waits for the first event after which it does: what is asked here is the ticket after its last one.
 */
export function nextTimeRule(
  spans: readonly TimeRuleSpan[],
  ticket: Readonly<Ticket>,
  subjectAt: (at: number) => Subject,
): DueTimeRule | undefined {
  if (isResting(ticket)) return undefined
  let next: DueTimeRule | undefined
  for (const span of spans)
    for (const one of span.rules) {
      const at = triedAt(span, one, ticket)
      const { rule } = one
      if (at === undefined || (next && !earlier(at, rule, next)) || !rule.matches(subjectAt(at))) continue
      next = { at, rule, since: rule.since(ticket) as number }
    }
  return next
}

/** Is there a rule that is tried from one instant up to another, both included, met or not? */
export function isAnyTried(
  spans: readonly TimeRuleSpan[],
  ticket: Readonly<Ticket>,
  [from, to]: readonly [from: number, to: number],
): boolean {
  if (spans.length === 0 || isResting(ticket)) return false
  for (const span of spans)
    for (const one of span.rules) {
      const at = triedAt(span, one, ticket)
      if (at !== undefined && at >= from && at <= to) return true
    }
  return false
}

/**
 * The rules that are tried from one instant up to another, both included, and not met; in the order of their trials.
 */
export function unmetTimeRules(
  spans: readonly TimeRuleSpan[],
  ticket: Readonly<Ticket>,
  [from, to]: readonly [from: number, to: number],
  subjectAt: (at: number) => Subject,
): readonly DueTimeRule[] {
  if (isResting(ticket)) return []
  const unmet = spans.flatMap((span) =>
    span.rules.flatMap((one): DueTimeRule[] => {
      const at = triedAt(span, one, ticket)
      const { rule } = one
      if (at === undefined || at < from || at > to || rule.matches(subjectAt(at))) return []
      return [{ at, rule, since: rule.since(ticket) as number }]
    }),
  )
  return unmet.sort((a, b) => a.at - b.at || (a.rule.id < b.rule.id ? -1 : 1))
}

/** No time rule is tried on a closed ticket, nor when too many fired in a row. */
const isResting = (ticket: Readonly<Ticket>): boolean =>
  ticket.kind === 'closed' || firingsOf(ticket) > maxTimeRulesInARow

/** When a rule is tried if nothing else happens, in its revision's time; undefined: it is not. */
function triedAt(
  { from, until }: TimeRuleSpan,
  { rule, appliesFrom, calendar }: TimeRuleInForce,
  ticket: Readonly<Ticket>,
): number | undefined {
  if (until <= ticket.lastAt) return undefined
  const since = rule.since(ticket)
  if (since === null || firedFor(ticket, rule) === since) return undefined
  const due = dueAt(rule, calendar, since)
  if (due === null || (due < appliesFrom && !rule.catchUp)) return undefined
  const at = Math.max(due, appliesFrom, ticket.lastAt)
  return at >= from && at < until ? at : undefined
}

const earlier = (at: number, rule: TimeRule, next: DueTimeRule): boolean =>
  at < next.at || (at === next.at && rule.id < next.rule.id)

const firedFor = ({ timeRules }: Readonly<Ticket>, { id }: TimeRule): number | undefined =>
  timeRules && Object.hasOwn(timeRules.fired, id) ? timeRules.fired[id] : undefined

/** How many fired since the last command. */
export const firingsOf = ({ timeRules, revision }: Readonly<Ticket>): number =>
  timeRules?.revision === revision ? timeRules.firings : 0

/** Null: the calendar has run out, and time will never come to it. */
function dueAt({ afterMs }: TimeRule, calendar: BusinessCalendar | null, since: number): number | null {
  if (calendar === null) return since + afterMs
  try {
    return afterMs < 0 ? calendar.subtract(since, -afterMs) : calendar.add(since, afterMs)
  } catch (error) {
    if (isDeskError(error, 'calendar_exhausted')) return null
    throw error
  }
}
