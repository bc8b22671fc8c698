/** A worker, a process started by `crew.ts`: writes what is due and delivers effects until it is told to stop. */
import { setTimeout as pause } from 'node:timers/promises'
import { createDesk, type Delivery } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { openPool } from '../web/pool.ts'
import { workAsBoss } from './boss-worker.ts'
import { definition } from './definition.ts'
import { hiddenMs, LogClock } from './log-time.ts'
import { sender } from './outside.ts'
import type { Report, Task } from './protocol.ts'

const { url, name, boss, stopsAt } = JSON.parse(process.argv[2] ?? '{}') as Task
const tell = (report: Report): void => void process.send?.(report)
const trouble = (error: unknown) => tell({ kind: 'trouble', reason: String(error) })
const pool = openPool({ connectionString: url, application_name: name }, trouble)
const clock = new LogClock(pool)
const store = postgresStore(pool, { clock })
const desk = createDesk({ definition, store, clock })

const stopped = new AbortController()
process.on('message', () => stopped.abort())
process.on('disconnect', () => process.exit(1)) // nobody is left to work for

const outside = sender(pool, name)
let sent = 0
async function send(delivery: Delivery): Promise<void> {
  await outside(delivery)
  sent += 1
  if (sent !== stopsAt) return
  tell({ kind: 'in_the_middle', effectId: delivery.effect.id })
  await new Promise(() => {})
}

/** Until told to stop. What fails, since a connection broke or the database is away, is told and tried again. */
async function repeat(work: () => Promise<unknown>): Promise<void> {
  while (!stopped.signal.aborted)
    try {
      await work()
    } catch (error) {
      trouble(error)
      await pause(100)
    }
}

/** The same for what has to be done once, before anything else. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;)
    try {
      return await work()
    } catch (error) {
      trouble(error)
      await pause(100)
    }
}

/** Both at once: while an effect is on its way, what is due is written. */
async function round(): Promise<void> {
  const at = await clock.read()
  const due = desk.runDue({ limit: 100 })
  const run = desk.deliver(send, { limit: 100, atOnce: 4, within: hiddenMs })
  await Promise.allSettled([due, run]) // one that fails leaves the other its time
  const [{ tickets, events }, { delivered, skipped, failed }] = [await due, await run]
  const idle = tickets + delivered + skipped + failed.length === 0
  tell({ kind: 'done', at, events, effects: delivered, idle })
  if (idle) await pause(10)
}

/** pg-boss says what is to be done; what time it is still stands in the table. */
async function workForBoss(): Promise<void> {
  const onDone = (done: { events: number; effects: number }) =>
    tell({ kind: 'done', at: clock.now(), ...done, idle: false })
  await insist(() => clock.read())
  const working = await insist(() => workAsBoss({ url, deskOf: () => desk, store, send, onDone, onError: trouble }))
  await repeat(() => clock.read().then(() => pause(5)))
  await working.stop({ timeout: 5_000 })
}

await (boss ? workForBoss() : repeat(round))
await pool.end()
process.disconnect()
