import { Pool, type PoolConfig } from 'pg'

/** The connections of a process, which outlives each of them. */
export function openPool(config: PoolConfig, report: (error: unknown) => void): Pool {
  // who finds none free within 5 s is told to try again; without a limit they would wait for ever
  const pool = new Pool({ connectionTimeoutMillis: 5_000, ...config })
  // an error that nobody listens to ends the process: one of a connection that breaks while nobody uses it,
  pool.on('error', (error) => {
    if (!pool.ending) report(error)
  })
  // and one that breaks while somebody does, whose query fails
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
