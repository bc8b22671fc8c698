import pg from 'pg'
import { createDesk, defineDesk, type Store } from 'ticketwright'
import { migratePostgres, postgresStore } from 'ticketwright/postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { Random } from '../condition/oracle/random.ts'
import { describePostgres } from '../postgres/database.ts'

const at = Date.parse('2026-11-23T07:00:00Z')
const tenant = 'acme'
const opening = (ticketId: string, of = tenant) =>
  changeOf(
    null,
    decided(null, { type: 'open', subject: 'Help', reference: `R-${ticketId}` }, { tenant: of, ticketId, at }),
  )

describePostgres('the feed on a server passes no commit that could still become visible (hazard 39)', ({ url }) => {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const store = postgresStore(pool)
  beforeAll(() => migratePostgres(pool))
  afterAll(() => pool.end())

  /** A transaction that is begun, writes when it is told to, and ends when it is told to. */
  async function transaction() {
    const client = await pool.connect()
    await client.query('BEGIN')
    const end = async (how: 'COMMIT' | 'ROLLBACK') => {
      await client.query(how)
      client.release()
    }
    return { store: postgresStore(client), end }
  }

  /** Reads to the end: the events, and where it came to. */
  async function following(read: Store['changes'], after: number, of: string) {
    const ids: string[] = []
    for (let position = after; ; ) {
      const page = await read(of, position, 3)
      ids.push(...page.events.map(({ id }) => id))
      if (page.events.length === 0) return { ids, position }
      position = page.position
    }
  }

  it('what commits first waits for what took its positions before it, and is read once both are there', async () => {
    const slow = await transaction()
    await slow.store.commit({ tenant, changes: [opening('slow')], effects: [] })
    await store.commit({ tenant, changes: [opening('quick')], effects: [] })
    const early = await following(store.changes, 0, tenant)
    expect(early.ids).toEqual([])
    await slow.end('COMMIT')
    const { ids } = await following(store.changes, early.position, tenant)
    const both = [...(await store.history(tenant, 'slow')), ...(await store.history(tenant, 'quick'))]
    expect(ids).toEqual(both.map(({ id }) => id))
  })

  it('nor does it wait for one that has written nothing yet, or that is undone', async () => {
    const [idle, undone] = [await transaction(), await transaction()]
    await idle.store.load('idle', 'none')
    await undone.store.commit({ tenant: 'idle', changes: [opening('gone', 'idle')], effects: [] })
    await store.commit({ tenant: 'idle', changes: [opening('there', 'idle')], effects: [] })
    await undone.end('ROLLBACK')
    const { ids } = await following(store.changes, 0, 'idle')
    expect(ids).toEqual((await store.history('idle', 'there')).map(({ id }) => id))
    await idle.store.commit({ tenant: 'idle', changes: [opening('late', 'idle')], effects: [] })
    await idle.end('COMMIT')
    expect((await following(store.changes, 0, 'idle')).ids).toHaveLength(2 * ids.length)
  })

  /** Reads what is there, as if positions were taken in the order of commits. */
  const hasty: Store['changes'] = async (of, after, limit) => {
    const { rows } = await pool.query(
      `SELECT position::double precision AS position, event FROM ticketwright.events
       WHERE tenant = $1 AND position > $2::bigint ORDER BY position LIMIT $3`,
      [of, after, limit],
    )
    return { events: rows.map(({ event }) => JSON.parse(event)), position: rows.at(-1)?.position ?? after }
  }

  /**
   * Transactions that begin, write and end in any order, most of them kept, with a reader in between: what the reader
   * saw, and what there is in the end.
   */
  async function interleaved(of: string, seed: number, read: Store['changes']) {
    const random = new Random(seed)
    const open: Awaited<ReturnType<typeof transaction>>[] = []
    const seen: string[] = []
    let [position, tickets] = [0, 0]
    for (let step = 0; step < 60; step++) {
      const what = random.below(10)
      const one = open[random.below(Math.max(open.length, 1))]
      if (what < 3 && open.length < 6) open.push(await transaction())
      else if (what < 6 && one)
        await one.store.commit({ tenant: of, changes: [opening(`t${tickets++}`, of)], effects: [] })
      else if (what < 8 && one) {
        open.splice(open.indexOf(one), 1)
        await one.end(random.below(5) === 0 ? 'ROLLBACK' : 'COMMIT')
      } else {
        const page = await read(of, position, 1 + random.below(20))
        seen.push(...page.events.map(({ id }) => id))
        position = page.position
      }
    }
    for (const one of open) await one.end('COMMIT')
    seen.push(...(await following(read, position, of)).ids)
    return { seen, there: (await following(hasty, 0, of)).ids }
  }

  it('in any interleaving a reader sees every event once, those of a ticket in order of version', async () => {
    let events = 0
    for (let seed = 1; seed <= 12; seed++) {
      const { seen, there } = await interleaved(`own-${seed}`, seed, store.changes)
      expect([seed, seen]).toEqual([seed, there])
      events += there.length
    }
    expect(events).toBeGreaterThan(250)
  }, 60_000)

  it('and a reader that takes what is there loses some of them', async () => {
    let lost = 0
    for (let seed = 1; seed <= 12; seed++) {
      const { seen, there } = await interleaved(`hasty-${seed}`, seed, hasty)
      lost += there.filter((id) => !seen.includes(id)).length
    }
    expect(lost).toBeGreaterThan(0)
  }, 60_000)

  it('a writer that goes on does not keep the reader from what was there long before', async () => {
    const of = 'busy'
    for (let i = 0; i < 40; i++) await store.commit({ tenant: of, changes: [opening(`t${i}`, of)], effects: [] })
    const writer = await transaction()
    await writer.store.commit({ tenant: of, changes: [opening('now', of)], effects: [] })
    const { ids } = await following(store.changes, 0, of)
    const there = (await following(hasty, 0, of)).ids.length
    expect(there - ids.length).toBeLessThanOrEqual(64)
    await writer.end('COMMIT')
    expect((await following(store.changes, 0, of)).ids.length).toBeGreaterThan(there)
  })

  it('an erasure finds what is saved, also where the feed waits for somebody', async () => {
    const desk = createDesk({ definition: defineDesk({}), store, tenant: 'private' })
    const slow = await transaction()
    await slow.store.commit({ tenant: 'private', changes: [opening('slow', 'private')], effects: [] })
    const requester = { id: 'mari', name: 'Mari', email: 'mari@example.com' }
    const { ticket } = await desk.as({ kind: 'agent', id: 'ana' }).open({ subject: 'Help', requester })
    expect((await desk.changes(0)).events).toEqual([])
    expect(await desk.erase('mari')).toMatchObject({ tickets: [ticket.id], complete: true })
    expect(JSON.stringify(await desk.history(ticket.id))).not.toContain('mari@example.com')
    await slow.end('COMMIT')
  })
})
