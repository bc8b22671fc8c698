/** `node crash-postgres.ts [CLIENTS] [SERVERS] [SEED]`: first the control, which must be caught, then the kills. */
import { crashPostgres } from '../test/crash/postgres-trial.ts'
import { startPostgres } from '../test/postgres/server.ts'

const numbers = process.argv.slice(2).map(Number)
const [clients = 200, servers = 50, seed = Date.now() % 1_000_000] = numbers
if (!numbers.every((number) => Number.isInteger(number) && number >= 0))
  throw new Error('usage: scripts/crash --postgres [client kills] [server kills] [seed]')

const careless = await startPostgres({ synchronous_commit: 'off' })
try {
  const control = await crashPostgres(careless, { clients: 0, server: 20 }, seed, { mayLose: true })
  console.log(`control with synchronous_commit off: ${control.wrong[0] ?? 'nothing found'}`)
  if (control.wrong.length === 0) process.exitCode = 1
} finally {
  await careless.stop()
}

const server = await startPostgres({})
try {
  const control = await crashPostgres(server, { clients: 20, server: 0 }, seed, { control: true })
  console.log(`control with a commit in two pieces: ${control.wrong[0] ?? 'nothing found'}`)
  if (control.wrong.length === 0) process.exitCode = 1
  const run = await crashPostgres(server, { clients, server: servers }, seed, {
    onProgress: ({ clientKills, serverKills, acknowledged }) => {
      if ((clientKills + serverKills) % 20 === 0)
        console.error(
          `${clientKills} clients and ${serverKills} times the server, ${acknowledged} commands acknowledged`,
        )
    },
  })
  for (const sentence of run.wrong) console.log(sentence)
  console.log(
    JSON.stringify({ ...run, wrong: run.wrong.length, seed, postgres: server.version, node: process.version }),
  )
  if (run.wrong.length > 0) process.exitCode = 1
} finally {
  await server.stop()
}
