import { fail, unwrap } from '../errors.ts'
import { ticketGiven } from '../model/given.ts'
import type { Names } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import type { RenderedMessage } from '../rules/canned.ts'
import type { Definition } from './definition.ts'
import { definitionGiven } from './given.ts'

/**
 * What a canned message of the definition says to the people of a ticket: values escaped, and what is missing told.
 * @throws DeskError `unknown_name`; `too_large` where values make it longer than a message may be (256 kB);
 * `invalid_definition`, `invalid_command` for what is no definition or no ticket
 */
export function renderCanned<X extends Names>(
  definition: Definition<X>,
  id: NoInfer<X['cannedMessage']>,
  ticket: Ticket,
): RenderedMessage {
  const { cannedMessages } = definitionGiven(definition)
  const canned = cannedMessages.get(id)
  if (!canned)
    throw fail(
      'unknown_name',
      { what: 'canned message', name: String(id).slice(0, 100), known: [...cannedMessages.keys()] },
      'id',
    )
  return unwrap(canned.render(ticketGiven(ticket)))
}
