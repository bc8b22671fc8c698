/**
 * `node contend.ts [--row-security] [CLAIMS] [SEED] [PROCESSES] [CONNECTIONS]`: first the
 * faults, which must be found, then the contest.
 */
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { contest, findFault } from '../test/contend/contest.ts'
import { faults } from '../test/contend/faulty.ts'
import { startPostgres } from '../test/postgres/server.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'row-security': { type: 'boolean', default: false } },
})
const rowSecurity = values['row-security']
const numbers = positionals.map(Number)
const [claims = 500_000, seed = Date.now() % 1_000_000, processes = 4, connections = 16] = numbers
if (
  !numbers.every((number) => Number.isInteger(number) && number >= 0) ||
  !(claims > 0 && processes > 0 && connections > 1)
)
  throw new Error(
    'usage: scripts/contend [--row-security] [claims] [seed] [processes] [connections of each, 2 or more]',
  )

const server = await startPostgres({ fsync: 'off', max_connections: String(processes * (connections + 1) + 50) })
try {
  for (const fault of faults) {
    const wrong = await findFault(fault, () => server.createDatabase(`${fault}_${randomUUID()}`))
    console.log(`careless with ${fault}: ${wrong[0] ?? 'nothing found'}`)
    if (wrong.length === 0) process.exitCode = 1
  }
  const url = await server.createDatabase('contest')
  const told = await contest(url, claims, seed, { processes, connections, rowSecurity })
  for (const sentence of told.wrong.slice(0, 100)) console.log(sentence)
  const settings = { rowSecurity, seed, postgres: server.version, node: process.version }
  console.log(JSON.stringify({ ...told, wrong: told.wrong.length, ...settings }))
  if (told.wrong.length > 0) process.exitCode = 1
} finally {
  await server.stop()
}
