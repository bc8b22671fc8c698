import pg from 'pg'
import { createDesk, type Desk } from '../../src/desk/desk.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { migratePostgres } from '../../src/stores/postgres/start/migrate.ts'
import { appRole } from '../postgres/app-role.ts'
import { readTables } from '../postgres/tables.ts'
import { definition, dueId, hotId, openedAgoMs, postponedForMs } from './definition.ts'
import { type Fault, plant } from './faulty.ts'
import { judgeContest } from './judge.ts'
import { ownRow } from './own-row.ts'
import { contend } from './processes.ts'
import type { Company, Said, Task } from './protocol.ts'

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
  /** Saved in transactions with a row of the application's own, and undone with them. */
  readonly withRow: number
  readonly undone: number
  readonly company: Company
  readonly seconds: number
  readonly wrong: readonly string[]
}

interface Setup {
  readonly processes?: number
  /** Connections that work at once in each process; one more reads the feed. */
  readonly connections?: number
  readonly fault?: Fault | null
  /** All work is done by a role that owns nothing, under row security. */
  readonly rowSecurity?: boolean
}

/** Lets processes work on the same tickets of an empty database until so many claims were granted, and judges. */
export async function contest(
  url: string,
  claims: number,
  seed: number,
  { processes = 4, connections = 16, fault = null, rowSecurity = false }: Setup = {},
): Promise<Contest> {
  const [hot, due] = [Math.ceil((processes * connections) / 2), Math.max(20, Math.ceil(claims / 25))]
  const contenders = await prepare(url, rowSecurity, fault)
  await withDesk(url, (desk) => open(desk, hot, due))
  const from = performance.now()
  const tasks = Array.from({ length: processes }, (_, i): Task => {
    const [name, share] = [`p${i}h`, Math.ceil(claims / processes)]
    return { url: contenders, name, connections, claims: share, hot, due, seed: seed + i, fault, rowSecurity }
  })
  let seconds = 0
  const said = await contend(tasks, async () => {
    seconds = Math.round((performance.now() - from) / 100) / 10
    // what nobody has come to yet
    await withDesk(url, async (desk) => {
      while ((await desk.runDue()).more);
    })
  })
  const ground = { tables: await readTables(url), ownRows: await readOwnRows(url), hot, due }
  const sum = (of: (one: Said) => number) => said.reduce((total, one) => total + of(one), 0)
  return {
    processes,
    connections: processes * connections,
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
    withRow: sum((one) => one.withRow.length),
    undone: sum((one) => one.undone),
    company: {
      calls: sum((one) => one.company.calls),
      commits: sum((one) => one.company.commits),
      conflicts: sum((one) => one.company.conflicts),
      held: sum((one) => one.company.held),
      failed: sum((one) => one.company.failed),
    },
    seconds,
    wrong: judgeContest(ground, said),
  }
}

/** Contests in which a fault may hide: it shows only where two get in each other's way. */
const chances = 5

/** What is wrong with a store with a fault: nothing if it was not found. `createDatabase` gives a new one each time. */
export async function findFault(fault: Fault, createDatabase: () => Promise<string>): Promise<readonly string[]> {
  for (let seed = 1; seed <= chances; seed++) {
    const { wrong } = await contest(await createDatabase(), 300, seed, { processes: 2, connections: 8, fault })
    if (wrong.length > 0) return wrong
  }
  return []
}

/** Makes the tables: the URL that those who contend work with. */
async function prepare(url: string, rowSecurity: boolean, fault: Fault | null): Promise<string> {
  await withClient(url, async (client) => {
    await migratePostgres(client, { rowSecurity })
    await client.query(ownRow.create)
    await plant(client, fault)
  })
  return rowSecurity ? appRole(url, ownRow.grant) : url
}

const readOwnRows = (url: string): Promise<ReadonlySet<string>> =>
  withClient(url, async (client) => new Set((await client.query(ownRow.all)).rows.map(({ command_id }) => command_id)))

/**
 * Opens what is worked on: tickets that everybody wants, and tickets with facts of time ahead that nobody has written.
 */
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

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
