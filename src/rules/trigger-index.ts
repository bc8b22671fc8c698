import type { Condition } from '../condition/condition.ts'
import type { FieldTable, Subject } from '../condition/field.ts'
import { type ConditionIndex, indexConditions } from '../condition/rule-index.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Trigger } from './rule.ts'

/** A trigger whose condition holds, and the first event for which it does. */
export interface MetTrigger {
  /** Its place among the triggers. */
  readonly position: number
  readonly event: AnyTicketEvent
}

/** The triggers of a definition, found by what has happened to a ticket and how it stands. */
export interface TriggerIndex {
  /** Those that an event from the `from`-th on wakes and whose condition holds, in their order. */
  readonly met: (
    events: readonly AnyTicketEvent[],
    from: number,
    subject: (event: AnyTicketEvent) => Subject,
  ) => readonly MetTrigger[]
}

/** The triggers that wait for one type of event. */
interface Waiting {
  /** They ask about the ticket alone, so one event is as good as another. */
  readonly ofTicket: ConditionIndex<number>
  /** They ask about the event at hand. */
  readonly ofEvent: ConditionIndex<number>
}

/** With 10,000 triggers, those that compare other values with `is` and `oneOf` than a ticket has are never asked. */
export function indexTriggers(triggers: readonly Trigger[], fields: FieldTable): TriggerIndex {
  const types = new Set(triggers.flatMap(({ on }) => [...on]))
  const known = new Map<string, Waiting>()
  const waitingFor = (type: string): Waiting | undefined => {
    if (!types.has(type)) return undefined
    const found = known.get(type) ?? buildWaiting(triggers, fields, type)
    known.set(type, found)
    return found
  }
  return {
    met: (events, from, subject) => {
      const found = new Map<number, AnyTicketEvent>()
      const seen = new Set<string>()
      for (let i = from; i < events.length; i++) {
        const event = events[i] as AnyTicketEvent
        const waiting = waitingFor(event.type)
        if (!waiting) continue
        const asked = subject(event)
        const positions = seen.has(event.type) ? [] : waiting.ofTicket.matching(asked)
        seen.add(event.type)
        for (const position of [...positions, ...waiting.ofEvent.matching(asked)])
          if (!found.has(position)) found.set(position, event)
      }
      return [...found].map(([position, event]) => ({ position, event })).sort((a, b) => a.position - b.position)
    },
  }
}

/** Built when the first such event comes: most definitions wait for few types. */
function buildWaiting(triggers: readonly Trigger[], fields: FieldTable, type: string): Waiting {
  const entries = triggers.flatMap(({ on, condition, readsEvent }, item) =>
    on.has(type) ? [{ when: (condition ?? undefined) as Condition | undefined, item, readsEvent }] : [],
  )
  return {
    ofTicket: indexConditions(
      entries.filter(({ readsEvent }) => !readsEvent),
      fields,
    ),
    ofEvent: indexConditions(
      entries.filter(({ readsEvent }) => readsEvent),
      fields,
    ),
  }
}
