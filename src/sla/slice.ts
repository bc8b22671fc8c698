import type { FieldTable } from '../condition/field.ts'
import type { ConditionIndex } from '../condition/rule-index.ts'
import type { Subject } from '../condition/subject.ts'
import type { Verdict } from '../condition/verdict.ts'
import type { Pass } from '../model/pass.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent, TicketEventShapes } from '../model/ticket-event.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { Level } from './level.ts'
import type { Metric } from './metric.ts'

/** Ordered: the first rule whose condition holds gives the level, and a priority if it has one. */
export interface SlaRule {
  /** Its place in the list, from 0. */
  readonly position: number
  /** null: such tickets have no SLA. */
  readonly level: string | null
  readonly priority: string | null
  /** Does it match, and which leaves of its condition decide? Slower than the index. */
  readonly judge: (subject: Subject) => Verdict
}

/** A calendar as a definition names it; `version` is the hash of its content. */
export interface NamedCalendar {
  readonly id: string
  readonly version: string
  readonly calendar: BusinessCalendar
}

/** A group that takes tickets, as far as time is concerned. */
interface Department {
  readonly id: string
  readonly calendar?: string | undefined
}

/** What of a definition this room reads. */
export interface SlaSlice {
  readonly metrics: ReadonlyMap<string, Metric>
  readonly departments: ReadonlyMap<string, Department>
  readonly levels: ReadonlyMap<string, Level>
  readonly slaRules: ConditionIndex<SlaRule>
  readonly slaRulesInOrder: readonly SlaRule[]
  /** The fields that the rules read: a change of one makes them ask again. */
  readonly fieldsOfSlaRules: readonly string[]
  readonly fields: FieldTable
  readonly defaultCalendar: string | null
  readonly calendars: ReadonlyMap<string, NamedCalendar>
}

/** An event, and the ticket as it stood after it. The ticket may be one object that is reused: look, do not keep. */
export interface Stage {
  readonly event: AnyTicketEvent
  readonly ticket: Readonly<Ticket>
}

/** Levels and calendars in the versions that running clocks were started under. */
export interface Versions {
  readonly level: (id: string, version: string) => Level
  readonly calendar: (id: string, version: string) => BusinessCalendar
}

export interface SlaPass extends Pass<TicketEventShapes, SlaSlice> {
  readonly versions: Versions
  /** A ticket as SLA rules see it: without the priority that one of them gave it. */
  readonly seenBySlaRules: (ticket: Readonly<Ticket>) => Readonly<Ticket>
  /** What the SLA rule that matches says of the priority; null: nothing. */
  readonly saySlaPriority: (priority: string | null, reason: string) => void
  /** The whole log up to now; undefined if the caller did not bring it. */
  readonly past: (() => Iterable<Stage>) | undefined
}
