import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { duration, figure, table, writeSection } from '../report.ts'
import { appends } from './appends.ts'
import { asked } from './asked.ts'
import { asks, commandsEach, commitsOf, decideAll } from './case.ts'
import { type Finding, findingsTable, goalsOf, perSecond } from './finding.ts'
import { fileOf } from './million.ts'
import { appendedOf, emmettSqlite, inMemory, ownMemory } from './peer.ts'
import { measured, newPath } from './run.ts'

const tickets = 200
const commits = commitsOf(tickets)

console.log('· engine')
const engineUs = Math.min(
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(() => {
    const before = performance.now()
    decideAll(asks(tickets), () => {})
    return ((performance.now() - before) * 1e3) / commits.length
  }),
)

const ways = [
  ['one after the other, `synchronous = FULL`, as shipped', { together: false, synchronous: 'FULL', laps: 9 }],
  ['a hundred at once, `FULL`', { together: true, synchronous: 'FULL', laps: 15 }],
  ['one after the other, `NORMAL`', { together: false, synchronous: 'NORMAL', laps: 9 }],
  ['a hundred at once, `NORMAL`', { together: true, synchronous: 'NORMAL', laps: 15 }],
] as const
const found: [string, Finding][] = []
for (const [what, how] of ways) {
  console.log(`· ${what}`)
  found.push([what, await measured(commits, how)])
}

console.log('· emmett-sqlite')
const log = console.log
console.log = () => {} // it prints what it refuses
const emmett = await appends(emmettSqlite(newPath()), commits.slice(0, 600), 50)
console.log = log

console.log('· a table of events and nothing else')
function bareTable(): number {
  const handle = new DatabaseSync(newPath())
  handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  handle.exec('CREATE TABLE events (stream TEXT, version INTEGER, event TEXT, PRIMARY KEY (stream, version)) STRICT')
  const insert = handle.prepare('INSERT INTO events VALUES (?, ?, ?)')
  const rounds: number[] = []
  for (let from = 0; from + 50 <= commits.length; from += 50) {
    const events = commits.slice(from, from + 50).map(appendedOf)
    const before = performance.now()
    for (const { stream, before: length, data } of events) {
      handle.exec('BEGIN IMMEDIATE')
      insert.run(stream, length + 1, JSON.stringify(data))
      handle.exec('COMMIT')
    }
    rounds.push(((performance.now() - before) * 1e3) / events.length)
  }
  handle.close()
  return Math.min(...rounds)
}
const bareUs = bareTable()

console.log('· memory, 8,000 streams')
const streams = 8_000
const many = commitsOf(streams)
const store = ownMemory()
const memory: Record<string, { us: number; refused: number }> = {}
async function saveAll(): Promise<number> {
  const rounds: number[] = []
  for (let from = 0; from < many.length; from += 4_000) {
    const part = many.slice(from, from + 4_000)
    const before = performance.now()
    for (const commit of part) await store.commit(commit)
    rounds.push(((performance.now() - before) * 1e3) / part.length)
  }
  return Math.min(...rounds)
}
memory['ticketwright, whole commits'] = { us: await saveAll(), refused: 0 }
for (const [name, make] of Object.entries(inMemory)) memory[name] = await appends(make(), many, 4_000)
const ownUs = memory['ticketwright, whole commits'].us

const million = 1_000_000
console.log('· a million tickets')
const answers = await asked(sqliteStore(fileOf(million)))

const shipped = found[0]?.[1] as Finding

writeSection(
  'stores',
  'Stores',
  `
${tickets} tickets, ${commandsEach} commands each: a commit saves the ticket with its 36 columns and 18 indexes, the index of its traits, its events (${figure(
    commits.reduce((sum, { changes }) => sum + (changes[0]?.events.length ?? 0), 0) / commits.length,
  )} on average), an effect, and
a receipt. Beside it, on a file that grew alike, node:sqlite alone repeats the same statements with the same bytes from
prepared statements; blocks of commits of one and the other take turns, again and again, and of each block the fastest
round counts: the machine is shared.
JSON is what \`JSON.stringify\` takes for what is saved. To decide a command takes the engine ${duration(engineUs * 1e3)} more.

${findingsTable(found)}

Goal, at least 85 % without JSON: ${goalsOf(found)}.

Against an event store on SQLite that keeps less: one event for each append, no ticket, columns, outbox or receipts.

${table(
  ['one after the other', 'appends/s', 'time'],
  [
    ['ticketwright, whole commits, `FULL`', perSecond(shipped.storeUs), '1 ×'],
    ['a table of events, driver alone, `FULL`', perSecond(bareUs), `${figure(bareUs / shipped.storeUs)} ×`],
    [
      `emmett-sqlite (as it comes${emmett.refused ? `; ${emmett.refused} of 600 refused with SQLITE_BUSY` : ''})`,
      perSecond(emmett.us),
      `${figure(emmett.us / shipped.storeUs)} ×`,
    ],
  ],
)}

In memory, ${streams.toLocaleString('en')} streams of five commits; the others keep one event of each and nothing else.

${table(
  ['', 'per second', 'time'],
  Object.entries(memory).map(([name, { us }]) => [name, perSecond(us), `${figure(us / ownUs)} ×`]),
)}

A file of ${million.toLocaleString('en')} tickets, a tenth of them new or open, opened anew; the fastest of many.

${table(
  ['', 'time', 'rows or count'],
  answers.map(({ what, times: [ms = 0], found }) => [what, duration(ms * 1e6), found.toLocaleString('en')]),
)}

The last two pass every new and open ticket, in stretches with a turn for others in between: no index has parts of texts
or ranges of custom fields ([what views cost](how-to/operations.md#what-views-cost)).
`,
)
console.log('wrote docs/benchmarks.md')
process.exit(0)
