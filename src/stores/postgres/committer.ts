import { fail, isDeskError } from '../../errors.ts'
import type { CommitOutcome } from '../../store.ts'
import type { WrittenCommit } from '../sql/written.ts'
import { nextTurn } from '../turn.ts'
import type { Database } from './database.ts'
import { knownVersion } from './prepare.ts'
import { type Answer, outcomeOf, type SentCommit, sent, sentTogether } from './sent.ts'

/** Somebody's commit, as it is sent. */
interface Job {
  readonly sent: SentCommit
  readonly characters: number
  readonly done: (outcome: CommitOutcome) => void
  readonly failed: (error: unknown) => void
}

/** Commits that share one call at most, and characters of them. */
const most = { jobs: 100, characters: 4_000_000 } as const

/** Calls under way at once: on a pool each has a connection of its own. */
const lanes = 4

/**
 * Sends commits in the order in which they were asked for. Those that wait at the same time share one call, and so one
 * transaction and one sync of the disk; each is answered on its own. If a call fails, each commit of it is sent alone.
 */
export class Committer {
  readonly #db: Database
  readonly #now: () => number | null
  #waiting: Job[] = []
  #scheduled = false
  readonly #calls = new Set<Promise<void>>()

  /** `now` judges leases; null: the server's own clock does. */
  constructor(db: Database, now: () => number | null) {
    this.#db = db
    this.#now = now
  }

  commit(written: WrittenCommit): Promise<CommitOutcome> {
    return new Promise((done, failed) => {
      const one = sent(written)
      const characters = one.texts.reduce((sum, { length }) => sum + length, one.json.length)
      this.#waiting.push({ sent: one, characters, done, failed })
      this.#schedule()
    })
  }

  /** When all that was asked for is answered. */
  async idle(): Promise<void> {
    while (this.#waiting.length > 0 || this.#calls.size > 0) {
      await new Promise<void>(nextTurn)
      await Promise.all(this.#calls)
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#calls.size >= lanes || this.#waiting.length === 0) return
    this.#scheduled = true
    nextTurn(() => {
      this.#scheduled = false
      const call = this.#call(this.#next()).finally(() => {
        this.#calls.delete(call)
        this.#schedule()
      })
      this.#calls.add(call)
      this.#schedule()
    })
  }

  #next(): readonly Job[] {
    let [count, characters] = [0, 0]
    for (const job of this.#waiting) {
      characters += job.characters
      if (count > 0 && (count >= most.jobs || characters > most.characters)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #call(jobs: readonly Job[]): Promise<void> {
    try {
      const outcomes = await this.#send(jobs)
      for (const [i, { done }] of jobs.entries()) done(outcomes[i] as CommitOutcome)
    } catch (error) {
      // of what nobody knows, all of it is unknown; else it shows whose fault it was when each is alone
      if (jobs.length === 1 || isDeskError(error, 'outcome_unknown')) for (const { failed } of jobs) failed(error)
      else for (const job of jobs) await this.#call([job])
    }
  }

  async #send(jobs: readonly Job[]): Promise<readonly CommitOutcome[]> {
    const { json, texts } = sentTogether(jobs.map((job) => job.sent))
    const [row] = await this.#db.write<{ answers: string }>(
      'SELECT @commit(?::text, ?::text[], ?::double precision, ?::integer) AS answers',
      json,
      texts,
      this.#now(),
      knownVersion,
    )
    const answers = JSON.parse(row?.answers ?? '[]') as readonly Answer[]
    if (answers.length !== jobs.length)
      throw fail('store_failed', { reason: `${answers.length} answers where ${jobs.length} should be` })
    return answers.map(outcomeOf)
  }
}
