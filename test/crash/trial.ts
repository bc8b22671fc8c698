import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine } from './examine.ts'
import type { Acknowledged } from './judge.ts'
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
  let acknowledged: Acknowledged[] = []
  try {
    const program = await inOneFile(writer, folder)
    while (run.kills < kills && run.wrong.length === 0) {
      if (run.kills % killsPerFile === 0) acknowledged = []
      const path = join(folder, `${Math.floor(run.kills / killsPerFile)}.db`)
      const statement = random() < 0.5 ? 1 + Math.floor(random() * 400) : 0
      const { said, killed } = await killOne(
        program,
        [path, String(run.kills), String(statement), control ? 'control' : ''],
        {
          afterMs: statement === 0 ? Math.floor(random() * longestMs) : null,
          mayEnd: control,
        },
      )
      acknowledged.push(...said)
      run.kills += 1
      run.acknowledged += said.length
      if (!killed) run.ended += 1
      run.wrong.push(...examine(path, acknowledged))
      onProgress(run)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return run
}

/** Starts a writer, and kills it some time after its first word, unless it kills itself at a statement (null). */
async function killOne(
  program: URL,
  args: readonly string[],
  { afterMs, mayEnd }: { readonly afterMs: number | null; readonly mayEnd: boolean },
) {
  const victim = startVictim<Acknowledged>(program, args)
  if (afterMs !== null) {
    await victim.begun
    setTimeout(victim.kill, afterMs)
  }
  const { said, killed, complained } = await victim.ended
  if (!killed && !mayEnd) throw new Error(`the writer ended by itself: ${complained}`)
  return { said, killed }
}
