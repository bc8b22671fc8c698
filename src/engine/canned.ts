import { fail, unwrap } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { RenderedMessage } from '../rules/canned.ts'
import type { Definition } from './definition.ts'

/**
 * What a canned message of the definition says to the people of a ticket: values escaped, and what is missing told.
 * @throws DeskError `unknown_name`; `too_large` where values make it longer than a message may be (256 kB)
 */
export function renderCanned(definition: Definition, id: string, ticket: Ticket): RenderedMessage {
  const { cannedMessages } = definition
  const canned = cannedMessages.get(id)
  if (!canned)
    throw fail('unknown_name', {
      what: 'canned message',
      name: String(id).slice(0, 100),
      known: [...cannedMessages.keys()],
    })
  return unwrap(canned.render(ticket))
}
