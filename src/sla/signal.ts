import { isBot, type MessageRole } from '../model/message.ts'
import { isOutOfWork, type StatusKind } from '../model/names.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** What clocks listen to: the closed set of things that can happen to a ticket, as far as time is concerned. */
export const plainSignals = [
  'opened',
  'requesterMessage',
  'agentReply',
  'botReply',
  'note',
  'assigned',
  'departmentTaken',
  'departmentLeft',
  'resolved',
  'closed',
  'reopened',
] as const

/** Signals with a name: a status or kind, a field of the ticket, a signal of the application. */
export const namedSignals = ['entered', 'left', 'changed', 'signal'] as const

/** A signal as a metric names it: `agentReply`, `entered:postponed`, `changed:fields.tier`, `signal:call_answered`. */
export type SignalName<S extends string = string> =
  | (typeof plainSignals)[number]
  | `${'entered' | 'left'}:${S | StatusKind}`
  | `${'changed' | 'signal'}:${string}`

export interface Signal {
  readonly name: SignalName | 'statusChanged' | 'leftWork' | 'markedAnswered'
  /** Whose message or opening it is. */
  readonly by?: MessageRole
  /** It comes with the opening: a ticket opened in Resolved starts and ends its clocks at that instant. */
  readonly opening?: true
  /** It says that the ticket was resolved or closed: what it ends, leaving work ended. */
  readonly leaves?: true
  /** Of `leftWork`: closed as spam, duplicate or merged, or the kind entered. */
  readonly to?: string
  /** Of `leftWork`: the request was none, and whatever still ran is cancelled. */
  readonly cancels?: boolean
}

/** Close reasons that say the request was none: whatever still ran is cancelled. */
const cancelling: ReadonlySet<string> = new Set(['spam', 'duplicate', 'merged'])

const none: readonly Signal[] = []

/** The signals of an event, in the order in which clocks take them. */
export function signalsOf(event: AnyTicketEvent): readonly Signal[] {
  switch (event.type) {
    case 'ticket_opened': {
      const { assignee, department, status, kind, closeReason, openedBy = event.actor.kind } = event.data
      const signals: Signal[] = [
        { name: 'opened', by: openedBy },
        ...(department === null ? [] : [{ name: 'departmentTaken' } as const]),
        ...(assignee === null ? [] : [{ name: 'assigned' } as const]),
        ...moved('entered', status, kind),
        ...(isOutOfWork(kind) ? leftWork(kind, closeReason) : []),
      ]
      return signals.map((signal) => ({ ...signal, opening: true }))
    }
    case 'message_added': {
      const { message, counts, opening } = event.data
      return counts && !opening ? messageSignal(message.role, message.visibility) : none
    }
    case 'merge_received':
      return event.data.counts ? [{ name: 'requesterMessage', by: 'requester' }] : none
    case 'assignee_changed':
      return [...(event.data.assignee === null ? [] : [{ name: 'assigned' } as const]), { name: 'changed:assignee' }]
    case 'department_changed':
      return [
        ...(event.data.from === null ? [] : [{ name: 'departmentLeft' } as const]),
        ...(event.data.department === null ? [] : [{ name: 'departmentTaken' } as const]),
        { name: 'changed:department' },
      ]
    case 'status_changed': {
      const { from, fromKind, status, kind, because, closeReason } = event.data
      const left = moved('left', from, fromKind === kind ? undefined : fromKind)
      const entered = moved('entered', status, fromKind === kind ? undefined : kind)
      // a request that was none is answered by nothing
      if (cancels(closeReason) && !isOutOfWork(fromKind)) return [...leftWork(kind, closeReason), ...left, ...entered]
      if (isOutOfWork(kind) && !isOutOfWork(fromKind))
        return [
          ...left,
          ...[...entered, ...leftWork(kind, closeReason)].map((one) => ({ ...one, leaves: true }) as const),
        ]
      const marked: Signal[] = kind === 'answered' && because === 'command' ? [{ name: 'markedAnswered' }] : []
      // a clock that goes on with the reopening is there to be met
      if (isOutOfWork(fromKind) && !isOutOfWork(kind)) return [...left, ...entered, { name: 'reopened' }, ...marked]
      if (!isOutOfWork(kind)) return [...left, ...entered, ...marked, { name: 'statusChanged' }]
      if (kind === fromKind) return [...left, ...entered]
      return [...left, ...entered, { name: kind === 'resolved' ? 'resolved' : 'closed' }]
    }
    case 'fields_changed':
      return (event.data.changed ?? []).map((field) => ({ name: `changed:${field}` as const }))
    case 'priority_changed':
      return event.data.from === event.data.priority ? none : [{ name: 'changed:priority' }]
    case 'tags_changed':
      return [{ name: 'changed:tags' }]
    case 'tier_changed':
      return [{ name: 'changed:tier' }]
    case 'requester_changed':
      return [{ name: 'changed:requester' }]
    case 'signalled':
      return [{ name: `signal:${event.data.name}` }]
    default:
      return none
  }
}

function messageSignal(role: MessageRole, visibility: 'public' | 'internal'): readonly Signal[] {
  if (role === 'requester' || role === 'collaborator') return [{ name: 'requesterMessage', by: role }]
  if (role === 'third_party') return none
  if (visibility === 'internal') return [{ name: 'note', by: role }]
  return [{ name: isBot(role) ? 'botReply' : 'agentReply', by: role }]
}

/** The status by its name, and the kind if that is another word and has changed too. */
const moved = (way: 'entered' | 'left', status: string, kind: string | undefined): Signal[] => [
  { name: `${way}:${status}` as SignalName },
  ...(kind === undefined || kind === status ? [] : [{ name: `${way}:${kind}` as SignalName }]),
]

const cancels = (closeReason: string | null): closeReason is string =>
  closeReason !== null && cancelling.has(closeReason)

function leftWork(kind: StatusKind, closeReason: string | null): Signal[] {
  if (cancels(closeReason)) return [{ name: 'leftWork', to: closeReason, cancels: true }]
  return [{ name: kind === 'resolved' ? 'resolved' : 'closed' }, { name: 'leftWork', to: kind, cancels: false }]
}
