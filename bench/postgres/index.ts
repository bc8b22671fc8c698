import type pg from 'pg'
import type { Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import { duration, figure, table, writeSection } from '../report.ts'
import { appends } from '../stores/appends.ts'
import { asked } from '../stores/asked.ts'
import { commandsEach, commitsOf, from, tenant } from '../stores/case.ts'
import { type Finding, findingsTable, goalsOf, percent, perSecond } from '../stores/finding.ts'
import { appendedOf } from '../stores/peer.ts'
import { inLines, measured } from './commits.ts'
import { fill } from './million.ts'
import { emmettPostgres } from './peer.ts'
import { driverOf, listening, poolOf } from './raw.ts'

const tickets = Number(process.argv[2] ?? 200)
const many = Number(process.argv[3] ?? 1_000_000)
const commits = commitsOf(tickets)

// as it comes: what is acknowledged is on the disk
const server = await startPostgres({})
let databases = 0
const newDatabase = () => server.createDatabase(`bench_${databases++}`)

const ways = [
  ['one after the other, one connection', { atOnce: 1, connections: 1, laps: 3 }],
  ['eight at once, eight connections', { atOnce: 8, connections: 8, laps: 5 }],
  ['a hundred at once, eight connections', { atOnce: 100, connections: 8, laps: 5 }],
] as const
const found: [string, Finding][] = []
for (const [what, how] of ways) {
  console.log(`· ${what}`)
  found.push([what, await measured(newDatabase, commits, how)])
}

console.log('· a table of events and nothing else')
async function bareTable(): Promise<number> {
  const pool = await poolOf(await newDatabase(), 1)
  await pool.query('CREATE TABLE events (stream text, version integer, event text, PRIMARY KEY (stream, version))')
  const rounds: number[] = []
  for (let start = 0; start + 50 <= commits.length; start += 50) {
    const events = commits.slice(start, start + 50).map(appendedOf)
    const before = performance.now()
    for (const { stream, before: length, data } of events)
      await pool.query('INSERT INTO events VALUES ($1, $2, $3)', [stream, length + 1, JSON.stringify(data)])
    rounds.push(((performance.now() - before) * 1e3) / events.length)
  }
  await pool.end()
  return Math.min(...rounds)
}
const bareUs = await bareTable()

console.log('· emmett-postgresql')
const emmettStore = emmettPostgres(await newDatabase())
const emmett = await appends(emmettStore.append, commits.slice(0, 600), 50)
await emmettStore.close()

/** Microseconds that each of many calls of a store takes from eight connections, and those of pg with the same statements. */
async function beside<One>(
  { pool, rounds, of, again }: { pool: pg.Pool; rounds: number; of: (round: number) => readonly One[]; again?: Again },
  ask: (store: Store, one: One) => Promise<unknown>,
): Promise<{ readonly storeUs: number; readonly rawUs: number }> {
  const { client, heard } = listening(pool)
  const store = postgresStore(client)
  await store.now()
  const own: number[] = []
  const raw: number[] = []
  for (let round = 0; round < rounds; round++) {
    const ones = of(round)
    heard.length = 0
    let before = performance.now()
    await inLines(ones, 8, (one) => ask(store, one))
    own.push(((performance.now() - before) * 1e3) / ones.length)
    const statements = heard.map(({ text, values }) => ({ text, values: again ? values.map(again) : [...values] }))
    before = performance.now()
    await inLines(statements, 8, ({ text, values }) => pool.query(text, values))
    raw.push(((performance.now() - before) * 1e3) / ones.length)
  }
  return { storeUs: Math.min(...own), rawUs: Math.min(...raw) }
}

/** A value of a statement that would find what it did the first time, by another. */
type Again = (value: unknown) => unknown

console.log('· claims from eight connections')
const claimPool = await poolOf(await newDatabase(), 8)
const claimed = await beside(
  {
    pool: claimPool,
    rounds: 20,
    of: (round) => Array.from({ length: 400 }, (_, i) => `t${round * 400 + i}`),
    again: (value) => (value === tenant ? 'raw' : value),
  },
  (store, id) => store.claim(tenant, id, 'ana', 60_000),
)
await claimPool.end()

console.log(`· ${many.toLocaleString('en')} tickets`)
const pool = await poolOf(await newDatabase(), 8)
await fill(pool, many)
const { client, heard } = listening(pool)
const answers = await asked(postgresStore(client), driverOf(pool, heard))
console.log('· due work from eight connections')
const looked = await beside({ pool, rounds: 20, of: () => Array.from({ length: 80 }, (_, i) => i) }, (store) =>
  store.due(tenant, { now: from, plannedBy: 'now', limit: 100 }),
)
const sizes = await pool.query<{ heap: number; indexes: number }>(
  `SELECT pg_table_size('ticketwright.tickets')::float8 AS heap, pg_indexes_size('ticketwright.tickets')::float8 AS indexes`,
)
const { heap = 0, indexes = 0 } = sizes.rows[0] ?? {}
await pool.end()
await server.stop()

const megabytes = (bytes: number) => `${figure(bytes / 1e6)} MB`
const single = found[0]?.[1] as Finding

writeSection(
  'postgres',
  'PostgreSQL',
  `
PostgreSQL ${server.version} on the same machine, its settings as they come (\`synchronous_commit = on\`, \`fsync = on\`). ${tickets} tickets,
${commandsEach} commands each; a commit is one call of a function that saves the ticket with its columns and indexes, its events, an
effect and a receipt. Beside it, in a database that grew alike, pg alone repeats the same statements with the same
bytes, as many under way at once; of each block of a hundred commits the fastest round counts.

${findingsTable(found)}

Goal, at least 85 % without JSON: ${goalsOf(found)}. Commits that wait at the same moment share a call.

Against what keeps less: one event for each append, no ticket, columns, outbox or receipts.

${table(
  ['one after the other', 'appends/s', 'time'],
  [
    ['ticketwright, whole commits', perSecond(single.storeUs), '1 ×'],
    ['a table of events, driver alone', perSecond(bareUs), `${figure(bareUs / single.storeUs)} ×`],
    [
      `emmett-postgresql${emmett.refused ? ` (${emmett.refused} of 600 refused)` : ''}`,
      perSecond(emmett.us),
      `${figure(emmett.us / single.storeUs)} ×`,
    ],
  ],
)}

Claims from eight connections: ${perSecond(claimed.storeUs)} a second, ${percent(claimed.rawUs / claimed.storeUs)} of what pg does alone with the same statements.

${many.toLocaleString('en')} tickets, a tenth of them new or open (${megabytes(heap)}, indexes ${megabytes(indexes)}); the fastest of many. Looking for due work from eight
connections at once takes ${duration(looked.storeUs * 1e3)} a look of 100 tickets, of which pg alone takes ${percent(looked.rawUs / looked.storeUs)}.

${table(
  ['', 'time', 'driver alone', 'tickets of JSON', 'driver / store without', 'rows or count'],
  answers.map(({ what, times: [ms = 0], alone = { ms: 0, jsonMs: 0 }, found }) => [
    what,
    ...[ms, alone.ms, alone.jsonMs].map((time) => duration(time * 1e6)),
    percent(alone.ms / (ms - alone.jsonMs)),
    found.toLocaleString('en'),
  ]),
)}
`,
)
console.log('wrote docs/benchmarks.md')
process.exit(0)
