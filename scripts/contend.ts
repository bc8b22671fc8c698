/** `node contend.ts [CLAIMS] [SEED] [PROCESSES] [HANDS]`: first the faults, which must be found, then the contest. */
import { randomUUID } from 'node:crypto'
import { contest, findFault } from '../test/contend/contest.ts'
import { faults } from '../test/contend/said.ts'
import { startPostgres } from '../test/postgres/server.ts'

const numbers = process.argv.slice(2).map(Number)
const [claims = 500_000, seed = Date.now() % 1_000_000, processes = 4, hands = 16] = numbers
if (!numbers.every((number) => Number.isInteger(number) && number >= 0) || !(claims > 0 && processes > 0 && hands > 0))
  throw new Error('usage: scripts/contend [claims] [seed] [processes] [connections of each]')

const server = await startPostgres({ fsync: 'off', max_connections: String(processes * (hands + 1) + 50) })
try {
  for (const fault of faults) {
    const wrong = await findFault(fault, () => server.createDatabase(`${fault}_${randomUUID()}`))
    console.log(`careless with ${fault}: ${wrong[0] ?? 'nothing found'}`)
    if (wrong.length === 0) process.exitCode = 1
  }
  const told = await contest(await server.createDatabase('contest'), claims, seed, { processes, hands })
  for (const sentence of told.wrong.slice(0, 100)) console.log(sentence)
  console.log(
    JSON.stringify({ ...told, wrong: told.wrong.length, seed, postgres: server.version, node: process.version }),
  )
  if (told.wrong.length > 0) process.exitCode = 1
} finally {
  await server.stop()
}
