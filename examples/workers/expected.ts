import { type AnyTicketEvent, createDesk, memoryStore } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { definition } from './definition.ts'
import { type Day, FrontDesk } from './incidents.ts'

/** What a desk holds in the end. */
export interface Outcome {
  readonly events: readonly AnyTicketEvent[]
  /** Ids of the effects it gave out. */
  readonly effects: readonly string[]
}

/** One desk in one process: the same commands, and a single look at what is due, after all of them. */
export async function expectedOf(days: readonly Day[], endsAt: number): Promise<Outcome> {
  const clock = manualClock(0)
  const store = memoryStore({ clock })
  const desk = createDesk({ definition, store, clock })
  const frontDesk = new FrontDesk()
  for (const day of days) {
    clock.set(day.endsAt)
    for (const steps of day.incidents) for (const step of steps) await frontDesk.give(desk, step)
  }
  clock.set(endsAt)
  while ((await desk.runDue()).more);
  const effects: string[] = []
  while ((await desk.deliver(({ effect }) => void effects.push(effect.id))).more);
  return { events: await logOf(desk), effects }
}

/** The whole log. */
export async function logOf(desk: {
  changes(after: number): Promise<{ readonly events: readonly AnyTicketEvent[]; readonly position: number }>
}): Promise<readonly AnyTicketEvent[]> {
  const all: AnyTicketEvent[] = []
  for (let after = 0; ; ) {
    const { events, position } = await desk.changes(after)
    if (events.length === 0) return all
    all.push(...events)
    after = position
  }
}
