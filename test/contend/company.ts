import type pg from 'pg'
import type { PostgresClient } from '../../src/stores/postgres/connection/client.ts'
import type { Fault } from './faulty.ts'
import { said } from './shift.ts'

/** What the function that saves commits answers of each; null: it is saved. */
type Answers = ({ readonly conflict: string } | null)[]

/** A call of it, whose first value is the commits as JSON. */
const isCommit = /\.commit(_of_tenants)?\(/

/** A pool as a store sees it; how commits shared calls is counted, and a fault of such a call planted. */
export function company(pool: pg.Pool, fault: Fault | null): PostgresClient {
  return {
    query: async (text, values = []) => {
      const commits = isCommit.test(text) ? (JSON.parse(String(values[0])) as unknown[]).length : 0
      if (commits < 2) return pool.query(text, values)
      said.company.calls += 1
      said.company.commits += commits
      try {
        const { rows } = await pool.query<{ answers: string }>(text, values)
        const answers = JSON.parse(rows[0]?.answers ?? '[]') as Answers
        said.company.conflicts += answers.filter(Boolean).length
        said.company.held += answers.filter((answer) => answer?.conflict === 'held').length
        return { rows: [{ answers: JSON.stringify(carelessly(answers, fault)) }] }
      } catch (error) {
        said.company.failed += 1
        throw error
      }
    },
  }
}

function carelessly(answers: Answers, fault: Fault | null): Answers {
  if (fault === 'neighbours') return [...answers.slice(1), ...answers.slice(0, 1)]
  if (fault === 'held') return answers.map((answer) => (answer?.conflict === 'held' ? null : answer))
  return answers
}
