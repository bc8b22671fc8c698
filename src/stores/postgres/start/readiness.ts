import { isDeskError } from '../../../errors.ts'
import type { PostgresClient } from '../connection/client.ts'
import type { Database } from '../connection/database.ts'
import { fateOf } from '../connection/failure.ts'
import { prepare } from './prepare.ts'

interface Prepared {
  readonly done: Promise<unknown>
  isDone: boolean
}

/**
 * By client, then by what is looked for: a pool hands out the same connections again and again, and is looked at once.
 */
const known = new WeakMap<PostgresClient, Map<string, Prepared>>()

/**
 * Sees to it that the tables are there before anything is done with them. What is found in a transaction of the
 * application's that made it is not remembered: it goes if that is undone.
 */
export class Readiness {
  readonly #db: Database
  readonly #mayLoseCommits: boolean

  constructor(db: Database, mayLoseCommits: boolean) {
    this.#db = db
    this.#mayLoseCommits = mayLoseCommits
  }

  /** For work on a connection lent from the pool: it never waits for another one, there may be none left. */
  within(db: Database): Readiness {
    return this.#known.get(this.#key)?.isDone ? this : new Readiness(db, this.#mayLoseCommits)
  }

  /** Looked at again where it went wrong, or the tables are gone. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#prepared()
    try {
      return await work()
    } catch (error) {
      if (isDeskError(error) && fateOf(error.cause) === 'tables') this.#forget()
      throw error
    }
  }

  #prepared(): Promise<unknown> {
    const key = this.#key
    const found = this.#known.get(key)
    if (found) return found.done
    const stays = prepare(this.#db, this.#mayLoseCommits)
    const preparing: Prepared = { done: stays, isDone: false }
    this.#known.set(key, preparing)
    stays.then(
      (is) => {
        if (is) preparing.isDone = true
        else this.#forget()
      },
      () => this.#forget(),
    )
    return stays
  }

  get #known(): Map<string, Prepared> {
    const schemas = known.get(this.#db.client) ?? new Map<string, Prepared>()
    known.set(this.#db.client, schemas)
    return schemas
  }

  get #key(): string {
    const { schema, rowSecurity } = this.#db.settings
    return [schema, rowSecurity, this.#mayLoseCommits].join()
  }

  #forget(): void {
    this.#known.delete(this.#key)
  }
}
