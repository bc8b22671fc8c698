import * as z from 'zod'
import { refuse } from '../../errors.ts'
import { bounds } from '../../model/bounds.ts'
import { Id } from '../../model/schema.ts'
import { changeStatus } from '../move.ts'
import { checkReopening, react } from '../react.ts'
import { row } from './row.ts'

const Link = z.strictObject({ to: Id, as: z.enum(['related', 'parent']).optional() })

export const linkCommands = {
  link: row({
    schema: Link,
    onClosed: 'accepted',
    decide: ({ ticket, emit }, { to, as = 'related' }) => {
      if (to === ticket.id) return refuse('invalid_command', { reason: 'a ticket cannot be linked to itself' }, 'to')
      if (as === 'related' ? ticket.links.related.includes(to) : ticket.links.parent === to) return undefined
      if (as === 'related' && ticket.links.related.length >= bounds.related)
        return refuse('too_large', { limit: bounds.related, actual: bounds.related + 1, unit: 'entries' }, 'to')
      emit('linked', { as, to })
      return undefined
    },
  }),
  unlink: row({
    schema: Link,
    onClosed: 'accepted',
    decide: ({ ticket, emit }, { to, as = 'related' }) => {
      if (as === 'related' ? ticket.links.related.includes(to) : ticket.links.parent === to)
        emit('unlinked', { as, to })
      return undefined
    },
  }),
  /** On the ticket that goes: it closes as merged. The desk performs `receiveMerge` on the other in the same commit. */
  merge: row({
    schema: z.strictObject({ into: Id }),
    onClosed: 'refused',
    decide: (pass, { into }) => {
      if (into === pass.ticket.id) return refuse('merge_cycle', { ticketId: pass.ticket.id, into }, 'into')
      const closed = pass.definition.workflow.defaultOf('closed')
      if (!closed) return refuse('missing_kind', { kind: 'closed' })
      pass.emit('merged', { into })
      changeStatus(pass, closed, 'merge', { reason: 'merged' })
      return undefined
    },
  }),
  /** On the ticket that stays: if somebody waits on the other, they now wait here. */
  receiveMerge: row({
    schema: z.strictObject({ from: Id, waitingSince: z.int().nullable() }),
    onClosed: 'accepted',
    decide: (pass, { from, waitingSince }) => {
      const { ticket, at } = pass
      const waits = waitingSince !== null
      // who waits writes to this ticket, with all that a message of theirs may and may not do
      const refusal = waits ? checkReopening(pass.definition.workflow, ticket, at) : undefined
      if (refusal) return refusal
      if (!waits && ticket.kind === 'closed')
        return refuse('ticket_closed', { ticketId: ticket.id, command: 'merge' }, 'ticketId')
      pass.emit('merge_received', {
        from,
        counts: waits,
        waitingSince: waits ? Math.min(waitingSince, ticket.waitingSince ?? waitingSince) : ticket.waitingSince,
        lastRequesterMessageAt: waits ? at : ticket.lastRequesterMessageAt,
      })
      if (waits) react(pass, 'requesterMessage', 'merge')
      return undefined
    },
  }),
}
