/** Runs the same steps through the library and through the plain model, and says where they part. */
import {
  type AnyTicketEvent,
  advance,
  type Command,
  decide,
  evolve,
  parseCommand,
  rebuild,
  type SlaClock,
  type Ticket,
  unwrap,
} from 'ticketwright'
import { alwaysOpenPlain } from './plain-calendar.ts'
import { type Cycle, PlainTicket, type Verdict } from './plain-model.ts'
import type { Setting } from './settings.ts'
import { commandAt, type Draft, instantOf, requestOf, type Step } from './step.ts'

export type Decide = typeof decide

/** How often somebody stores what time has caused, besides the commands. */
export type Polling = 'never' | { readonly everyMs: number } | { readonly random: () => number }

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
  readonly decide: Decide
  ticket: Ticket | null = null
  readonly events: AnyTicketEvent[] = []

  constructor(setting: Setting, decideWith: Decide) {
    this.setting = setting
    this.decide = decideWith
  }

  perform(draft: Draft, at: number, id: string): Verdict {
    const command = commandAt(draft, at)
    const { actor, request } = requestOf(command)
    const parsed = parseCommand(request, { id, ticketId: 'T', actor })
    if (!parsed.ok) return { refused: parsed.error.code }
    const decided = this.ask(parsed.value, at)
    if (!decided.ok) return { refused: decided.error.code }
    this.ticket = decided.value.ticket
    this.events.push(...decided.value.events)
    return decided.value.unchanged ? 'unchanged' : 'changed'
  }

  private ask(command: Command, at: number) {
    const { definition } = this.setting
    const decided = this.decide(definition, this.ticket, command, at)
    return !decided.ok && decided.error.code === 'history_needed'
      ? this.decide(definition, this.ticket, command, at, { history: this.events })
      : decided
  }

  poll(now: number): void {
    if (!this.ticket) return
    const { ticket, events } = advance(this.setting.definition, this.ticket, now)
    this.ticket = ticket
    this.events.push(...events)
  }

  peek(now: number): Ticket | null {
    return this.ticket && advance(this.setting.definition, this.ticket, now).ticket
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
function shownByTicket(ticket: Ticket, setting: Setting, now: number) {
  const { counts } = ticket
  return {
    status: ticket.status,
    kind: ticket.kind,
    statusSince: ticket.statusSince,
    postponedUntil: ticket.postponedUntil,
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
    ...Object.fromEntries(
      Object.values(ticket.clocks as Record<string, SlaClock>).flatMap((clock) =>
        Object.entries(shownByClock(clock, setting, now)).map(([key, value]) => [`${clock.metric}.${key}`, value]),
      ),
    ),
  }
}

function shownByClock(clock: SlaClock, { plain }: Setting, now: number) {
  const calendar = plain.calendars[clock.calendar] ?? alwaysOpenPlain
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
    breached: clock.breachedAt !== null,
    breachedAt: clock.breachedAt,
    endedAt: clock.endedAt,
    lateness: clock.latenessMs,
  }
}

function shownByModel(model: PlainTicket, now: number) {
  const state = model.state
  if (!state) return {}
  return {
    status: state.status,
    kind: state.kind,
    statusSince: state.statusSince,
    postponedUntil: state.postponedUntil,
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
    ...Object.fromEntries(
      state.cycles.flatMap((cycle) =>
        Object.entries(shownByCycle(model, cycle, now)).map(([key, value]) => [`${cycle.metric}.${key}`, value]),
      ),
    ),
  }
}

/** `open`: the specification leaves it open here. */
const anything = Symbol('anything')

function shownByCycle(model: PlainTicket, cycle: Cycle, now: number) {
  const { dueAt, lateFrom } = model.clockFacts(cycle)
  const elapsed = model.elapsed(cycle, now)
  const running = !cycle.ended && cycle.stretches.at(-1)?.to === null
  return {
    cycle: cycle.cycle,
    application: cycle.application,
    state: cycle.ended ? 'ended' : running ? 'running' : 'paused',
    ending: cycle.ending,
    level: cycle.level,
    calendar: cycle.calendar,
    targetMs: cycle.targetMs,
    startedAt: cycle.startedAt,
    elapsed,
    dueAt: cycle.dueOpen ? anything : dueAt,
    lateFrom: cycle.dueOpen ? anything : lateFrom,
    breached: cycle.breachedAt !== null,
    breachedAt: cycle.breachOpen ? anything : cycle.breachedAt,
    endedAt: cycle.endedAt,
    lateness: cycle.ended ? Math.max(0, elapsed - cycle.targetMs) : null,
  }
}

const print = (value: unknown) =>
  typeof value === 'number' && value > 1e12 ? new Date(value).toISOString() : JSON.stringify(value)

export function differences(ticket: Ticket | null, model: PlainTicket, setting: Setting, now: number): string[] {
  if (!ticket || !model.state) return !ticket === !model.state ? [] : [`ticket ${!ticket ? 'missing' : 'there'}`]
  const found: Record<string, unknown> = shownByTicket(ticket, setting, now)
  const expected: Record<string, unknown> = shownByModel(model, now)
  return [...new Set([...Object.keys(found), ...Object.keys(expected)])]
    .filter((key) => expected[key] !== anything && found[key] !== expected[key])
    .map((key) => `${key}: the library has ${print(found[key])}, the model ${print(expected[key])}`)
}

export interface Run {
  readonly subject: Subject
  readonly model: PlainTicket
  readonly commands: number
}

export interface Options {
  readonly decide?: Decide
  readonly polling?: Polling
  /** Compare with the model; without it only the library runs. */
  readonly compare?: boolean
}

/** Runs a history. Throws `Parted` where library and model differ. */
export function run(setting: Setting, start: number, opening: Draft, steps: readonly Step[], options: Options = {}): Run {
  const subject = new Subject(setting, options.decide ?? decide)
  const model = new PlainTicket(setting.plain)
  const polling = options.polling ?? 'never'
  const story: string[] = [`# ${setting.name}`]
  let now = start
  const differ = (what: string) => {
    throw new Parted(what, story)
  }
  const compare = (ticket: Ticket | null, shown: PlainTicket, at: number) => {
    const found = differences(ticket, shown, setting, at)
    if (found.length > 0) differ(`at ${print(at)}:\n  ${found.join('\n  ')}`)
  }
  const all: Step[] = [{ when: { by: 0 }, command: opening }, ...steps]
  for (const [i, step] of all.entries()) {
    const at = instantOf(step.when, now, model)
    const middle = Math.floor((now + at) / 2)
    if (middle > now && model.state) {
      const later = model.clone()
      later.advance(middle)
      compare(subject.peek(middle), later, middle)
    }
    pollUntil(subject, polling, now, at)
    if ('poll' in step) {
      story.push(`${print(at)} poll`)
      if (at >= (model.state?.lastAt ?? at)) {
        subject.poll(at)
        model.advance(at)
        now = Math.max(now, at)
      }
    } else {
      story.push(`${print(at)} ${JSON.stringify(step.command)}`)
      const expected = model.perform(commandAt(step.command, at), at)
      const found = subject.perform(step.command, at, `c${i}`)
      const [e, f] = [JSON.stringify(expected), JSON.stringify(found)]
      if (e !== f) differ(`the library says ${f}, the model ${e}`)
      now = Math.max(now, at)
      // what is refused stores nothing
      if (typeof expected === 'object') continue
    }
    compare(subject.ticket, model, now)
  }
  const end = now + 5 * 24 * 3_600_000
  const later = model.clone()
  later.advance(end)
  compare(subject.peek(end), later, end)
  const facts = subject.events.flatMap(({ cause, type, at }) =>
    cause.kind === 'time' && ['sla_breached', 'status_changed'].includes(type)
      ? type === 'sla_breached' && cause.fact !== 'breach'
        ? []
        : [`${cause.fact}${cause.fact === 'breach' ? ` ${cause.key}` : ''} ${at}`]
      : [],
  )
  if (facts.join() !== (model.state?.facts ?? []).join())
    differ(`facts of time: the library has ${facts.join()}, the model ${model.state?.facts.join()}`)
  const wrong = subject.check()
  if (wrong) differ(wrong)
  return { subject, model, commands: all.length }
}

function pollUntil(subject: Subject, polling: Polling, from: number, to: number): void {
  if (polling === 'never') return
  for (let now = from; ; ) {
    now += 'everyMs' in polling ? polling.everyMs : polling.random()
    if (now > to) return
    subject.poll(now)
  }
}
