import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import { duration, figure, table, writeSection } from '../report.ts'
import { appends } from '../stores/appends.ts'
import { asked } from '../stores/asked.ts'
import { commandsEach, commitsOf, from, tenant } from '../stores/case.ts'
import { type Finding, findingsTable, goalsOf, percent, perSecond } from '../stores/finding.ts'
import { beside } from './beside.ts'
import { measured } from './commits.ts'
import { fill } from './million.ts'
import { bareTable, emmettPostgres } from './peer.ts'
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
const bareUs = await bareTable(await poolOf(await newDatabase(), 1), commits)

console.log('· emmett-postgresql')
const emmettStore = emmettPostgres(await newDatabase())
const emmett = await appends(emmettStore.append, commits.slice(0, 600), 50)
await emmettStore.close()

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
