/**
 * The same on a PostgreSQL server: `node postgres-writer.ts URL RUN STATEMENT MAY_LOSE`. When the
 * server is gone it ends by itself, with status 3.
 */
import pg from 'pg'
import { isDeskError } from '../../src/errors.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { countdown } from './countdown.ts'
import { leadLives } from './lives.ts'

const [url = '', run = '0', statement = '0', mayLose = ''] = process.argv.slice(2)
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
  await leadLives(postgresStore(watched, { patienceMs: 1_000, mayLoseCommits: mayLose !== '' }), run)
} catch (error) {
  if (!gone.some((code) => isDeskError(error, code))) throw error
  console.error(String(error))
  process.exit(3)
}
