/** A worker: a process of its own, started by `crew.ts`. It writes what is due and delivers effects until it is told to stop. */
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'pg'
import { createDesk, type Delivery } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { workAsBoss } from './boss-worker.ts'
import { definition } from './definition.ts'
import { hiddenMs, LogClock } from './log-time.ts'
import { sender } from './outside.ts'
import type { Report, Task } from './report.ts'

const { url, name, boss, stopsAt } = JSON.parse(process.argv[2] ?? '{}') as Task
const pool = new Pool({ connectionString: url, application_name: name })
const clock = new LogClock(pool)
const store = postgresStore(pool, { clock })
const desk = createDesk({ definition, store, clock })

const tell = (report: Report): void => void process.send?.(report)
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

/** Both at once: while an effect is on its way, what is due is written. */
async function work(): Promise<void> {
  while (!stopped.signal.aborted) {
    const at = await clock.read()
    const [due, run] = await Promise.all([
      desk.runDue({ limit: 100 }),
      desk.deliver(send, { limit: 100, atOnce: 4, within: hiddenMs }),
    ])
    const idle = due.tickets + run.delivered + run.skipped + run.failed.length === 0
    tell({ kind: 'done', at, events: due.events, effects: run.delivered, idle })
    if (idle) await pause(10)
  }
}

/** pg-boss says what is to be done; what time it is still stands in the table. */
async function workForBoss(): Promise<void> {
  const onDone = (done: { events: number; effects: number }) =>
    tell({ kind: 'done', at: clock.now(), ...done, idle: false })
  await clock.read()
  const working = await workAsBoss({ url, desk, store, send, onDone, onError: fail })
  while (!stopped.signal.aborted) {
    await clock.read()
    await pause(5)
  }
  await working.stop({ timeout: 5_000 })
}

function fail(error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.stack : error}\n`)
}

await (boss ? workForBoss() : work())
await pool.end()
process.disconnect()
