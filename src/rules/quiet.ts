import type { Subject } from '../condition/field.ts'
import { maxFiringsPerCause } from '../model/bounds.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Trigger } from './rule.ts'

/** Where triggers run: the cause as it stands, and the means to let one act. The engine has it. */
export interface TriggerHost {
  readonly triggers: readonly Trigger[]
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
  /** Told of every trigger that is looked at and does not fire. */
  readonly tried: (trigger: Trigger, event: AnyTicketEvent, outcome: 'not_met' | 'stopped' | 'limit' | 'again') => void
}

/** Why rules that would have gone on did not. */
export interface Loop {
  readonly because: 'again' | 'firings'
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
  #limited: string[] | null = null

  constructor(host: TriggerHost) {
    this.#host = host
    this.#first = host.events.length
  }

  /** Tries every trigger that an event from the `from`-th on may wake, until all is quiet. */
  quiet(from: number): void {
    for (let first = true; this.#round(from, first); first = false);
  }

  /** One trial of all that have not fired. True if another one is needed. */
  #round(from: number, first: boolean): boolean {
    const { triggers, events } = this.#host
    let acted = false
    for (const trigger of triggers) {
      if (this.#fired.has(trigger)) continue
      const waking = wakes(trigger, events, from)
      const event = waking[0]
      if (!event) continue
      if (this.#stopped) {
        if (first || acted) this.#host.tried(trigger, event, 'stopped')
        continue
      }
      const met = this.#meets(trigger, waking)
      if (!met) {
        if (first) this.#host.tried(trigger, event, 'not_met')
        continue
      }
      if (this.#fired.size >= maxFiringsPerCause) {
        this.#limit(trigger, met)
        continue
      }
      this.#fired.set(trigger, events.length)
      this.#host.fire(trigger, met)
      acted = true
      if (trigger.stop) this.#stopped = true
    }
    return acted && !this.#stopped && !this.#limited
  }

  #limit(trigger: Trigger, event: AnyTicketEvent): void {
    this.#limited ??= []
    if (this.#limited.includes(trigger.id)) return
    this.#limited.push(trigger.id)
    this.#host.tried(trigger, event, 'limit')
  }

  #meets(trigger: Trigger, waking: readonly AnyTicketEvent[]): AnyTicketEvent | undefined {
    const asked = trigger.readsEvent ? waking : waking.slice(0, 1)
    return asked.find((event) => trigger.matches(this.#host.subject(event)))
  }

  /** What would have gone on: triggers beyond the bound, or those that would keep each other going for ever. */
  loop(): Loop | null {
    if (this.#limited) return { because: 'firings', rules: this.#limited }
    if (this.#stopped || !this.#anyAgain()) return null
    const again = this.#host.trial(() => this.#withoutBound())
    for (const trigger of again)
      this.#host.tried(trigger, this.#host.events[this.#fired.get(trigger) ?? this.#first] as AnyTicketEvent, 'again')
    return again.length > 0 ? { because: 'again', rules: again.map(({ id }) => id) } : null
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
