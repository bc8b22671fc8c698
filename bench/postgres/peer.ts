import { createRequire } from 'node:module'
import type pg from 'pg'
import type { Commit } from '../../src/store.ts'
import { type Append, appendedOf } from '../stores/peer.ts'

const require = createRequire(import.meta.url)

/** Tables are made by the first append. Appends only, as its store on SQLite is asked. */
export function emmettPostgres(url: string): { readonly append: Append; readonly close: () => Promise<void> } {
  const store = require('@event-driven-io/emmett-postgresql').getPostgreSQLEventStore(url)
  return {
    append: ({ stream, before, type, data }) =>
      store.appendToStream(stream, [{ type, data }], { expectedStreamVersion: BigInt(before) }),
    close: () => store.close(),
  }
}

/** Microseconds that pg alone takes for a row in a table of events and nothing else. */
export async function bareTable(pool: pg.Pool, commits: readonly Commit[]): Promise<number> {
  await pool.query('CREATE TABLE events (stream text, version integer, event text, PRIMARY KEY (stream, version))')
  const rounds: number[] = []
  for (let start = 0; start + 50 <= commits.length; start += 50) {
    const events = commits.slice(start, start + 50).map(appendedOf)
    const before = performance.now()
    for (const { stream, before: length, data } of events)
      await pool.query('INSERT INTO events VALUES ($1, $2, $3)', [stream, length + 1, JSON.stringify(data)])
    rounds.push(((performance.now() - before) * 1e3) / events.length)
  }
  await pool.end()
  return Math.min(...rounds)
}
