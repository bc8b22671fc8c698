import { createDesk, memoryStore, type NextTicket, queueIndex } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { openingOf } from '../replay-incidents/mapping.ts'
import type { Snapshot } from '../replay-incidents/snapshot.ts'
import { definition, minutesOf, team } from './team.ts'

/** Somebody took a ticket. */
export interface Taken {
  readonly at: number
  readonly agent: string
  readonly next: NextTicket
  /** How many stood before it in the whole queue, and how many waited. */
  readonly rank: number
  readonly waiting: number
  readonly waitedMs: number
}

export interface Shift {
  readonly taken: readonly Taken[]
  /** Left when the shift was over. */
  readonly left: number
  /** Times at which somebody had nothing they might take. */
  readonly idle: number
}

/** The first snapshot of each incident that was opened on a day. */
export function incidentsOf(snapshots: readonly Snapshot[], day: string): readonly Snapshot[] {
  const first = new Map<string, Snapshot>()
  for (const one of snapshots)
    if (new Date(one.openedAt).toISOString().startsWith(day) && !first.has(one.incident)) first.set(one.incident, one)
  return [...first.values()].sort((a, b) => a.openedAt - b.openedAt || (a.incident < b.incident ? -1 : 1))
}

const minute = 60_000

/** From 08:00 to 17:00 UTC, minute by minute: incidents come in, whoever is free asks for the next one. */
export async function workShift(day: string, incidents: readonly Snapshot[]): Promise<Shift> {
  const clock = manualClock(`${day}T00:00:00Z`)
  const desk = createDesk({ definition, store: memoryStore({ clock }), clock, directory: { agents: () => team } })
  const queue = queueIndex({ by: 'aging', boost: '2h' })
  const frontDesk = desk.as({ kind: 'agent', id: 'front-desk' })
  const busy = new Map<string, { readonly until: number; readonly ticketId: string }>()
  const taken: Taken[] = []
  let [come, idle] = [0, 0]
  const from = Date.parse(`${day}T08:00:00Z`)
  for (let at = from; at < from + 9 * 60 * minute; at += minute) {
    for (let one = incidents[come]; one && one.openedAt <= at; one = incidents[++come]) {
      clock.set(Math.max(one.openedAt, clock.now()))
      queue.add((await frontDesk.open(openingOf(one))).ticket)
    }
    clock.set(at)
    for (const { id } of team) {
      const agent = desk.as({ kind: 'agent', id })
      const work = busy.get(id)
      if (work && work.until > at) continue
      if (work) {
        await agent.resolve(work.ticketId)
        busy.delete(id)
      }
      const next = await agent.next(undefined, '4h')
      if (!next) {
        if (queue.size > 0) idle += 1
        continue
      }
      const { ticket } = next
      taken.push({
        at,
        agent: id,
        next,
        rank: queue.rank(ticket.id) ?? 0,
        waiting: queue.size,
        waitedMs: at - ticket.openedAt,
      })
      queue.remove(ticket.id)
      busy.set(id, { until: at + (minutesOf[ticket.priority] ?? 30) * minute, ticketId: ticket.id })
    }
  }
  return { taken, left: queue.size, idle }
}
