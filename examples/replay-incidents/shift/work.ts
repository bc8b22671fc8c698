import { createDesk, memoryStore, type NextTicket, queueIndex } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { openingOf } from '../mapping.ts'
import type { Snapshot } from '../snapshot.ts'
import { definition, minutesOf, order, team } from './team.ts'

/** Somebody took an incident. */
export interface Taken {
  /** As ISO text. */
  readonly at: string
  readonly agent: string
  readonly ticket: string
  readonly priority: string
  readonly category: string | null
  readonly waitedMinutes: number
  /** Where it stood in the whole queue, from 1, and how many stood there. */
  readonly place: number
  readonly of: number
  /** Those before it that the agent might not take, by what kept them from it. */
  readonly passedOver: Readonly<Record<string, number>>
}

/** A day's incidents, worked through by a team that asks for the next one whenever somebody is free. */
export interface Shift {
  /** As `2016-03-22`. */
  readonly day: string
  /** What comes first, in words. */
  readonly order: string
  readonly taken: readonly Taken[]
  /** Left when the shift was over. */
  readonly left: number
  /** How often somebody free had nothing they might take, while others waited. */
  readonly idle: number
}

const minute = 60_000
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The day on which most incidents were opened, the first of several; null: there are none. */
export function busiestDay(snapshots: readonly Snapshot[]): string | null {
  const days = Map.groupBy(firstOfEach(snapshots), ({ openedAt }) => dayOf(openedAt))
  const [most] = [...days].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  return most?.[0] ?? null
}

/** The first snapshot of each incident, by opening. */
function firstOfEach(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const first = new Map<string, Snapshot>()
  for (const one of snapshots) if (!first.has(one.incident)) first.set(one.incident, one)
  return [...first.values()].sort((a, b) => a.openedAt - b.openedAt || (a.incident < b.incident ? -1 : 1))
}

/** From 08:00 to 17:00, minute by minute: incidents come in when they did, whoever is free asks for the next one. */
export async function workShift(snapshots: readonly Snapshot[], day: string): Promise<Shift> {
  const incidents = firstOfEach(snapshots).filter(({ openedAt }) => dayOf(openedAt) === day)
  const from = Date.parse(`${day}T08:00:00Z`)
  const clock = manualClock(`${day}T00:00:00Z`)
  const desk = createDesk({ definition, store: memoryStore({ clock }), clock, directory: { agents: () => team } })
  const frontDesk = desk.as({ kind: 'agent', id: 'front-desk' })
  const queue = queueIndex(order)
  const busy = new Map<string, { readonly until: number; readonly ticketId: string }>()
  const taken: Taken[] = []
  let [come, idle, words] = [0, 0, '']
  for (let at = from; at < from + 9 * 60 * minute; at += minute) {
    for (let one = incidents[come]; one && one.openedAt <= at; one = incidents[++come]) {
      clock.set(one.openedAt)
      queue.add((await frontDesk.open(openingOf(one))).ticket)
    }
    clock.set(at)
    for (const { id } of team) {
      const agent = desk.as({ kind: 'agent', id })
      const work = busy.get(id)
      if (work && work.until > at) continue
      if (work) await agent.resolve(work.ticketId)
      busy.delete(id)
      const next = await agent.next(undefined, '4h')
      if (!next) {
        if (queue.size > 0) idle += 1
        continue
      }
      const { ticket, reason } = next
      words = reason.order
      taken.push(told(next, id, at, queue.rank(ticket.id) ?? 0, queue.size))
      queue.remove(ticket.id)
      busy.set(id, { until: at + (minutesOf[ticket.priority] ?? 30) * minute, ticketId: ticket.id })
    }
  }
  return { day, order: words, taken, left: queue.size, idle }
}

function told({ ticket, reason }: NextTicket, agent: string, at: number, rank: number, of: number): Taken {
  const passedOver: Record<string, number> = {}
  for (const { because } of reason.passedOver) passedOver[because] = (passedOver[because] ?? 0) + 1
  return {
    at: new Date(at).toISOString(),
    agent,
    ticket: ticket.id,
    priority: ticket.priority,
    category: ticket.category,
    waitedMinutes: Math.round((at - ticket.openedAt) / minute),
    place: rank + 1,
    of,
    passedOver,
  }
}
