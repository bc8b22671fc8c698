import { readFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import type pg from 'pg'
import { migratePostgres } from '../../src/stores/postgres/start/migrate.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import { poolOf } from '../postgres/raw.ts'
import { writeSection } from '../report.ts'
import { type Filling, fill } from './fill.ts'
import { progressDone } from './progress.ts'
import { type Answer, answers } from './question.ts'
import { type Rates, rates } from './rate.ts'
import { type Measured, measuredSection, type Partitioned, planSection } from './report.ts'
import { indexSizes, sizes } from './size.ts'
import { affordable, type Taken } from './step.ts'

const most = Number(process.argv[2] ?? 10_000_000)
const minutes = Number(process.argv[3] ?? 30)
const began = performance.now()
const loadBefore = loadavg()[0] ?? 0
const secondsLeft = () => minutes * 60 - (performance.now() - began) / 1_000
/** What the questions and rates of a step take after it is filled. */
const measuringSeconds = 150

const file = new URL('../../docs/scaling.md', import.meta.url)

// what is acknowledged is on the disk; memory as a small server of its own would be given
const settings = {
  shared_buffers: '2GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
}
const server = await startPostgres(settings)

let databases = 0
async function inDatabase<Found>(work: (pool: pg.Pool) => Promise<Found>): Promise<Found> {
  const name = `scale_${databases++}`
  const pool = await poolOf(await server.createDatabase(name), 8)
  try {
    return await work(pool)
  } finally {
    await pool.end()
    const admin = await poolOf(server.url(), 1)
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  }
}

/** A database filled and asked; both is told. */
const measure = (filling: Filling, prepare: (pool: pg.Pool) => Promise<void> = async () => {}) =>
  inDatabase(async (pool) => {
    const started = performance.now()
    await prepare(pool)
    const spent = await fill(pool, filling)
    const fillSeconds = (performance.now() - started) / 1_000
    const taken: Taken = { tickets: filling.tickets, spent, sizes: await sizes(pool) }
    const indexes = await indexSizes(pool)
    const asked: readonly Answer[] = await answers(pool)
    const found: Rates = await rates(pool)
    progressDone()
    return { filling, fillSeconds, taken, indexes, answers: asked, rates: found } satisfies Measured & { taken: Taken }
  })

/** The statements of the page itself: what it says is what is measured. */
async function inPartitions(pool: pg.Pool, count: number): Promise<void> {
  const page = readFileSync(file, 'utf8')
  const [, sql = ''] = /^```sql\n([^`]*\$partition\$[^`]*)^```$/m.exec(page) ?? []
  await migratePostgres(pool)
  for (const statement of sql.split(/;\n(?=ANALYZE)/))
    await pool.query(statement.replace(/partitions constant integer := \d+/, `partitions constant integer := ${count}`))
}

const smallest = Math.min(most, 100_000)
/** Where tables are compared with such in partitions, and with such whose indexes grew. */
const compared = { tickets: smallest / 10, eventsOfOneIn: 1, grown: true }
const plain = await measure(compared)
const partitioned: Partitioned[] = []
for (const count of [16, 64]) {
  const { answers, rates } = await measure(compared, (pool) => inPartitions(pool, count))
  partitioned.push({ count, answers, rates })
}
const steps = [await measure({ tickets: smallest, eventsOfOneIn: 1 })]
write()
for (let tickets = smallest * 10; tickets <= most; tickets *= 10) {
  const last = steps.at(-1) as (typeof steps)[number]
  const filling = affordable(tickets, tmpdir(), secondsLeft() - measuringSeconds, last.taken)
  if (!filling) break
  steps.push(await measure(filling))
  write()
}
await server.stop()
progressDone()
process.exit(0)

function write(): void {
  const page = { file, head: '' }
  writeSection(
    'scale',
    'Measured',
    measuredSection({ version: server.version, settings, steps, loadBefore, asked: most, grown: plain.taken.sizes }),
    page,
  )
  writeSection('scale-plans', 'Plans', planSection(steps, plain, partitioned), page)
}
