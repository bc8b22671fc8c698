import type { Definition } from '../engine/definition.ts'
import type { EnginePass } from '../engine/pass.ts'
import { type Definitions, type Timeline, timelineOf } from '../engine/timeline.ts'
import { Work } from '../engine/work.ts'
import { timeActor } from '../model/actor.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Cause } from '../model/event.ts'
import type { Ticket } from '../model/ticket.ts'
import { indexTriggers } from '../rules/trigger-index.ts'
import { breachClock, breachKey, fireStep, nextBreach, nextStepOf, stepKey } from '../sla/clocks.ts'
import { slaCommands } from '../sla/commands.ts'
import type { ActByHand } from './act-by-hand.ts'
import { isOfLedger, type SlaEvent } from './ledger-event.ts'
import type { LoggedCause } from './logged-cause.ts'

/** Where a fact of time stands among those of one instant; a command comes after all of them. */
const places = { breach: 0, wake: 1, auto_close: 2, step: 3, time_rule: 4 } as const
const afterAll = 5

/** What time does to a clock. */
interface Fact {
  readonly at: number
  readonly fact: 'breach' | 'step'
  readonly key: string
  readonly clock: SlaClock
}

/**
 * The clocks of one ticket, worked out afresh along its log: everything but the ledger is taken from the log, breaches
 * and steps come at their instants, and the same room makes of it what it always does.
 */
export class ClockReplay {
  readonly #work: Work
  readonly #timeline: Timeline

  constructor(definitions: Definitions) {
    this.#timeline = timelineOf(withoutRules(definitions))
    this.#work = new Work(null, { timeline: this.#timeline, tenant: 'default', recordedAt: undefined, history: [] })
  }

  get ticket(): Readonly<Ticket> {
    return this.#work.draft as Ticket
  }

  /** The ledger so far. */
  get ledger(): readonly SlaEvent[] {
    return this.#work.events.filter(isOfLedger)
  }

  take(logged: LoggedCause): void {
    const { cause, act, parts } = logged
    this.#passTime(logged.at, cause)
    const [first = [], ...rest] = parts
    this.#run(logged, (pass) => {
      if (act) perform(pass, act)
      for (const event of first) pass.emit(event.type, event.data as never, event.personal as never)
    })
    for (const part of rest)
      this.#run(logged, (pass) => {
        for (const event of part) pass.emit(event.type, event.data as never, event.personal as never)
      })
  }

  /** Everything that time does to the clocks up to an instant. */
  advance(now: number): void {
    this.#passTime(now, null)
  }

  #run({ cause, ticketId, actor, at, revision }: LoggedCause, act: (pass: EnginePass) => void): void {
    this.#work.run(cause, ticketId, actor, at, revision, (pass) => {
      act(pass)
      return undefined
    })
  }

  /**
   * Breaches and steps due before a cause at an instant; its own, if it is one of them,
   * too. Each fires once: this ends.
   */
  #passTime(until: number, cause: Cause | null): void {
    const { draft } = this.#work
    if (draft.clocks === undefined) return
    for (let next = this.#nextFact(); next && comesBefore(next, until, cause); next = this.#nextFact()) {
      const { fact, key, at, clock } = next
      this.#work.run({ kind: 'time', fact, key }, draft.id, timeActor, at, draft.revision, (pass) => {
        if (fact === 'breach') breachClock(pass, clock)
        else fireStep(pass, clock)
        return undefined
      })
    }
  }

  #nextFact(): Fact | undefined {
    const ticket = this.ticket
    const breach = nextBreach(ticket)
    const step = nextStepOf(ticket)
    if (breach && !(step && step.at < breach.at)) return { ...breach, fact: 'breach', key: breachKey(breach.clock) }
    return step && { ...step, fact: 'step', key: stepKey(this.#timeline, step.clock) }
  }
}

/** Does a fact of time come before a cause at an instant, by the order of facts of one instant? */
function comesBefore(next: Fact, at: number, cause: Cause | null): boolean {
  if (next.at !== at) return next.at < at
  const place = cause?.kind === 'time' ? places[cause.fact] : afterAll
  if (places[next.fact] !== place || cause?.kind !== 'time') return places[next.fact] < place
  return !isAfter(next.key, cause.key)
}

/** Of one kind at one instant: by metric, then by step, then by repetition. */
function isAfter(key: string, other: string): boolean {
  const [metric = '', , , step = '', repetition = '0'] = key.split('/')
  const [otherMetric = '', , , otherStep = '', otherRepetition = '0'] = other.split('/')
  if (metric !== otherMetric) return metric > otherMetric
  return step === otherStep ? Number(repetition) > Number(otherRepetition) : step > otherStep
}

function perform(pass: EnginePass, act: ActByHand): void {
  switch (act.type) {
    case 'setDue':
      slaCommands.setDue.decide(pass, { metric: act.metric, dueAt: act.dueAt })
      return
    case 'clearDue':
      slaCommands.clearDue.decide(pass, { metric: act.metric })
      return
    case 'applySla':
      slaCommands.applySla.decide(pass, 'level' in act ? { level: act.level } : {})
      return
    case 'reapply':
      slaCommands.reapply.decide(pass, {})
      return
    default:
      act satisfies never
  }
}

const bare = new WeakMap<Definition, Definition>()

/** What rules did stands in the log: they are not asked again. */
function withoutRules(definitions: Definitions): Definitions {
  const one = (definition: Definition): Definition => {
    const known = bare.get(definition) ?? {
      ...definition,
      triggers: [],
      triggerIndex: indexTriggers([], definition.fields),
      timeRules: [],
    }
    bare.set(definition, known)
    return known
  }
  return 'json' in definitions ? one(definitions) : definitions.map(one)
}
