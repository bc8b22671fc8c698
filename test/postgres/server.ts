import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Account, type Binaries, findBinaries, give, serverAccount } from './binaries.ts'

/** A PostgreSQL server of one's own, on loopback. It ends with this process, however that ends. */
export interface PostgresServer {
  /** Major version. */
  readonly version: string
  /** To connect with as superuser; of a database, `postgres` unless given. */
  readonly url: (database?: string) => string
  /** Makes an empty database, and gives its URL. */
  readonly createDatabase: (name: string) => Promise<string>
  /** SIGKILL to the postmaster: nothing is flushed, and every connection breaks. It stays down until `restart`. */
  readonly kill: () => Promise<void>
  /** The same by SIGQUIT, PostgreSQL's immediate shutdown. */
  readonly quit: () => Promise<void>
  /** Up again, with recovery, on the same data and port. */
  readonly restart: () => Promise<void>
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>
}

/** What a server is set to, beside what all need. */
export type Settings = Readonly<Record<string, string>>

/** Nothing it keeps need outlive the machine: for tests of everything but durability. */
const quick: Settings = { fsync: 'off', full_page_writes: 'off' }

const always: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // a temporary folder's path may be too long for a socket
  max_connections: '200',
  shared_buffers: '128MB',
  timezone: 'UTC',
  jit: 'off',
}

/** Time that a server has to answer, after a recovery too. */
const patienceMs = 60_000

/** @throws Error that says why no server can start here */
export async function startPostgres(settings: Settings = quick): Promise<PostgresServer> {
  const account = serverAccount()
  // root's own folder for temporary files may be closed to others
  const folder = mkdtempSync(join(account.uid === undefined ? tmpdir() : '/tmp', 'ticketwright-postgres-'))
  give(folder, account)
  const keeper = keep(folder, account)
  try {
    const binaries = await findBinaries(folder, account)
    const password = randomBytes(16).toString('hex')
    await initialise(binaries, folder, account, password)
    const running = new Running(binaries, folder, account, password, { ...always, ...settings }, keeper)
    await running.start()
    return running.server()
  } catch (error) {
    await keeper.end()
    throw error
  }
}

interface Keeper {
  readonly watch: (pid: number) => void
  readonly end: () => Promise<void>
}

/** Another process, so that the server goes even if this one is killed; in a group of its own, out of Ctrl-C's way. */
function keep(folder: string, account: Account): Keeper {
  const script = readFileSync(new URL('keeper.sh', import.meta.url), 'utf8')
  const child = spawn('/bin/sh', ['-c', script, 'keeper', folder], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
    child.on('error', () => {
      rmSync(folder, { recursive: true, force: true })
      resolve()
    })
  })
  child.stdin.on('error', () => {})
  child.unref()
  const pipe = child.stdin as typeof child.stdin & { unref?: () => void }
  pipe.unref?.()
  return {
    watch: (pid) => void child.stdin.write(`${pid}\n`),
    end: () => {
      child.ref()
      child.stdin.end()
      return gone
    },
  }
}

async function initialise({ bin, env }: Binaries, folder: string, account: Account, password: string): Promise<void> {
  const secret = join(folder, 'password')
  writeFileSync(secret, password, { mode: 0o600 })
  give(secret, account)
  const made = ['--pgdata', join(folder, 'data'), '--username', 'postgres', '--pwfile', secret]
  const kind = ['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync']
  await promisify(execFile)(join(bin, 'initdb'), [...made, ...kind], { ...account, env, cwd: '/' })
  rmSync(secret)
}

/** A port that nobody listens on now; somebody may by the time it is used. */
const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const listening = createServer()
    listening.on('error', reject)
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address()
      listening.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

class Running {
  readonly #binaries: Binaries
  readonly #folder: string
  readonly #account: Account
  readonly #password: string
  readonly #settings: Settings
  readonly #keeper: Keeper
  #port = 0
  #child: ChildProcess | null = null
  #ended: Promise<void> = Promise.resolve()

  constructor(
    binaries: Binaries,
    folder: string,
    account: Account,
    password: string,
    settings: Settings,
    keeper: Keeper,
  ) {
    this.#binaries = binaries
    this.#folder = folder
    this.#account = account
    this.#password = password
    this.#settings = settings
    this.#keeper = keeper
  }

  server(): PostgresServer {
    return {
      version: this.#binaries.version,
      url: this.#url,
      createDatabase: async (name) => {
        await this.#query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
        return this.#url(name)
      },
      kill: () => this.#signal('SIGKILL'),
      quit: () => this.#signal('SIGQUIT'),
      restart: () => this.start(),
      stop: () => this.#keeper.end(),
    }
  }

  /**
   * Starts and waits until it answers. A start fails while a killed server's last processes are on their way out, or
   * when somebody has taken the port: then again.
   */
  async start(): Promise<void> {
    const until = Date.now() + patienceMs
    const first = this.#port === 0
    for (;;) {
      if (first) this.#port = await freePort()
      this.#spawn()
      while (this.#child) {
        if (await this.#answers()) return
        if (Date.now() > until) throw new Error(`PostgreSQL does not answer: ${this.#lastWords()}`)
        await wait(20)
      }
      if (Date.now() > until) throw new Error(`PostgreSQL does not start: ${this.#lastWords()}`)
      await wait(50)
    }
  }

  #spawn(): void {
    const { bin, env } = this.#binaries
    const options = Object.entries({ ...this.#settings, port: String(this.#port) })
    const log = openSync(join(this.#folder, 'log'), 'a')
    const child = spawn(
      join(bin, 'postgres'),
      ['-D', join(this.#folder, 'data'), ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...this.#account, env, cwd: '/', detached: true, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    this.#child = child
    this.#keeper.watch(child.pid ?? 0)
    this.#ended = new Promise((resolve) => {
      const end = () => {
        if (this.#child === child) {
          this.#child = null
          this.#keeper.watch(0)
        }
        resolve()
      }
      child.on('exit', end)
      child.on('error', end)
    })
    child.unref()
  }

  async #signal(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    this.#child?.ref() // waited for
    this.#child?.kill(signal)
    await this.#ended
  }

  readonly #url = (database = 'postgres'): string =>
    `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`

  async #query(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url(), connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query(sql)
    } finally {
      await client.end().catch(() => {})
    }
  }

  #answers(): Promise<boolean> {
    return this.#query('SELECT 1').then(
      () => true,
      () => false,
    )
  }

  #lastWords(): string {
    try {
      return readFileSync(join(this.#folder, 'log'), 'utf8').trim().split('\n').slice(-5).join(' / ')
    } catch {
      return 'it said nothing'
    }
  }
}
