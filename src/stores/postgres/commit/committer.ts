import { fail } from '../../../errors.ts'
import type { CommitOutcome } from '../../../store.ts'
import type { WrittenCommit } from '../../sql/written.ts'
import { nextTurn } from '../../turn.ts'
import type { Database } from '../connection/database.ts'
import { fateOf, held, isHeld, toDeskError } from '../connection/failure.ts'
import { Patience } from '../connection/patience.ts'
import { knownVersion } from '../schema/migrations.ts'
import { type Answer, type EncodedCommit, encoded, encodedTogether, outcomeOf } from './encoded.ts'

/** Somebody's commit, on its way. */
interface Job {
  readonly encoded: EncodedCommit
  readonly characters: number
  readonly done: (outcome: CommitOutcome) => void
  readonly failed: (error: unknown) => void
  readonly patience: Patience
  /** For the end of a transaction that has its tickets. */
  readonly waits: boolean
  /**
   * Sent by itself: a call that it was part of failed, and whose fault that was shows so; or it waits in the database.
   */
  isAlone?: boolean
  /** Others had its tickets the last time. */
  isHeld?: boolean
}

/** Commits that share one call at most, and characters of them. */
const most = { jobs: 100, characters: 4_000_000 } as const

/** Calls under way at once: on a pool each has a connection of its own. */
const lanes = 4

/**
 * How long a call waits in the database for a key that others are about to write, in milliseconds, or for a moment that
 * the server itself needs, whatever patience there is. On a pool there are others in its company and it is sent again;
 * in the application's own transaction giving up would be the end of that.
 */
const keyWaitMs = 100

/** How long a commit on a pool stands in the queue for a ticket, in milliseconds, before it looks in again later. */
const queueMs = 100

/**
 * Sends commits in the order in which they were asked for. Those that wait at the same time share one call, and so one
 * transaction and one sync of the disk; each is answered on its own.
 *
 * A commit whose tickets others hold waits where nobody stands behind it. On a pool that is here, and by turns for a
 * moment in the database: there is a queue, and who only looks in now and then would find the ticket held by whoever
 * stands in it. One at a time does so, on one connection. In a transaction of the application's the ticket is waited
 * for in the database until patience is over: its connection is kept anyway, and so are the tickets it has, which
 * somebody may wait for who has the one it wants. PostgreSQL sees that.
 */
export class Committer {
  readonly #db: Database
  readonly #now: () => number | null
  #inQueue = 0
  #waiting: Job[] = []
  #scheduled = false
  #calls = 0
  readonly #open = new Set<Promise<CommitOutcome>>()

  /** `now` judges leases; null: the server's own clock does. */
  constructor(db: Database, now: () => number | null) {
    this.#db = db
    this.#now = now
  }

  commit(written: WrittenCommit): Promise<CommitOutcome> {
    const outcome = new Promise<CommitOutcome>((done, failed) => {
      const one = encoded(written)
      const characters = one.texts.reduce((sum, { length }) => sum + length, one.json.length)
      const patience = new Patience(this.#db.settings.patienceMs - (written.commit.waitedMs ?? 0))
      this.#waiting.push({ encoded: one, characters, done, failed, patience, waits: written.commit.waits ?? true })
      this.#schedule()
    })
    this.#open.add(outcome)
    const close = () => this.#open.delete(outcome)
    outcome.then(close, close)
    return outcome
  }

  /** When all that was asked for is answered. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open)
  }

  #schedule(): void {
    if (this.#scheduled || this.#calls >= lanes || this.#waiting.length === 0) return
    this.#scheduled = true
    nextTurn(() => {
      this.#scheduled = false
      this.#calls += 1
      void this.#call(this.#next()).finally(() => {
        this.#calls -= 1
        this.#schedule()
      })
      this.#schedule()
    })
  }

  #next(): readonly Job[] {
    let [count, characters] = [0, 0]
    for (const job of this.#waiting) {
      characters += job.characters
      const isAlone = job.isAlone || this.#queues(job)
      if (count > 0 && (isAlone || count >= most.jobs || characters > most.characters)) break
      count += 1
      if (isAlone) break
    }
    return this.#waiting.splice(0, count)
  }

  /** Is it to stand in the queue? One at a time, and whoever has no patience left does it a first and last time. */
  #queues({ isHeld, patience }: Job): boolean {
    return isHeld === true && (this.#inQueue === 0 || patience.leftMs === 0)
  }

  /**
   * How long a call waits in the database for tickets: one commit by itself, so that there is nobody in its company.
   */
  #ticketWaitMs([job, company]: readonly Job[]): number {
    if (!job?.waits || company) return 0
    if (this.#db.isConnection) return Math.max(job.patience.leftMs, queueMs)
    return this.#queues(job) ? queueMs : 0
  }

  async #call(jobs: readonly Job[]): Promise<void> {
    const ticketWaitMs = this.#ticketWaitMs(jobs)
    const queues = ticketWaitMs > 0 && !this.#db.isConnection
    if (queues) this.#inQueue += 1
    try {
      const answers = await this.#send(jobs, ticketWaitMs)
      for (const [i, job] of jobs.entries()) this.#answered(job, answers[i] as Answer, jobs.length > 1)
    } catch (error) {
      // of what nobody knows, all of it is unknown
      const isLost = fateOf(error) === 'lost'
      for (const job of jobs) {
        if (jobs.length === 1 || isLost) this.#refused(job, error)
        else this.#alone(job, error)
      }
    } finally {
      if (queues) this.#inQueue -= 1
    }
  }

  /** What cannot be read of an answer, such as a receipt that was damaged, is told to whom it is about. */
  #answered(job: Job, answer: Answer, inCompany: boolean): void {
    if (answer?.conflict === 'held' && job.waits) {
      const error = held(answer.ticketId)
      if (!this.#db.isConnection) this.#refused(job, error)
      else if (inCompany) this.#alone(job, error)
      else job.failed(toDeskError(error, true))
      return
    }
    try {
      job.done(outcomeOf(answer))
    } catch (error) {
      job.failed(toDeskError(error, false))
    }
  }

  #alone(job: Job, error: unknown): void {
    job.patience.meet(error)
    job.isAlone = true
    this.#waiting.push(job)
  }

  #refused(job: Job, error: unknown): void {
    const { patience } = job
    patience.meet(error)
    // a ticket that is only in somebody's call has its moment, as a key has, whatever patience there is
    const lasts = patience.lasts || (isHeld(error) && !job.isHeld)
    job.isHeld = isHeld(error)
    if (!lasts) job.failed(toDeskError(patience.reason, true))
    else
      void patience.pause().then(() => {
        this.#waiting.push(job)
        this.#schedule()
      })
  }

  async #send(jobs: readonly Job[], ticketWaitMs: number): Promise<readonly Answer[]> {
    const { json, texts } = encodedTogether(jobs.map((job) => job.encoded))
    const { rowSecurity, patienceMs } = this.#db.settings
    const name = rowSecurity ? 'commit_of_tenants' : 'commit'
    const waitMs = this.#db.isConnection ? Math.max(patienceMs, keyWaitMs) : keyWaitMs
    const [row] = await this.#db.once<{ answers: string }>(
      `SELECT @${name}(?::text, ?::text[], ?::double precision, ?::integer, ?::integer, ?::integer) AS answers`,
      ...[json, texts, this.#now(), knownVersion, Math.ceil(waitMs), Math.ceil(ticketWaitMs)],
    )
    const answers = JSON.parse(row?.answers ?? '[]') as readonly Answer[]
    if (answers.length !== jobs.length)
      throw fail('store_failed', { reason: `${answers.length} answers where ${jobs.length} should be` })
    return answers
  }
}
