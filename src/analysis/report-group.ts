import type { Json } from '../model/json.ts'
import { contentHash } from '../model/json.ts'
import { Distribution, type Spread } from './distribution.ts'
import type { ReportedCycle } from './reported-ticket.ts'

/** What a report may be broken down by. */
export const reportKeys = ['level', 'metric', 'priority', 'department', 'agent'] as const
export type ReportKey = (typeof reportKeys)[number]

/** Different penalties that a group lists. */
const maxPenalties = 1_000

/** One line of a report. */
export interface SlaReportGroup {
  /** What the cycles have in common: a value for each key of `by`; null: nobody had the ticket. */
  readonly key: { readonly [K in ReportKey]?: string | null }
  /** met + late + cancelled + open. */
  readonly cycles: number
  /** Fulfilled in time. */
  readonly met: number
  /** Fulfilled, and late. */
  readonly late: number
  readonly cancelled: number
  readonly open: number
  /** Of all these, those that were late, however they ended or whether they are open still. */
  readonly breached: number
  /** Open time used, in ms, of fulfilled cycles; null: there is none. */
  readonly elapsed: Spread | null
  /** Open time beyond the target, in ms, of cycles fulfilled late; null: there is none. */
  readonly lateness: Spread | null
  /** Of breaches that stand: each different penalty, and how often; most often first. */
  readonly penalties: readonly { readonly penalty: Json; readonly count: number }[]
  /** Breaches with a penalty beyond the 1,000 different ones that are listed. */
  readonly unlistedPenalties: number
}

/** Adds up cycles, one by one, in memory that does not grow with them. */
export class ReportGroup {
  readonly key: SlaReportGroup['key']
  #met = 0
  #late = 0
  #cancelled = 0
  #open = 0
  #breached = 0
  #unlisted = 0
  readonly #elapsed = new Distribution()
  readonly #lateness = new Distribution()
  readonly #penalties = new Map<string, { readonly penalty: Json; count: number }>()

  constructor(key: SlaReportGroup['key']) {
    this.key = key
  }

  add({ ending, breached, elapsedMs, latenessMs, penalty }: ReportedCycle): void {
    if (breached) this.#breached += 1
    if (breached && penalty !== undefined) this.#addPenalty(penalty)
    if (ending === null) this.#open += 1
    else if (ending === 'cancelled') this.#cancelled += 1
    else {
      if (breached) this.#late += 1
      else this.#met += 1
      this.#elapsed.add(elapsedMs)
      if (breached) this.#lateness.add(latenessMs ?? 0)
    }
  }

  result(): SlaReportGroup {
    return {
      key: this.key,
      cycles: this.#met + this.#late + this.#cancelled + this.#open,
      met: this.#met,
      late: this.#late,
      cancelled: this.#cancelled,
      open: this.#open,
      breached: this.#breached,
      elapsed: this.#elapsed.spread(),
      lateness: this.#lateness.spread(),
      penalties: [...this.#penalties]
        .sort(([a, { count }], [b, other]) => other.count - count || (a < b ? -1 : 1))
        .map(([, { penalty, count }]) => ({ penalty, count })),
      unlistedPenalties: this.#unlisted,
    }
  }

  #addPenalty(penalty: Json): void {
    const key = contentHash(penalty)
    const known = this.#penalties.get(key)
    if (known) known.count += 1
    else if (this.#penalties.size < maxPenalties) this.#penalties.set(key, { penalty, count: 1 })
    else this.#unlisted += 1
  }
}
