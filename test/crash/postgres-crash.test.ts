import { afterAll, describe, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { crashPostgres } from './postgres-trial.ts'

/** What is killed here is the tests' own: other files go on with theirs. */
describePostgres('a PostgreSQL server whose clients are killed, or which is killed (hazard 35)', () => {
  let server: PostgresServer | undefined
  afterAll(() => server?.stop())

  it('loses no acknowledged command, and leaves ticket, events, outbox and receipts in agreement', async () => {
    server = await startPostgres({})
    const told = await crashPostgres(server, { clients: 5, server: 1 }, 7)
    expect(told.wrong).toEqual([])
    expect([told.clientKills, told.serverKills]).toEqual([5, 1])
    expect(told.acknowledged).toBeGreaterThan(5)
  }, 300_000)

  describe('that does not wait for its disk', () => {
    it('would be found out', async () => {
      const careless = await startPostgres({ synchronous_commit: 'off' })
      try {
        const { wrong } = await crashPostgres(careless, { clients: 0, server: 10 }, 7, { mayLose: true })
        expect(wrong.join()).toMatch(/was acknowledged and has no receipt/)
      } finally {
        await careless.stop()
      }
    }, 300_000)
  })
})
