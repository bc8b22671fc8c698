import { fail } from '../errors.ts'
import { contentHash } from '../model/json.ts'
import type { TimeRuleSpan } from '../rules/due.ts'
import type { Level } from '../sla/level.ts'
import type { Versions } from '../sla/slice.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { Definition, DeskDefinition } from './definition.ts'
import { definitionsGiven } from './given.ts'

/** One definition, or its revisions, oldest first; every one but the first says `since` when it holds. */
export type Definitions = Definition | readonly Definition[]

/** The revisions of a definition over time, and the levels and calendars of all of them. */
export interface Timeline extends Versions {
  readonly revisions: readonly Definition[]
  readonly latest: Definition
  /** Hash of what facts of time ahead depend on, of all revisions: rows planned by another one are planned anew. */
  readonly plan: string
  /** The revision in force at an instant. */
  readonly at: (instant: number) => Definition
  readonly level: (id: string, version: string) => Level
  readonly calendar: (id: string, version: string) => BusinessCalendar
  /** Spans of time with the time rules in force; none where no revision has any. */
  readonly timeRules: readonly TimeRuleSpan[]
}

/** Rises when a release keeps other facts on a ticket: rows of an older one are planned anew. */
const ticketFormat = 1

const timelines = new WeakMap<object, Timeline>()

/** @throws DeskError `invalid_definition` for what is no definition, and when revisions are not in order */
export function timelineOf(definitions: Definitions, path = 'definitions'): Timeline {
  const known = timelines.get(definitions)
  if (known && isOf(known, definitions)) return known
  const given = definitionsGiven(definitions, path)
  const timeline = buildTimeline('json' in given ? [given] : [...given])
  timelines.set(definitions, timeline)
  return timeline
}

/** An array may have grown since. */
const isOf = ({ revisions }: Timeline, definitions: Definitions): boolean =>
  'json' in definitions ||
  (revisions.length === definitions.length && revisions.every((one, i) => one === definitions[i]))

function buildTimeline(revisions: readonly Definition[]): Timeline {
  const latest = revisions.at(-1) as Definition
  for (const [i, revision] of revisions.entries()) {
    const before = revisions[i - 1]
    if (before && (revision.since === null || revision.since <= (before.since ?? -1)))
      throw fail(
        'invalid_definition',
        { reason: 'each revision after the first needs a later `since` than the one before it' },
        `[${i}].since`,
      )
  }
  const levels = new Map(
    revisions.flatMap((revision) => [...revision.levels.values()].map((level) => [level.version, level])),
  )
  const calendars = new Map(
    revisions.flatMap((revision) => [...revision.calendars.values()].map((named) => [named.version, named.calendar])),
  )
  return {
    revisions,
    latest,
    plan: contentHash([ticketFormat, ...plansOf(revisions)]),
    at: (instant) => revisions.findLast((revision, i) => i === 0 || (revision.since ?? 0) <= instant) ?? latest,
    level: (id, version) => known(levels.get(version), 'level', id, version),
    calendar: (id, version) => known(calendars.get(version), 'calendar', id, version),
    timeRules: revisions.some(({ timeRules }) => timeRules.length > 0) ? timeRuleSpans(revisions) : [],
  }
}

/**
 * Parts of a definition that no fact of time ahead depends on: what they say is asked when something happens. So an
 * edit of a text leaves a million rows alone, and a process that has it does not plan against one that has not.
 */
const unplanned: ReadonlySet<string> = new Set<keyof DeskDefinition>([
  ...(['views', 'cannedMessages', 'macros', 'triggers', 'slaRules', 'routing', 'collisions'] as const),
])

/** What each revision plans by, and since when; one that says what the one before it said changes nothing. */
function plansOf(revisions: readonly Definition[]): (readonly [plan: string, since: number | null])[] {
  const plans = revisions.map(({ json, since }, i) => {
    const planned = Object.entries(json).filter(([part]) => !unplanned.has(part))
    return [contentHash(Object.fromEntries(planned)), i === 0 ? null : since] as const
  })
  return plans.filter(([plan], i) => plan !== plans[i - 1]?.[0])
}

/** Each revision's time rules; one that says what it said before applies from when it first did. */
function timeRuleSpans(revisions: readonly Definition[]): TimeRuleSpan[] {
  let before = new Map<string, { readonly version: string; readonly appliesFrom: number }>()
  return revisions.map(({ since, timeRules, calendarNamed }, i) => {
    const from = i === 0 ? Number.NEGATIVE_INFINITY : (since ?? 0)
    const rules = timeRules.map((rule) => {
      const same = before.get(rule.id)
      const appliesFrom = same?.version === rule.version ? same.appliesFrom : from
      const calendar = (rule.calendar === null ? null : calendarNamed(rule.calendar)) ?? null
      return { rule, appliesFrom, calendar }
    })
    before = new Map(rules.map(({ rule, appliesFrom }) => [rule.id, { version: rule.version, appliesFrom }]))
    return { from, until: revisions[i + 1]?.since ?? Number.POSITIVE_INFINITY, rules }
  })
}

/** A clock runs under a version that was not handed in: better to stop than to count by another one. */
function known<T>(found: T | undefined, what: string, name: string, version: string): T {
  if (found === undefined) throw fail('definition_missing', { what, name, version })
  return found
}
