import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { migratePostgres, type PostgresClient, type PostgresOptions, postgresStore } from 'ticketwright/postgres'
import { type MakeStore, manualClock, type RawContents, type StoreFailure, type StoreSetup } from 'ticketwright/testing'
import { appRole } from '../postgres/app-role.ts'

const start = '2026-11-23T09:00:00+02:00'
const tables = ['tickets', 'events', 'external_ids', 'receipts', 'leases', 'presence', 'turns', 'effects', 'numbers']

/** Everything that a client is asked for, in one place: to listen, or to fail. */
type Ask = (text: string, values?: unknown[]) => Promise<{ rows: readonly unknown[] }>

const asked = (client: PostgresClient, ask: (given: Ask) => Ask): PostgresClient => {
  const given: Ask = (text, values) => client.query(text, values) as never
  return { query: ask(given) }
}

const lost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
const sqlError = (code: string) => Object.assign(new Error(code), { code })

/** A connection that a transaction of its own can be opened on. */
type Lend = <Result>(work: (client: PostgresClient) => Promise<Result>) => Promise<Result>

/** How a commit fails; `lend` gives a connection for the one that is lost in the midst of it. */
const failures = (
  lend: Lend,
): Readonly<Record<StoreFailure, (ask: () => Promise<unknown>, text: Parameters<Ask>) => Promise<never>>> => ({
  busy: async () => {
    throw sqlError('55P03')
  },
  full: async () => {
    throw sqlError('53100')
  },
  lostBefore: async () => {
    throw lost()
  },
  lostWithin: (_ask, statement) =>
    lend(async (client) => {
      await client.query('BEGIN')
      await client.query(...statement)
      await client.query('ROLLBACK')
      throw lost()
    }),
  lostAfter: async (ask) => {
    await ask()
    throw lost()
  },
})

/** How a set-up reaches its database. */
interface Access {
  /** Who owns the tables. */
  readonly owner: PostgresClient
  /** Who works with them. */
  readonly client: PostgresClient
  readonly lend: Lend
  /** Drops every connection without a word, and gives a client with new ones. */
  readonly crash?: () => PostgresClient
  end(): Promise<void>
}

const made = new Set<string>()

/** Quicker than TRUNCATE, which syncs every file. */
const emptied = `WITH ${tables.map((table) => `of_${table} AS (DELETE FROM ticketwright.${table})`).join(', ')} SELECT 1`

/** An emptied schema; `key` tells databases apart, so that the tables of each are made once. */
async function setup(
  { owner, client, lend, crash, end }: Access,
  key: string,
  rowSecurity = false,
): Promise<StoreSetup> {
  const clock = manualClock(start)
  let next: StoreFailure | null = null
  const failing = asked(client, (given) => async (...statement) => {
    if (next === null || !/\.commit(_of_tenants)?\(/.test(statement[0])) return given(...statement)
    const failure = next
    next = null
    return failures(lend)[failure](() => given(...statement), statement)
  })
  const open = (client: PostgresClient, patienceMs = 5_000) => postgresStore(client, { clock, patienceMs, rowSecurity })
  if (made.has(key)) await owner.query(emptied)
  else await migratePostgres(owner, { rowSecurity })
  made.add(key)
  const store = open(failing, 0)
  return {
    store,
    clock,
    another: () => open(client),
    reopen: async () => open(client),
    ...(crash && { crash: () => open(crash()) }),
    failNext: (failure) => {
      next = failure
    },
    raw: (tenant) => contentsOf(owner, tenant),
    close: async () => {
      await store.close()
      await end()
    },
  }
}

let lite: Promise<PGlite> | undefined

/** To be called first, with patience: on a busy machine it takes many seconds. */
export const openLite = (): Promise<PGlite> => {
  lite ??= PGlite.create()
  return lite
}

/** PostgreSQL in this process, without a server: it proves the SQL, and nothing of concurrency. */
export const pglite: MakeStore = async () => {
  const client = await openLite()
  return setup({ owner: client, client, lend: (work) => work(client), end: async () => {} }, 'lite')
}

/** Who works on a server: a URL, or what `appOf` gives. */
interface Worker {
  readonly url: string
  readonly owner?: string
  readonly rowSecurity?: boolean
}

/** On a server, by the URL of a database: one role owns the tables and works with them, unless there are two. */
export const server =
  (worker: string | Worker): MakeStore =>
  async () => {
    const { url, owner = url, rowSecurity = false } = typeof worker === 'string' ? { url: worker } : worker
    const pools: { readonly pool: pg.Pool; readonly clients: Set<pg.PoolClient> }[] = []
    const open = (connectionString: string) => {
      const pool = new pg.Pool({ connectionString, max: 8 })
      const clients = new Set<pg.PoolClient>()
      pool.on('connect', (client) => clients.add(client))
      pool.on('error', () => {}) // a connection that was dropped while nobody used it
      pools.push({ pool, clients })
      return pool
    }
    const client = open(url)
    const lend: Lend = async (work) => {
      const connection = await client.connect()
      try {
        return await work(connection)
      } finally {
        connection.release()
      }
    }
    const crash = () => {
      for (const { clients } of pools) for (const client of clients) socketOf(client).destroy()
      return open(url)
    }
    const end = async () => {
      for (const { pool } of pools) await pool.end()
    }
    return setup({ owner: owner === url ? client : open(owner), client, lend, crash, end }, url, rowSecurity)
  }

/** On tables that many stores share: nothing is emptied, so each has to have tenants of its own. */
export function onTables(client: PostgresClient, options: Pick<PostgresOptions, 'schema' | 'rowSecurity'> = {}) {
  const clock = manualClock(start)
  const store = postgresStore(client, { clock, ...options })
  return { store, clock, close: () => store.close() } satisfies StoreSetup
}

/** A role of its own with tables made by the role of the URL that is given: see `appRole`. */
export async function appOf(owner: string, rowSecurity = false): Promise<Required<Worker>> {
  const client = new pg.Client(owner)
  await client.connect()
  try {
    await migratePostgres(client, { rowSecurity })
  } finally {
    await client.end()
  }
  return { url: await appRole(owner), owner, rowSecurity }
}

/** pg keeps it to itself. */
const socketOf = (client: pg.PoolClient) =>
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream

/** The same by a role that owns nothing, and has the rights that the page about operating lists. */
export const serverForApp = (owner: string, rowSecurity: boolean): MakeStore => {
  let app: Promise<Worker> | undefined
  return async () => {
    app ??= appOf(owner, rowSecurity)
    return server(await app)()
  }
}

/** What lies in the tables, whatever the store says. */
async function contentsOf(client: PostgresClient, tenant: string): Promise<RawContents> {
  const rows = async (what: string, table: string) =>
    (await client.query(`SELECT ${what} FROM ticketwright.${table} WHERE tenant = $1`, [tenant])).rows.map((row) =>
      Object.values(row as object),
    )
  const column = async (what: string, table: string) => (await rows(what, table)).map(([value]) => String(value)).sort()
  const pairs = async (what: string, table: string) =>
    ((await rows(what, table)) as [string, number][]).sort((a, b) => (String(a) < String(b) ? -1 : 1))
  return {
    tickets: await pairs('id, version', 'tickets'),
    events: await pairs('ticket_id, version', 'events'),
    commandIds: await column('command_id', 'receipts'),
    effectIds: await column('id', 'effects'),
    externalIds: await column('external_id', 'external_ids'),
  }
}
