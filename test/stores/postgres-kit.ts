import pg from 'pg'
import { isDeskError } from 'ticketwright'
import { type PostgresClient, type PostgresOptions, postgresStore } from 'ticketwright/postgres'
import { afterAll } from 'vitest'
import { changeOf, decided } from '../../src/testing/sample.ts'

export const at = Date.parse('2026-11-23T07:00:00Z')
export const tenant = 'acme'
export const opening = (ticketId: string, input: object = {}, of = tenant) =>
  changeOf(
    null,
    decided(
      null,
      { type: 'open', subject: 'Help', reference: `R-${ticketId}`, ...input },
      { tenant: of, ticketId, at },
    ),
  )
export const receiptOf = (commandId: string) => ({
  ...{ commandId, hash: 'h', ticketId: 't1', tickets: [], unchanged: false },
  at,
})
export const commitOf = (...ids: string[]) => ({ tenant, changes: ids.map((id) => opening(id)), effects: [] })

export const codeOf = async (work: () => unknown) => {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    return isDeskError(error) ? error.code : String(error)
  }
}
export const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => (isDeskError(error, 'store_failed') ? error.facts.reason : String(error)),
  )

/** Pools, connections, and stores with tables of their own, on the server of a URL. */
export function onServer(url: string) {
  const pools: pg.Pool[] = []
  const newPool = (options: pg.PoolConfig = {}) => {
    const one = new pg.Pool({ connectionString: url, max: 4, ...options })
    one.on('error', () => {})
    pools.push(one)
    return one
  }
  const pool = newPool({ max: 12 })
  afterAll(() => Promise.all(pools.map((one) => one.end())))
  let schemas = 0
  const newSchema = () => `s${++schemas}`
  /** A store with tables of its own. */
  const fresh = (options: PostgresOptions = {}, client: PostgresClient = pool) => {
    const schema = newSchema()
    return { schema, store: postgresStore(client, { schema, clock: { now: () => at }, ...options }) }
  }
  const onConnection = async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect()
    try {
      return await work(client)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }
  return { pool, newPool, newSchema, fresh, onConnection }
}
