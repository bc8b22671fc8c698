import { isDeskError } from '../../errors.ts'
import type { PostgresClient } from './client.ts'
import type { Database } from './database.ts'
import { fateOf } from './failure.ts'
import { prepare } from './prepare.ts'

/** By client, then by schema: a pool hands out the same connections again and again, and each is looked at once. */
const known = new WeakMap<PostgresClient, Map<string, Promise<void>>>()

/** Sees to it that the tables are there before anything is done with them. */
export class Preparation {
  readonly #db: Database
  readonly #mayLoseCommits: boolean

  constructor(db: Database, mayLoseCommits: boolean) {
    this.#db = db
    this.#mayLoseCommits = mayLoseCommits
  }

  /** Looked at again where it went wrong, or the tables are gone: made in a transaction, they go if that is undone. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#prepared()
    try {
      return await work()
    } catch (error) {
      if (isDeskError(error) && fateOf(error.cause) === 'tables') this.#forget()
      throw error
    }
  }

  #prepared(): Promise<void> {
    const { client, schema } = this.#db
    const schemas = known.get(client) ?? new Map<string, Promise<void>>()
    known.set(client, schemas)
    const preparing = schemas.get(schema) ?? prepare(this.#db, this.#mayLoseCommits)
    if (!schemas.has(schema)) {
      schemas.set(schema, preparing)
      preparing.catch(() => this.#forget())
    }
    return preparing
  }

  #forget(): void {
    known.get(this.#db.client)?.delete(this.#db.schema)
  }
}
