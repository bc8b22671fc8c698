import { type Db, PgBoss } from 'pg-boss'
import type { Delivery, Desk, Store } from 'ticketwright'
import type { PostgresClient, PostgresStore } from 'ticketwright/postgres'
import { type DeadlineJob, dueIs, type EffectJob, keepDeadLetter, pendingIs, queues, withJobs } from './boss-store.ts'

/** The transaction of a job, as the store takes it. */
const clientOf = (db: Db): PostgresClient => ({ query: (text, values) => db.executeSql(text, values) })

/** Where jobs read what time it is: pg-boss has a clock for tests, which the front desk moves. */
export const connectionOf = (url: string) => ({ connectionString: url, options: '-c pgboss.test_clock=on' })

/** Without what keeps house in pg-boss: here the front desk does, at instants of the log. */
export const quietly = { supervise: false, schedule: false } as const

interface BossWork {
  readonly url: string
  readonly deskOf: (tenant: string) => Desk
  readonly store: PostgresStore
  readonly send: (delivery: Delivery) => Promise<void>
  readonly onDone: (done: { readonly events: number; readonly effects: number }) => void
  readonly onError: (error: Error) => void
}

/**
 * Works off deadlines and effects. What a handler writes, the jobs that follow from it, and the end of its own job are
 * one transaction.
 */
export async function workAsBoss({ url, deskOf, store, send, onDone, onError }: BossWork): Promise<PgBoss> {
  await store.now() // has looked at the tables: no job need do it in its transaction
  const boss = new PgBoss({ ...connectionOf(url), ...quietly, migrate: false, createSchema: false })
  boss.on('error', onError)
  await boss.start()
  const polling = { pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }
  const options = { transactional: true, includeMetadata: true, ...polling } as const
  const within = (db: Db): Store => withJobs(store.within(clientOf(db)), boss, db)
  await boss.work<DeadlineJob, void, typeof options>(queues.deadlines, options, async (jobs, db) => {
    for (const { data } of jobs) {
      const desk = deskOf(data.tenant).using(dueIs(within(db), data.ticketId))
      const { events, held } = await desk.runDue({ limit: 1 })
      if (held > 0) throw new Error('others have the ticket') // the job comes again
      onDone({ events, effects: 0 })
    }
  })
  await boss.work<EffectJob, void, typeof options>(queues.effects, options, async (jobs, db) => {
    for (const { data, retryCount } of jobs) {
      const effect = { ...data.effect, attempts: retryCount + 1 }
      const desk = deskOf(data.tenant).using(pendingIs(within(db), effect, keepDeadLetter(boss, db)))
      const { delivered } = await desk.deliver(send, { limit: 1 })
      onDone({ events: 0, effects: delivered })
    }
  })
  return boss
}
