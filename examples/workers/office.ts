import type { Pool, PoolClient } from 'pg'
import { type Db, PgBoss, TestClock } from 'pg-boss'
import type { Desk } from 'ticketwright'
import type { PostgresStore } from 'ticketwright/postgres'
import { openPool } from '../web/pool.ts'
import { inTransaction } from '../web/transaction.ts'
import { createQueues, queues, withJobs } from './boss-store.ts'
import { connectionOf, quietly } from './boss-worker.ts'
import type { Crew } from './crew.ts'
import { setTime } from './log-time.ts'

/** How the front desk writes, and how it says what time it is. */
export interface Office {
  /** The desk, with whatever has to be in the same commit. */
  readonly commit: (work: (desk: Desk) => Promise<void>) => Promise<void>
  readonly timeIs: (now: number) => Promise<void>
  /** Workers have begun with this time of the log: the next day may come in while they are at it. */
  readonly goesOn: (now: number) => Promise<boolean>
  /** Nothing is left to do at this time of the log. */
  readonly isQuiet: (now: number) => Promise<boolean>
  readonly close: () => Promise<void>
}

interface Setting {
  readonly pool: Pool
  readonly url: string
  readonly desk: Desk
  readonly crew: Crew
  readonly store: PostgresStore
}

/** Commands are commits of their own; workers look for what is due. */
export async function plainOffice({ pool, desk, crew }: Setting): Promise<Office> {
  return {
    commit: (work) => work(desk),
    timeIs: (now) => setTime(pool, now),
    goesOn: async (now) => crew.seenAt >= now,
    isQuiet: async (now) => crew.isIdleAt(now),
    close: async () => {},
  }
}

/** Workers come to rest once in so long. */
const weekMs = 7 * 86_400_000
/** What stands still for so long is in the hands of a worker that died: pg-boss has it tried again as time goes by. */
const stillMs = 2_000

/** Each command and its jobs are one transaction; workers do jobs. */
export async function bossOffice({ pool, url, desk, store }: Setting): Promise<Office> {
  const time = new TestClock(0)
  const own = openPool({ ...connectionOf(url), max: 4 }, console.error)
  const boss = new PgBoss({ db: { ...dbOf(own), setSessionStatements: async () => {} }, clock: time, ...quietly })
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`))
  await boss.start()
  await createQueues(boss)
  let [restedAt, movedAt] = [0, performance.now()]
  /** Nothing is being done, and nothing could be at this time of the log. */
  const rests = async () => {
    const { rows } = await pool.query(
      `SELECT 1 FROM pgboss.job
       WHERE name = ANY($1) AND (state = 'active' OR state < 'active' AND start_after <= $2) LIMIT 1`,
      [[queues.deadlines, queues.effects], new Date(time.now())],
    )
    return rows.length === 0
  }
  const standsStill = () => performance.now() - movedAt > stillMs
  return {
    commit: (work) =>
      inTransaction({ pool, store, desk }, ({ client, store, desk }) =>
        work(desk.using(withJobs(store, boss, dbOf(client)))),
      ),
    timeIs: async (now) => {
      await setTime(pool, now)
      await time.setTime(now)
      movedAt = performance.now()
    },
    goesOn: async (now) => {
      if (now - restedAt < weekMs) return true
      if (!(await rests()) && !standsStill()) return false
      await boss.supervise()
      restedAt = now
      return true
    },
    isQuiet: async () => {
      if (await rests()) return true
      if (standsStill()) await boss.supervise()
      return false
    },
    close: async () => {
      await boss.stop()
      await own.end()
    },
  }
}

const dbOf = (client: Pick<PoolClient, 'query'>): Db => ({ executeSql: (text, values) => client.query(text, values) })
