import type pg from 'pg'
import { createDesk } from '../../src/index.ts'
import type { Commit, Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { sampleDefinition } from '../../src/testing/sample.ts'
import { inLines } from '../postgres/commits.ts'
import { commitsOf } from '../stores/case.ts'
import { tenantOf } from './fill.ts'
import { windowFrom, windowMs } from './lives.ts'
import { progress } from './progress.ts'

/** What a database of some size takes in a second, from eight connections of one process. */
export interface Rates {
  /** Commits of new tickets' lives, decided beforehand: eight at once, and a hundred. */
  readonly commits: number
  readonly together: number
  /** Replies through a desk to tickets that were there: each loads, decides and commits. */
  readonly replies: number
  readonly claims: number
  /** Bytes of write-ahead log for a commit: between checkpoints, and right after one, as it comes and compressed. */
  readonly walBytes: { readonly between: number; readonly after: number; readonly compressed: number }
}

/** Tickets and their commits, five each; the tenant's own, round by round. */
const roundOf = (tenant: string, round: number): readonly Commit[] =>
  all.map((commit) =>
    JSON.parse(
      JSON.stringify({ ...commit, tenant }).replaceAll(/(["<:])(t|c|T-|mail-)(\d+)(?=["@:])/g, `$1$2${round}x$3`),
    ),
  )
const all = commitsOf(200)

export async function rates(pool: pg.Pool): Promise<Rates> {
  const tenant = tenantOf(0)
  const store = postgresStore(pool)
  let round = 0
  const save = async (lines: number) => {
    const commits = roundOf(tenant, round++)
    const before = performance.now()
    await inLines(commits, lines, async (commit) => check(await store.commit(commit)))
    return (commits.length * 1_000) / (performance.now() - before)
  }
  progress('commits, eight at once')
  await save(8)
  const commits = await best(3, () => save(8))
  progress('commits, a hundred at once')
  const together = await best(3, () => save(100))
  progress('replies')
  const replies = await repliesIn(pool, tenant)
  progress('claims')
  const ids = Array.from({ length: 2_000 }, (_, i) => `claimed-${i}`)
  const claims = await best(3, () => perSecond(ids, (id) => store.claim(tenant, id, 'ana', 60_000)))
  const walBytes = await writtenAhead(pool, store, () => roundOf(tenant, round++))
  return { commits, together, replies, claims, walBytes }
}

const check = (outcome: Awaited<ReturnType<Store['commit']>>) => {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome))
}

async function best(rounds: number, work: () => Promise<number>): Promise<number> {
  let most = 0
  for (let i = 0; i < rounds; i++) most = Math.max(most, await work())
  return most
}

async function perSecond(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await inLines(ids, 8, work)
  return (ids.length * 1_000) / (performance.now() - before)
}

/** The desk's clock stands where the tickets' lives ended, so that nothing falls due. */
async function repliesIn(pool: pg.Pool, tenant: string): Promise<number> {
  const clock = { now: () => windowFrom + windowMs }
  const store = postgresStore(pool, { clock })
  const desk = createDesk({ definition: sampleDefinition, store, clock, tenant })
  const found = await pool.query<{ id: string }>(
    `SELECT id FROM ticketwright.tickets WHERE tenant = $1 AND kind = 'answered' ORDER BY id LIMIT 900`,
    [tenant],
  )
  const ids = found.rows.map(({ id }) => id)
  const parts = [0, 1, 2].map((part) => ids.filter((_, i) => i % 3 === part))
  const agent = desk.as({ kind: 'agent', id: 'ana' })
  return best(parts.length, () =>
    perSecond(parts.shift() ?? [], (id) => agent.reply(id, { body: 'Is it well again?' })),
  )
}

/** After a checkpoint the first change of a page logs all of it. */
async function writtenAhead(pool: pg.Pool, store: Store, next: () => readonly Commit[]): Promise<Rates['walBytes']> {
  const at = async () => (await pool.query('SELECT pg_current_wal_insert_lsn() AS at')).rows[0].at as string
  const set = async (name: string, value: string) => {
    await pool.query(`ALTER SYSTEM SET ${name} = ${value}`)
    await pool.query('SELECT pg_reload_conf()')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  const bytes = async () => {
    await pool.query('CHECKPOINT')
    const commits = next()
    const before = await at()
    await inLines(commits, 8, async (commit) => check(await store.commit(commit)))
    const { wal } = (await pool.query('SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS wal', [before])).rows[0]
    return Number(wal) / commits.length
  }
  progress('write-ahead log')
  const after = await bytes()
  await set('wal_compression', 'on')
  const compressed = await bytes()
  await set('wal_compression', 'off')
  await set('full_page_writes', 'off')
  const between = await bytes()
  await set('full_page_writes', 'on')
  return { between, after, compressed }
}
