/**
 * Generated rules on generated histories: whoever looks and however often, the log is the
 * same, and it keeps what rules promise.
 */
import fc from 'fast-check'
import {
  type AnyTicketEvent,
  type CauseExplanation,
  type Condition,
  compileDefinition,
  type Definition,
  type Effect,
  evolve,
  advance as libraryAdvance,
  decide as libraryDecide,
  matches,
  type RuleTrial,
  type SlaClock,
  type Ticket,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'
import { commandAt, type Draft, openings, type Step, stepsForwards } from './step.ts'
import { Parted, Subject, type Under, withoutRecording } from './trial.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261126)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000)
const patience = 60_000 + goal * 5
const minute = 60_000
const hour = 60 * minute

/** Rules over what the steps change, in the names of a setting. */
function ruleSets({ plain: [plain] }: Setting): fc.Arbitrary<Rules> {
  const statuses = plain.statuses.map(({ name }) => name)
  const conditions = fc.oneof(
    fc.constantFrom('vip', 'other', 'r1', 'r2').map((tag) => ({ field: 'tags', op: 'hasAny', value: [tag] })),
    fc.constantFrom('Low', 'High', 'Urgent').map((value) => ({ field: 'priority', op: 'is', value })),
    fc
      .constantFrom('new', 'open', 'answered', 'postponed', 'resolved')
      .map((value) => ({ field: 'kind', op: 'is', value })),
    fc.constantFrom(1, 2, 4).map((value) => ({ field: 'messages', op: 'gte', value })),
    fc.constant({ field: 'sla.breached', op: 'is', value: true }),
  )
  const when = fc.option(
    fc.oneof(
      conditions,
      fc.array(conditions, { maxLength: 2 }).map((all) => ({ all })),
      conditions.map((one) => ({ none: [one] })),
    ),
    { nil: undefined },
  )
  const action = fc.oneof(
    fc.constantFrom(...statuses).map((status) => ({ type: 'setStatus', status })),
    fc.constantFrom('vip', 'nosla', 'r1', 'r2').map((tag) => ({ type: 'tag', tags: [tag] })),
    fc.constantFrom('vip', 'r1').map((tag) => ({ type: 'untag', tags: [tag] })),
    fc.constantFrom('Low', 'High', 'Urgent').map((priority) => ({ type: 'setPriority', priority })),
    fc.constantFrom({ type: 'unsetPriority' }, { type: 'escalate' }, { type: 'note', body: 'x' }, { type: 'resolve' }),
    fc.constantFrom('ana', 'ben').map((agent) => ({ type: 'assign', agent })),
    fc.constant({ type: 'postpone', until: { business: '90m', calendar: 'alwaysOpen' } }),
    fc.constantFrom({ type: 'notify', to: ['assignee'], staleAfter: '2h' }, { type: 'webhook', hook: 'x' }),
  )
  const does = fc.array(action, { minLength: 1, maxLength: 3 })
  const events = fc.subarray(
    [
      'ticket_opened',
      'message_added',
      'status_changed',
      'priority_changed',
      'tags_changed',
      'tier_changed',
      'sla_breached',
      'sla_started',
      'sla_paused',
    ],
    { minLength: 1, maxLength: 3 },
  )
  const trigger = fc.record({ on: events, when, do: does, stop: fc.constantFrom(false, false, false, true) })
  const timeRule = fc.record({
    since: fc.constantFrom<unknown>(
      'openedAt',
      'statusSince',
      'waitingSince',
      'assignedSince',
      'lastAgentReplyAt',
      'resolvedAt',
      { dueAt: 'resolution' },
    ),
    after: fc.constantFrom(0, 1, minute, 45 * minute, 2 * hour, 26 * hour),
    when,
    do: does,
  })
  const calendars = fc.constantFrom<string | undefined>(undefined, undefined, 'office', 'night')
  const numbered = (prefix: string, rules: readonly object[]) =>
    rules.map((rule, i) => JSON.parse(JSON.stringify({ id: `${prefix}${i}`, ...rule })))
  return fc
    .record({
      triggers: fc.array(trigger, { maxLength: 5 }),
      timeRules: fc.array(
        fc.tuple(timeRule, calendars).map(([rule, calendar]) => ({ ...rule, calendar })),
        { minLength: 1, maxLength: 4 },
      ),
    })
    .map(({ triggers, timeRules }) => ({ triggers: numbered('t', triggers), timeRules: numbered('c', timeRules) }))
}

interface Rules {
  readonly triggers: readonly { readonly id: string }[]
  readonly timeRules: readonly TimeRule[]
}
interface TimeRule {
  readonly id: string
  readonly since: string | { readonly dueAt: string }
  readonly after: number
  readonly calendar?: string
  readonly when?: Condition
}

/** The setting, with rules, in its first revision. */
function withRules(setting: Setting, rules: Rules): Setting {
  const found = compileDefinition({ ...setting.definitions[0].json, ...rules })
  if ('refusals' in found) throw new Error(JSON.stringify(found.refusals))
  return { ...setting, definitions: [found.value] }
}

/** A ticket whose rules may give it a target that counts the past, when only time does anything. */
class RuledSubject extends Subject {
  override poll(now: number): void {
    if (!this.ticket) return
    const { definitions } = this.setting
    const { ticket, events, effects } = this.under.advance(definitions, this.ticket, now, { history: this.events })
    this.ticket = ticket
    this.events.push(...events)
    this.effects.push(...effects)
  }

  nextAt(now: number): number | null {
    const { definitions } = this.setting
    return this.ticket && libraryAdvance(definitions, this.ticket, now, { history: this.events }).nextAt
  }
}

interface History {
  readonly rules: Rules
  readonly start: number
  readonly opening: Draft
  readonly steps: readonly Step[]
}

const histories = (setting: Setting): fc.Arbitrary<History> =>
  fc.record({
    rules: ruleSets(setting),
    start: fc.constantFrom(...setting.starts),
    opening: openings(setting),
    steps: fc.array(stepsForwards(setting), { minLength: 1, maxLength: 25, size: 'max' }),
  })

/** When a step happens: edges are where the library says that time acts next. */
function instantOf(step: Step, now: number, subject: RuledSubject): number {
  const { when } = step
  if ('by' in when) return now + when.by
  if ('back' in when) return now
  const next = subject.nextAt(now)
  return next === null ? now : Math.max(now, next + when.beside)
}

interface Given {
  readonly command: ReturnType<typeof commandAt>
  readonly at: number
}

/** Nobody looks; and what was given when. */
function neverPolled(setting: Setting, { start, opening, steps }: History): { subject: RuledSubject; given: Given[] } {
  const subject = new RuledSubject(setting)
  const given: Given[] = []
  let now = start
  for (const [i, step] of [{ when: { by: 0 }, command: opening } as Step, ...steps].entries()) {
    if ('poll' in step) continue
    now = instantOf(step, now, subject)
    const command = commandAt(step.command, now)
    subject.perform(command, now, `c${i}`)
    given.push({ command, at: now })
  }
  subject.poll(now + afterwards)
  return { subject, given }
}

const afterwards = 3 * 24 * hour

/** The same, while somebody looks after each pause. */
function polled(setting: Setting, given: readonly Given[], pause: () => number, under?: Partial<Under>): RuledSubject {
  const subject = new RuledSubject(setting, under)
  const first = given[0]?.at ?? 0
  let looked = first
  const until = (to: number) => {
    for (let next = looked + pause(); next <= to; next = looked + pause()) {
      subject.poll(next)
      looked = next
    }
  }
  for (const [i, { command, at }] of given.entries()) {
    until(at)
    subject.perform(command, at, `c${i}`)
  }
  const end = (given.at(-1)?.at ?? first) + afterwards
  until(end)
  subject.poll(end)
  return subject
}

describe('with rules on, polled or not, the events are the same', () => {
  const same = (setting: Setting, runs: number, pauses: readonly (() => number)[], under?: Partial<Under>) => {
    let [firings, effects] = [0, 0]
    fc.assert(
      fc.property(histories(setting), (history) => {
        const ruled = withRules(setting, history.rules)
        const { subject: never, given } = neverPolled(ruled, history)
        const wrong = never.check() ?? broken(never.events, ruled.definitions[0], history.rules)
        if (wrong) throw new Parted(wrong, [JSON.stringify(history.rules)])
        firings += never.events.filter(({ type }) => type.endsWith('rule_fired')).length
        const expected = withoutRecording(never.events)
        for (const pause of pauses) {
          const often = polled(ruled, given, pause, under)
          const found = withoutRecording(often.events)
          if (found !== expected)
            throw new Parted('polling changed the events', [JSON.stringify(history.rules), expected, found])
          const part = effectsPart(never, often)
          if (part)
            throw new Parted(part, [
              JSON.stringify(history.rules),
              JSON.stringify(never.effects),
              JSON.stringify(often.effects),
            ])
          effects += often.effects.length
        }
      }),
      { seed, numRuns: runs, endOnFailure: under !== undefined },
    )
    return { firings, effects }
  }
  const runs = Math.ceil(goal / 2_000)

  it.each(settings)('every hour, once a day, now and then: $name', { timeout: patience }, (setting) => {
    let n = 0
    const nowAndThen = () => [7 * minute, 999, 26 * hour, 3 * minute][n++ % 4] as number
    const { firings, effects } = same(setting, runs, [() => hour, () => 24 * hour, nowAndThen])
    expect(firings).toBeGreaterThan(runs)
    expect(effects).toBeGreaterThan(runs)
  })

  it('and a poller that lets rules fire when it looks is caught', () => {
    const late: Under['advance'] = (definition, ticket, now, options) => {
      const advanced = libraryAdvance(definition, ticket, now, options)
      const moved = (event: AnyTicketEvent) =>
        event.cause.kind === 'time' && event.cause.fact === 'time_rule' ? { ...event, at: now } : event
      return { ...advanced, events: advanced.events.map(moved) }
    }
    expect(() => same(settings[0] as Setting, 100, [() => hour], { advance: late })).toThrow()
  })

  it.each<[what: string, spoil: (effects: readonly Effect[], now: number) => readonly Effect[], found: RegExp]>([
    ['forgets effects', () => [], /lost/],
    ['dates effects when it looks', (effects, now) => effects.map((one) => ({ ...one, dueAt: now })), /another/],
    ['asks for what no rule asked for', (effects) => effects.map((one) => ({ ...one, id: `x${one.id}` })), /no rule/],
  ])('and a poller that %s is caught', (_what, spoil, found) => {
    const spoilt: Under['advance'] = (definition, ticket, now, options) => {
      const advanced = libraryAdvance(definition, ticket, now, options)
      return { ...advanced, effects: spoil(advanced.effects, now) }
    }
    expect(() => same(settings[0] as Setting, 100, [() => hour], { advance: spoilt })).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(found) }) }),
    )
  })
})

/**
 * Where the effects of one log differ that was looked at seldom and often. Seldom looked at, repeats of facts of time
 * are one, the last, and what is stale by then is not asked for: nothing else may be missing, and nothing be added.
 */
function effectsPart(never: Subject, often: Subject): string | undefined {
  const asked = new Set(
    never.events.flatMap((event) =>
      event.type === 'rule_fired' || event.type === 'time_rule_fired' ? event.data.effects.map(({ id }) => id) : [],
    ),
  )
  const [seldom, more] = [never, often].map(({ effects }) => new Map(effects.map((one) => [one.id, one]))) as [
    Map<string, Effect>,
    Map<string, Effect>,
  ]
  for (const id of [...seldom.keys(), ...more.keys()]) if (!asked.has(id)) return `no rule asked for the effect ${id}`
  for (const [id, effect] of seldom) {
    if (!more.has(id)) return `the effect ${id} is lost when somebody looks`
    if (JSON.stringify(more.get(id)) !== JSON.stringify(effect)) return `the effect ${id} is another one`
  }
  for (const [id, effect] of more) {
    if (seldom.has(id)) continue
    const { kind } = effect.data.cause as { kind: string }
    const last = [...seldom.values()].some(
      (other) => other.data.rule === effect.data.rule && other.dueAt > effect.dueAt,
    )
    if (effect.staleAfter === null && (kind !== 'time' || !last)) return `the effect ${id} is lost when nobody looks`
  }
  return undefined
}

/** What of the promises of rules a log breaks, judged from the log alone. */
function broken(
  events: readonly AnyTicketEvent[],
  definition: Definition,
  { triggers, timeRules }: Rules,
): string | undefined {
  const perCause = new Set<string>()
  const perSince = new Set<string>()
  for (const event of events) {
    if (event.type === 'rule_fired') {
      const key = `${event.data.rule} ${event.at} ${JSON.stringify({ ...event.cause, rule: '' })}`
      if (!triggers.some(({ id }) => id === event.data.rule)) return `there is no trigger ${event.data.rule}`
      if (perCause.has(key)) return `${key} fired twice`
      perCause.add(key)
    }
    if (event.type === 'time_rule_fired') {
      const key = `${event.data.rule} ${event.data.since}`
      const rule = timeRules.find(({ id }) => id === event.data.rule)
      if (!rule) return `there is no time rule ${event.data.rule}`
      if (typeof rule.since === 'string' && perSince.has(key)) return `${key} fired twice`
      perSince.add(key)
      const calendar = rule.calendar ? definition.calendarNamed(rule.calendar) : undefined
      const due = calendar ? calendar.add(event.data.since, rule.after) : event.data.since + rule.after
      if (event.at < due) return `${key} fired at ${event.at}, before it was due at ${due}`
    }
  }
  return undefined
}

/** The ticket after each cause of a log. */
function* causes(
  events: readonly AnyTicketEvent[],
): Generator<{ readonly ticket: Ticket; readonly next?: AnyTicketEvent }> {
  const keyOf = ({ at, cause: { rule: _, ...cause } }: AnyTicketEvent) => JSON.stringify([at, cause])
  let ticket: Ticket | null = null
  for (const [i, event] of events.entries()) {
    ticket = evolve(ticket, event)
    const next = events[i + 1]
    if (!next || keyOf(next) !== keyOf(event)) yield { ticket, ...(next ? { next } : {}) }
  }
}

/** A time rule whose condition held while it was due, and that did not fire then; judged by its own words. */
function missed(events: readonly AnyTicketEvent[], definition: Definition, { timeRules }: Rules): string | undefined {
  const done = new Map<string, number>()
  for (const { ticket, next } of causes(events)) {
    for (const [id, since] of Object.entries(ticket.timeRules?.fired ?? {})) done.set(id, since)
    const resting =
      (ticket.timeRules?.revision === ticket.revision && ticket.timeRules.firings > 200) || ticket.kind === 'closed'
    for (const rule of timeRules) {
      const since =
        typeof rule.since === 'string'
          ? ticket[rule.since as 'openedAt' | 'resolvedAt']
          : openDue(ticket, rule.since.dueAt)
      if (resting || since === null || done.get(rule.id) === since) continue
      if (rule.when !== undefined && !matches(rule.when, ticket)) continue
      const calendar = rule.calendar ? definition.calendarNamed(rule.calendar) : undefined
      const due = Math.max(calendar ? calendar.add(since, rule.after) : since + rule.after, ticket.lastAt)
      if (next && next.at > due) return `${rule.id} was due at ${due} and did not fire before ${next.at}`
      if (next?.cause.kind === 'command' && next.at === due)
        return `${rule.id}, due at ${due}, was overtaken by a command`
    }
  }
  return undefined
}

const openDue = ({ clocks }: Ticket, metric: string): number | null => {
  const clock = (clocks as Record<string, SlaClock | undefined>)[metric]
  return clock && clock.state !== 'ended' ? clock.dueAt : null
}

describe('no time rule is missed', () => {
  it.each(settings)('judged by the log and the words of the rules: $name', { timeout: patience }, (setting) => {
    let firings = 0
    fc.assert(
      fc.property(histories(setting), (history) => {
        const ruled = withRules(setting, history.rules)
        const { subject } = neverPolled(ruled, history)
        firings += subject.events.filter(({ type }) => type === 'time_rule_fired').length
        const wrong = missed(subject.events, ruled.definitions[0], history.rules)
        if (wrong) throw new Parted(wrong, [JSON.stringify(history)])
      }),
      { seed, numRuns: Math.ceil(goal / 2_000) },
    )
    expect(firings).toBeGreaterThan(goal / 10_000)
  })

  it('and a log without a firing is caught', () => {
    const [setting] = settings as [Setting]
    const rule = { id: 'x', since: 'openedAt', after: hour, do: [{ type: 'note', body: 'x' }] }
    const rules = { triggers: [], timeRules: [rule] }
    const ruled = withRules(setting, rules)
    const { subject } = neverPolled(setting, {
      rules,
      start: setting.starts[0] as number,
      opening: { do: 'open', by: 'requester', message: { role: 'requester', public: true } },
      steps: [{ when: { by: 2 * hour }, command: { do: 'note' } } as Step],
    })
    expect(missed(subject.events, ruled.definitions[0], rules)).toContain('did not fire')
  })
})

interface Explained {
  readonly before: Ticket | null
  readonly at: number
  readonly events: readonly AnyTicketEvent[]
  readonly explanation: readonly CauseExplanation[]
}

const trialKey = (cause: object, at: number, rule: string) => `${JSON.stringify(cause)} ${at} ${rule}`

/**
 * Time rules that were due and not met, judged by the log and their own words, as trials
 * of the causes that they belong to.
 */
function unmet({ before, at, events }: Explained, definition: Definition, { timeRules }: Rules): string[] {
  const found: string[] = []
  const look = (ticket: Ticket, cause: object | null, until: number) => {
    const { lastAt, timeRules: kept } = ticket
    if (ticket.kind === 'closed' || (kept?.revision === ticket.revision && kept.firings > 200)) return
    for (const { id, since: name, after, calendar: named, when } of timeRules) {
      const since = typeof name === 'string' ? ticket[name as 'openedAt' | 'resolvedAt'] : openDue(ticket, name.dueAt)
      if (since === null || kept?.fired[id] === since || when === undefined || matches(when, ticket)) continue
      const calendar = named ? definition.calendarNamed(named) : undefined
      const due = Math.max(calendar ? calendar.add(since, after) : since + after, lastAt)
      if (due === lastAt && cause) found.push(trialKey(cause, due, id))
      else if (due > lastAt && due <= until)
        found.push(trialKey({ kind: 'time', fact: 'time_rule', key: `${id}/${since}` }, due, id))
    }
  }
  // a command begins when all that was due by then has been tried, a fact of time before anything else of its instant
  const untilOf = (next: AnyTicketEvent | undefined) => (next?.cause.kind === 'time' ? next.at - 1 : at)
  if (before) look(before, null, untilOf(events[0]))
  let ticket = before
  const causeOf = ({ cause: { rule: _, ...cause } }: AnyTicketEvent) => cause
  for (const [i, event] of events.entries()) {
    ticket = evolve(ticket, event)
    const next = events[i + 1]
    const same = next && next.at === event.at && JSON.stringify(causeOf(next)) === JSON.stringify(causeOf(event))
    if (!same) look(ticket, causeOf(event), untilOf(next))
  }
  return found.sort()
}

describe('every time rule that was tried is explained', () => {
  const told = (setting: Setting, runs: number, forget: (trial: RuleTrial) => boolean = () => false) => {
    let [tried, fired] = [0, 0]
    fc.assert(
      fc.property(histories(setting), (history) => {
        const ruled = withRules(setting, history.rules)
        const { given } = neverPolled(ruled, history)
        const all: Explained[] = []
        const subject = new RuledSubject(ruled, {
          decide: (definitions, before, command, at, options) => {
            const decided = libraryDecide(definitions, before, command, at, { ...options, explain: true })
            if (decided.ok)
              all.push({ before, at, events: decided.value.events, explanation: decided.value.explanation })
            return decided
          },
        })
        for (const [i, { command, at }] of given.entries()) subject.perform(command, at, `c${i}`)
        for (const one of all) {
          const trials = one.explanation.flatMap(({ cause, at, rules }) =>
            rules
              .filter(({ kind }) => kind === 'time_rule')
              .map((trial) => ({ ...trial, key: trialKey(cause, at, trial.rule) })),
          )
          const outcomes = (outcome: RuleTrial['outcome']) =>
            trials
              .filter((trial) => trial.outcome === outcome && !forget(trial))
              .map(({ key }) => key)
              .sort()
          const expected = unmet(one, ruled.definitions[0], history.rules)
          if (JSON.stringify(outcomes('not_met')) !== JSON.stringify(expected))
            throw new Parted('tried and not told', [
              JSON.stringify(history.rules),
              ...expected,
              '≠',
              ...outcomes('not_met'),
            ])
          const events = one.events.filter(({ type }) => type === 'time_rule_fired')
          if (outcomes('fired').length !== events.length)
            throw new Parted('fired and not told', [JSON.stringify(history.rules)])
          tried += expected.length
          fired += events.length
        }
      }),
      { seed, numRuns: runs, endOnFailure: true },
    )
    return { tried, fired }
  }

  it.each(settings)('at its instant, and after each cause: $name', { timeout: patience }, (setting) => {
    const { tried, fired } = told(setting, Math.ceil(goal / 2_000))
    expect(Math.min(tried, fired)).toBeGreaterThan(goal / 10_000)
  })

  it.each<RuleTrial['outcome']>(['not_met', 'fired'])(
    'and an explanation without one that was %s is caught',
    (outcome) => {
      let n = 0
      expect(() => told(settings[0] as Setting, 100, (trial) => trial.outcome === outcome && n++ === 20)).toThrow()
    },
  )
})
