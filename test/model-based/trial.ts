/** Runs the same steps through the library and through the plain model, and says where they part. */
import {
  type AnyTicketEvent,
  advance,
  type Command,
  decide,
  type Effect,
  evolve,
  parseCommand,
  rebuild,
  type SlaClock,
  type Ticket,
} from 'ticketwright'
import type { PlainCommand, Verdict } from './plain/command.ts'
import { dueOf, elapsedOf, lateFromOf, latenessOf, runningOf } from './plain/cycle.ts'
import type { Cycle, State } from './plain/state.ts'
import { PlainTicket } from './plain/ticket.ts'
import type { Setting } from './setting.ts'
import { commandAt, type Draft, instantOf, requestOf, type Step } from './step.ts'

type Decide = typeof decide
type Advance = typeof advance

/** The library's two functions, or others that ought to be caught. */
export interface Under {
  readonly decide: Decide
  readonly advance: Advance
}
const library: Under = { decide, advance }

export class Parted extends Error {
  readonly story: readonly string[]
  constructor(what: string, story: readonly string[]) {
    super(`${what}\n${story.join('\n')}`)
    this.story = story
  }
}

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) deepFreeze(one)
  }
  return value
}

/** What happened, without the recording machine's clock. */
export const withoutRecording = (events: readonly AnyTicketEvent[]): string =>
  JSON.stringify(events.map(({ recordedAt: _, ...event }) => event))

/** A ticket of the library, with its log. */
export class Subject {
  readonly setting: Setting
  readonly under: Under
  ticket: Ticket | null = null
  readonly events: AnyTicketEvent[] = []
  /** What was asked for outside, commit by commit. */
  readonly effects: Effect[] = []

  constructor(setting: Setting, under: Partial<Under> = {}) {
    this.setting = setting
    this.under = { ...library, ...under }
  }

  perform(command: PlainCommand, at: number, id: string): Verdict {
    const { actor, request } = requestOf(command)
    const parsed = parseCommand(request, { id, ticketId: 'T', actor })
    if (!parsed.ok) return { refused: parsed.error.code }
    const decided = this.ask(parsed.value, at)
    if (!decided.ok) return { refused: decided.error.code }
    this.ticket = decided.value.ticket
    this.events.push(...decided.value.events)
    this.effects.push(...decided.value.effects)
    return decided.value.unchanged ? 'unchanged' : 'changed'
  }

  private ask(command: Command, at: number) {
    const { definitions } = this.setting
    const decided = this.under.decide(definitions, this.ticket, command, at)
    return !decided.ok && decided.error.code === 'history_needed'
      ? this.under.decide(definitions, this.ticket, command, at, { history: this.events })
      : decided
  }

  poll(now: number): void {
    if (!this.ticket) return
    const { ticket, events, effects } = this.under.advance(this.setting.definitions, this.ticket, now)
    this.ticket = ticket
    this.events.push(...events)
    this.effects.push(...effects)
  }

  peek(now: number): Ticket | null {
    return this.ticket && this.under.advance(this.setting.definitions, this.ticket, now).ticket
  }

  /** Everything that must hold of a log and its ticket, whatever happened. */
  check(): string | undefined {
    const { ticket, events } = this
    if (!ticket) return events.length === 0 ? undefined : 'events without a ticket'
    const frozen = deepFreeze(structuredClone(events))
    const stored = JSON.stringify(ticket)
    if (JSON.stringify(rebuild(frozen)) !== stored) return 'rebuilt and stored ticket differ'
    if (JSON.stringify(frozen.reduce<Ticket | null>(evolve, null)) !== stored) return 'evolved and stored ticket differ'
    if (JSON.stringify(JSON.parse(stored)) !== stored) return 'the ticket does not survive JSON'
    if (JSON.stringify(rebuild(JSON.parse(JSON.stringify(frozen)))) !== stored) return 'rebuilt from JSON differs'
    if (ticket.version !== events.length) return `version ${ticket.version} after ${events.length} events`
    const gap = events.find((event, i) => event.version !== i + 1 || (i > 0 && event.at < (events[i - 1]?.at ?? 0)))
    return gap && `event ${gap.version} is out of order`
  }
}

/** What both show of a ticket at an instant. */
function shownByTicket(ticket: Ticket) {
  const { counts } = ticket
  return {
    status: ticket.status,
    kind: ticket.kind,
    statusSince: ticket.statusSince,
    postponedUntil: ticket.postponedUntil,
    postponeReason: ticket.postponeReason,
    wakesTo: ticket.wakesTo,
    priority: ticket.priority,
    assignee: ticket.assignee,
    department: ticket.department,
    tags: [...ticket.tagKeys].sort().join(),
    level: ticket.sla?.level ?? null,
    waitingSince: ticket.waitingSince,
    openedAt: ticket.openedAt,
    firstRespondedAt: ticket.firstRespondedAt,
    lastAgentReplyAt: ticket.lastAgentReplyAt,
    lastRequesterMessageAt: ticket.lastRequesterMessageAt,
    firstResolvedAt: ticket.firstResolvedAt,
    resolvedAt: ticket.resolvedAt,
    closedAt: ticket.closedAt,
    assignedSince: ticket.assignedSince,
    departmentSince: ticket.departmentSince,
    lastAt: ticket.lastAt,
    revision: ticket.revision,
    messages: counts.messages,
    replies: counts.replies,
    reopens: counts.reopens,
    reassignments: counts.reassignments,
  }
}

function shownByClock(clock: SlaClock, { calendar }: Cycle, now: number) {
  const running = clock.runningSince === null ? 0 : calendar.between(clock.runningSince, now)
  return {
    cycle: clock.cycle,
    application: clock.application,
    state: clock.state,
    ending: clock.ending,
    level: clock.level,
    calendar: clock.calendar,
    targetMs: clock.targetMs,
    startedAt: clock.startedAt,
    elapsed: clock.elapsedMs + running,
    dueAt: clock.dueAt,
    lateFrom: clock.lateFrom,
    breachedAt: clock.breachedAt,
    endedAt: clock.endedAt,
    lateness: clock.latenessMs,
  }
}

function shownByModel(state: State) {
  return {
    status: state.status,
    kind: state.kind,
    statusSince: state.statusSince,
    postponedUntil: state.postponedUntil,
    postponeReason: state.postponeReason,
    wakesTo: state.wakesTo,
    priority: state.priority,
    assignee: state.assignee,
    department: state.department,
    tags: [...state.tags].sort().join(),
    level: state.level,
    waitingSince: state.waitingSince,
    openedAt: state.openedAt,
    firstRespondedAt: state.firstRespondedAt,
    lastAgentReplyAt: state.lastAgentReplyAt,
    lastRequesterMessageAt: state.lastRequesterMessageAt,
    firstResolvedAt: state.firstResolvedAt,
    resolvedAt: state.resolvedAt,
    closedAt: state.closedAt,
    assignedSince: state.assignedSince,
    departmentSince: state.departmentSince,
    lastAt: state.lastAt,
    revision: state.revision,
    messages: state.messages,
    replies: state.replies,
    reopens: state.reopens,
    reassignments: state.reassignments,
  }
}

function shownByCycle(cycle: Cycle, now: number) {
  return {
    cycle: cycle.cycle,
    application: cycle.application,
    state: cycle.ended ? 'ended' : runningOf(cycle) ? 'running' : 'paused',
    ending: cycle.ending,
    level: cycle.level,
    calendar: cycle.calendarId,
    targetMs: cycle.targetMs,
    startedAt: cycle.startedAt,
    elapsed: elapsedOf(cycle, now),
    dueAt: dueOf(cycle),
    lateFrom: lateFromOf(cycle),
    breachedAt: cycle.breachedAt,
    endedAt: cycle.endedAt,
    lateness: latenessOf(cycle),
  }
}

const print = (value: unknown) =>
  typeof value === 'number' && value > 1e12 ? new Date(value).toISOString() : JSON.stringify(value)

export function differences(ticket: Ticket | null, model: PlainTicket, now: number): string[] {
  const { state } = model
  if (!ticket || !state) return !ticket === !state ? [] : [`the library has ${ticket ? 'a' : 'no'} ticket`]
  const found: string[] = []
  part('', shownByTicket(ticket), shownByModel(state), found)
  const clocks = ticket.clocks as Record<string, SlaClock>
  for (const metric of new Set([...Object.keys(clocks), ...state.cycles.map((cycle) => cycle.metric)])) {
    const cycle = state.cycles.find((one) => one.metric === metric)
    const clock = clocks[metric]
    if (clock && cycle) part(`${metric}.`, shownByClock(clock, cycle, now), shownByCycle(cycle, now), found)
    else if (clock || cycle) found.push(`${metric}: the library has ${clock ? 'a' : 'no'} clock`)
  }
  return found
}

/** Notes where two things of the same shape differ. */
function part(prefix: string, found: object, expected: object, into: string[]): void {
  for (const key of Object.keys(expected)) {
    const [library, plain] = [found[key as never] as unknown, expected[key as never] as unknown]
    if (library !== plain) into.push(`${prefix}${key}: the library has ${print(library)}, the model ${print(plain)}`)
  }
}

export interface Run {
  readonly subject: Subject
  /** The commands as they were given, at their instants. */
  readonly given: readonly { readonly command: PlainCommand; readonly at: number }[]
  /** Long after the last of them. */
  readonly end: number
}

const afterwards = 5 * 24 * 3_600_000

/** Runs a history through both. Throws `Parted` where they differ. */
export function run(
  setting: Setting,
  start: number,
  opening: Draft,
  steps: readonly Step[],
  under?: Partial<Under>,
): Run {
  const subject = new Subject(setting, under)
  const model = new PlainTicket(setting.plain)
  const story: string[] = [`# ${setting.name}`]
  const given: { command: PlainCommand; at: number }[] = []
  let now = start
  const differ = (what: string): never => {
    throw new Parted(what, story)
  }
  const compare = (ticket: Ticket | null, shown: PlainTicket, at: number) => {
    const found = differences(ticket, shown, at)
    const facts = shown.state?.facts.map((fact) => `  (${fact})`) ?? []
    if (found.length > 0) differ(`at ${print(at)}:\n  ${[...found, ...facts].join('\n  ')}`)
  }
  /** Looks at an instant at which nothing is stored. */
  const peek = (at: number) => {
    const later = model.clone()
    later.advance(at)
    compare(subject.peek(at), later, at)
  }
  for (const [i, step] of [{ when: { by: 0 }, command: opening } as Step, ...steps].entries()) {
    const at = instantOf(step.when, now, model)
    const between = Math.floor((now + at) / 2)
    if (between > now) peek(between)
    if ('poll' in step) {
      story.push(`${print(at)} poll`)
      subject.poll(at)
      model.advance(at)
    } else {
      const command = commandAt(step.command, at)
      story.push(`${print(at)} ${JSON.stringify(command)}`)
      given.push({ command, at })
      const [expected, found] = [model.perform(command, at), subject.perform(command, at, `c${i}`)].map((verdict) =>
        JSON.stringify(verdict),
      )
      if (expected !== found) differ(`the library says ${found}, the model ${expected}`)
    }
    now = Math.max(now, at)
    peek(now)
  }
  const end = now + afterwards
  peek(end)
  // a command may store what falls due at its very instant, or leave it to the next
  subject.poll(now)
  model.advance(now)
  const stored = factsOfTime(subject.events)
  const expected = model.state?.facts ?? []
  if (stored.join() !== expected.join())
    differ(`facts of time: the library has\n  ${stored.join('\n  ')}\nthe model\n  ${expected.join('\n  ')}`)
  const endings = endingDifferences(subject.events, model.state)
  if (endings.length > 0) differ(`cycles that ended:\n  ${endings.join('\n  ')}`)
  const wrong = subject.check()
  if (wrong) differ(wrong)
  return { subject, given, end }
}

/** What time caused, each once, in order, as the model writes it. */
function factsOfTime(events: readonly AnyTicketEvent[]): string[] {
  return events.flatMap((event) => {
    const { cause, type, at } = event
    if (cause.kind !== 'time') return []
    if (type === 'sla_breached' && cause.fact === 'breach') return [`breach ${event.data.clock.metric} ${at}`]
    if (type === 'status_changed') return [`${cause.fact} ${at}`]
    return (type as string) === 'sla_step_reached' ? [`step ${cause.key} ${at}`] : []
  })
}

/** Cycles that later ones followed: the ledger's last word on each, and the model's. */
function endingDifferences(events: readonly AnyTicketEvent[], state: State | null): string[] {
  const last = new Map<string, SlaClock>()
  for (const { data } of events)
    if ('clock' in data) last.set(`${data.clock.metric}/${data.clock.cycle}`, data.clock as SlaClock)
  const found: string[] = []
  for (const cycle of state?.past ?? []) {
    const name = `${cycle.metric}/${cycle.cycle}`
    const clock = last.get(name)
    const now = cycle.endedAt as number
    if (clock) part(`${name}.`, shownByClock(clock, cycle, now), shownByCycle(cycle, now), found)
    else found.push(`${name}: not in the ledger`)
  }
  return found
}

/** The same commands at the same instants, while somebody stores what time has caused after each `pause`. */
export function replay(setting: Setting, { given, end }: Run, pause: () => number, under?: Partial<Under>): Subject {
  const subject = new Subject(setting, under)
  let polled = given[0]?.at ?? end
  const pollUntil = (to: number) => {
    for (let next = polled + pause(); next <= to; next = polled + pause()) {
      subject.poll(next)
      polled = next
    }
  }
  for (const [i, { command, at }] of given.entries()) {
    pollUntil(at)
    subject.perform(command, at, `c${i}`)
  }
  pollUntil(end)
  subject.poll(end)
  return subject
}
