import { logFormat, upcastEvent } from '../engine/event.ts'
import { placed } from '../engine/given.ts'
import { fail, shown } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Store } from '../store.ts'

/** What of a store gives tickets or events. */
type Reads = Pick<Store, 'load' | 'find' | 'history' | 'changes'>

/**
 * A store of which the desk reads only what this release understands (hazard 43): events come in the form of this
 * release, and what a later one wrote is `event_too_new`, whoever asks for it and for whatever. Nothing of an answer is
 * given without the rest. What is counted, or found by a key, is not looked into.
 * @throws DeskError `invalid_command` for what is no store
 */
export function readable(store: Store): Store {
  if (typeof store !== 'object' || store === null)
    throw fail('invalid_command', { reason: `a desk needs a store, not ${shown(store)}` }, 'store')
  const reads: Reads = {
    load: async (...asked) => {
      const loaded = await store.load(...asked)
      if (loaded.row) ofThisRelease(loaded.row.ticket)
      return loaded
    },
    find: async (query) => {
      const rows = await store.find(query)
      for (const { ticket } of rows) ofThisRelease(ticket)
      return rows
    },
    history: async (tenant, ticketId, range) =>
      inThisForm(await store.history(tenant, ticketId, range), 'history', range?.after),
    changes: async (...asked) => {
      const { events, position } = await store.changes(...asked)
      return { events: inThisForm(events, 'events'), position }
    },
  }
  // all else goes to the store itself, as it is when it is asked
  return new Proxy(store, {
    get(kept, name) {
      if (Object.hasOwn(reads, name)) return reads[name as keyof Reads]
      const value: unknown = Reflect.get(kept, name, kept)
      return typeof value === 'function' ? value.bind(kept) : value
    },
  })
}

function ofThisRelease({ format = 1 }: Ticket): void {
  if (format > logFormat) throw fail('event_too_new', { type: 'ticket', version: format, known: logFormat }, 'ticket')
}

/** The same list where none is older: nothing is copied that need not be. */
function inThisForm(stored: readonly AnyTicketEvent[], path: string, from = 0): readonly AnyTicketEvent[] {
  let changed: AnyTicketEvent[] | undefined
  for (const [i, event] of stored.entries()) {
    const known = inPlace(event, `${path}[${from + i}]`)
    if (known === event) continue
    changed ??= [...stored]
    changed[i] = known
  }
  return changed ?? stored
}

function inPlace(event: AnyTicketEvent, path: string): AnyTicketEvent {
  try {
    return upcastEvent(event)
  } catch (error) {
    throw placed(error, path)
  }
}
