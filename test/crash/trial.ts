import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examineBy } from './examine.ts'
import type { Acknowledged } from './judge.ts'
import { killOne } from './kill.ts'
import { type Granted, Ledger } from './ledger.ts'
import { randomFrom } from './random.ts'
import { inOneFile, startVictim } from './victim.ts'

export interface CrashRun {
  readonly kills: number
  readonly acknowledged: number
  /** Writers that ended by themselves: they prove nothing. */
  readonly ended: number
  readonly wrong: readonly string[]
}

/** Kills after which a new file is begun, so that looking at it stays quick. */
const killsPerFile = 20
/** A killed writer has had so long at most. */
const longestMs = 250

const writer = new URL('writer.ts', import.meta.url)

/** Kills writers one after the other on the same file, and looks at it after each. Stops at the first thing wrong. */
export async function crash(
  kills: number,
  seed: number,
  {
    control = false,
    onProgress = () => {},
  }: { readonly control?: boolean; readonly onProgress?: (run: CrashRun) => void } = {},
): Promise<CrashRun> {
  const random = randomFrom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-crash-'))
  const run = { kills: 0, acknowledged: 0, ended: 0, wrong: [] as string[] }
  let ledger = new Ledger()
  try {
    const program = await inOneFile(writer, folder)
    while (run.kills < kills && run.wrong.length === 0) {
      if (run.kills % killsPerFile === 0) ledger = new Ledger()
      const path = join(folder, `${Math.floor(run.kills / killsPerFile)}.db`)
      const { said, killed, complained } = await killOne(random, longestMs, (statement) =>
        startVictim<Acknowledged | Granted>(program, [
          ...[path, String(run.kills), String(statement), control ? 'control' : ''],
        ]),
      )
      if (!killed && !control) throw new Error(`the writer ended by itself: ${complained}`)
      run.kills += 1
      run.acknowledged += ledger.hear(said)
      if (!killed) run.ended += 1
      run.wrong.push(...examineBy(path, (tables) => ledger.judge(tables)))
      onProgress(run)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return run
}
