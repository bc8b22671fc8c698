import type { PostgresServer } from '../postgres/server.ts'
import { readTables } from '../postgres/tables.ts'
import type { Acknowledged } from './judge.ts'
import { killOne } from './kill.ts'
import { type Granted, Ledger } from './ledger.ts'
import { randomFrom } from './random.ts'
import { startVictim } from './victim.ts'

export interface PostgresCrash {
  readonly clientKills: number
  readonly serverKills: number
  readonly acknowledged: number
  readonly wrong: readonly string[]
}

interface Kills {
  readonly clients: number
  readonly server: number
}

/** Kills after which a new database is begun, so that looking at it stays quick. */
const killsPerDatabase = 20
/** What is killed has had so long at most after the first words; a server is longer about getting to work. */
const longestMs = { client: 250, server: 500 } as const
/** Writers that a killed server takes with it. */
const writersAtOnce = 2

const writer = new URL('postgres-writer.ts', import.meta.url)
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * Kills writers, then the server under writers, one after the other, and looks at what is left after each. Stops at the
 * first thing wrong. `mayLose`: the store is told not to mind that the server does not wait for its disk. `control`: it
 * saves a commit in two pieces.
 */
export async function crashPostgres(
  server: Pick<PostgresServer, 'createDatabase' | 'kill' | 'quit' | 'restart'>,
  kills: Kills,
  seed: number,
  {
    mayLose = false,
    control = false,
    onProgress = () => {},
  }: {
    readonly mayLose?: boolean
    readonly control?: boolean
    readonly onProgress?: (run: PostgresCrash) => void
  } = {},
): Promise<PostgresCrash> {
  const random = randomFrom(seed)
  const run = { clientKills: 0, serverKills: 0, acknowledged: 0, wrong: [] as string[] }
  let [url, ledger, writers] = ['', new Ledger(), 0]
  const start = (statement: number) =>
    startVictim<Acknowledged | Granted>(writer, [
      ...[url, String(writers++), String(statement), mayLose ? 'may lose' : '', control ? 'control' : ''],
    ])

  const lookAt = async (said: readonly (Acknowledged | Granted)[]) => {
    run.acknowledged += ledger.hear(said)
    run.wrong.push(...ledger.judge(await readTables(url)))
    onProgress(run)
  }
  const killClient = async () => {
    const { said, killed, complained } = await killOne(random, longestMs.client, start)
    if (!killed) throw new Error(`a writer ended by itself: ${complained}`)
    run.clientKills += 1
    await lookAt(said)
  }
  const killServer = async () => {
    const victims = Array.from({ length: writersAtOnce }, () => start(0))
    await Promise.all(victims.map(({ begun }) => begun))
    await wait(random() * longestMs.server)
    await (random() < 0.5 ? server.kill() : server.quit())
    const ends = await Promise.all(victims.map(({ ended }) => ended))
    for (const { code, complained } of ends)
      if (code !== 3) throw new Error(`a writer did not see that the server was gone: ${code} ${complained}`)
    run.serverKills += 1
    await server.restart()
    await lookAt(ends.flatMap(({ said }) => said))
  }
  for (let n = 0; n < kills.clients + kills.server && run.wrong.length === 0; n++) {
    if (n % killsPerDatabase === 0)
      [url, ledger] = [await server.createDatabase(`${control ? 'control' : 'crash'}_${n}`), new Ledger()]
    await (n < kills.clients ? killClient() : killServer())
  }
  return run
}
