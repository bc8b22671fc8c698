import { comparePositions, compileSortKeys, type SortKey, type SortPosition } from '../condition/sort-key.ts'
import { fields } from '../engine/field.ts'
import {
  isVisibleTo,
  type RequesterMessage,
  type RequesterTicket,
  requesterMessages,
  requesterTicket,
} from '../engine/requester-view.ts'
import { fail, isDeskError, unwrap } from '../errors.ts'
import { Id, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { advanceWithHistory } from './catch-up.ts'
import type { DeskContext } from './options.ts'
import { shieldedFor } from './outsider.ts'
import { breathe } from './pace.ts'
import { historyOf, loaded, type PageAsk, PageAskSchema } from './read.ts'

/** A page of somebody's tickets. */
export interface PortalPage {
  readonly tickets: readonly RequesterTicket[]
  /** Pass it as `after` for the next page; null: this was the last. */
  readonly next: SortPosition | null
}

/**
 * What somebody who asks for help may see: their tickets and those they are in copy of, each as the list of facts
 * in `RequesterTicket`. Any other ticket is `ticket_not_found`, as one that is not there.
 */
export interface Portal {
  readonly person: string
  get(ticketId: string): Promise<RequesterTicket>
  /** Public messages, in order. */
  messages(ticketId: string): Promise<readonly RequesterMessage[]>
  /** The tickets they asked for, the latest opened first; 50 a page unless said. */
  tickets(ask?: PageAsk): Promise<PortalPage>
  /** All of it as JSON Lines, a ticket with its messages each: what a person may ask for. */
  exportLines(): AsyncIterable<string>
}

/** By nothing that happened inside: a note or a priority must not show in the order. */
const latestFirst: readonly SortKey[] = [{ by: { field: 'openedAt' }, direction: 'descending', nulls: 'last' }]
const position = compileSortKeys(latestFirst, fields)

/** As it is now; where nobody can tell what time has caused, as it was last: what is theirs, people may see. */
async function asFarAsKnown(desk: DeskContext, ticketId: string): Promise<Ticket> {
  const { ticket, now } = await loaded(desk, ticketId)
  try {
    return (await advanceWithHistory(desk, ticket, now, Number.POSITIVE_INFINITY)).ticket
  } catch (error) {
    if (!isDeskError(error, 'definition_missing')) throw error
    return ticket
  }
}

/** @throws DeskError `invalid_command` when the person is no id */
export function portal(desk: DeskContext, id: string): Portal {
  const person = unwrap(parse(Id, id, 'invalid_command', 'person'))
  const theirs = async (ticketId: string): Promise<Ticket> => {
    const ticket = await asFarAsKnown(desk, ticketId)
    if (!isVisibleTo(ticket, person)) throw fail('ticket_not_found', { ticketId: ticketId.slice(0, 100) }, 'ticketId')
    return ticket
  }
  const shown = (ticket: Ticket) => requesterTicket(desk.latest, ticket)
  const messages = async (ticketId: string) => requesterMessages(await historyOf(desk, ticketId))
  const tickets: Portal['tickets'] = async (ask = {}) => {
    const { limit = 50, after } = unwrap(parse<PageAsk>(PageAskSchema, ask, 'invalid_command'))
    const rows = await desk.store.find({
      tenant: desk.tenant,
      when: { field: 'requester.id', op: 'is', value: person },
      matches: ({ requester }) => requester?.id === person,
      keys: latestFirst,
      position,
      compare: (a, b) => comparePositions(latestFirst, a, b),
      limit: limit + 1,
      after,
    })
    const page = rows.slice(0, limit).map(({ ticket }) => ticket)
    const last = page.at(-1)
    const seen = await Promise.all(page.map(({ id }) => asFarAsKnown(desk, id)))
    return { tickets: seen.map(shown), next: rows.length > limit && last ? position(last) : null }
  }
  return shieldedFor(
    { kind: 'requester' },
    {
      person,
      get: async (ticketId) => shown(await theirs(ticketId)),
      messages: async (ticketId) => messages((await theirs(ticketId)).id),
      tickets,
      async *exportLines() {
        for (let after: SortPosition | undefined, more = true; more; await breathe()) {
          const page = await tickets({ limit: 100, after })
          for (const ticket of page.tickets)
            yield `${JSON.stringify({ ...ticket, messages: await messages(ticket.id) })}\n`
          more = page.next !== null
          after = page.next ?? undefined
        }
      },
    },
  )
}
