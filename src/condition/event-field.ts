import { messageRoles } from '../model/message.ts'
import { foldText } from '../model/text.ts'
import type { AnyTicketEvent, TicketEventType } from '../model/ticket-event.ts'
import { zoneNamed } from '../time/zone.ts'
import { type Field, type FieldTable, type FieldType, family } from './field.ts'
import type { Subject } from './subject.ts'
import { inBusinessHours, weekdayIn, weekdays } from './time-field.ts'

interface OfEvent<T extends FieldType> {
  readonly type: T
  readonly class: 'event'
  readonly read: Field['read']
}

const ofEvent = <const T extends FieldType>(
  type: T,
  read: (event: AnyTicketEvent, subject: Subject) => unknown,
): OfEvent<T> => ({
  type,
  class: 'event',
  read: (subject) => (subject.event ? read(subject.event, subject) : undefined),
})

type EventOf<E extends TicketEventType> = Extract<AnyTicketEvent, { type: E }>
type MessageEvent = EventOf<'message_added'>

const ofMessage = <const T extends FieldType>(type: T, read: (event: MessageEvent) => unknown): OfEvent<T> =>
  ofEvent(type, (event) => (event.type === 'message_added' ? read(event) : undefined))

/** What is known while something happens: of the event at hand, and of the message if it is one. */
export const eventFields = {
  'event.type': { ...ofEvent('name', (event) => event.type), names: 'event' },
  'event.at': ofEvent('instant', (event) => event.at),
  /** What caused it: a `command`, or `time`. */
  'event.cause': { ...ofEvent('name', (event) => event.cause.kind), known: ['command', 'time'] },
  /** Why a status, a priority, a tier or a clock changed. */
  'event.reason': ofEvent('name', reasonOf),
  /** Of `priority_changed`. */
  'event.source': ofEvent('name', (event) => (event.type === 'priority_changed' ? event.data.source : undefined)),
  /** Of `sla_*`. */
  'event.metric': { ...ofEvent('name', metricOf), names: 'metric' },
  /** Of `sla_step_reached`: the id of the step. */
  'event.step': ofEvent('name', (event) => (event.data as { step?: unknown }).step),
  /** Of `signalled`: its name. */
  'event.signal': ofEvent('name', (event) => (event.type === 'signalled' ? event.data.name : undefined)),
  'event.tagsAdded': ofEvent('tags', (event) =>
    event.type === 'tags_changed' ? event.data.added.map(foldText) : undefined,
  ),
  'event.tagsRemoved': ofEvent('tags', (event) =>
    event.type === 'tags_changed' ? event.data.removed.map(foldText) : undefined,
  ),
  /** Was a calendar open when it happened? */
  'event.inBusinessHours.<calendar>': family({
    type: 'boolean',
    class: 'event',
    partNames: 'calendar',
    of: (id) => ofEvent('boolean', (event, subject) => inBusinessHours(subject, id, event.at)),
  }),
  /** `mon` to `sun`, where and when it happened. */
  'event.weekday.<zone>': family({
    type: 'name',
    class: 'event',
    known: weekdays,
    of: (name) => {
      const zone = zoneNamed(name)
      return zone && ofEvent('name', (event) => weekdayIn(zone, event.at))
    },
  }),
  'actor.kind': { ...ofEvent('name', (event) => event.actor.kind), known: messageRoles },
  'actor.id': ofEvent('name', (event) => event.actor.id),
  'message.role': { ...ofMessage('name', ({ data }) => data.message.role), known: messageRoles },
  'message.visibility': { ...ofMessage('name', ({ data }) => data.message.visibility), known: ['public', 'internal'] },
  'message.body': ofMessage('text', ({ personal }) => personal?.body),
  'message.channel': ofMessage('name', ({ data }) => data.message.channel),
  'message.language': ofMessage('name', ({ data }) => data.message.language),
  'message.format': { ...ofMessage('name', ({ data }) => data.message.format), known: ['text', 'html', 'markdown'] },
  'message.automatic': ofMessage('boolean', ({ data }) => data.message.automatic),
  /** It came with the opening of the ticket. */
  'message.opening': ofMessage('boolean', ({ data }) => data.opening),
  /** False of "thanks!" and automatic mail. */
  'message.counts': ofMessage('boolean', ({ data }) => data.counts),
  /** The agent who typed it in for somebody else. */
  'message.enteredBy': ofMessage('name', ({ data }) => data.message.enteredBy),
  'message.sentAt': ofMessage('instant', ({ data }) => data.message.sentAt),
  'message.attachments': ofMessage('number', ({ personal }) => personal?.attachments.length ?? 0),
} as const satisfies FieldTable

function reasonOf(event: AnyTicketEvent): unknown {
  const { because, reason } = event.data as { because?: unknown; reason?: unknown }
  return because ?? reason ?? (event.personal as { reason?: unknown } | undefined)?.reason
}

function metricOf(event: AnyTicketEvent): unknown {
  return (event.data as { clock?: { metric?: unknown } }).clock?.metric
}
