import * as z from 'zod'
import type { SortPosition } from '../condition/sort-key.ts'
import { type DeskError, isDeskError, type Refusal, refuse, unwrap } from '../errors.ts'
import { isOutOfWork } from '../model/names.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Query } from '../store.ts'
import { type MovedClock, movedClocks } from './moved-clock.ts'
import { Callback, type DeskContext, Signal } from './options.ts'
import { breathe, breatheAfter } from './pace.ts'
import { pageById } from './page-by-id.ts'
import { isRefusal } from './store-failure.ts'
import { submit } from './submit.ts'

/** What a new count of all open tickets did. */
export interface ReapplyRun {
  /**
   * Tickets looked at, and those of them whose ledger it added to; a clock under a new version may stand as it stood.
   */
  readonly tickets: number
  readonly changed: number
  /** What moved, by ticket id, metric and cycle. */
  readonly moved: readonly MovedClock[]
  /**
   * Tickets that could not be counted anew, and why (`definition_missing`,
   * `version_conflict`, `ticket_damaged`): the others went on.
   */
  readonly failed: readonly { readonly ticketId: string; readonly error: Refusal }[]
  /** Where to go on (`after`) when it was cancelled; null: it is done. */
  readonly next: string | null
}

/** How far a run is. */
export interface ReapplyProgress {
  readonly tickets: number
  readonly changed: number
  /** Tickets in work when it began, from `after` on. */
  readonly of: number
  /** What moved since progress was told last. */
  readonly moved: readonly MovedClock[]
  /** Where to go on (`after`), should it end here; null: it is done. */
  readonly next: string | null
}

export interface ReapplyOptions {
  /** Go on after this ticket: `next` of a run that was cancelled. Empty: from the beginning. */
  readonly after?: string | undefined
  /** Cancels between two tickets. */
  readonly signal?: AbortSignal | undefined
  /** Told after each page of tickets, and before a store that fails ends the run. */
  readonly onProgress?: ((progress: ReapplyProgress) => void) | undefined
}

const pageSize = 500
const worker = { kind: 'system', id: 'reapply' } as const
const Options: z.ZodType<ReapplyOptions> = z.strictObject({
  after: z.union([Id, z.literal('')]).optional(),
  signal: Signal.optional(),
  onProgress: Callback<ReapplyOptions['onProgress']>().optional(),
})

/**
 * Counts the open clocks of every ticket in work anew from its log, under the definition as it now stands: what an
 * edit of a level or a calendar does not do by itself. Ended cycles stay. A run that is repeated changes nothing.
 * @throws DeskError `invalid_command`, `invalid_text` for options; `store_failed`, `store_busy`, `outcome_unknown` when
 * the store fails: the last progress told says where to go on
 */
export async function reapplyAll(desk: DeskContext, options: ReapplyOptions = {}): Promise<ReapplyRun> {
  const given = unwrap(parse<ReapplyOptions>(Options, options, 'invalid_command', 'options'))
  return new Run(desk, given).toTheEnd()
}

class Run {
  readonly #desk: DeskContext
  readonly #options: ReapplyOptions
  readonly #moved: MovedClock[] = []
  readonly #failed: { ticketId: string; error: Refusal }[] = []
  #tickets = 0
  #changed = 0
  #of = 0
  #last: string
  /** Of what moved, how much was told. */
  #told = 0

  constructor(desk: DeskContext, options: ReapplyOptions) {
    this.#desk = desk
    this.#options = options
    this.#last = options.after ?? ''
  }

  async toTheEnd(): Promise<ReapplyRun> {
    const { signal, onProgress } = this.#options
    if (onProgress) this.#of = await countAfter(this.#desk, this.#last)
    for (let more = true; more; ) {
      const { rows, damaged } = await pageById(this.#desk.store, inWork(this.#desk, this.#last))
      for (const { ticket } of rows) {
        if (signal?.aborted) return this.#result(this.#last)
        await this.#take(ticket)
        await breatheAfter(this.#tickets)
      }
      if (damaged) this.#pass(damaged.facts.ticketId, damaged)
      more = damaged !== null || rows.length === pageSize
      this.#tell(more ? this.#last : null)
    }
    return this.#result(null)
  }

  async #take(seen: Ticket): Promise<void> {
    try {
      const outcome = await submit(this.#desk, worker, seen.id, { type: 'reapply' })
      if (!outcome.unchanged) this.#changed += 1
      this.#moved.push(...(await movedClocks(this.#desk, seen, outcome)))
    } catch (error) {
      if (!isRefusal(error)) {
        this.#tell(this.#last)
        throw error
      }
      // resolved or merged meanwhile: nothing is open any more
      if (!isDeskError(error, 'ticket_closed') && !isDeskError(error, 'ticket_merged'))
        return this.#pass(seen.id, error)
    }
    this.#pass(seen.id)
  }

  #pass(ticketId: string, failure?: DeskError): void {
    if (failure) this.#failed.push({ ticketId, error: refuse(failure.code, failure.facts, failure.path) as Refusal })
    this.#tickets += 1
    this.#last = ticketId
  }

  #tell(next: string | null): void {
    const moved = this.#moved.slice(this.#told)
    this.#told = this.#moved.length
    this.#options.onProgress?.({ tickets: this.#tickets, changed: this.#changed, of: this.#of, moved, next })
  }

  #result(next: string | null): ReapplyRun {
    return { tickets: this.#tickets, changed: this.#changed, moved: this.#moved, failed: this.#failed, next }
  }
}

/** Tickets in work after this one; stores count whole queries, so what is left of one is looked through. */
async function countAfter(desk: DeskContext, id: string): Promise<number> {
  if (id === '') return desk.store.count(inWork(desk, id))
  let count = 0
  for (let after = id; ; await breathe()) {
    const { rows, damaged } = await pageById(desk.store, inWork(desk, after))
    count += rows.length + (damaged ? 1 : 0)
    if (!damaged && rows.length < pageSize) return count
    after = damaged?.facts.ticketId ?? rows.at(-1)?.ticket.id ?? after
  }
}

const positionOf = (id: string): SortPosition => ({ values: [], id })

/** Tickets in work after this one, by id. */
const inWork = ({ tenant }: DeskContext, after: string): Query => ({
  tenant,
  when: { field: 'kind', op: 'oneOf', value: ['new', 'open', 'answered', 'postponed'] },
  matches: ({ kind }) => !isOutOfWork(kind),
  keys: [],
  position: ({ id }) => positionOf(id),
  compare: (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  limit: pageSize,
  after: after === '' ? undefined : positionOf(after),
})
