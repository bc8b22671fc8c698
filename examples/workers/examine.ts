import type { AnyTicketEvent } from 'ticketwright'
import type { Outcome } from './expected.ts'

/** Facts of time, by what happened. */
interface Facts {
  readonly breaches: number
  readonly steps: number
  readonly wakes: number
  readonly closings: number
}

export interface Findings {
  readonly events: number
  readonly facts: Facts
  /** Each of them is a fault. */
  readonly faults: {
    /** Events of a desk that nobody disturbed that are not there, and the other way round. */
    readonly lost: number
    readonly invented: number
    /** Facts that stand in the log more than once. */
    readonly twice: number
    /** Versions that are not 1, 2, 3 … */
    readonly gaps: number
    /** Effects that never came to the world outside, and those that nobody asked for. */
    readonly effectsLost: number
    readonly effectsInvented: number
  }
  readonly effects: number
  /** Effects given out again after a worker died with them: under the same id, so that the receiver can tell. */
  readonly effectsAgain: number
}

/** Compares what is there with what one process alone would have made of it. */
export function examine(
  expected: Outcome,
  events: readonly AnyTicketEvent[],
  received: ReadonlyMap<string, number>,
): Findings {
  const [wanted, found] = [multiset(expected.events.map(written)), multiset(events.map(written))]
  const asked = new Set(expected.effects)
  const keys = events.flatMap((event) => keyOf(event) ?? [])
  return {
    events: events.length,
    facts: factsOf(events),
    faults: {
      lost: missing(wanted, found),
      invented: missing(found, wanted),
      twice: keys.length - new Set(keys).size,
      gaps: gapsIn(events),
      effectsLost: expected.effects.filter((id) => !received.has(id)).length,
      effectsInvented: [...received.keys()].filter((id) => !asked.has(id)).length,
    },
    effects: received.size,
    effectsAgain: [...received.values()].reduce((sum, times) => sum + times - 1, 0),
  }
}

/** An event as text, but for when the machine that wrote it did so. */
const written = ({ recordedAt: _recordedAt, ...event }: AnyTicketEvent): string => JSON.stringify(event)

function multiset(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function missing(wanted: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): number {
  let count = 0
  for (const [text, times] of wanted) count += Math.max(0, times - (found.get(text) ?? 0))
  return count
}

/** What makes a fact of time one fact; null for other events. */
function keyOf(event: AnyTicketEvent): string | null {
  const { ticketId, type, at } = event
  if (type === 'sla_breached' || type === 'sla_step_reached') {
    const { clock } = event.data
    const step = type === 'sla_step_reached' ? [event.data.step, event.data.repetition] : []
    return [ticketId, type, clock.metric, clock.cycle, clock.application, ...step].join(' ')
  }
  const because = byItself(event)
  return because && [ticketId, because, at].join(' ')
}

/** Why a status changed by itself; null when it did not. */
const byItself = (event: AnyTicketEvent): 'wake' | 'auto_close' | null =>
  event.type === 'status_changed' && (event.data.because === 'wake' || event.data.because === 'auto_close')
    ? event.data.because
    : null

function factsOf(events: readonly AnyTicketEvent[]): Facts {
  const count = (is: (event: AnyTicketEvent) => boolean) => events.filter(is).length
  return {
    breaches: count(({ type }) => type === 'sla_breached'),
    steps: count(({ type }) => type === 'sla_step_reached'),
    wakes: count((event) => byItself(event) === 'wake'),
    closings: count((event) => byItself(event) === 'auto_close'),
  }
}

function gapsIn(events: readonly AnyTicketEvent[]): number {
  let gaps = 0
  for (const ofTicket of Map.groupBy(events, ({ ticketId }) => ticketId).values())
    ofTicket.forEach(({ version }, i) => {
      if (version !== (ofTicket[i - 1]?.version ?? 0) + 1) gaps += 1
    })
  return gaps
}

export const isFaultless = ({ faults }: Findings): boolean => Object.values(faults).every((count) => count === 0)
