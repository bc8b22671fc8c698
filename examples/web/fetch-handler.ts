import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Readable } from 'node:stream'
import {
  commandRoute,
  complaintRoute,
  cronRoute,
  messagesRoute,
  type RouteHandler,
  refundRoute,
  ticketRoute,
  ticketsRoute,
} from './next.ts'
import type { Service } from './service.ts'

/** What Next does with the folders of `app/`: finds the route handler of a request. */
export function fetchHandler(service: Service): (request: Request) => Promise<Response> {
  const routes: readonly (readonly [path: RegExp, handlers: { readonly [method: string]: RouteHandler }])[] = [
    [/^\/orders\/([^/]+)\/complaint$/, complaintRoute(service)],
    [/^\/orders\/([^/]+)\/refund$/, refundRoute(service)],
    [/^\/tickets\/([^/]+)\/commands$/, commandRoute(service)],
    [/^\/portal\/tickets$/, ticketsRoute(service)],
    [/^\/portal\/tickets\/([^/]+)$/, ticketRoute(service)],
    [/^\/portal\/tickets\/([^/]+)\/messages$/, messagesRoute(service)],
    [/^\/cron$/, cronRoute(service)],
  ]
  return async (request) => {
    const { pathname } = new URL(request.url)
    for (const [path, handlers] of routes) {
      const found = path.exec(pathname)
      const handle = found && Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined
      if (handle) return handle(request, { params: Promise.resolve({ id: decodeURIComponent(found?.[1] ?? '') }) })
    }
    return Response.json({ code: 'no_such_route' }, { status: 404 })
  }
}

/** A server of `node:http` for it. Next, and runtimes whose handlers take a `Request`, bring one of their own. */
export function serve(handle: (request: Request) => Promise<Response>): Server {
  return createServer(async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    try {
      const response = await handle(requestOf(incoming, gone.signal))
      const body = await response.text()
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body)
    } catch {
      // a path, a host or a method that no `Request` can have: what handlers throw, they answer themselves
      outgoing.writeHead(400, { 'content-type': 'application/json' }).end('{"code":"bad_request"}')
    }
    letGo(incoming)
  })
}

/**
 * Whoever sends more than was read has so long to read the answer: a connection that is cut at once may take it along.
 */
const lingerMs = 2_000

/** Throws away what still comes of a request that has its answer, and ends the connection if that goes on. */
function letGo(incoming: IncomingMessage): void {
  incoming.removeAllListeners('data').resume() // the `Request` would keep it
  if (incoming.complete) return
  const late = setTimeout(() => incoming.destroy(), lingerMs)
  for (const end of ['end', 'close']) incoming.on(end, () => clearTimeout(late))
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers } = incoming
  const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(incoming)
  return new Request(`http://${headers.host}${url}`, {
    method,
    headers: headers as Record<string, string>,
    body,
    duplex: 'half',
    signal,
  })
}
