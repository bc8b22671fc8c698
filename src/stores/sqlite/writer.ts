import { isDeskError } from '../../errors.ts'
import { elapsedMs } from '../../time/clock.ts'
import { nextTurn } from '../turn.ts'
import type { Database } from './database.ts'

/** Somebody's writing: run in a transaction, and again from the start if that one could not be made. */
interface Job {
  readonly work: () => unknown
  /** When the file was found busy for the first time. */
  busySince?: number
  readonly done: (result: unknown) => void
  readonly failed: (error: unknown) => void
}

/** Jobs that share one transaction at most; who comes later waits for the next. */
const maxJobs = 500

/**
 * Waits between attempts at a file that another process writes to, in milliseconds; the last one repeats. This
 * process does everything else meanwhile.
 */
const waitsMs = [1, 2, 4, 8, 15, 25, 40, 60, 100]

// taken while the module is read, so that a test's fake timers do not stop a store
const { setTimeout } = globalThis

/**
 * Does what is to be written, in the order in which it was asked for. Requests that wait at the same time share one
 * transaction, and so one sync of the disk; each is answered only after COMMIT. Work is synchronous, so that nobody
 * else gets a turn on the handle in between. One that fails undoes the shared transaction, and then each runs alone.
 */
export class Writer {
  readonly #db: Database
  readonly #check: () => void
  readonly #patienceMs: number
  #waiting: Job[] = []
  #attempts = 0
  #scheduled = false

  /** `check` runs first in every transaction; `patienceMs` is how long each of those who ask waits for a busy file. */
  constructor(db: Database, check: () => void, patienceMs: number) {
    this.#db = db
    this.#check = check
    this.#patienceMs = patienceMs
  }

  /** What `work` gives, once it is saved. */
  run<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work, done: resolve as (result: unknown) => void, failed: reject })
      this.#schedule(nextTurn)
    })
  }

  /** When all that was asked for is done. */
  async idle(): Promise<void> {
    await this.run(() => undefined).catch(() => undefined)
  }

  #schedule(later: (run: () => void) => unknown): void {
    if (this.#scheduled) return
    this.#scheduled = true
    later(() => {
      this.#scheduled = false
      this.#writeWaiting()
    })
  }

  #writeWaiting(): void {
    const jobs = this.#waiting.splice(0, maxJobs)
    const refused = this.#write(jobs)
    if (refused.length > 0) {
      this.#waiting.unshift(...refused)
      const waitMs = waitsMs[Math.min(this.#attempts, waitsMs.length - 1)] ?? 0
      this.#attempts += 1
      this.#schedule((run) => setTimeout(run, waitMs))
    } else if (this.#waiting.length > 0) this.#schedule(nextTurn)
  }

  /** Gives back the jobs that are to be tried again. */
  #write(jobs: readonly Job[]): readonly Job[] {
    let results: unknown[]
    try {
      results = this.#db.write(() => {
        this.#check()
        return jobs.map(({ work }) => work())
      })
    } catch (error) {
      return this.#afterFailure(jobs, error)
    }
    this.#attempts = 0
    for (const [i, { done }] of jobs.entries()) done(results[i])
    return []
  }

  #afterFailure(jobs: readonly Job[], error: unknown): readonly Job[] {
    if (isDeskError(error, 'store_busy')) return this.#patient(jobs, error)
    if (jobs.length > 1 && !isDeskError(error, 'outcome_unknown')) {
      // whose fault it was shows when each is alone; a busy file stops the rest in their order
      const left = [...jobs]
      for (let job = left.shift(); job; job = left.shift()) {
        const refused = this.#write([job])
        if (refused.length > 0) return [...refused, ...left]
      }
      return []
    }
    this.#attempts = 0
    for (const { failed } of jobs) failed(error)
    return []
  }

  /** Those who go on waiting; the others are refused. */
  #patient(jobs: readonly Job[], error: unknown): readonly Job[] {
    const now = elapsedMs()
    return jobs.filter((job) => {
      job.busySince ??= now
      const waits = now - job.busySince < this.#patienceMs
      if (!waits) job.failed(error)
      return waits
    })
  }
}
