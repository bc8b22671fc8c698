import { type PostgresServer, startPostgres } from '../../test/postgres/server.ts'
import { openPool } from '../web/pool.ts'

/** A database to work in, and how to leave it. */
export interface Database {
  readonly url: string
  readonly version: string
  readonly close: () => Promise<void>
}

/** There is no server to be had here; the message says why. */
class NoServer extends Error {}

/** On the server of a URL, in a database of its own; without one on a server that is started for it. */
export async function freshDatabase(serverUrl: string | null): Promise<Database> {
  const name = `ticketwright_example_${process.pid}`
  if (serverUrl === null) {
    const server = await ownServer()
    return { url: await server.createDatabase(name), version: server.version, close: server.stop }
  }
  const admin = openPool({ connectionString: serverUrl, max: 1 }, console.error)
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version')
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    version: rows[0]?.server_version ?? '',
    close: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}

/** As the tests do: none with `TICKETWRIGHT_POSTGRES=off`. */
async function ownServer(): Promise<PostgresServer> {
  if (process.env.TICKETWRIGHT_POSTGRES === 'off') throw new NoServer('TICKETWRIGHT_POSTGRES is off')
  try {
    return await startPostgres()
  } catch (error) {
    throw new NoServer((error as Error).message)
  }
}

/** An example that needs a server is left out where there is none, unless it must not be. */
export function withoutServer(error: unknown): void {
  if (!(error instanceof NoServer)) throw error
  process.stderr.write(`this example needs PostgreSQL, and was left out: ${error.message}\n`)
  process.exitCode = process.env.TICKETWRIGHT_POSTGRES === 'required' ? 1 : 0
}
