import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expressApp } from './express.ts'
import { fetchHandler, serve } from './fetch-handler.ts'
import { orderTable } from './order.ts'
import { openPool } from './pool.ts'
import { createService, type Service } from './service.ts'

/** The same requests to both servers, on one database: what the first has done, the second knows. */
export async function demo(url: string, tell: (line: string) => void): Promise<void> {
  const pool = openPool({ connectionString: url }, console.error)
  await pool.query(orderTable)
  await pool.query(`INSERT INTO orders VALUES ('o-1', 'mari', 'delivered'), ('o-2', 'mari', 'sent')`)
  const service = createService({
    pool,
    cronSecret: randomBytes(16).toString('hex'),
    // your session; here the token is the name
    who: (authorization) => {
      const id = /^Bearer (\w+)$/.exec(authorization ?? '')?.[1]
      return id === undefined ? null : { kind: id === 'ana' ? 'agent' : 'requester', id }
    },
    send: async ({ effect, message }) => tell(`     sent: ${effect.kind}, ${message?.subject}`),
    report: console.error,
  })
  await service.store.now() // the tables are there: no request looks at them, or makes them, in its transaction
  const servers = {
    Express: expressApp(service).listen(0, '127.0.0.1'),
    'Handlers of Request': serve(fetchHandler(service)).listen(0, '127.0.0.1'),
  }
  try {
    for (const [name, server] of Object.entries(servers)) {
      if (!server.listening) await once(server, 'listening')
      tell(`— ${name}`)
      await visit(asking(service, server, tell))
    }
  } finally {
    for (const server of Object.values(servers)) server.close()
    await pool.end()
  }
}

async function visit(ask: (who: string, route: string, key?: string, body?: object) => Promise<void>): Promise<void> {
  await ask('mari', 'POST /orders/o-1/complaint', 'complaint', { body: 'It is broken.' })
  await ask('mari', 'POST /orders/o-2/complaint', 'another', { body: 'It is not here.' })
  await ask('mari', 'GET /portal/tickets')
  await ask('jaan', 'GET /portal/tickets')
  await ask('cron', 'GET /cron')
  await ask('ana', 'POST /orders/o-1/refund', 'refund')
  await ask('mari', 'POST /orders/o-1/refund', 'mine')
}

const asking =
  ({ cronSecret }: Service, server: Server, tell: (line: string) => void) =>
  async (who: string, route: string, key?: string, body?: object): Promise<void> => {
    const [method = 'GET', path = '/'] = route.split(' ')
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${who === 'cron' ? cronSecret : who}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    tell(`${response.status}  ${who.padEnd(4)} ${route.padEnd(27)} ${told(await response.json())}`)
  }

/** A line of what was answered. */
function told(answer: unknown): string {
  const { code, id, reference, state, ticket, tickets, events, delivered, repeated } = answer as Record<string, unknown>
  if (code !== undefined) return String(code)
  if (id !== undefined) return `${reference}: ${state}`
  if (Array.isArray(tickets)) return tickets.map(told).join(', ') || 'none'
  if (events !== undefined) return `${events} events of time, ${delivered} effects delivered`
  const { reference: which, status } = ticket as Record<string, unknown>
  return `${which}: ${status}${repeated ? ', as before' : ''}`
}
