import type pg from 'pg'
import { type Commit, createDesk, type Definition, type Desk, type Store } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { sampleDefinition } from 'ticketwright/testing'
import { beforeAll, expect, it } from 'vitest'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { describePostgres } from '../postgres/database.ts'
import { at, codeOf, commitOf, onServer, opening, reasonOf, receiptOf, tenant } from './postgres-kit.ts'

describePostgres('a store in a transaction of the application (hazard 49)', ({ url }) => {
  const { pool, newPool, newSchema, fresh, onConnection } = onServer(url)
  const { store, schema } = fresh()
  const opened = opening('t1', { externalId: 'mail-1' })
  beforeAll(async () => {
    await store.commit({ tenant, changes: [opened], effects: [], receipt: receiptOf('c1') })
    await pool.query(`CREATE TABLE ${schema}.mine (n integer)`)
  })
  const mine = async () => (await pool.query(`SELECT count(*)::integer AS n FROM ${schema}.mine`)).rows[0].n as number
  const within = (client: pg.PoolClient) => postgresStore(client, { schema, clock: { now: () => at } })
  const tagging = (): Commit => {
    const { ticket } = opened
    const tagged = decided(ticket, { type: 'tag', tags: ['x'] }, { tenant, ticketId: 't1', at })
    return { tenant, changes: [changeOf(ticket, tagged)], effects: [] }
  }

  it.each<[conflict: string, commit: () => Parameters<Store['commit']>[0]]>([
    ['version', () => commitOf('t1')],
    ['receipt', () => ({ ...commitOf('t9'), receipt: receiptOf('c1') })],
    ['external_id', () => ({ tenant, changes: [opening('t9', { externalId: 'mail-1' })], effects: [] })],
    ['reference', () => ({ tenant, changes: [opening('t9', { reference: 'R-t1' })], effects: [] })],
    ['lease', () => ({ ...commitOf('t9'), lease: { ticketId: 't1', holder: 'ana', token: 7 } })],
    ['turn', () => ({ ...commitOf('t9'), turn: { agent: 'ana', seen: 3 } })],
  ])('a conflict (%s) leaves it usable, and nothing of the commit in it', async (conflict, commit) => {
    const before = await mine()
    await onConnection(async (client) => {
      await client.query('BEGIN')
      await client.query(`INSERT INTO ${schema}.mine VALUES (1)`)
      expect(await within(client).commit(commit())).toMatchObject({ ok: false, conflict })
      await client.query(`INSERT INTO ${schema}.mine VALUES (2)`)
      await client.query('COMMIT')
    })
    expect(await mine()).toBe(before + 2)
    expect((await store.load(tenant, 't9')).row).toBe(null)
  })

  it.each<[conflict: string, first: Parameters<Store['commit']>[0], second: Parameters<Store['commit']>[0]]>([
    ['version', commitOf('race-1'), { ...commitOf('race-1'), receipt: receiptOf('second-1') }],
    [
      'receipt',
      { ...commitOf('race-2'), receipt: receiptOf('race-2') },
      { ...commitOf('race-2'), receipt: receiptOf('race-2') },
    ],
    [
      'reference',
      { tenant, changes: [opening('race-3', { reference: 'RACE' })], effects: [] },
      { tenant, changes: [opening('race-3b', { reference: 'RACE', externalId: 'race-3b' })], effects: [] },
    ],
    [
      'external_id',
      { tenant, changes: [opening('race-4', { externalId: 'race' })], effects: [] },
      { tenant, changes: [opening('race-4a'), opening('race-4b', { externalId: 'race' })], effects: [] },
    ],
    [
      'turn',
      { ...commitOf('race-5'), turn: { agent: 'eve', seen: 0 } },
      { ...commitOf('race-5b'), turn: { agent: 'eve', seen: 0 }, receipt: receiptOf('race-5b') },
    ],
  ])('so does one that shows only when another transaction commits (%s)', async (conflict, first, second) => {
    await onConnection(async (other) => {
      await other.query('BEGIN')
      expect(await within(other).commit(first)).toEqual({ ok: true })
      await onConnection(async (client) => {
        const before = await mine()
        await client.query('BEGIN')
        await client.query(`INSERT INTO ${schema}.mine VALUES (1)`)
        const pid = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
        const answer = within(client).commit(second)
        const waits = `SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`
        await expect.poll(async () => (await pool.query(waits, [pid])).rowCount, { timeout: 10_000 }).toBe(1)
        await other.query('COMMIT')
        expect(await answer).toMatchObject({ ok: false, conflict })
        await client.query(`INSERT INTO ${schema}.mine VALUES (2)`)
        await client.query('COMMIT')
        expect(await mine()).toBe(before + 2)
      })
    })
    // nothing is left of what came second
    const own = second.changes.filter(({ ticketId }) => !first.changes.some((one) => one.ticketId === ticketId))
    for (const { ticketId } of own) expect((await store.load(tenant, ticketId)).row).toBe(null)
    const commandId = second.receipt?.commandId
    if (commandId !== undefined && commandId !== first.receipt?.commandId)
      expect((await store.load(tenant, 'none', commandId)).receipt).toBe(null)
    expect(await store.lookup(tenant, { externalId: 'race-3b' })).toBe(null)
  })

  it('what comes second goes through when the first is undone', async () => {
    await onConnection(async (other) => {
      await other.query('BEGIN')
      const commit = { ...commitOf('undone'), receipt: receiptOf('undone') }
      await within(other).commit(commit)
      const answer = store.commit(commit)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await other.query('ROLLBACK')
      expect(await answer).toEqual({ ok: true })
    })
  })

  it('all that a desk does is done or undone with it', async () => {
    const desk = createDesk({ definition: sampleDefinition as Definition, store: postgresStore(pool, { schema }) })
    const open = (desk: Desk, ticketId: string) =>
      desk.as({ kind: 'requester', id: 'mari' }).open({ ticketId, subject: 'Help' }, { commandId: ticketId })
    await onConnection(async (client) => {
      const inside = desk.using(postgresStore(client, { schema }))
      await client.query('BEGIN')
      await open(inside, 'undone-1')
      expect((await inside.get('undone-1')).subject).toBe('Help')
      expect(await codeOf(() => desk.get('undone-1'))).toBe('ticket_not_found')
      await client.query('ROLLBACK')
      await client.query('BEGIN')
      await open(inside, 'done-1')
      await inside.as({ kind: 'agent', id: 'ana' }).reply('done-1', { body: 'hello' })
      await client.query('COMMIT')
    })
    expect(await codeOf(() => desk.get('undone-1'))).toBe('ticket_not_found')
    expect((await desk.get('done-1')).status).toBe('Answered')
    expect((await open(desk, 'undone-1')).ticket.id).toBe('undone-1')
  })

  it('a ticket that others hold is waited for, and the transaction stays usable when patience is over', async () => {
    await onConnection(async (client) => {
      await client.query('BEGIN')
      await client.query(`INSERT INTO ${schema}.mine VALUES (1)`)
      const inside = postgresStore(client, { schema, clock: { now: () => at }, patienceMs: 200 })
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`SELECT 1 FROM ${schema}.tickets WHERE id = 't1' FOR UPDATE`)
        expect(await codeOf(() => inside.commit(tagging()))).toBe('store_busy')
      })
      expect(await inside.commit(tagging())).toEqual({ ok: true })
    })
  })

  it('an error says what it was, though every attempt after it says that the transaction is over', async () => {
    await onConnection(async (client) => {
      await client.query('BEGIN')
      const inside = postgresStore(client, { schema, clock: { now: () => at }, patienceMs: 100 })
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`INSERT INTO ${schema}.receipts VALUES ('${tenant}', 'c2', 0, '')`)
        const error = await inside.commit({ ...tagging(), receipt: receiptOf('c2') }).catch((e: unknown) => e)
        expect(error).toMatchObject({ code: 'store_busy', cause: { code: '55P03' } })
      })
      // and so does what comes after it, until the application gives the transaction up
      const after = await inside.load(tenant, 't1').catch((e: unknown) => e)
      expect(after).toMatchObject({ code: 'store_busy', facts: { reason: expect.stringMatching(/^25P02/) } })
    })
  })

  it('what meets a transaction that the application itself has spoilt has failed', async () => {
    await onConnection(async (client) => {
      await client.query('BEGIN')
      const inside = within(client)
      await inside.load(tenant, 't1')
      await client.query('SELECT 1 / 0').catch(() => {})
      expect(await codeOf(() => inside.load(tenant, 't1'))).toBe('store_failed')
      await client.query('ROLLBACK')
      expect((await inside.load(tenant, 't1')).row?.ticket.id).toBe('t1')
    })
  })

  it('of two commands at once, one of which waits in vain, both are busy', async () => {
    await onConnection(async (client) => {
      await client.query('BEGIN')
      const inside = postgresStore(client, { schema, clock: { now: () => at }, patienceMs: 100 })
      await onConnection(async (other) => {
        await other.query('BEGIN')
        await other.query(`INSERT INTO ${schema}.receipts VALUES ('${tenant}', 'c3', 0, '')`)
        const waiting = codeOf(() => inside.commit({ ...tagging(), receipt: receiptOf('c3') }))
        await new Promise((resolve) => setTimeout(resolve, 20))
        const behind = codeOf(() => inside.nextNumber(tenant))
        expect(await Promise.all([waiting, behind])).toEqual(['store_busy', 'store_busy'])
      })
    })
  })

  it('one whose connection was ended is busy: begun again it has another', async () => {
    const mine = newPool({ max: 1 })
    const client = await mine.connect()
    client.on('error', () => {})
    await client.query('BEGIN')
    const inside = within(client)
    await inside.load(tenant, 't1')
    const { pid } = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]
    await pool.query('SELECT pg_terminate_backend($1)', [pid])
    const said = () => inside.load(tenant, 't1').catch((error: unknown) => error)
    const ended = { code: 'store_busy', facts: { reason: expect.stringContaining('is not queryable') } }
    await expect.poll(said, { timeout: 10_000 }).toMatchObject(ended)
    expect(await codeOf(() => inside.commit(tagging()))).toBe('store_busy')
    client.release(true)
  })

  it('is never waited for by itself: the first thing done on a pool may be in it, with no connection left', async () => {
    for (const known of [undefined, schema]) {
      const small = newPool({ max: 1 })
      const options = { schema: known ?? newSchema(), clock: { now: () => at } }
      const store = postgresStore(small, options)
      const client = await small.connect()
      await client.query('BEGIN')
      expect(await store.within(client).commit(commitOf(`first-${known}`))).toEqual({ ok: true })
      await client.query('COMMIT')
      client.release()
      expect((await store.load(tenant, `first-${known}`)).row?.ticket.id).toBe(`first-${known}`)
    }
  })

  it('that sees only what was there when it began is told so where it would miss something', async () => {
    await onConnection(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      expect((await within(client).load(tenant, 't1')).row?.ticket.id).toBe('t1')
      expect(await reasonOf(within(client).changes(tenant, 0, 10))).toMatch(/sees only what was there/)
    })
    await onConnection(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await within(client).load(tenant, 't1')
      const commit = { ...commitOf('later'), receipt: receiptOf('later') }
      expect(await store.commit(commit)).toEqual({ ok: true })
      expect(await codeOf(() => within(client).commit(commit))).toBe('store_busy')
    })
  })
})
