import { type ChildProcess, fork } from 'node:child_process'
import type { Order, Said, Task, Word } from './protocol.ts'

/** Starts all, lets them begin at once, and hears what they did. `whenDone` runs when the last has stopped writing. */
export async function contend(tasks: readonly Task[], whenDone: () => Promise<void>): Promise<readonly Said[]> {
  const contenders = tasks.map((task) => new Contender(task))
  const all = (work: (one: Contender) => unknown) => Promise.all(contenders.map(work))
  try {
    await all((one) => one.hear('ready'))
    await all((one) => one.order({ do: 'begin' }))
    await all((one) => one.hear('done'))
    await whenDone()
    await all((one) => one.order({ do: 'finish' }))
    return await Promise.all(contenders.map(async (one) => (await one.hear('said')).said))
  } finally {
    await all((one) => one.end())
  }
}

const contender = new URL('contender.ts', import.meta.url).pathname

class Contender {
  readonly #child: ChildProcess
  readonly #words = new Map<Word['is'], Word>()
  readonly #gone: Promise<void>
  #heard: () => void = () => {}
  #complained = ''
  #ended = false

  constructor(task: Task) {
    this.#child = fork(contender, [JSON.stringify(task)], {
      execArgv: ['--no-warnings'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.on('data', (text) => {
      this.#complained += text
    })
    this.#child.on('message', (word: Word) => {
      this.#words.set(word.is, word)
      this.#heard()
    })
    this.#gone = new Promise((resolve) => {
      this.#child.on('close', () => {
        this.#ended = true
        this.#heard()
        resolve()
      })
    })
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order)
  }

  /** What it says in the end, whenever it says it. */
  async hear<Is extends Word['is']>(wanted: Is): Promise<Extract<Word, { is: Is }>> {
    while (!this.#words.has(wanted)) {
      if (this.#ended) throw new Error(`a process ended before it was ${wanted}: ${this.#complained}`)
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
    return this.#words.get(wanted) as Extract<Word, { is: Is }>
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#gone
  }
}
