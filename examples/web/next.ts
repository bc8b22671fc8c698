import { tick } from './cron.ts'
import { agentCommand, callerOf, type Header, senderOf } from './input.ts'
import { complain, refund } from './order.ts'
import { say, showTicket, showTickets } from './portal.ts'
import { answerTo, Problem } from './problem.ts'
import type { Service } from './service.ts'

/** What Next gives a route handler beside the request. */
interface Context {
  readonly params: Promise<{ readonly id: string }>
}

export type RouteHandler = (request: Request, context: Context) => Promise<Response>

const headersOf =
  (request: Request): Header =>
  (name) =>
    request.headers.get(name)

/** A handler that answers errors as the others do. */
const route =
  (service: Service, handle: RouteHandler): RouteHandler =>
  async (request, context) => {
    try {
      return await handle(request, context)
    } catch (error) {
      const { status, headers, body } = answerTo(error, service.report)
      return Response.json(body, { status, headers })
    }
  }

/** More than the longest message as JSON. */
const longestBody = 512 * 1024

async function jsonOf(request: Request): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // judged while it comes, and not when all of it is there
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      length += chunk.length
      if (length > longestBody) throw new Problem(413, 'bad_body')
      chunks.push(chunk)
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    if (typeof body === 'object' && body !== null) return body
  } catch (error) {
    if (error instanceof Problem) throw error
  }
  throw new Problem(400, 'bad_body') // no JSON, or it broke off
}

/** `app/orders/[id]/complaint/route.ts`: `export const { POST } = complaintRoute(service)` */
export const complaintRoute = (service: Service) => ({
  POST: route(service, async (request, { params }) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const shown = await complain(service, actor, (await params).id, await jsonOf(request), options)
    return Response.json(shown, { status: 201 })
  }),
})

/** `app/orders/[id]/refund/route.ts` */
export const refundRoute = (service: Service) => ({
  POST: route(service, async (request, { params }) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const { ticket, repeated } = await refund(service, actor, (await params).id, options)
    return Response.json({ ticket, repeated })
  }),
})

/** `app/tickets/[id]/commands/route.ts` */
export const commandRoute = (service: Service) => ({
  POST: route(service, async (request, { params }) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const { id } = await params
    const command = agentCommand(await jsonOf(request), actor, id)
    const { ticket, repeated } = await service.desk.as(actor).perform(id, command, options)
    return Response.json({ ticket, repeated }, { headers: { etag: `"${ticket.revision}"` } })
  }),
})

/** `app/portal/tickets/route.ts` */
export const ticketsRoute = (service: Service) => ({
  GET: route(service, async (request) => {
    const after = new URL(request.url).searchParams.get('after')
    return Response.json(await showTickets(service, callerOf(service, headersOf(request)), after))
  }),
})

/** `app/portal/tickets/[id]/route.ts` */
export const ticketRoute = (service: Service) => ({
  GET: route(service, async (request, { params }) =>
    Response.json(await showTicket(service, callerOf(service, headersOf(request)), (await params).id)),
  ),
})

/** `app/portal/tickets/[id]/messages/route.ts` */
export const messagesRoute = (service: Service) => ({
  POST: route(service, async (request, { params }) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const shown = await say(service, actor, (await params).id, await jsonOf(request), options)
    return Response.json(shown, { status: 201 })
  }),
})

/** `app/cron/route.ts`: platforms call it by GET, with `Authorization: Bearer` and the secret */
export const cronRoute = (service: Service) => ({
  GET: route(service, async (request) => Response.json(await tick(service, headersOf(request), request.signal))),
})
