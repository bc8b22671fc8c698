import { upcastEvent } from '../engine/event.ts'
import { eventsGiven, placed } from '../engine/given.ts'
import { fail, shown } from '../errors.ts'
import { copyJson, deepFreeze, isPlainObject } from '../model/json.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import { ReportGroup, type ReportKey, reportKeys, type SlaReportGroup } from './report-group.ts'
import { ReportedTicket } from './reported-ticket.ts'

/** Lines that one report may have. */
const maxGroups = 100_000

/** Keys that the ledger does not tell of. */
const ofTicket: ReadonlySet<ReportKey> = new Set(['priority', 'department', 'agent'])

export interface SlaReportOptions {
  /** What to break it down by, any of them together; `[]` is one line for everything. */
  readonly by: readonly ReportKey[]
  /**
   * `any`, unless said: events of tickets may be mixed, and a few facts are kept for every cycle. `ticket`: each
   * ticket's whole log at a stretch; then no more is kept than one ticket and the lines of the report.
   */
  readonly order?: 'any' | 'ticket' | undefined
}

export interface SlaReport {
  readonly by: readonly ReportKey[]
  readonly tickets: number
  /** Sorted by their keys, in the order of `by`; null comes first. */
  readonly groups: readonly SlaReportGroup[]
}

/** A report that grows with the events it is given. */
export interface SlaTally {
  /** Takes events; those of one ticket in the order of its log. */
  add(events: Iterable<unknown>): SlaTally
  /** What was counted so far. With `order: 'ticket'` the ticket given last must be complete by then. */
  report(): SlaReport
}

/**
 * How the promises of an SLA were kept, from the ledger alone: counts, penalties, and percentiles of elapsed time and
 * lateness. A cycle counts once, by its last ending; a breach that was taken back is none. Percentiles are by the
 * nearest rank. A cycle belongs to the priority of the ticket, and to the department and the agent who had it, when it
 * ended (before what ended it; where nobody had, to who got it then); an open one to those of now. By these three the
 * whole log of a ticket is needed.
 * @throws DeskError `invalid_command`, `unknown_name`, `duplicate_name` for options; `event_malformed` and
 * `event_too_new` with the place of the event (`events[3]`); `too_large` beyond 100,000 lines
 */
export const slaReport = (events: Iterable<unknown>, options: SlaReportOptions): SlaReport =>
  slaTally(options).add(events).report()

/** As `slaReport`, for events that come by and by: from a feed, page after page. */
export function slaTally(options: SlaReportOptions): SlaTally {
  const { by, order } = optionsGiven(options)
  const tally = new Tally(by, order === 'ticket')
  const self: SlaTally = {
    add(events) {
      tally.add(events)
      return self
    },
    report: () => tally.report(),
  }
  return self
}

class Tally {
  readonly #by: readonly ReportKey[]
  readonly #oneByOne: boolean
  /** Complete tickets, where they come one by one. */
  #closed = 0
  readonly #groups: Groups
  readonly #tickets = new Map<string, ReportedTicket>()
  #taken = 0

  constructor(by: readonly ReportKey[], oneByOne: boolean) {
    this.#by = by
    this.#oneByOne = oneByOne
    this.#groups = new Groups(by)
  }

  add(events: Iterable<unknown>): void {
    for (const event of eventsGiven(events, 'events'))
      try {
        this.#take(event)
        this.#taken += 1
      } catch (error) {
        throw placed(error, `events[${this.#taken}]`)
      }
  }

  report(): SlaReport {
    if (this.#oneByOne) this.#close()
    const groups = this.#oneByOne ? this.#groups : new Groups(this.#by)
    for (const ticket of this.#tickets.values()) groups.add(ticket)
    return deepFreeze({ by: [...this.#by], tickets: this.#closed + this.#tickets.size, groups: groups.results() })
  }

  #take(given: unknown): void {
    const event = upcastEvent(given)
    const key = JSON.stringify([event.tenant, event.ticketId])
    const ticket = this.#tickets.get(key) ?? this.#begin(event, key)
    ticket.take(event)
  }

  #begin(event: AnyTicketEvent, key: string): ReportedTicket {
    const { ticketId, version } = event
    const whole = this.#oneByOne || this.#by.some((key) => ofTicket.has(key))
    if (whole && version !== 1)
      throw fail('event_malformed', {
        reason: `the log of ticket ${shown(ticketId)} begins with version ${version}, and all of it is needed`,
      })
    if (this.#oneByOne) this.#close()
    const ticket = new ReportedTicket()
    this.#tickets.set(key, ticket)
    return ticket
  }

  #close(): void {
    for (const ticket of this.#tickets.values()) this.#groups.add(ticket)
    this.#closed += this.#tickets.size
    this.#tickets.clear()
  }
}

/** The lines of a report. */
class Groups {
  readonly #by: readonly ReportKey[]
  readonly #groups = new Map<string, ReportGroup>()

  constructor(by: readonly ReportKey[]) {
    this.#by = by
  }

  add(ticket: ReportedTicket): void {
    for (const cycle of ticket.cycles()) {
      const values = this.#by.map((key) => cycle[key])
      const name = JSON.stringify(values)
      const group =
        this.#groups.get(name) ?? new ReportGroup(Object.fromEntries(this.#by.map((key) => [key, cycle[key]])))
      group.add(cycle)
      this.#groups.set(name, group)
      if (this.#groups.size > maxGroups)
        throw fail('too_large', { limit: maxGroups, actual: this.#groups.size, unit: 'entries' }, 'by')
    }
  }

  results(): SlaReportGroup[] {
    return [...this.#groups.values()].map((group) => copyJson(group.result())).sort((a, b) => this.#compare(a, b))
  }

  #compare(a: SlaReportGroup, b: SlaReportGroup): number {
    for (const key of this.#by) {
      const [one, other] = [a.key[key] ?? null, b.key[key] ?? null]
      if (one === other) continue
      return one === null || (other !== null && one < other) ? -1 : 1
    }
    return 0
  }
}

function optionsGiven(options: unknown): SlaReportOptions {
  const refused = (reason: string, path: string) => fail('invalid_command', { reason }, path)
  if (!isPlainObject(options)) throw refused(`options are { by }, not ${shown(options)}`, 'options')
  const unknown = Object.keys(options).find((key) => key !== 'by' && key !== 'order')
  if (unknown !== undefined) throw refused(`unknown key ${shown(unknown)}`, 'options')
  const { by, order = 'any' } = options
  if (!Array.isArray(by)) throw refused(`by is a list of keys, not ${shown(by)}`, 'by')
  for (const [i, key] of by.entries()) {
    if (!(reportKeys as readonly unknown[]).includes(key))
      throw fail('unknown_name', { what: 'key of a report', name: shown(key), known: reportKeys }, `by[${i}]`)
    if (by.indexOf(key) < i) throw fail('duplicate_name', { what: 'key of a report', name: shown(key) }, `by[${i}]`)
  }
  if (order !== 'any' && order !== 'ticket') throw refused(`order is any or ticket, not ${shown(order)}`, 'order')
  return { by, order }
}
