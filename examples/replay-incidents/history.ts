import type { AnyTicketEvent, SlaClock } from 'ticketwright'
import type { IncidentDesk } from './desk.ts'

/** What the event log tells of one ticket, as far as the figures need it. */
interface TicketHistory {
  /** The ledger's last word on each clock, by metric: its latest cycle. */
  readonly clocks: ReadonlyMap<string, SlaClock>
  /** When it was closed and by what; null when it is not closed. */
  readonly closed: { readonly at: number; readonly byItself: boolean } | null
}

/** What the event log of the whole desk tells. */
export interface History {
  readonly tickets: ReadonlyMap<string, TicketHistory>
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly count: number }[]
}

const pageSize = 2_000

/** Reads the log of all tickets, a page at a time. */
export async function historyOf(desk: IncidentDesk): Promise<History> {
  const tickets = new Map<string, TicketHistory>()
  const moves = new Map<string, number>()
  for (let after = 0; ; ) {
    const { events, position } = await desk.changes(after, pageSize)
    if (events.length === 0) break
    for (const event of events) {
      tickets.set(event.ticketId, following(tickets.get(event.ticketId) ?? unopened, event))
      if (event.type !== 'status_changed') continue
      const move = JSON.stringify([event.data.from, event.data.status])
      moves.set(move, (moves.get(move) ?? 0) + 1)
    }
    after = position
  }
  return { tickets, transitions: sorted(desk, moves) }
}

const unopened: TicketHistory = { clocks: new Map(), closed: null }

function following(before: TicketHistory, event: AnyTicketEvent): TicketHistory {
  switch (event.type) {
    case 'status_changed': {
      const { kind, because } = event.data
      return { ...before, closed: kind === 'closed' ? { at: event.at, byItself: because === 'auto_close' } : null }
    }
    default: {
      if (!('clock' in event.data)) return before
      const { clock } = event.data
      return { ...before, clocks: new Map(before.clocks).set(clock.metric, clock) }
    }
  }
}

/** In the order in which the workflow names its statuses. */
function sorted({ definition }: IncidentDesk, moves: ReadonlyMap<string, number>): History['transitions'] {
  const names = definition.workflow.statuses.map((status) => status.name)
  return [...moves]
    .map(([move, count]) => {
      const [from, to] = JSON.parse(move) as [string, string]
      return { from, to, count }
    })
    .sort((a, b) => names.indexOf(a.from) - names.indexOf(b.from) || names.indexOf(a.to) - names.indexOf(b.to))
}
