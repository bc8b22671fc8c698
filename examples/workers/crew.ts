import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Report, Task } from './protocol.ts'

const file = fileURLToPath(new URL('worker.ts', import.meta.url))

/** What a worker has done, as far as it had said. */
export interface Worker {
  readonly name: string
  events: number
  effects: number
  killed: boolean
  /** How often something failed that was tried again, and why last. */
  troubles: number
  trouble: string | null
}

/** Several processes. One that stops in the middle of something is killed there, and not replaced. */
export class Crew {
  readonly workers: Worker[] = []
  readonly #processes: { readonly worker: Worker; readonly child: ChildProcess; idleAt: number; idle: number }[] = []
  readonly #faults: string[] = []
  /** The latest time of the log at which one of them has looked for what is due. */
  seenAt = 0
  #stopping = false

  start(task: Task): void {
    const child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const worker: Worker = { name: task.name, events: 0, effects: 0, killed: false, troubles: 0, trouble: null }
    const process = { worker, child, idleAt: 0, idle: 0 }
    this.workers.push(worker)
    this.#processes.push(process)
    child.stderr?.on('data', (text: Buffer) => this.#faults.push(text.toString()))
    child.on('error', (error) => this.#faults.push(String(error)))
    child.on('exit', (code, signal) => {
      if (!worker.killed && !this.#stopping) this.#faults.push(`${worker.name} ended: ${signal ?? code}`)
    })
    child.on('message', (report: Report) => {
      if (report.kind === 'in_the_middle') {
        worker.killed = true
        child.kill('SIGKILL')
        return
      }
      if (report.kind === 'trouble') {
        worker.troubles += 1
        worker.trouble = report.reason
        return
      }
      this.seenAt = Math.max(this.seenAt, report.at)
      worker.events += report.events
      worker.effects += report.effects
      // whoever did something may have made work for the others: all look again
      if (!report.idle) for (const one of this.#processes) one.idle = 0
      else if (report.at === process.idleAt) process.idle += 1
      else Object.assign(process, { idleAt: report.at, idle: 1 })
    })
  }

  /** Everybody alive has looked twice since anything was done, at that time of the log. */
  isIdleAt(at: number): boolean {
    return this.#processes.every(({ worker, idleAt, idle }) => worker.killed || (idleAt === at && idle >= 2))
  }

  /** @throws Error when a worker has ended by itself or complained */
  check(): void {
    if (this.#faults.length > 0) throw new Error(`a worker failed:\n${this.#faults.join('')}`)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const running = this.#processes.filter(({ child }) => child.exitCode === null && child.signalCode === null)
    const ended = running.map(({ child }) => once(child, 'exit'))
    for (const { child } of running) if (child.connected) child.send('stop')
    const late = setTimeout(() => {
      for (const { child } of running) child.kill('SIGKILL')
    }, 10_000)
    await Promise.all(ended)
    clearTimeout(late)
  }
}
