import { spawn } from 'node:child_process'
import type { Acknowledged } from './judge.ts'

/** A process that writes until it is killed, or ends. */
export interface Victim {
  /** When it has said something, or is no more. */
  readonly begun: Promise<void>
  readonly kill: () => void
  readonly ended: Promise<End>
}

interface End {
  readonly said: readonly Acknowledged[]
  readonly killed: boolean
  readonly code: number | null
  readonly complained: string
}

export function startVictim(script: URL, args: readonly string[]): Victim {
  const child = spawn(process.execPath, ['--no-warnings', script.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [said, complained] = ['', '']
  child.stderr.on('data', (text: Buffer) => {
    complained += text
  })
  const ended = new Promise<End>((done, failed) => {
    child.on('error', failed)
    child.on('close', (code, signal) => {
      // the last line may be cut off: what was not wholly said was not acknowledged
      const lines = said.split('\n').slice(0, -1)
      const acknowledged = lines.map((line) => JSON.parse(line) as Acknowledged)
      done({ said: acknowledged, killed: signal === 'SIGKILL', code, complained })
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
