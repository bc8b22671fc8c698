import { isOutOfWork } from '../model/names.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** What clocks listen to: the closed set of things that can happen to a ticket, as far as time is concerned. */
export type Signal =
  | { readonly name: 'opened' | 'requesterMessage' | 'agentReply' | 'assigned' | 'statusChanged' | 'reopened' }
  /** Resolved or closed; `cancels` when closed as spam, duplicate or merged. */
  | { readonly name: 'leftWork'; readonly by: string; readonly cancels: boolean }

export type SignalName = Signal['name']

/** Close reasons that say the request was none: whatever still ran is cancelled. */
const cancelling: ReadonlySet<string> = new Set(['spam', 'duplicate', 'merged'])

/** The signals of an event, in the order in which clocks take them. */
export function signalsOf(event: AnyTicketEvent): readonly Signal[] {
  switch (event.type) {
    case 'ticket_opened': {
      const { assignee, kind, closeReason } = event.data
      return [
        { name: 'opened' },
        ...(assignee === null ? [] : [{ name: 'assigned' } as const]),
        ...(isOutOfWork(kind) ? [leftWork(kind, closeReason)] : []),
      ]
    }
    case 'message_added': {
      const { message, counts, opening } = event.data
      if (!counts || opening) return []
      if (message.role === 'requester' || message.role === 'collaborator') return [{ name: 'requesterMessage' }]
      return message.role === 'agent' && message.visibility === 'public' ? [{ name: 'agentReply' }] : []
    }
    case 'merge_received':
      return event.data.counts ? [{ name: 'requesterMessage' }] : []
    case 'assignee_changed':
      return event.data.assignee === null ? [] : [{ name: 'assigned' }]
    case 'status_changed': {
      const { fromKind, kind, closeReason } = event.data
      if (isOutOfWork(kind)) return isOutOfWork(fromKind) ? [] : [leftWork(kind, closeReason)]
      return [{ name: isOutOfWork(fromKind) ? 'reopened' : 'statusChanged' }]
    }
    default:
      return []
  }
}

const leftWork = (kind: string, closeReason: string | null): Signal => ({
  name: 'leftWork',
  by: kind === 'closed' && closeReason !== null && cancelling.has(closeReason) ? closeReason : kind,
  cancels: kind === 'closed' && closeReason !== null && cancelling.has(closeReason),
})
