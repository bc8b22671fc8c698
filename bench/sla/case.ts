import {
  type AnyTicketEvent,
  type Command,
  type CommandRequest,
  type Decision,
  type Definition,
  decide,
  defineDesk,
  parseCommand,
  type StandardMetric,
  type Ticket,
  unwrap,
} from '../../src/index.ts'
import { office } from '../business-time/case.ts'

export const mari = { kind: 'requester', id: 'mari' } as const
export const ana = { kind: 'agent', id: 'ana' } as const
export const from = Date.UTC(2026, 0, 5, 8)
export const minute = 60_000
export const hour = 60 * minute

const metrics: readonly StandardMetric[] = [
  'resolution',
  'firstResponse',
  'nextResponse',
  'firstResolution',
  'firstAssignment',
  'periodicUpdate',
  'handling',
]

/** One level of so many clocks with so many steps among them. */
export function deskOf(clocks: number, steps: number, calendar: 'office' | 'alwaysOpen', since?: number): Definition {
  const perClock = clocks === 0 ? 0 : Math.ceil(steps / clocks)
  return defineDesk({
    ...(since === undefined ? {} : { since }),
    calendars: [{ ...office, ...(since === undefined ? {} : { holidays: ['12-24'] }), id: 'office' }],
    calendar,
    levels: [
      {
        id: 'std',
        targets: metrics.slice(0, clocks).map((metric, i) => ({
          metric,
          within: '400h',
          steps: Array.from({ length: Math.max(0, Math.min(perClock, steps - i * perClock)) }, (_, k) => ({
            id: `s${k}`,
            share: 300 + 100 * k,
          })),
        })),
      },
    ],
    slaRules: [{ level: 'std' }],
  }) as unknown as Definition
}

export interface Told {
  readonly ticket: Ticket
  readonly events: readonly AnyTicketEvent[]
}

let ids = 0
export function commandOf(ticketId: string, actor: typeof ana | typeof mari, request: CommandRequest): Command {
  return unwrap(parseCommand(request, { id: `c${++ids}`, ticketId, actor }))
}

/** A ticket told command by command, ten minutes apart. */
export function tell(
  definition: Definition,
  id: string,
  at: number,
  requests: readonly (readonly [typeof ana | typeof mari, CommandRequest])[],
): Told {
  let ticket: Ticket | null = null
  const events: AnyTicketEvent[] = []
  for (const [i, [actor, request]] of requests.entries()) {
    const decided: Decision = unwrap(decide(definition, ticket, commandOf(id, actor, request), at + i * 10 * minute))
    ticket = decided.ticket
    events.push(...decided.events)
  }
  return { ticket: ticket as unknown as Ticket, events }
}

export const opening = [mari, { type: 'open', subject: 'Cannot log in', body: 'x', department: 'first' }] as const
export const asks = [mari, { type: 'message', body: 'still waiting' }] as const
export const answers = [ana, { type: 'reply', body: 'try again' }] as const
export const notes = [ana, { type: 'note', body: 'called them' }] as const
