import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './server.ts'

/** What a test file is told that asks for a database. */
export type Given =
  | { readonly url: string; readonly version: string; readonly why: null }
  | { readonly url: null; readonly version: null; readonly why: string }

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files, which run in processes of their own, ask for a database. */
    readonly postgres: string
  }
}

/**
 * One server for a whole run, started when the first test file asks for a database, and stopped at the end. Without
 * one it says why; with `TICKETWRIGHT_POSTGRES=required` (CI) asking fails then, with `off` none is started.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | undefined
  const secret = `/${randomUUID()}`
  const give = async (): Promise<Given> => {
    try {
      if (process.env.TICKETWRIGHT_POSTGRES === 'off') throw new Error('TICKETWRIGHT_POSTGRES is off')
      starting ??= startPostgres()
      const server = await starting
      const url = await server.createDatabase(`test_${randomUUID()}`)
      return { url, version: server.version, why: null }
    } catch (error) {
      return { url: null, version: null, why: error instanceof Error ? error.message : String(error) }
    }
  }
  const door = createServer(async (request, response) => {
    if (request.url !== secret) response.writeHead(404).end()
    else response.end(JSON.stringify(await give()))
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  door.unref()
  project.provide('postgres', `http://127.0.0.1:${(door.address() as AddressInfo).port}${secret}`)
  return async () => {
    door.close()
    door.closeAllConnections()
    await starting?.then(
      (server) => server.stop(),
      () => {},
    )
  }
}
