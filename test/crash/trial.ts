import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Acknowledged, examine } from './examine.ts'

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

const writer = new URL('writer.ts', import.meta.url).pathname

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
    while (run.kills < kills && run.wrong.length === 0) {
      if (run.kills % killsPerFile === 0) acknowledged = []
      const path = join(folder, `${Math.floor(run.kills / killsPerFile)}.db`)
      const statement = random() < 0.5 ? 1 + Math.floor(random() * 400) : 0
      const { said, killed } = await killOne(path, run.kills, statement, Math.floor(random() * longestMs), control)
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

/** Starts a writer, and kills it some time after its first word unless it kills itself at a statement. */
function killOne(path: string, run: number, statement: number, afterMs: number, control: boolean) {
  const child = spawn(process.execPath, [writer, path, String(run), String(statement), control ? 'control' : ''], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [said, complained] = ['', '']
  let timer: NodeJS.Timeout | undefined
  child.stdout.on('data', (text: Buffer) => {
    said += text
    if (statement === 0) timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  child.stderr.on('data', (text: Buffer) => {
    complained += text
  })
  return new Promise<{ readonly said: readonly Acknowledged[]; readonly killed: boolean }>((done, failed) => {
    child.on('error', failed)
    child.on('close', (_code, signal) => {
      clearTimeout(timer)
      if (signal !== 'SIGKILL' && !control) return failed(new Error(`the writer ended by itself: ${complained}`))
      // the last line may be cut off: what was not wholly said was not acknowledged
      const lines = said.split('\n').slice(0, -1)
      done({ said: lines.map((line) => JSON.parse(line) as Acknowledged), killed: signal === 'SIGKILL' })
    })
  })
}

/** The same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
