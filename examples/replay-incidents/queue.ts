import { type IncidentDesk, settle } from './desk.ts'

type View = Parameters<IncidentDesk['view']>[0]
type Ticket = Awaited<ReturnType<IncidentDesk['get']>>

/** A ticket in a queue. Instants as ISO text. */
export interface Queued {
  readonly ticket: string
  readonly status: string
  readonly priority: string
  readonly assignee: string | null
  readonly openedAt: string
  /** Of the running clock that is due first; null when none runs. */
  readonly dueAt: string | null
  /** That clock is late. */
  readonly late: boolean
}

/** Unresolved tickets as they stood at an instant: how many, and the heads of two queues. */
export interface Queues {
  readonly at: string
  readonly unresolved: number
  readonly priority: readonly Queued[]
  readonly dueFirst: readonly Queued[]
}

export async function queuesOf(desk: IncidentDesk, clock: { set(at: number): void }, at: number): Promise<Queues> {
  clock.set(at)
  await settle(desk)
  const head = async (view: View) => (await desk.view(view)).tickets.map(queued)
  const { count: unresolved } = await desk.count('dueFirst')
  return { at: iso(at), unresolved, priority: await head('byPriority'), dueFirst: await head('dueFirst') }
}

const iso = (at: number): string => new Date(at).toISOString()

function queued({ id, status, priority, assignee, openedAt, clocks }: Ticket): Queued {
  const [first] = Object.values(clocks)
    .filter((clock) => clock.state === 'running' && clock.dueAt !== null)
    .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
  return {
    ticket: id,
    status,
    priority,
    assignee,
    openedAt: iso(openedAt),
    dueAt: first?.dueAt == null ? null : iso(first.dueAt),
    late: first?.breachedAt != null,
  }
}
