import express, { type ErrorRequestHandler, type Express, type Request } from 'express'
import { tick } from './cron.ts'
import { agentCommand, callerOf, type Header, senderOf } from './input.ts'
import { complain, refund } from './order.ts'
import { say, showTicket, showTickets } from './portal.ts'
import { answerTo, Problem } from './problem.ts'
import type { Service } from './service.ts'

const headersOf =
  (request: Request): Header =>
  (name) =>
    request.get(name) ?? null

/** All routes on Express 5, which hands what a promise rejects with to the last handler. */
export function expressApp(service: Service): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '512kb' }))

  app.post('/orders/:id/complaint', async (request, response) => {
    const { actor, options } = senderOf(service, headersOf(request))
    response.status(201).json(await complain(service, actor, request.params.id, request.body, options))
  })

  app.post('/orders/:id/refund', async (request, response) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const { ticket, repeated } = await refund(service, actor, request.params.id, options)
    response.json({ ticket, repeated })
  })

  app.post('/tickets/:id/commands', async (request, response) => {
    const { actor, options } = senderOf(service, headersOf(request))
    const { id } = request.params
    const command = agentCommand(request.body, actor, id)
    const { ticket, repeated } = await service.desk.as(actor).perform(id, command, options)
    response.set('etag', `"${ticket.revision}"`).json({ ticket, repeated })
  })

  app.get('/portal/tickets', async (request, response) => {
    const { after } = request.query
    const actor = callerOf(service, headersOf(request))
    response.json(await showTickets(service, actor, typeof after === 'string' ? after : null))
  })

  app.get('/portal/tickets/:id', async (request, response) => {
    response.json(await showTicket(service, callerOf(service, headersOf(request)), request.params.id))
  })

  app.post('/portal/tickets/:id/messages', async (request, response) => {
    const { actor, options } = senderOf(service, headersOf(request))
    response.status(201).json(await say(service, actor, request.params.id, request.body, options))
  })

  app.get('/cron', async (request, response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    response.json(await tick(service, headersOf(request), gone.signal))
  })

  app.use(() => {
    throw new Problem(404, 'no_such_route')
  })
  app.use(((thrown, _request, response, next) => {
    if (response.headersSent) return next(thrown)
    // what Express says no to: a path that is no text, a body that is not JSON, too long, or broke off
    const refused = thrown instanceof URIError ? 'bad_path' : thrown?.expose === true ? 'bad_body' : null
    const error = refused === null ? thrown : new Problem(thrown.status, refused)
    const { status, headers, body } = answerTo(error, service.report)
    response.status(status).set(headers).json(body)
  }) satisfies ErrorRequestHandler)
  return app
}
