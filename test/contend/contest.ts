import { type ChildProcess, fork } from 'node:child_process'
import pg from 'pg'
import { createDesk, type Desk } from '../../src/desk/desk.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { readTables } from '../postgres/tables.ts'
import { definition, dueId, hotId, openedAgoMs, postponedForMs } from './definition.ts'
import { type Ground, judgeContest } from './judge.ts'
import type { Fault, Order, Said, Task, Word } from './said.ts'

export interface Contest {
  readonly processes: number
  readonly connections: number
  /** Granted; beside them, how often somebody else held the ticket. */
  readonly claims: number
  readonly heldByOthers: number
  readonly acknowledged: number
  readonly raised: number
  readonly tooLate: number
  readonly conflicts: number
  readonly events: number
  readonly facts: number
  readonly delivered: number
  readonly pages: number
  readonly seconds: number
  readonly wrong: readonly string[]
}

interface Setup {
  readonly processes?: number
  /** Connections that work at once in each process; one more reads the feed. */
  readonly hands?: number
  readonly fault?: Fault | null
}

/** Lets processes work on the same tickets of an empty database until so many claims were granted, and judges. */
export async function contest(
  url: string,
  claims: number,
  seed: number,
  { processes = 4, hands = 16, fault = null }: Setup = {},
): Promise<Contest> {
  const [hot, due] = [Math.ceil((processes * hands) / 2), Math.max(20, Math.ceil(claims / 25))]
  await withDesk(url, (desk) => open(desk, hot, due))
  const from = performance.now()
  const tasks = Array.from({ length: processes }, (_, i): Task => {
    const share = Math.ceil(claims / processes)
    return { url, name: `p${i}h`, hands, claims: share, hot, due, seed: seed + i, fault }
  })
  let seconds = 0
  const said = await contend(tasks, async () => {
    seconds = Math.round((performance.now() - from) / 100) / 10
    // what nobody has come to yet
    await withDesk(url, async (desk) => {
      while ((await desk.runDue()).more);
    })
  })
  const ground = { tables: await readTables(url), ...(await beside(url)), hot, due }
  const sum = (of: (one: Said) => number) => said.reduce((total, one) => total + of(one), 0)
  return {
    processes,
    connections: processes * hands,
    claims: sum((one) => one.claims.length),
    heldByOthers: sum((one) => one.heldByOthers),
    acknowledged: sum((one) => one.acknowledged.length),
    raised: sum((one) => Object.values(one.raised).reduce((a, b) => a + b, 0)),
    tooLate: sum((one) => one.tooLate),
    conflicts: sum((one) => one.conflicts),
    events: ground.tables.events.length,
    facts: sum((one) => one.facts),
    delivered: sum((one) => one.delivered.length),
    pages: sum((one) => one.feed.pages),
    seconds,
    wrong: judgeContest(ground, said),
  }
}

/** Contests in which a fault may hide: it shows only where two get in each other's way. */
const chances = 5

/** What is wrong with a store with a fault: nothing if it was not found. `createDatabase` gives a new one each time. */
export async function findFault(fault: Fault, createDatabase: () => Promise<string>): Promise<readonly string[]> {
  for (let seed = 1; seed <= chances; seed++) {
    const { wrong } = await contest(await createDatabase(), 300, seed, { processes: 2, hands: 8, fault })
    if (wrong.length > 0) return wrong
  }
  return []
}

/** Opens what is worked on: tickets that everybody wants, and tickets with facts of time ahead that nobody has written. */
async function open(desk: Desk, hot: number, due: number): Promise<void> {
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  await inParts(hot, async (i) => {
    await ana.open({ ticketId: hotId(i), subject: `Everybody wants ${i}` })
  })
  const openedAt = Date.now() - openedAgoMs
  await inParts(due, async (i) => {
    const ticketId = dueId(i)
    await ana.open({ ticketId, subject: `Due ${i}`, category: 'due' }, { at: openedAt })
    const at = openedAt + 60_000
    if (i % 2 === 0) await ana.postpone(ticketId, { until: at + postponedForMs }, { at })
    else await ana.resolve(ticketId, {}, { at })
  })
}

/** In order, a few at once. */
async function inParts(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

async function withDesk(url: string, work: (desk: Desk) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString: url })
  try {
    await work(createDesk({ definition, store: postgresStore(pool, { patienceMs: 60_000 }) }) as unknown as Desk)
  } finally {
    await pool.end()
  }
}

/** What the judge of crashes does not ask for: tokens, and which effects are still to be done. */
async function beside(url: string): Promise<Pick<Ground, 'tokens' | 'pending'>> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const leases = await client.query('SELECT ticket_id, token FROM ticketwright.leases')
    const effects = await client.query('SELECT id FROM ticketwright.effects WHERE settled <> 1')
    return {
      tokens: new Map(leases.rows.map(({ ticket_id, token }) => [ticket_id, Number(token)])),
      pending: effects.rows.map(({ id }) => id),
    }
  } finally {
    await client.end()
  }
}

/** Starts all, lets them begin at once, and hears what they did. `whenDone` runs when the last has stopped writing. */
async function contend(tasks: readonly Task[], whenDone: () => Promise<void>): Promise<readonly Said[]> {
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
