import { type CommandRequest, parseCommand } from '../engine/command.ts'
import { type Decision, decide } from '../engine/decide.ts'
import { defineDesk } from '../engine/definition.ts'
import { unwrap } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import type { Ticket } from '../model/ticket.ts'
import type { TicketChange } from '../store.ts'

const nineToFive = [['09:00', '17:00']] as const

/** A small desk: one office, one level, one view. */
export const sampleDefinition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: { mon: nineToFive, tue: nineToFive, wed: nineToFive, thu: nineToFive, fri: nineToFive },
      holidays: ['12-25'],
    },
  ],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: { Urgent: '1h', default: '4h' } },
        { metric: 'resolution', within: '16h' },
      ],
    },
  ],
  slaRules: [{ level: 'standard' }],
  views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'slaDue' }],
})

/** Who asks for what, when and where. */
export interface SampleCommand {
  readonly tenant: string
  readonly ticketId: string
  readonly at: number
  /** `command` unless given. */
  readonly commandId?: string
  /** The agent `ana` unless given. */
  readonly actor?: Actor
}

/**
 * What a command leads to by `sampleDefinition`; null is the ticket before it is opened.
 * @throws DeskError the refusal of `decide`
 */
export function decided(before: Ticket | null, request: CommandRequest, by: SampleCommand): Decision {
  const { tenant, ticketId, at, commandId = 'command', actor = { kind: 'agent', id: 'ana' } } = by
  const command = unwrap(parseCommand(request, { id: commandId, ticketId, actor }))
  return unwrap(decide(sampleDefinition, before, command, at, { tenant }))
}

/** A decision as a store takes it. */
export function changeOf(before: Ticket | null, { ticket, events, nextAt }: Decision): TicketChange {
  const externalIds = events.flatMap((event) =>
    event.type === 'message_added' && event.personal?.externalId ? [event.personal.externalId] : [],
  )
  const expectedVersion = before?.version ?? 0
  const plannedBy = sampleDefinition.version
  return { ticketId: ticket.id, expectedVersion, events, ticket, nextAt, plannedBy, externalIds }
}
