import { fail } from '../../errors.ts'
import type { CommitOutcome } from '../../store.ts'
import type { WrittenCommit } from '../sql/written.ts'
import { nextTurn } from '../turn.ts'
import type { Database } from './database.ts'
import { fateOf, toDeskError } from './failure.ts'
import { knownVersion } from './migrations.ts'
import { Patience } from './patience.ts'
import { type Answer, outcomeOf, type SentCommit, sent, sentTogether } from './sent.ts'

/** Somebody's commit, as it is sent. */
interface Job {
  readonly sent: SentCommit
  readonly characters: number
  readonly done: (outcome: CommitOutcome) => void
  readonly failed: (error: unknown) => void
  readonly patience: Patience
  /** For the end of a transaction that has its tickets. */
  readonly waits: boolean
  /** A call that it was part of failed: whose fault that was shows when each is sent by itself. */
  isAlone?: boolean
}

/** Commits that share one call at most, and characters of them. */
const most = { jobs: 100, characters: 4_000_000 } as const

/** Calls under way at once: on a pool each has a connection of its own. */
const lanes = 4

/** As if the server had said so. */
const held = { code: '55P03', message: 'others hold the ticket' }

/**
 * Sends commits in the order in which they were asked for. Those that wait at the same time share one call, and so one
 * transaction and one sync of the disk; each is answered on its own. A commit whose tickets others hold waits here, not
 * in the database: nobody stands behind it, and no connection is kept.
 */
export class Committer {
  readonly #db: Database
  readonly #now: () => number | null
  readonly #keyWaitMs: number
  #waiting: Job[] = []
  #scheduled = false
  #calls = 0
  readonly #open = new Set<Promise<CommitOutcome>>()

  /**
   * `now` judges leases; null: the server's own clock does. `keyWaitMs`: how long a call waits in the database for
   * those who are about to write a key that it writes too.
   */
  constructor(db: Database, now: () => number | null, keyWaitMs: number) {
    this.#db = db
    this.#now = now
    this.#keyWaitMs = Math.ceil(keyWaitMs)
  }

  commit(written: WrittenCommit): Promise<CommitOutcome> {
    const outcome = new Promise<CommitOutcome>((done, failed) => {
      const one = sent(written)
      const characters = one.texts.reduce((sum, { length }) => sum + length, one.json.length)
      const patience = new Patience(this.#db.asking.patienceMs)
      this.#waiting.push({ sent: one, characters, done, failed, patience, waits: written.commit.waits ?? true })
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
      if (count > 0 && (job.isAlone || count >= most.jobs || characters > most.characters)) break
      count += 1
      if (job.isAlone) break
    }
    return this.#waiting.splice(0, count)
  }

  async #call(jobs: readonly Job[]): Promise<void> {
    try {
      const answers = await this.#send(jobs)
      for (const [i, job] of jobs.entries()) {
        const answer = answers[i] as Answer
        if (answer?.conflict === 'held' && job.waits) this.#refused(job, held)
        else job.done(outcomeOf(answer))
      }
    } catch (error) {
      // of what nobody knows, all of it is unknown
      const isLost = fateOf(error) === 'lost'
      for (const job of jobs) {
        if (jobs.length === 1 || isLost) this.#refused(job, error)
        else this.#alone(job, error)
      }
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
    if (!patience.lasts) job.failed(toDeskError(patience.reason, true))
    else
      void patience.pause().then(() => {
        this.#waiting.push(job)
        this.#schedule()
      })
  }

  async #send(jobs: readonly Job[]): Promise<readonly Answer[]> {
    const { json, texts } = sentTogether(jobs.map((job) => job.sent))
    const { rowSecurity } = this.#db.asking
    const [row] = await this.#db.once<{ answers: string }>(
      `SELECT @${rowSecurity ? 'commit_of_tenants' : 'commit'}(?::text, ?::text[], ?::double precision, ?::integer, ?::integer) AS answers`,
      ...[json, texts, this.#now(), knownVersion, this.#keyWaitMs],
    )
    const answers = JSON.parse(row?.answers ?? '[]') as readonly Answer[]
    if (answers.length !== jobs.length)
      throw fail('store_failed', { reason: `${answers.length} answers where ${jobs.length} should be` })
    return answers
  }
}
