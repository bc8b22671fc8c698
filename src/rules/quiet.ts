import type { Subject } from '../condition/field.ts'
import { maxFiringsPerCause } from '../model/bounds.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Trigger } from './rule.ts'
import type { MetTrigger, TriggerIndex } from './trigger-index.ts'

/** Where triggers run: the cause as it stands, and the means to let one act. The engine has it. */
export interface TriggerHost {
  readonly triggers: readonly Trigger[]
  readonly index: TriggerIndex
  /** The events of the cause so far; grows as triggers act. */
  readonly events: readonly AnyTicketEvent[]
  /** The ticket as it stands, with one event of the cause at hand. */
  readonly subject: (event: AnyTicketEvent) => Subject
  /** Lets a trigger act, and says what it was woken by. */
  readonly fire: (trigger: Trigger, event: AnyTicketEvent) => void
  /** Lets a trigger's commands run, and says whether they changed anything: for a trial of which nothing is kept. */
  readonly act: (trigger: Trigger) => boolean
  /** Runs a trial, and puts everything back as it was. */
  readonly trial: <T>(run: () => T) => T
  /** Told of triggers, one after the other, that do not fire as things stand. */
  readonly passed: (stretch: PassedOver) => void
  /** Told of a trigger whose condition holds, and that does not fire all the same. */
  readonly held: (trigger: Trigger, event: AnyTicketEvent, outcome: 'limit' | 'again') => void
}

/** A stretch of the triggers that does nothing: of those, whoever is woken by the events from `from` on was tried. */
export interface PassedOver {
  readonly outcome: 'not_met' | 'stopped'
  /** Places among the triggers: from the first up to, and without, the second. */
  readonly places: readonly [first: number, end: number]
  readonly from: number
  /** These had fired already. */
  readonly but: ReadonlyMap<Trigger, unknown>
  /** Which look for quiet it is of: within one a trigger is told of once. */
  readonly look: number
}

/** Why rules that would have gone on did not. */
export interface Loop {
  readonly because: 'again' | 'firings' | 'passes'
  readonly rules: readonly string[]
}

/**
 * The triggers of one cause (SEMANTICS §6): tried in order, again and again until none fires any more. Each fires
 * at most once, so it ends; what would have gone on is told.
 */
export class TriggerRun {
  readonly #host: TriggerHost
  /** By trigger, how many events there were when it began to act. */
  readonly #fired = new Map<Trigger, number>()
  readonly #first: number
  #stopped = false
  #limited: Set<string> | null = null
  #look = 0

  constructor(host: TriggerHost) {
    this.#host = host
    this.#first = host.events.length
  }

  /** Tries every trigger that an event from the `from`-th on may wake, until all is quiet. */
  quiet(from: number): void {
    this.#look += 1
    let first = true
    for (; this.#round(from, first); first = false);
    // what only later rounds woke, before those that woke it
    if (!first && !this.#stopped) this.#passOver('not_met', from, 0, this.#host.triggers.length)
  }

  #passOver(outcome: PassedOver['outcome'], from: number, place: number, end: number): void {
    if (end > place) this.#host.passed({ outcome, places: [place, end], from, but: this.#fired, look: this.#look })
  }

  /** One trial of all that have not fired. True if another one is needed. */
  #round(from: number, first: boolean): boolean {
    const { triggers, index, events, subject } = this.#host
    let acted = false
    // triggers before this place have been looked at
    let place = 0
    const ahead = () => (this.#stopped ? [] : index.met(events, from, subject).filter((met) => met.position >= place))
    let met = ahead()
    for (let i = 0; i < met.length && !this.#stopped; i++) {
      const { position, event } = met[i] as MetTrigger
      const trigger = triggers[position] as Trigger
      if (this.#fired.has(trigger)) continue
      if (first) this.#passOver('not_met', from, place, position)
      place = position + 1
      if (this.#fired.size >= maxFiringsPerCause) {
        this.#limit(trigger, event)
        continue
      }
      const then = events.length
      this.#fired.set(trigger, then)
      this.#host.fire(trigger, event)
      acted = true
      if (trigger.stop) this.#stopped = true
      if (events.length > then) [met, i] = [ahead(), -1]
    }
    if (first || (acted && this.#stopped))
      this.#passOver(this.#stopped ? 'stopped' : 'not_met', from, place, triggers.length)
    return acted && !this.#stopped && !this.#limited
  }

  #limit(trigger: Trigger, event: AnyTicketEvent): void {
    this.#limited ??= new Set()
    if (this.#limited.has(trigger.id)) return
    this.#limited.add(trigger.id)
    this.#host.held(trigger, event, 'limit')
  }

  #meets(trigger: Trigger, waking: readonly AnyTicketEvent[]): AnyTicketEvent | undefined {
    const asked = trigger.readsEvent ? waking : waking.slice(0, 1)
    return asked.find((event) => trigger.matches(this.#host.subject(event)))
  }

  /** What would have gone on: triggers beyond the bound, or those that would keep each other going for ever. */
  loop(): Loop | null {
    if (this.#limited) return { because: 'firings', rules: [...this.#limited] }
    if (this.#stopped || !this.#anyAgain()) return null
    const again = this.#host.trial(() => this.#withoutBound())
    for (const trigger of again)
      this.#host.held(trigger, this.#host.events[this.#fired.get(trigger) ?? this.#first] as AnyTicketEvent, 'again')
    return again.length > 0 ? { because: 'again', rules: again.map(({ id }) => id) } : null
  }

  /** Triggers that the clocks have woken when no pass is left, and that would have done something. */
  unheard(from: number): Loop | null {
    const { triggers, index, events, subject, act, trial, held } = this.#host
    if (this.#limited || this.#stopped || from >= events.length) return null
    const rules: string[] = []
    for (const { position, event } of index.met(events, from, subject)) {
      const trigger = triggers[position] as Trigger
      if (this.#fired.has(trigger)) continue
      if (!trigger.actions.some((action) => 'effect' in action) && !trial(() => act(trigger))) continue
      held(trigger, event, 'limit')
      rules.push(trigger.id)
    }
    return rules.length > 0 ? { because: 'passes', rules } : null
  }

  /** Is one woken again since it acted, with its condition holding? Most causes end here. */
  #anyAgain(): boolean {
    for (const [trigger, since] of this.#fired)
      if (this.#meets(trigger, wakes(trigger, this.#host.events, since))) return true
    return false
  }

  /**
   * As if triggers might fire any number of times: rounds until nothing changes. What only follows from each other
   * comes to rest in as many rounds as there are triggers in play; what is still acting then goes in circles.
   */
  #withoutBound(): Trigger[] {
    const { triggers, events, act } = this.#host
    const since = new Map(this.#fired)
    let acting: Trigger[] = []
    for (let round = 0; round <= since.size; round++) {
      acting = []
      for (const trigger of triggers) {
        if (acting.length >= maxFiringsPerCause) return acting
        if (!this.#meets(trigger, wakes(trigger, events, since.get(trigger) ?? this.#first))) continue
        since.set(trigger, events.length)
        if (act(trigger)) acting.push(trigger)
      }
      if (acting.length === 0) return []
    }
    return acting
  }
}

const wakes = (trigger: Trigger, events: readonly AnyTicketEvent[], from: number): AnyTicketEvent[] => {
  const found: AnyTicketEvent[] = []
  for (let i = from; i < events.length; i++) {
    const event = events[i] as AnyTicketEvent
    if (trigger.on.has(event.type)) found.push(event)
  }
  return found
}
