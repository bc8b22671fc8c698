import pg from 'pg'
import { createDesk, type Desk } from '../../src/desk/desk.ts'
import type { Outcome } from '../../src/desk/options.ts'
import type { Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { company } from './company.ts'
import { definition } from './definition.ts'
import { faulty } from './faulty.ts'
import { ownRow } from './own-row.ts'
import { below, pause, random, said, task } from './shift.ts'

/** Somebody who works on the tickets. */
export interface Hand {
  readonly name: string
  readonly store: Store
  readonly desk: Desk
  /** Gives a command to the desk, or to one in a transaction. */
  readonly give: (command: (desk: Desk) => Promise<Outcome>) => Promise<Outcome>
}

/** Nobody is to be refused for having waited. */
const options = { patienceMs: 60_000, rowSecurity: task.rowSecurity }

const deskOn = (store: Store) => createDesk({ definition, store }) as unknown as Desk

/** The hands of a process, and how they let go of the server. */
export interface Crew {
  readonly hands: readonly Hand[]
  readonly end: () => Promise<void>
}

/**
 * One with a connection, a store and a desk of its own: nothing is settled with others before it reaches the server.
 */
export async function openAlone(name: string): Promise<Hand & { readonly end: () => Promise<void> }> {
  const client = new pg.Client(task.url)
  await client.connect()
  const store = lingering(faulty(postgresStore(client, options), client, task.fault), client)
  const desk = deskOn(store)
  const end = async () => {
    await store.close()
    await client.end()
  }
  return { name, store, desk, give: (command) => command(desk), end }
}

/**
 * Half of the connections each in a hand of its own. The others are a pool with one store, as an application has
 * it, for twice as many hands: what they commit goes to the server in company. Every fourth of these gives its
 * commands in transactions of the application's own.
 */
export async function openCrew(): Promise<Crew> {
  const pooled = Math.floor(task.connections / 2)
  const alone = await Promise.all(
    Array.from({ length: task.connections - pooled }, (_, i) => openAlone(`${task.name}${i}`)),
  )
  const pool = new pg.Pool({ connectionString: task.url, max: pooled })
  const connected = await Promise.all(Array.from({ length: pooled }, () => pool.connect()))
  for (const client of connected) client.release()
  const kept = postgresStore(company(pool, task.fault), options)
  await kept.now() // has looked at the tables: no transaction need do it
  const store = faulty(kept, pool, task.fault)
  const desk = deskOn(store)
  const within = (client: pg.PoolClient) =>
    task.fault === 'within' ? desk : desk.using(faulty(kept.within(client), client, task.fault))
  const together = Array.from({ length: 2 * pooled }, (_, i): Hand => {
    const name = `${task.name}${alone.length + i}`
    if (i % 4 !== 0) return { name, store, desk, give: (command) => command(desk) }
    return { name, store, desk, give: (command) => inTransaction(pool, within, command) }
  })
  return {
    hands: [...alone, ...together],
    end: async () => {
      await Promise.all(alone.map((hand) => hand.end()))
      await store.close()
      await pool.end()
    },
  }
}

/** The subject of what is opened meanwhile. */
export const mail = 'Mail'

/** The application has thought better of it. */
export class Undone extends Error {}

/**
 * A command and a row of the application's own in one transaction, which goes on for a while; one of five is undone.
 */
async function inTransaction(
  pool: pg.Pool,
  within: (client: pg.PoolClient) => Desk,
  command: (desk: Desk) => Promise<Outcome>,
): Promise<Outcome> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const outcome = await command(within(client))
    if (!outcome.repeated) await client.query(ownRow.insert, [outcome.commandId])
    // longer than those in company wait for a key that it has written
    await pause(outcome.ticket.subject === mail ? 150 + below(150) : below(20))
    if (random() < 0.2) throw new Undone()
    await client.query('COMMIT')
    if (!outcome.repeated) said.withRow.push(outcome.commandId)
    return outcome
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/**
 * Every fifth commit is in a transaction of the application's own, which goes on for a while. One comes after the
 * other: what is written on the client meanwhile would be part of it.
 */
function lingering(store: Store, client: pg.Client): Store {
  const commitOne: Store['commit'] = async (asked) => {
    if (random() >= 0.2) return store.commit(asked)
    await client.query('BEGIN')
    try {
      const outcome = await store.commit(asked)
      await pause(below(20))
      await client.query('COMMIT')
      return outcome
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...store,
    commit: (asked) => {
      const done = last.then(() => commitOne(asked))
      last = done.catch(() => {})
      return done
    },
  }
}
