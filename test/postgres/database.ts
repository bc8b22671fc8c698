import { describe, inject } from 'vitest'
import type { Given } from './global-setup.ts'

/** An empty database on the real server of this run, the caller's own. */
export interface Database {
  readonly url: string
  /** Major version of the server. */
  readonly version: string
}

async function ask(): Promise<Given> {
  const given = (await (await fetch(inject('postgres'))).json()) as Given
  if (given.why !== null && process.env.TICKETWRIGHT_POSTGRES === 'required') throw new Error(given.why)
  return given
}

/** One more database, for tests that must not see each other's tables. */
export async function anotherDatabase(): Promise<Database> {
  const given = await ask()
  if (given.why !== null) throw new Error(given.why)
  return given
}

/**
 * Tests on a real PostgreSQL server, with a database that is the file's own. Where none can start they are skipped, and
 * their name says why: the tally repeats it.
 */
export function describePostgres(name: string, tests: (database: Database) => void): void {
  if (mine.why === null) describe(name, () => tests(mine))
  else describe.skip(`${name} (skipped: ${mine.why})`, () => tests({ url: '', version: '' }))
}

const mine = await ask()
