import {
  type AnyTicketEvent,
  advance,
  type Decision,
  decide,
  type Effect,
  parseCommand,
  type Ticket,
  unwrap,
} from 'ticketwright'
import { openingOf, openingPicture, pictureOf, updateOf } from '../replay-incidents/mapping.ts'
import type { Snapshot } from '../replay-incidents/snapshot.ts'
import { definition } from './definition.ts'

/** A ticket's life: its log, what rules asked for on the way, and how many of its commands were refused. */
export interface Life {
  ticket: Ticket | null
  readonly events: AnyTicketEvent[]
  readonly effects: Effect[]
  refused: number
}

export const newLife = (): Life => ({ ticket: null, events: [], effects: [], refused: 0 })

type Actor = Parameters<typeof parseCommand>[1]['actor']

/** One command through the pure functions: no desk and no store are needed to see what rules make of it. */
export function give(
  life: Life,
  ticketId: string,
  actor: Actor,
  at: number,
  request: { readonly type: string },
): Decision | null {
  const command = unwrap(parseCommand(request, { id: `c${life.events.length}`, ticketId, actor }))
  const ask = (history?: readonly AnyTicketEvent[]) =>
    decide(definition, life.ticket, command, at, { history, explain: true })
  let decided = ask()
  if (!decided.ok && decided.error.code === 'history_needed') decided = ask(life.events)
  if (!decided.ok) {
    life.refused += 1
    return null
  }
  keep(life, decided.value)
  return decided.value
}

/** Lets time pass. */
export function until(life: Life, now: number): void {
  if (life.ticket) keep(life, advance(definition, life.ticket, now, { history: life.events }))
}

function keep(life: Life, found: Pick<Decision, 'ticket' | 'events' | 'effects'>): void {
  life.ticket = found.ticket
  life.events.push(...found.events)
  life.effects.push(...found.effects)
}

const desk = { kind: 'agent', id: 'desk' } as const

/** An incident of the log: opened as it came in, then every snapshot as one compound command. */
export function liveIncident(snapshots: readonly Snapshot[]): Life {
  const life = newLife()
  const [first] = snapshots
  if (!first) return life
  const { ticketId, ...opening } = openingOf(first)
  give(life, ticketId, desk, first.openedAt, { ...opening, type: 'open' } as { type: string })
  let before = openingPicture(first)
  for (const snapshot of snapshots) {
    if (!life.ticket) break
    const now = pictureOf(snapshot, before)
    until(life, snapshot.at)
    give(life, ticketId, desk, Math.max(snapshot.at, life.ticket.lastAt), {
      ...updateOf(before, now, life.ticket.kind),
      type: 'update',
    } as { type: string })
    before = now
  }
  return life
}
