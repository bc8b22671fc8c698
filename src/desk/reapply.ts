import * as z from 'zod'
import type { SortPosition } from '../condition/sort-key.ts'
import { isDeskError, type Refusal, refuse, unwrap } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import { isOutOfWork } from '../model/names.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Query } from '../store.ts'
import type { DeskContext } from './options.ts'
import { submit } from './submit.ts'

/** What of a clock a new count can move. */
export type ClockVerdict = Pick<
  SlaClock,
  'state' | 'ending' | 'level' | 'calendar' | 'targetMs' | 'elapsedMs' | 'dueAt' | 'lateFrom' | 'breachedAt'
>

/** A clock that moved: null where there was none, or is none. */
export interface MovedClock {
  readonly ticketId: string
  readonly metric: string
  readonly cycle: number
  readonly before: ClockVerdict | null
  readonly after: ClockVerdict | null
}

/** What a new count of all open tickets did. */
export interface ReapplyRun {
  /** Tickets looked at, and those of them that changed. */
  readonly tickets: number
  readonly changed: number
  /** What moved, by ticket id and metric. */
  readonly moved: readonly MovedClock[]
  /** Tickets that could not be counted anew, and why (`definition_missing`, `version_conflict`): the others went on. */
  readonly failed: readonly { readonly ticketId: string; readonly error: Refusal }[]
  /** Where to go on (`after`) when it was cancelled; null: it is done. */
  readonly next: string | null
}

export interface ReapplyOptions {
  /** Go on after this ticket: `next` of a run that was cancelled. */
  readonly after?: string | undefined
  /** Cancels between two tickets. */
  readonly signal?: AbortSignal | undefined
  /** Told after each page of tickets. */
  readonly onProgress?:
    | ((progress: { readonly tickets: number; readonly changed: number; readonly of: number }) => void)
    | undefined
}

const pageSize = 500
const worker = { kind: 'system', id: 'reapply' } as const
const Options = z.strictObject({
  after: Id.optional(),
  signal: z.unknown().optional(),
  onProgress: z.unknown().optional(),
})

/**
 * Counts the open clocks of every ticket in work anew from its log, under the definition as it now stands: what an
 * edit of a level or a calendar does not do by itself. Ended cycles stay. A run that is repeated changes nothing.
 */
export async function reapplyAll(desk: DeskContext, options: ReapplyOptions = {}): Promise<ReapplyRun> {
  unwrap(parse<unknown>(Options, options, 'invalid_command', 'options'))
  const { signal, onProgress } = options
  const query = inWork(desk)
  const of = await desk.store.count(query)
  const moved: MovedClock[] = []
  const failed: { ticketId: string; error: Refusal }[] = []
  let [tickets, changed, last] = [0, 0, options.after ?? '']
  for (;;) {
    const rows = await desk.store.find({ ...query, after: last === '' ? undefined : positionOf(last) })
    for (const { ticket } of rows) {
      if (signal?.aborted) return { tickets, changed, moved, failed, next: last }
      const found = await reapplyOne(desk, ticket)
      tickets += 1
      if (found.error) failed.push({ ticketId: ticket.id, error: found.error })
      else moved.push(...found.moved)
      if (found.changed) changed += 1
      last = ticket.id
    }
    onProgress?.({ tickets, changed, of })
    if (rows.length < pageSize) return { tickets, changed, moved, failed, next: null }
  }
}

async function reapplyOne(
  desk: DeskContext,
  before: Ticket,
): Promise<{ readonly changed: boolean; readonly moved: readonly MovedClock[]; readonly error?: Refusal }> {
  try {
    const { ticket, unchanged } = await submit(desk, worker, before.id, { type: 'reapply' })
    return { changed: !unchanged, moved: unchanged ? [] : movedClocks(before, ticket) }
  } catch (error) {
    // resolved or merged meanwhile: nothing is open any more
    if (isDeskError(error, 'ticket_closed') || isDeskError(error, 'ticket_merged')) return { changed: false, moved: [] }
    if (isDeskError(error)) return { changed: false, moved: [], error: refuse(error.code, error.facts) as Refusal }
    throw error
  }
}

function movedClocks(before: Ticket, after: Ticket): MovedClock[] {
  const metrics = [...new Set([...Object.keys(before.clocks), ...Object.keys(after.clocks)])].sort()
  return metrics.flatMap((metric) => {
    const [was, is] = [before.clocks[metric], after.clocks[metric]]
    if (was?.application === is?.application && was?.cycle === is?.cycle && was?.state === is?.state) return []
    return [
      { ticketId: after.id, metric, cycle: is?.cycle ?? was?.cycle ?? 1, before: verdictOf(was), after: verdictOf(is) },
    ]
  })
}

function verdictOf(clock: SlaClock | undefined): ClockVerdict | null {
  if (!clock) return null
  const { state, ending, level, calendar, targetMs, elapsedMs, dueAt, lateFrom, breachedAt } = clock
  return { state, ending, level, calendar, targetMs, elapsedMs, dueAt, lateFrom, breachedAt }
}

const positionOf = (id: string): SortPosition => ({ values: [], id })

/** Every ticket in work, by id. */
const inWork = ({ tenant }: DeskContext): Query => ({
  tenant,
  when: { field: 'kind', op: 'oneOf', value: ['new', 'open', 'answered', 'postponed'] },
  matches: ({ kind }) => !isOutOfWork(kind),
  keys: [],
  position: ({ id }) => positionOf(id),
  compare: (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  limit: pageSize,
})
