import pg from 'pg'
import { migratePostgres, postgresStore } from 'ticketwright/postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { describePostgres } from '../postgres/database.ts'

const at = Date.parse('2026-11-23T07:00:00Z')
const opening = (ticketId: string, tenant: string) =>
  changeOf(null, decided(null, { type: 'open', subject: 'Help', reference: ticketId }, { tenant, ticketId, at }))

/** Whoever reads the feed stops after the first of its looks, until this lock is free. */
const stop = 7_000_000_001
const stopping = (feed: string) => feed.replace(/INTO reached [^;]*;/, `$& PERFORM pg_advisory_xact_lock(${stop});`)

/**
 * The function as it is, and with faults that nobody would meet by chance: the window is a fraction of a millisecond.
 */
const feeds: Readonly<Record<string, (feed: string) => string>> = {
  'as it is': stopping,
  'with one snapshot for all its looks': (feed) => stopping(feed).replace('LANGUAGE plpgsql', '$& STABLE'),
  'with its looks in another order': (feed) => {
    const [reached, awaited] = [/SELECT last_value INTO reached [^;]*;/, /SELECT min\([^;]*INTO awaited [^;]*;/]
    const [first = '', second = ''] = [reached, awaited].map((look) => look.exec(feed)?.[0])
    const wait = `PERFORM pg_advisory_xact_lock(${stop});`
    return feed.replace(awaited, () => '').replace(reached, () => `${second} ${wait} ${first}`)
  },
}

describePostgres('between two looks of the feed (hazard 39)', ({ url }) => {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const store = postgresStore(pool)
  let feed = ''
  beforeAll(async () => {
    await migratePostgres(pool)
    const { rows } = await pool.query(`SELECT pg_get_functiondef('ticketwright.feed'::regproc) AS feed`)
    feed = rows[0].feed
  })
  afterAll(() => pool.end())

  /** Opens tickets in a transaction that stays open, each as it is told to. */
  async function writer(tenant: string) {
    const client = await pool.connect()
    await client.query('BEGIN')
    return {
      open: (id: string) => postgresStore(client).commit({ tenant, changes: [opening(id, tenant)], effects: [] }),
      save: async () => {
        await client.query('COMMIT')
        client.release()
      },
    }
  }

  /** A page that is read while something happens between the looks. */
  async function pageAround(tenant: string, after: number, happens: () => Promise<void>) {
    const client = await pool.connect()
    await client.query('SELECT pg_advisory_lock($1)', [stop])
    const reading = store.changes(tenant, after, 100)
    const waits = 'SELECT count(*)::integer AS waiting FROM pg_locks WHERE NOT granted AND locktype = $1'
    while ((await pool.query(waits, ['advisory'])).rows[0].waiting === 0);
    await happens()
    await client.query('SELECT pg_advisory_unlock($1)', [stop])
    client.release()
    return reading
  }

  /** What a reader is given of two writers, of whom the second is saved first, and what there is. */
  async function given(tenant: string, comes: 'before' | 'between'): Promise<readonly string[]> {
    const [slow, quick] = [await writer(tenant), await writer(tenant)]
    const write = async () => {
      await slow.open('slow')
      await quick.open('quick')
      await quick.save()
    }
    if (comes === 'before') await write()
    const early = await pageAround(tenant, 0, comes === 'before' ? slow.save : write)
    if (comes === 'between') await slow.save()
    const late = await store.changes(tenant, early.position, 100)
    return [...new Set([...early.events, ...late.events].map(({ ticketId }) => ticketId))]
  }

  it.each(Object.keys(feeds))('a reader misses nobody, or would be found out: %s', async (how) => {
    await pool.query(feeds[how]?.(feed) ?? '')
    const found = [await given(`${how}, before`, 'before'), await given(`${how}, between`, 'between')]
    const all = ['slow', 'quick']
    if (how === 'as it is') expect(found).toEqual([all, all])
    else expect(found).not.toEqual([all, all])
  })
})
