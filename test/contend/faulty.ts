import type pg from 'pg'
import { fail } from '../../src/errors.ts'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Commit, PendingEffect, Store, TicketChange } from '../../src/store.ts'
import { commitFunction } from '../../src/stores/postgres/schema/commit-function.ts'

/** What a store may get wrong, to see whether it is found. */
export const faults = [
  ...(['version', 'facts', 'leases', 'tokens', 'claims', 'receipts', 'refusals', 'feed', 'columns', 'plans'] as const),
  ...(['settling', 'giving', 'turns'] as const),
  // of commits that share a call: see `company.ts`, and `plant`
  ...(['neighbours', 'held', 'first'] as const),
  // of transactions of the application's own: see `hand.ts`
  ...(['within'] as const),
] as const
export type Fault = (typeof faults)[number]

/** What is done to the tables for a fault. */
export async function plant(client: pg.Client, fault: Fault | null): Promise<void> {
  if (fault !== 'first') return
  // of the commits of a call only the first is looked at for conflicts
  const [look, lookAtFirst] = ['@conflict(commits -> i, at)', 'CASE WHEN i = 0 THEN @conflict(commits -> i, at) END']
  const sound = commitFunction('commit')
  if (!sound.includes(look)) throw new Error('the function that saves commits is another now: plant this fault anew')
  await client.query(sound.replace(look, lookAtFirst).replaceAll('@', '"ticketwright".'))
}

type Client = Pick<pg.Client, 'query'>

/** The store with something left out on purpose, as a careless one would leave it out. */
export function faulty(store: Store, client: Client, fault: Fault | null): Store {
  switch (fault) {
    case 'version':
      return { ...store, commit: (commit) => commitAnyway(store, commit) }
    case 'facts':
      // only commands are looked after
      return { ...store, commit: (commit) => (commit.receipt ? store.commit(commit) : commitAnyway(store, commit)) }
    case 'leases':
      return { ...store, commit: ({ lease: _, ...commit }) => store.commit(commit) }
    case 'tokens':
      return { ...store, commit: (commit) => commitUnderAny(store, commit) }
    case 'claims':
      return { ...store, claim: (...asked) => claimAnyway(store, client, ...asked) }
    case 'receipts':
      return { ...store, commit: ({ receipt: _, ...commit }) => store.commit(commit) }
    case 'refusals':
      return { ...store, commit: (commit) => commitAndRefuse(store, commit) }
    case 'feed':
      return { ...store, changes: (...asked) => readAhead(client, ...asked) }
    case 'settling':
      return { ...store, settle: async () => {} }
    case 'giving':
      return { ...store, effects: (...asked) => settleUnseen(store, ...asked) }
    case 'turns':
      return { ...store, effects: (...asked) => takeAny(client, ...asked) }
    case 'columns':
      return { ...store, commit: (commit) => commitAndChange(store, client, commit, `status = 'Open'`) }
    case 'plans':
      return { ...store, commit: (commit) => commitAndChange(store, client, commit, 'next_at = next_at + 1') }
    case 'neighbours':
    case 'held':
    case 'first':
    case 'within':
    case null:
      return store
    default:
      return fault satisfies never
  }
}

/** Does not ask whether the ticket is still what the command was decided on: what others wrote is written over. */
async function commitAnyway(store: Store, commit: Commit) {
  const outcome = await store.commit(commit)
  if (outcome.ok || outcome.conflict !== 'version') return outcome
  const moved = commit.changes.map((change) =>
    change.ticketId === outcome.ticketId ? on(change, outcome.actual) : change,
  )
  return store.commit({ ...commit, changes: moved })
}

/** The same change, as if it had been decided on another version. */
function on(change: TicketChange, version: number): TicketChange {
  const by = version - change.expectedVersion
  const renumbered = change.events.map(
    (event): AnyTicketEvent => ({
      ...event,
      version: event.version + by,
      id: `${event.ticketId}:${event.version + by}`,
    }),
  )
  return {
    ...change,
    expectedVersion: version,
    events: renumbered,
    ticket: { ...change.ticket, version: change.ticket.version + by },
  }
}

/** Looks who holds the ticket, and then takes it: somebody else does the same in between. */
async function claimAnyway(store: Store, client: Client, ...asked: Parameters<Store['claim']>) {
  const [tenant, ticketId] = asked
  const { lease } = await store.present(tenant, ticketId)
  if (lease) return null
  await client.query('UPDATE ticketwright.leases SET until = 0 WHERE tenant = $1 AND ticket_id = $2', [
    tenant,
    ticketId,
  ])
  return store.claim(...asked)
}

/** Reads what can be seen, and does not wait for what was numbered before it and cannot be seen yet. */
async function readAhead(client: Client, ...[tenant, after, limit]: Parameters<Store['changes']>) {
  const { rows } = await client.query<{ event: string; position: string }>(
    'SELECT event, position FROM ticketwright.events WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT $3',
    [tenant, after, limit],
  )
  const events = rows.map(({ event }) => JSON.parse(event) as AnyTicketEvent)
  return { events, position: Number(rows.at(-1)?.position ?? after) }
}

/** Asks who holds the ticket, and not under which token. */
async function commitUnderAny(store: Store, commit: Commit) {
  if (!commit.lease) return store.commit(commit)
  const { lease } = await store.present(commit.tenant, commit.lease.ticketId)
  return store.commit(lease && lease.holder === commit.lease.holder ? { ...commit, lease } : commit)
}

/** Says of every tenth commit of a command that others were quicker, after it was saved. */
async function commitAndRefuse(store: Store, commit: Commit) {
  const outcome = await store.commit(commit)
  if (!outcome.ok || !commit.receipt || Math.random() >= 0.1) return outcome
  throw fail('version_conflict', { ticketId: commit.changes[0]?.ticketId ?? '', expected: 0, actual: 0 })
}

/** Keeps something in a column that the ticket does not say. */
async function commitAndChange(store: Store, client: Client, commit: Commit, set: string) {
  const outcome = await store.commit(commit)
  for (const { ticketId } of outcome.ok ? commit.changes : [])
    await client.query(`UPDATE ticketwright.tickets SET ${set} WHERE tenant = $1 AND id = $2`, [
      commit.tenant,
      ticketId,
    ])
  return outcome
}

/** Settles what is due, and gives it to nobody. */
async function settleUnseen(store: Store, ...[tenant, ask]: Parameters<Store['effects']>) {
  for (const { id } of await store.effects(tenant, ask)) await store.settle(tenant, id)
  return []
}

/** Takes whatever is due, also what has to wait for another effect of its ticket. */
async function takeAny(client: Client, ...[tenant, { now, limit, hideMs = 0 }]: Parameters<Store['effects']>) {
  const { rows } = await client.query<{ effect: string; attempts: number }>(
    `UPDATE ticketwright.effects SET hidden_until = $2::float8, attempts = attempts + 1
     WHERE tenant = $1 AND id IN (
       SELECT id FROM ticketwright.effects
       WHERE tenant = $1 AND settled = 0 AND due_at <= $3::float8 AND hidden_until <= $3::float8
       ORDER BY due_at, position LIMIT $4 FOR UPDATE SKIP LOCKED
     ) RETURNING effect, attempts`,
    [tenant, now + hideMs, now, limit],
  )
  return rows.map(({ effect, attempts }): PendingEffect => ({ ...JSON.parse(effect), attempts }))
}
