import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Pool } from 'pg'
import type { Delivery } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { tick } from '../../examples/web/cron.ts'
import { demo } from '../../examples/web/demo.ts'
import { expressApp } from '../../examples/web/express.ts'
import { fetchHandler, serve } from '../../examples/web/fetch-handler.ts'
import { complain, orderTable } from '../../examples/web/order.ts'
import { openPool } from '../../examples/web/pool.ts'
import { answerTo } from '../../examples/web/problem.ts'
import { createService, type Service } from '../../examples/web/service.ts'
import { inTransaction } from '../../examples/web/transaction.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'

/** For a connection, on a machine that has much else to do. */
const patienceMs = 10_000
const cronSecret = 'not known to anybody'
const clock = manualClock('2026-11-23T09:00:00+02:00')
const portalKeys = [
  'id',
  'reference',
  'subject',
  'state',
  'openedAt',
  'solvedAt',
  'closedAt',
  'tags',
  'statedUrgency',
  'requester',
  'collaborators',
  'rating',
]

/** A body of any form. */
// biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at as it is
type Body = any

const flavours = {
  Express: (service: Service) => expressApp(service).listen(0, '127.0.0.1'),
  'handlers of Request': (service: Service) => serve(fetchHandler(service)).listen(0, '127.0.0.1'),
}

for (const [flavour, start] of Object.entries(flavours))
  describePostgres(`routes of a shop: ${flavour}`, () => {
    let [pool, service, server, sent, reported] = [] as unknown as [Pool, Service, Server, Delivery[], unknown[]]
    /** What those who asked were answered with, of what was reported. */
    let statuses: unknown[] = []
    let orders = 0

    beforeAll(async () => {
      clock.set('2026-11-23T09:00:00+02:00')
      const { url } = await anotherDatabase()
      pool = openPool({ connectionString: url, max: 12, connectionTimeoutMillis: patienceMs }, (error) =>
        reported.push(error),
      )
      await pool.query(orderTable)
      service = createService({
        pool,
        clock,
        cronSecret,
        who: (authorization) => {
          const id = /^Bearer (\w+)$/.exec(authorization ?? '')?.[1]
          return id === undefined ? null : { kind: id.startsWith('agent') ? 'agent' : 'requester', id }
        },
        send: async (delivery) => void sent.push(delivery),
        report: (error, status) => {
          reported.push(error)
          statuses.push(status)
        },
      })
      server = start(service)
      if (!server.listening) await once(server, 'listening')
    })
    afterAll(async () => {
      server?.close()
      server?.closeAllConnections()
      await pool?.end()
    })
    beforeEach(() => {
      sent = []
      reported = []
      statuses = []
    })

    let keys = 0
    const ask = async (
      who: string | null,
      route: string,
      body?: unknown,
      headers: Record<string, string> = { 'idempotency-key': `"key-${++keys}"` },
    ): Promise<{ status: number; headers: Headers; body: Body }> => {
      const [method = 'GET', path] = route.split(' ')
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
        method,
        headers: {
          ...(who === null ? {} : { authorization: `Bearer ${who}` }),
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { status: response.status, headers: response.headers, body: await response.json() }
    }
    const anOrder = async (customer = 'mari', state = 'delivered'): Promise<string> => {
      const id = `o-${++orders}`
      await pool.query('INSERT INTO orders VALUES ($1, $2, $3)', [id, customer, state])
      return id
    }
    const order = async (id: string) => (await pool.query('SELECT * FROM orders WHERE id = $1', [id])).rows[0]
    /** All that a desk keeps, as counts: a request that fails leaves them as they were. */
    const kept = async () => {
      const tables = ['tickets', 'events', 'effects', 'receipts'].map(
        (name) => `(SELECT count(*) FROM ticketwright.${name}) AS ${name}`,
      )
      return (await pool.query(`SELECT ${tables.join(', ')}`)).rows[0]
    }
    const complaint = async (customer = 'mari') => {
      const id = await anOrder(customer)
      const { body } = await ask(customer, `POST /orders/${id}/complaint`, { body: 'It is broken.' })
      return { order: id, ticket: body.id as string }
    }

    it('saves an order and its ticket together, and shows the requester the portal’s facts only', async () => {
      const id = await anOrder()
      const { status, body } = await ask('mari', `POST /orders/${id}/complaint`, { body: 'It is broken.' })
      expect(status).toBe(201)
      expect(Object.keys(body)).toEqual(portalKeys)
      expect(await order(id)).toMatchObject({ state: 'complaint', ticket_id: body.id })
      expect((await service.desk.get(body.id)).requester?.id).toBe('mari')
    })

    it('saves neither when the order is not as it should be, after the ticket was opened', async () => {
      const id = await anOrder('mari', 'sent')
      const before = await kept()
      const { status, body } = await ask('mari', `POST /orders/${id}/complaint`, { body: 'Where is it?' })
      expect([status, body]).toEqual([409, { code: 'order_not_open_to_complaints' }])
      expect(await kept()).toEqual(before)
      expect(await order(id)).toMatchObject({ state: 'sent', ticket_id: null })
    })

    it('would be found out without the transaction: the ticket stays, the order does not', async () => {
      const onThePool = { ...service, store: { ...service.store, within: () => service.store } }
      const id = await anOrder('mari', 'sent')
      const before = await kept()
      const refused = complain(
        onThePool,
        { kind: 'requester', id: 'mari' },
        id,
        { body: '…' },
        { commandId: 'control' },
      )
      await expect(refused).rejects.toMatchObject({ status: 409 })
      expect(await kept()).not.toEqual(before)
    })

    it('saves neither when the handler throws after both were written', async () => {
      const id = await anOrder()
      const before = await kept()
      const failing = inTransaction(service, async ({ client, desk }) => {
        const { ticket } = await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
        await client.query('UPDATE orders SET ticket_id = $1 WHERE id = $2', [ticket.id, id])
        throw new Error('a mistake')
      })
      await expect(failing).rejects.toThrow('a mistake')
      expect(await kept()).toEqual(before)
      expect(await order(id)).toMatchObject({ ticket_id: null })
    })

    it('saves neither when COMMIT itself refuses', async () => {
      await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.customer = 'doomed') EXECUTE FUNCTION refuse()`)
      const id = await anOrder('doomed')
      const before = await kept()
      const { status, body } = await ask('doomed', `POST /orders/${id}/complaint`, { body: 'It is broken.' })
      expect([status, body]).toEqual([500, { code: 'internal' }])
      expect(reported).toHaveLength(1)
      expect(await kept()).toEqual(before)
      expect(await order(id)).toMatchObject({ state: 'delivered', ticket_id: null })
    })

    it('saves neither, and goes on, when the connection breaks in the middle', async () => {
      const id = await anOrder()
      const before = await kept()
      const failing = inTransaction(service, async ({ client, desk }) => {
        await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
        await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
        await client.query('UPDATE orders SET state = $1 WHERE id = $2', ['complaint', id])
      })
      await expect(failing).rejects.toMatchObject({ status: 503 })
      expect(await kept()).toEqual(before)
      expect((await ask('mari', `POST /orders/${id}/complaint`, { body: 'Again.' })).status).toBe(201)
    })

    it('says try again when the connection breaks at COMMIT, and then it is done once', async () => {
      await pool.query(`CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER hang_up AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.customer = 'unlucky') EXECUTE FUNCTION hang_up()`)
      const id = await anOrder('unlucky')
      const send = () =>
        ask('unlucky', `POST /orders/${id}/complaint`, { body: 'It is broken.' }, { 'idempotency-key': 'unlucky' })
      const first = await send()
      expect([first.status, first.headers.get('retry-after')]).toEqual([503, '1'])
      expect(reported).toEqual([expect.objectContaining({ status: 503, cause: expect.any(Error) })])
      await pool.query('DROP TRIGGER hang_up ON orders')
      expect([(await send()).status, (await send()).status]).toEqual([201, 201])
      expect((await service.desk.portal('unlucky').tickets()).tickets.length).toBe(1)
      expect(await order(id)).toMatchObject({ state: 'complaint' })
    })

    it('goes on when connections break that nobody uses', async () => {
      await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.1)')))
      await pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      // of each that is gone word has come: who asked on it before would be told to try again
      await vi.waitFor(() => expect(pool.totalCount).toBe(1))
      expect(reported.length).toBeGreaterThan(0)
      expect((await ask('mari', 'GET /portal/tickets')).status).toBe(200)
    })

    it('says try again, and reports that it did, when no connection is free', async () => {
      const { order: id, ticket } = await complaint()
      const lent = await Promise.all(Array.from({ length: 12 }, () => pool.connect()))
      pool.options.connectionTimeoutMillis = 200
      const answers = await Promise.all([
        ask('agent1', `POST /orders/${id}/refund`),
        ask('agent1', `POST /tickets/${ticket}/commands`, { type: 'note', body: 'Hm' }),
        ask('mari', 'GET /portal/tickets'),
      ])
      pool.options.connectionTimeoutMillis = patienceMs
      for (const client of lent) client.release()
      expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
        Array(3).fill([503, '1']),
      )
      expect(statuses).toEqual([503, 503, 503])
      expect((await ask('agent1', `POST /orders/${id}/refund`)).status).toBe(200)
    })

    it.each([
      ['a lock that others hold for too long', '55P03'],
      ['a deadlock', '40P01'],
      ['a statement that took too long', '57014'],
    ])('says try again, and reports that it did, when a query of its own meets %s', async (_what, code) => {
      await pool.query(`CREATE OR REPLACE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION USING ERRCODE = NEW.ticket_id; END $$;
        CREATE OR REPLACE TRIGGER meet BEFORE UPDATE ON orders
        FOR EACH ROW WHEN (NEW.customer = 'unlucky2') EXECUTE FUNCTION meet()`)
      const id = await anOrder('unlucky2')
      const meeting = inTransaction(service, async ({ client, desk }) => {
        await desk.as({ kind: 'requester', id: 'unlucky2' }).open({ subject: 'Help', body: '…' })
        await client.query('UPDATE orders SET ticket_id = $1 WHERE id = $2', [code, id])
      })
      const answer = answerTo(await meeting.catch((error) => error), service.report)
      expect([answer.status, answer.headers['retry-after'], statuses]).toEqual([503, '1', [503]])
      expect((await service.desk.portal('unlucky2').tickets()).tickets).toEqual([])
    })

    it.each([
      ['a path that is no text', 'GET /portal/tickets/%E0%A4%A HTTP/1.1\r\nHost: x'],
      ['a method that is no request', 'TRACE / HTTP/1.1\r\nHost: x'],
      ['a host that is none', 'GET /portal/nothing HTTP/1.1\r\nHost: a:b:c'],
    ])('refuses %s, and goes on', async (_what, head) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.write(`${head}\r\nConnection: close\r\n\r\n`)
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect((await ask('mari', 'GET /portal/tickets')).status).toBe(200)
      expect(reported).toEqual([])
    })

    const sending = (length?: number) => {
      const { port } = server.address() as AddressInfo
      const headers = { authorization: 'Bearer mari', 'idempotency-key': 'sending', 'content-type': 'application/json' }
      return request({
        ...{ port, method: 'POST', path: '/portal/tickets/none/messages' },
        headers: { ...headers, ...(length === undefined ? {} : { 'content-length': length }) },
      })
    }

    it('goes on when an upload breaks off, and reports no mistake', async () => {
      const arrived = once(server, 'request')
      const upload = sending(100).on('error', () => {})
      upload.write('{"body":')
      const [, response] = await arrived
      upload.destroy()
      await once(response, 'close')
      expect((await ask('mari', 'GET /portal/tickets')).status).toBe(200)
      expect(reported).toEqual([])
    })

    it('refuses a body that is too long while it still comes', async () => {
      const upload = sending()
      upload.write(Buffer.alloc(600_000, ' '))
      // Express lets it come to its end, and keeps nothing of it
      if (flavour === 'Express') upload.end()
      const [response] = await once(upload, 'response')
      expect(response.statusCode).toBe(413)
      response.on('error', () => {}).resume()
      upload.on('error', () => {}).destroy()
    })

    // Express waits for the end of such a body before it answers
    it.runIf(flavour !== 'Express').each([
      ['goes on for ever', true],
      ['stops in the middle', false],
    ])(
      'ends the connection of an upload that is too long and %s, once it is answered',
      async (_what, goesOn) => {
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
        const head = 'POST /portal/tickets/none/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer mari'
        socket.write(`${head}\r\nIdempotency-Key: long\r\nContent-Length: 1000000000\r\n\r\n${' '.repeat(600_000)}`)
        const sending = setInterval(() => goesOn && socket.write(' '.repeat(100_000)), 20)
        let said = ''
        socket.on('data', (part) => {
          said += part
        })
        socket.on('error', () => {}) // it was cut while we wrote
        await new Promise((closed) => socket.on('close', closed)) // `once` would throw that error
        clearInterval(sending)
        expect(said).toMatch(/^HTTP\/1\.1 413 .*\{"code":"bad_body"\}/s)
      },
      20_000,
    )

    it.runIf(flavour !== 'Express')(
      'keeps the connection of an upload that was too long and has come to its end',
      async () => {
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
        const head = 'POST /portal/tickets/none/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer mari'
        socket.write(`${head}\r\nIdempotency-Key: long\r\nContent-Length: 2000000\r\n\r\n${' '.repeat(2_000_000)}`)
        socket.write('GET /portal/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 404'])
      },
      20_000,
    )

    it('acknowledges nothing when a query failed and the handler went on', async () => {
      const before = await kept()
      const careless = inTransaction(service, async ({ client, desk }) => {
        await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
        await client.query('SELECT 1 / 0').catch(() => {})
      })
      await expect(careless).rejects.toThrow('nothing was saved')
      expect(await kept()).toEqual(before)
    })

    it.each([
      ['undone', { message: 'a mistake' }],
      ['done', 'done'],
    ])('saves no command that nobody awaited in a request that was %s, nor in the next', async (_what, told) => {
      const { ticket } = await complaint()
      let late: Promise<unknown> | undefined
      const ended = inTransaction(service, async ({ desk }) => {
        late = desk
          .as({ kind: 'agent', id: 'agent1' })
          .note(ticket, { body: 'too late' })
          .catch((error) => error)
        if (told !== 'done') throw new Error('a mistake')
        return told
      })
      expect(await ended.catch(({ message }) => ({ message }))).toEqual(told)
      await inTransaction(service, async ({ client }) => client.query('SELECT pg_sleep(0.1)'))
      expect(await late).toMatchObject({ code: 'store_failed' })
      expect((await service.desk.messages(ticket)).map(({ body }) => body)).toEqual(['It is broken.'])
    })

    it('does a request sent again once, also five at a time', async () => {
      const id = await anOrder()
      const send = () =>
        ask('mari', `POST /orders/${id}/complaint`, { body: 'It is broken.' }, { 'idempotency-key': '"once"' })
      const answers = await Promise.all(Array.from({ length: 5 }, send))
      answers.push(await send())
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201))
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
      expect((await service.desk.messages(answers[0]?.body.id)).length).toBe(1)
    })

    it('takes the same key for something else as a mistake, and that of somebody else as another', async () => {
      const [mine, theirs] = [await anOrder('mari'), await anOrder('jaan')]
      const key = { 'idempotency-key': 'k' }
      expect((await ask('mari', `POST /orders/${mine}/complaint`, { body: 'One' }, key)).status).toBe(201)
      const other = await ask('mari', `POST /orders/${mine}/complaint`, { body: 'Two' }, key)
      expect([other.status, other.body.code]).toEqual([409, 'idempotency_mismatch'])
      expect((await ask('jaan', `POST /orders/${theirs}/complaint`, { body: 'One' }, key)).status).toBe(201)
      const none = await ask('mari', `POST /orders/${mine}/complaint`, { body: 'One' }, {})
      expect([none.status, none.body]).toEqual([400, { code: 'idempotency_key_needed' }])
    })

    it('pays back once when two agents do it at once, and answers once', async () => {
      const { order: id, ticket } = await complaint()
      const answers = await Promise.all(['agent1', 'agent2'].map((agent) => ask(agent, `POST /orders/${id}/refund`)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      expect(await order(id)).toMatchObject({ state: 'refunded' })
      expect((await service.desk.messages(ticket)).length).toBe(2)
      expect((await service.desk.get(ticket)).status).toBe('Resolved')
    })

    it.each<[string, unknown, number, string, string | undefined]>([
      ['an unknown key', { type: 'reply', text: 'Hi' }, 400, 'invalid_command', 'text'],
      ['no command', { type: 'constructor' }, 400, 'invalid_command', 'type'],
      ['a list', [], 400, 'invalid_command', 'type'],
      ['text', '"reply"', 400, 'bad_body', undefined],
      ['no JSON', '{', 400, 'bad_body', undefined],
      ['an unknown status', { type: 'setStatus', status: 'Opn' }, 400, 'unknown_name', 'status'],
      ['a body that is too long', { type: 'reply', body: 'x'.repeat(262_145) }, 413, 'too_large', 'body'],
      ['far too much', { type: 'reply', body: 'x'.repeat(600_000) }, 413, 'bad_body', undefined],
      ['a command that is not offered', { type: 'merge', into: 't' }, 400, 'command_not_offered', undefined],
      [
        'what only routing writes',
        { type: 'assign', agent: 'ana', routed: { decidedBy: 'x', reason: 'y' } },
        ...([400, 'routing_is_ours', undefined] as const),
      ],
      ['a forbidden key', '{"type":"setStatus","__proto__":{}}', 400, 'forbidden_key', '__proto__'],
    ])('refuses %s, with the place', async (_what, command, status, code, path) => {
      const { ticket } = await complaint()
      const before = await kept()
      const answer = await ask('agent1', `POST /tickets/${ticket}/commands`, command)
      expect([answer.status, answer.body.code, answer.body.path]).toEqual([status, code, path])
      expect(await kept()).toEqual(before)
    })

    it.each([
      ['says nothing', { body: ' \n' }, 'says_nothing'],
      ['has no text', {}, 'only_a_body'],
      ['sets more', { body: 'Hi', priority: 'High' }, 'only_a_body'],
    ])('refuses a complaint, and a message, that %s', async (_what, body, code) => {
      const { ticket } = await complaint()
      const id = await anOrder()
      const before = await kept()
      for (const path of [`/orders/${id}/complaint`, `/portal/tickets/${ticket}/messages`]) {
        const answer = await ask('mari', `POST ${path}`, body)
        expect([answer.status, answer.body]).toEqual([400, { code }])
      }
      expect(await kept()).toEqual(before)
      expect(await order(id)).toMatchObject({ state: 'delivered' })
    })

    it('lets only agents give commands, and only who is signed in ask', async () => {
      const { ticket } = await complaint()
      const path = `POST /tickets/${ticket}/commands`
      expect((await ask('mari', path, { type: 'note', body: 'Hm' })).body).toEqual({ code: 'agents_only' })
      expect((await ask(null, path, { type: 'note', body: 'Hm' })).status).toBe(401)
      expect((await ask('agent1', 'POST /tickets/none/commands', { type: 'note', body: 'Hm' })).status).toBe(404)
      expect((await ask('agent1', 'GET /nowhere')).body).toEqual({ code: 'no_such_route' })
    })

    it('tells whoever saves an old form what happened since', async () => {
      const { ticket } = await complaint()
      const path = `POST /tickets/${ticket}/commands`
      const first = await ask('agent1', path, { type: 'update', priority: 'High' })
      const etag = String(first.headers.get('etag'))
      const note = { type: 'update', priority: 'Low' }
      expect((await ask('agent1', path, note, { 'idempotency-key': 'form-1', 'if-match': etag })).status).toBe(200)
      const late = await ask('agent2', path, note, { 'idempotency-key': 'form-2', 'if-match': etag })
      expect([late.status, late.body.code]).toEqual([409, 'revision_conflict'])
      expect(late.body.facts.since.map(({ type }: { type: string }) => type)).toContain('priority_changed')
    })

    it('knows an ETag that a proxy has made a weak one', async () => {
      const { ticket } = await complaint()
      const path = `POST /tickets/${ticket}/commands`
      const etag = `W/${(await ask('agent1', path, { type: 'update', priority: 'High' })).headers.get('etag')}`
      const low = { type: 'update', priority: 'Low' }
      const save = (key: string) => ask('agent1', path, low, { 'idempotency-key': key, 'if-match': etag })
      expect([(await save('weak-1')).status, (await save('weak-2')).status]).toEqual([200, 409])
    })

    it.each(['', '*', '1', '"1-gzip"', 'w/"1"', '"0", "1"', '"9007199254740993"'])(
      'refuses If-Match: %s, rather than save over what it cannot compare',
      async (etag) => {
        const { ticket } = await complaint()
        const before = await kept()
        const command = { type: 'update', priority: 'High' }
        const headers = { 'idempotency-key': `form-${++keys}`, 'if-match': etag }
        const { status, body } = await ask('agent1', `POST /tickets/${ticket}/commands`, command, headers)
        expect([status, body]).toEqual([400, { code: 'bad_if_match' }])
        expect(await kept()).toEqual(before)
      },
    )

    it('shows a requester nothing that is inside, and nothing of others', async () => {
      const { ticket } = await complaint('liis')
      await ask('agent1', `POST /tickets/${ticket}/commands`, { type: 'note', body: 'canary-note' })
      await ask('agent1', `POST /tickets/${ticket}/commands`, {
        type: 'update',
        priority: 'High',
        fields: { secret: 'canary-field' },
      })
      const shown = await ask('liis', `GET /portal/tickets/${ticket}`)
      expect(Object.keys(shown.body.ticket)).toEqual(portalKeys)
      expect(shown.body.messages.map((message: Body) => message.body)).toEqual(['It is broken.'])
      const said = await ask('liis', `POST /portal/tickets/${ticket}/messages`, { body: 'Any news?' })
      expect([said.status, said.body.messages.length]).toEqual([201, 2])
      const list = await ask('liis', 'GET /portal/tickets')
      expect(list.body.tickets.map(({ id }: Body) => id)).toEqual([ticket])
      expect(JSON.stringify([shown.body, said.body, list.body])).not.toMatch(/canary|agent1|High/)
      const [theirs, missing] = [
        await ask('jaan', `GET /portal/tickets/${ticket}`),
        await ask('jaan', 'GET /portal/tickets/none'),
      ]
      expect(theirs.status).toBe(404)
      expect(JSON.stringify(theirs.body).replaceAll(ticket, 'none')).toBe(JSON.stringify(missing.body))
      const written = await ask('jaan', `POST /portal/tickets/${ticket}/messages`, { body: 'Mine now' })
      expect(written.status).toBe(404)
      expect((await service.desk.messages(ticket)).length).toBe(3)
    })

    it('gives a requester’s tickets page by page', async () => {
      for (let i = 0; i < 51; i++)
        await service.desk.as({ kind: 'requester', id: 'many' }).open({ subject: `${i}`, body: '…' })
      const first = await ask('many', 'GET /portal/tickets')
      expect(first.body.tickets.length).toBe(50)
      const second = await ask('many', `GET /portal/tickets?after=${first.body.next}`)
      expect([second.body.tickets.length, second.body.next]).toEqual([1, null])
      expect((await ask('many', 'GET /portal/tickets?after=nonsense')).status).toBe(400)
    })

    it('lets only the holder of the secret run what is due', async () => {
      expect((await ask(null, 'GET /cron')).status).toBe(401)
      expect((await ask(cronSecret.slice(0, -1), 'GET /cron')).status).toBe(401)
      expect((await ask('', 'GET /cron', undefined, { authorization: cronSecret })).status).toBe(401)
      expect(sent).toEqual([])
    })

    it('stops when whoever called has gone', async () => {
      const header = (name: string) => (name === 'authorization' ? `Bearer ${cronSecret}` : null)
      const done = await tick(service, header, AbortSignal.abort())
      expect(done).toEqual({ events: 0, delivered: 0, failed: 0, more: true })
      expect(sent).toEqual([])
    })

    it('reports what could not be done, and writes what is due before anything is sent', async () => {
      const { ticket } = await complaint()
      clock.set('2026-11-24T12:00:00+02:00')
      const late: boolean[] = []
      const failing = {
        ...service,
        send: async () => {
          late.push((await service.desk.history(ticket)).some(({ type }) => type === 'sla_breached'))
          throw new Error('no mail server')
        },
      }
      const header = (name: string) => (name === 'authorization' ? `Bearer ${cronSecret}` : null)
      const done = await tick(failing, header, AbortSignal.timeout(patienceMs))
      expect(done.failed).toBeGreaterThan(0)
      expect(late).toEqual(Array(late.length).fill(true))
      expect(reported).toHaveLength(done.failed)
      expect(reported).toContainEqual({ effectId: expect.any(String), reason: 'no mail server', givenUp: false })
      clock.pass('1h')
      await ask(cronSecret, 'GET /cron', undefined, {})
    })

    it('writes each breach once and sends each effect once, however often and from however many machines', async () => {
      const { ticket } = await complaint()
      clock.pass('24h')
      const answers = await Promise.all(Array.from({ length: 3 }, () => ask(cronSecret, 'GET /cron', undefined, {})))
      answers.push(await ask(cronSecret, 'GET /cron', undefined, {}))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      expect(answers.at(-1)?.body).toEqual({ events: 0, delivered: 0, failed: 0, more: false })
      const history = await service.desk.history(ticket)
      expect(history.filter(({ type }) => type === 'sla_breached').length).toBe(1)
      const mine = sent.filter(({ effect }) => effect.ticketId === ticket).map(({ effect }) => effect.kind)
      expect(mine.sort()).toEqual(['notify', 'sendCannedMessage'])
      expect(new Set(sent.map(({ effect }) => effect.id)).size).toBe(sent.length)
      expect(reported).toEqual([])
    })
  })

describePostgres('a process that has just started', () => {
  it('serves its first requests with one connection', async () => {
    const pool = openPool(
      { connectionString: (await anotherDatabase()).url, max: 1, connectionTimeoutMillis: patienceMs },
      fail,
    )
    try {
      await pool.query(orderTable)
      await pool.query(`INSERT INTO orders VALUES ('o-1', 'mari', 'delivered'), ('o-2', 'mari', 'delivered')`)
      const service = createService({ pool, cronSecret, who: () => null, send: async () => {}, report: fail })
      const mari = { kind: 'requester', id: 'mari' } as const
      const shown = await Promise.all(
        ['o-1', 'o-2'].map((order) => complain(service, mari, order, { body: '…' }, { commandId: order })),
      )
      expect(shown.map(({ reference }) => reference).sort()).toEqual(['T-000001', 'T-000002'])
    } finally {
      await pool.end()
    }
  })
})

const fail = (error: unknown) => {
  throw error
}

describePostgres('the shop at work', () => {
  it('tells of each promise, on both servers, which share what they have done', async () => {
    const lines: string[] = []
    await demo((await anotherDatabase()).url, (line) => lines.push(line))
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "— Express
      201  mari POST /orders/o-1/complaint  T-000001: open
      409  mari POST /orders/o-2/complaint  order_not_open_to_complaints
      200  mari GET /portal/tickets         T-000001: open
      200  jaan GET /portal/tickets         none
           sent: sendCannedMessage, [T-000001] Order o-1
      200  cron GET /cron                   0 events of time, 1 effects delivered
      200  ana  POST /orders/o-1/refund     T-000001: Resolved
      403  mari POST /orders/o-1/refund     agents_only
      — Handlers of Request
      201  mari POST /orders/o-1/complaint  T-000001: solved
      409  mari POST /orders/o-2/complaint  order_not_open_to_complaints
      200  mari GET /portal/tickets         T-000001: solved
      200  jaan GET /portal/tickets         none
      200  cron GET /cron                   0 events of time, 0 effects delivered
      200  ana  POST /orders/o-1/refund     T-000001: Resolved, as before
      403  mari POST /orders/o-1/refund     agents_only"
    `)
  })
})

describePostgres('a shop whose connections are asked for wrongly', ({ url }) => {
  it('is not told to try again for ever', async () => {
    const reported = vi.fn()
    const pool = openPool({ connectionString: url, ssl: { ca: [] } }, fail)
    const { desk } = createService({ pool, cronSecret, who: () => null, send: async () => {}, report: reported })
    const asking = desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'Help', body: '…' })
    const { status, body } = answerTo(await asking.catch((error) => error), reported)
    expect([status, body]).toEqual([500, { code: 'store_failed' }])
    expect(reported).toHaveBeenCalledWith(expect.objectContaining({ code: 'store_failed' }), 500)
    await pool.end()
  })
})

it('a cron secret that can be guessed is refused', () => {
  expect(() => createService({ cronSecret: '' } as never)).toThrow('16 characters')
})

describe.each(['web', 'operations-postgresql'])('docs/how-to/%s.md', (page) => {
  it('quotes the example', () => {
    const blocks = [
      ...readFileSync(`docs/how-to/${page}.md`, 'utf8').matchAll(/^<!-- (examples\/\S+) -->\n\n```ts\n(.*?)^```$/gms),
    ]
    expect(blocks.length).toBeGreaterThan(1)
    for (const [, file = '', code] of blocks) expect(readFileSync(file, 'utf8'), file).toContain(code)
  })
})
