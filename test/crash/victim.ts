import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** A process that writes until it is killed, or ends. */
export interface Victim<Word> {
  /** When it has said something, or is no more. */
  readonly begun: Promise<void>
  readonly kill: () => void
  readonly ended: Promise<End<Word>>
}

export interface End<Word> {
  /** Line by line. */
  readonly said: readonly Word[]
  readonly killed: boolean
  readonly code: number | null
  readonly complained: string
}

/** A script with all it imports in one file: it starts in a tenth of the time, and it is started hundreds of times. */
export async function inOneFile(script: URL, folder: string): Promise<URL> {
  const outfile = join(folder, 'victim.mjs')
  await build({
    entryPoints: [fileURLToPath(script)],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
  })
  return pathToFileURL(outfile)
}

export function startVictim<Word>(script: URL, args: readonly string[]): Victim<Word> {
  const child = spawn(process.execPath, ['--no-warnings', script.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [said, complained] = ['', '']
  child.stderr.on('data', (text: Buffer) => {
    complained += text
  })
  const ended = new Promise<End<Word>>((done, failed) => {
    child.on('error', failed)
    child.on('close', (code, signal) => {
      // the last line may be cut off: what was not wholly said was not acknowledged
      const lines = said.split('\n').slice(0, -1)
      done({ said: lines.map((line) => JSON.parse(line) as Word), killed: signal === 'SIGKILL', code, complained })
    })
  })
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      said += text
      resolve()
    })
    child.on('close', () => resolve())
  })
  return { begun, kill: () => child.kill('SIGKILL'), ended }
}
