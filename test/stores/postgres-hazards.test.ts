import pg from 'pg'
import { createDesk, type Definition, type Desk, defineDesk } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { manualClock } from 'ticketwright/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'
import { memory } from './setups.ts'

const mari = { kind: 'requester', id: 'mari' } as const
const ana = { kind: 'agent', id: 'ana' } as const
const hour = 3_600_000
const start = Date.parse('2026-11-23T07:00:00Z')

const promising = (within: string, more: object = {}, steps: object[] = []) =>
  defineDesk({
    levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within, steps }] }],
    slaRules: [{ level: 'l' }],
    views: [{ id: 'all', order: 'fifo' }],
    ...more,
  } as never) as Definition

describePostgres('what several machines do with one server', ({ url }) => {
  const pools: pg.Pool[] = []
  const newPool = () => {
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }
  afterAll(() => Promise.all(pools.map((pool) => pool.end())))
  let tenants = 0
  /** A desk for each machine, with connections of its own, for one tenant that nobody else has. */
  const machines = (count: number, options: Partial<Parameters<typeof createDesk>[0]> = {}) => {
    const tenant = `m${++tenants}`
    return Array.from({ length: count }, () =>
      createDesk({ definition: promising('4h'), store: postgresStore(newPool()), tenant, ...options } as never),
    ) as unknown as readonly [Desk, Desk, Desk, Desk]
  }

  it('one command, sent to all of them at once, is executed by one; under its id no other is (hazard 36)', async () => {
    const desks = machines(4)
    await desks[0].as(mari).open({ ticketId: 't1', subject: 'Help' })
    const receipts = await Promise.all(
      desks.map((desk) => desk.as(ana).reply('t1', { body: 'hello' }, { commandId: 'c1' })),
    )
    expect(receipts.map(({ repeated }) => repeated).sort()).toEqual([false, true, true, true])
    expect(new Set(receipts.map(({ ticket }) => ticket.version)).size).toBe(1)
    const { version } = await desks[1].get('t1')
    await expect(desks[1].as(ana).reply('t1', { body: 'other' }, { commandId: 'c1' })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    })
    expect((await desks[2].get('t1')).version).toBe(version)
  })

  it('a claim is one’s, judged by the server’s clock whatever the machines’ say; past its end its holder’s write is refused (hazard 37)', async () => {
    const pool = newPool()
    const tenant = `m${++tenants}`
    const served = await postgresStore(pool).now()
    const of = (offset: number) => ({
      definition: promising('4h'),
      store: postgresStore(newPool()),
      clock: { now: () => served + offset },
      tenant,
    })
    const [desk, early] = [createDesk(of(0)), createDesk(of(-200))]
    await desk.as(mari).open({ ticketId: 't1', subject: 'Help' })
    const lease = await desk.as(ana).claim('t1', 60_000)
    if (!lease) throw new Error('no lease')
    expect(lease.until).toBeGreaterThanOrEqual(served + 60_000)
    expect(await early.as({ kind: 'agent', id: 'ben' }).claim('t1')).toBe(null)
    // over for the server, though no machine's clock has moved
    await pool.query('UPDATE ticketwright.leases SET until = $2 WHERE tenant = $1', [tenant, served - 1])
    await expect(desk.as(ana).reply('t1', { body: 'late' }, { lease })).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await early.as({ kind: 'agent', id: 'ben' }).claim('t1')).toMatchObject({ holder: 'ben' })
    await expect(desk.as(ana).reply('t1', { body: 'late' }, { lease })).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await desk.messages('t1')).map(({ body }) => body)).not.toContain('late')
  })

  it('all of them write what is due, and each breach is there once (hazard 38)', async () => {
    const clock = manualClock(start)
    const desks = machines(4).map((desk) =>
      createDesk({
        definition: promising('1h'),
        store: postgresStore(newPool(), { clock }),
        clock,
        tenant: desk.tenant,
      }),
    )
    const [first] = desks as [Desk]
    const ids = Array.from({ length: 30 }, (_, i) => `t${i}`)
    for (const ticketId of ids) await first.as(mari).open({ ticketId, subject: 'Help' })
    clock.pass('2h')
    const runs = await Promise.all(desks.map((desk) => desk.runDue()))
    expect(runs.flatMap(({ failed }) => failed)).toEqual([])
    expect(runs.reduce((sum, { events }) => sum + events, 0)).toBe(ids.length)
    for (const id of ids)
      expect((await first.history(id)).filter(({ type }) => type === 'sla_breached')).toHaveLength(1)
  })

  describe('a server that cannot write any more (hazard 42)', () => {
    it('is told as store_failed, nothing is half-written, and the command goes through afterwards', async () => {
      const [desk] = machines(1)
      await desk.as(mari).open({ ticketId: 't1', subject: 'Help' })
      const pool = newPool()
      const readOnly = createDesk({ definition: promising('4h'), store: postgresStore(pool), tenant: desk.tenant })
      expect((await readOnly.get('t1')).subject).toBe('Help')
      const before = await desk.history('t1')
      pool.on('acquire', (client) => void client.query('SET default_transaction_read_only = on'))
      const attempt = readOnly.as(ana).reply('t1', { body: 'x' }, { commandId: 'c1' })
      await expect(attempt).rejects.toMatchObject({ code: 'store_failed' })
      expect(await desk.history('t1')).toEqual(before)
      expect((await desk.as(ana).reply('t1', { body: 'x' }, { commandId: 'c1' })).repeated).toBe(false)
    })
  })

  it('who was erased stands in no row of any table, whatever the column (hazard 45)', async () => {
    const [desk] = machines(1, {
      definition: promising('4h', {
        triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
      }),
    })
    const canary = (what: string) => `zq${what}qz`
    const requester = { id: 'mari', name: canary('name'), email: `${canary('mail')}@example.com` }
    await desk.as(mari).open({
      ...{ ticketId: 't1', subject: canary('subject'), body: canary('body'), externalId: canary('id'), requester },
      ...{ fields: { note: canary('field') } },
    })
    await desk.as(mari).message('t1', { body: canary('more'), externalId: canary('second') })
    await desk.as({ kind: 'requester', id: 'kim' }).open({ ticketId: 't2', subject: canary('other') })
    const pool = newPool()
    const names = `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'ticketwright' AND column_name = 'tenant'`
    const everything = async () => {
      let text = ''
      for (const { name } of (await pool.query<{ name: string }>(names)).rows)
        for (const { row } of (await pool.query(`SELECT of::text AS row FROM ticketwright.${name} AS of`)).rows)
          text += row
      return text.toLowerCase()
    }
    const all = ['name', 'mail', 'subject', 'body', 'id', 'field', 'more', 'second', 'other'].map(canary)
    const found = (text: string) => all.filter((one) => text.includes(one))
    expect(found(await everything())).toEqual(all)
    await desk.erase('mari')
    expect(found(await everything())).toEqual([canary('other')])
  })

  /** What a story leaves on the server, and in memory: the same, and told. */
  const onBoth = async <Told>(
    story: (desk: (definition: readonly Definition[]) => Desk, pass: (by: string) => void) => Promise<Told>,
  ) => {
    const told: Told[] = []
    const tenant = `m${++tenants}`
    const inMemory = await memory()
    const clock = manualClock(start)
    for (const [store, its] of [
      [postgresStore(newPool(), { clock }), clock],
      [inMemory.store, inMemory.clock ?? clock],
    ] as const) {
      its.set(start)
      let ids = 0
      const ofDesk = (definition: readonly Definition[]) =>
        createDesk({ definition: definition as never, store, clock: its, tenant, ids: () => `id-${++ids}` })
      told.push(await story(ofDesk, (by) => its.pass(by as never)))
    }
    expect(told[0]).toEqual(told[1])
    return told[0] as Told
  }

  it('a definition edited while a ticket sleeps: what was due before is a fact of the old one, also when it is written later (hazard 46)', async () => {
    const closing = (after: string, since?: number) =>
      defineDesk({
        ...(since !== undefined && { since }),
        workflow: {
          statuses: ['New', 'Open', 'Resolved', 'Closed'].map((name) => ({ name, kind: name.toLowerCase() as 'new' })),
          autoClose: { after },
        },
      }) as Definition
    const [old, edited] = [closing('1h'), closing('5h', start + 2 * hour)]
    const events = await onBoth(async (desk, pass) => {
      await desk([old]).as(mari).open({ ticketId: 't1', subject: 'Help' })
      await desk([old]).as(ana).resolve('t1')
      pass('4h')
      const later = desk([old, edited])
      await later.runDue()
      return later.history('t1')
    })
    const closed = events.at(-1)
    expect(closed).toMatchObject({ at: start + hour, definitionVersion: old.version })
    expect(events.filter(({ type }) => type === 'status_changed')).toHaveLength(2)
  })

  it('a machine 200 ms behind the server writes without a refusal; one a day ahead is stopped before it breaches anything (hazard 47)', async () => {
    const tenant = `m${++tenants}`
    const store = postgresStore(newPool())
    const served = await store.now()
    const on = (offset: number) =>
      createDesk({
        definition: promising('4h'),
        store: postgresStore(newPool()),
        clock: { now: () => Date.now() + (served - Date.now()) + offset },
        tenant,
      })
    await on(0).as(ana).open({ ticketId: 't1', subject: 'Help' })
    const { ticket } = await on(-200).as(ana).note('t1', { body: 'x' })
    await expect(
      on(24 * hour)
        .as(ana)
        .note('t1', { body: 'x' }),
    ).rejects.toMatchObject({ code: 'clock_ahead' })
    const stored = await on(0).get('t1')
    expect(stored.clocks.resolution).toMatchObject({ state: 'running', breachedAt: null })
    expect(stored.version).toBe(ticket.version)
    // what is due goes by the server's clock alone
    expect((await on(24 * hour).runDue()).events).toBe(0)
  })

  it('a ticket untouched for a year with an hourly notice: as many facts as the step says, and one effect for them (hazard 48)', async () => {
    const telling = { triggers: [{ id: 'tell', on: ['sla_step_reached'], do: [{ type: 'webhook', hook: 'crm' }] }] }
    const hourly = promising('1h', telling, [{ id: 'hourly', afterDue: '0m', every: '1h', times: 24 }])
    const told = await onBoth(async (desk, pass) => {
      const one = desk([hourly])
      await one.as(mari).open({ ticketId: 't1', subject: 'Help' })
      pass('8760h')
      await one.runDue()
      const sent: unknown[] = []
      await one.deliver((given) => void sent.push(given))
      return { events: await one.history('t1'), sent }
    })
    expect(told.events.filter(({ type }) => type === 'sla_step_reached')).toHaveLength(24)
    expect(told.sent).toHaveLength(1)
  })
})
