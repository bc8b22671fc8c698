/**
 * The same on a PostgreSQL server: `node postgres-writer.ts URL RUN STATEMENT MAY_LOSE CONTROL`. When the
 * server is gone it ends by itself, with status 3. CONTROL saves a commit and its effects one after the other.
 */
import pg from 'pg'
import { isDeskError } from '../../src/errors.ts'
import type { Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { countdown } from './countdown.ts'
import { leadLives } from './lives.ts'

const [url = '', run = '0', statement = '0', mayLose = '', control = ''] = process.argv.slice(2)
const tick = countdown(Number(statement))
const pool = new pg.Pool({ connectionString: url, max: 8 })
pool.on('error', () => {}) // of a connection that nobody waits for
const watched = {
  query: async (text: string, values?: unknown[]) => {
    tick()
    const result = await pool.query(text, values)
    tick()
    return result
  },
}
const gone = ['outcome_unknown', 'store_busy', 'store_failed'] as const
try {
  const store = postgresStore(watched, { patienceMs: 1_000, mayLoseCommits: mayLose !== '' })
  await leadLives(control === '' ? store : inParts(store), run)
} catch (error) {
  if (!gone.some((code) => isDeskError(error, code))) throw error
  console.error(String(error))
  process.exit(3)
}

/** What is all or nothing in two pieces. */
function inParts(store: Store): Store {
  return {
    ...store,
    commit: async (commit) => {
      const outcome = await store.commit({ ...commit, effects: [] })
      for (const { id, ticketId, dueAt, ...rest } of outcome.ok ? commit.effects : [])
        await watched.query(
          'INSERT INTO ticketwright.effects (tenant, id, ticket_id, due_at, effect) VALUES ($1, $2, $3, $4, $5)',
          [commit.tenant, id, ticketId, dueAt, JSON.stringify({ id, ticketId, dueAt, ...rest })],
        )
      return outcome
    },
  }
}
