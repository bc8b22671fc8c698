/**
 * Faults to put into the library on purpose: definitions that are read wrongly, clocks and commands that are spoiled.
 */
import {
  type AnyTicketEvent,
  advance,
  type BusinessCalendar,
  type Definition,
  type Definitions,
  decide,
  defineDesk,
  type SlaClock,
  type Ticket,
} from 'ticketwright'
import type { PlainTarget } from './plain/definition.ts'
import type { Under } from './trial.ts'

type Fault = (definition: Definition) => Definition

/** A library that decides by definitions which are not those it was given. */
function reading(fault: Fault): Partial<Under> {
  const known = new WeakMap<object, Definition[]>()
  const wrong = (definitions: Definitions): Definition[] => {
    const made = known.get(definitions) ?? [definitions].flat().map((one) => fault(one as Definition))
    known.set(definitions, made)
    return made
  }
  return {
    decide: (definitions, ...rest) => decide(wrong(definitions), ...rest),
    advance: (definitions, ...rest) => advance(wrong(definitions), ...rest),
  }
}

/** Calendars that are wrong in one point. */
export const calendars = (fault: (calendar: BusinessCalendar) => Partial<BusinessCalendar>): Partial<Under> =>
  reading((definition) => ({
    ...definition,
    calendars: new Map(
      [...definition.calendars].map(([id, named]) => [
        id,
        { ...named, calendar: { ...named.calendar, ...fault(named.calendar) } },
      ]),
    ),
  }))

/** A definition with other targets. */
export const withTargets =
  (change: (target: PlainTarget) => object): Fault =>
  ({ json }) =>
    defineDesk({
      ...json,
      levels: json.levels?.map((level) => ({
        ...level,
        targets: level.targets.map((target) => ({ ...target, ...change(target as PlainTarget) })),
      })),
    } as never)

/** Targets that are read wrongly. */
export const targets = (fault: (target: PlainTarget) => object): Partial<Under> => reading(withTargets(fault))

/** Revisions that come into force later than they say. */
export const later = (ms: number): Partial<Under> =>
  reading((definition) => (definition.since === null ? definition : { ...definition, since: definition.since + ms }))

interface Spoil {
  readonly ticket?: (ticket: Ticket) => Ticket
  readonly clock?: (clock: SlaClock, inForce: Definition) => SlaClock
}

/** A library that forgets, or knows better: what it keeps of a ticket and its clocks is spoiled, in the log as well. */
export function keeping({ ticket: spoilTicket = (ticket) => ticket, clock: spoilClock = (clock) => clock }: Spoil) {
  const spoil = <T extends { readonly ticket: Ticket; readonly events: readonly AnyTicketEvent[] }>(
    definitions: Definitions,
    found: T,
  ): T => {
    const inForce = (at: number) =>
      [definitions].flat().findLast(({ since }, i) => i === 0 || (since ?? 0) <= at) as Definition
    const { ticket, events } = found
    const clocks = Object.entries(ticket.clocks as Record<string, SlaClock>).map(([metric, clock]) => [
      metric,
      spoilClock(clock, inForce(ticket.lastAt)),
    ])
    return {
      ...found,
      ticket: spoilTicket({ ...ticket, clocks: Object.fromEntries(clocks) }),
      events: events.map((event) =>
        'clock' in event.data
          ? { ...event, data: { ...event.data, clock: spoilClock(event.data.clock, inForce(event.at)) } }
          : event,
      ),
    }
  }
  const under: Partial<Under> = {
    decide: (definitions, ...rest) => {
      const decided = decide(definitions, ...rest)
      return decided.ok ? { ok: true, value: spoil(definitions, decided.value) } : decided
    },
    advance: (definitions, ...rest) => spoil(definitions, advance(definitions, ...rest)),
  }
  return under
}

/** A library that takes a command for another one. */
export const mistaking = (type: string, as: object): Partial<Under> => ({
  decide: (definitions, ticket, command, ...rest) =>
    decide(definitions, ticket, command.type === type ? ({ ...command, ...as } as typeof command) : command, ...rest),
})
