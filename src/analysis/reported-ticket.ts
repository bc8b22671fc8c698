import { fail, shown } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import type { Cause } from '../model/event.ts'
import { isPlainObject, type Json } from '../model/json.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** Whose a ticket is, and how urgent, as far as reports tell. */
interface Holders {
  readonly priority: string | null
  readonly department: string | null
  readonly agent: string | null
}

/** What of a cycle a report counts: the last word of the ledger on it. */
export interface ReportedCycle extends Holders {
  readonly level: string
  readonly metric: string
  readonly ending: 'fulfilled' | 'cancelled' | null
  /** Late, and that was not taken back. */
  readonly breached: boolean
  readonly elapsedMs: number
  /** Null while it is open. */
  readonly latenessMs: number | null
  /** Of the breach that stands. */
  readonly penalty: Json | undefined
}

const nobody: Holders = { priority: null, department: null, agent: null }

/** Follows the log of one ticket as far as reports need it: a few facts for each cycle, and who had the ticket when. */
export class ReportedTicket {
  #now = nobody
  /** Who had it before the cause at hand. */
  #before = nobody
  #cause: string | null = null
  #version = 0
  readonly #cycles = new Map<string, ReportedCycle>()

  /** @throws DeskError `event_malformed` for an event out of order, or a clock that is none */
  take(event: AnyTicketEvent): void {
    if (event.version <= this.#version)
      throw fail('event_malformed', {
        reason: `version ${event.version} of ticket ${shown(event.ticketId)} comes after ${this.#version}`,
      })
    this.#version = event.version
    const cause = causeKey(event)
    if (cause !== this.#cause) this.#before = this.#now
    this.#cause = cause
    if (event.type === 'ticket_opened')
      this.#now = {
        priority: name(event.data.priority),
        department: name(event.data.department),
        agent: name(event.data.assignee),
      }
    else if (event.type === 'priority_changed') this.#now = { ...this.#now, priority: name(event.data.priority) }
    else if (event.type === 'department_changed') this.#now = { ...this.#now, department: name(event.data.department) }
    else if (event.type === 'assignee_changed') this.#now = { ...this.#now, agent: name(event.data.assignee) }
    else if ('clock' in event.data) this.#takeClock(event.data.clock, event)
    else if (event.type.startsWith('sla_') && event.type !== 'sla_applied') throw noClock(event)
  }

  /** Every cycle so far; of one that is open, whose it is now. */
  *cycles(): Generator<ReportedCycle> {
    for (const cycle of this.#cycles.values()) yield cycle.ending === null ? { ...cycle, ...this.#now } : cycle
  }

  #takeClock(clock: SlaClock, event: AnyTicketEvent): void {
    if (!isClock(clock)) throw noClock(event)
    const { level, metric, cycle, ending, breachedAt, elapsedMs, latenessMs } = clock
    const key = JSON.stringify([metric, cycle])
    const breached = breachedAt !== null
    const penalty =
      event.type === 'sla_breached' ? event.data.penalty : breached ? this.#cycles.get(key)?.penalty : undefined
    const { priority, department, agent } = this.#before
    // who had it when that came about; where nobody had, who has it since
    const holders = {
      priority: priority ?? this.#now.priority,
      department: department ?? this.#now.department,
      agent: agent ?? this.#now.agent,
    }
    this.#cycles.set(key, { level, metric, ending, breached, elapsedMs, latenessMs, penalty, ...holders })
  }
}

const name = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const noClock = ({ type, version }: AnyTicketEvent) =>
  fail('event_malformed', { reason: `${type}, version ${version}, lacks a clock as the ledger keeps it` })

const isClock = (clock: unknown): clock is SlaClock => {
  if (!isPlainObject(clock)) return false
  const { level, metric, priority, cycle, elapsedMs, latenessMs, ending, breachedAt } = clock
  return (
    [level, metric, priority].every((text) => typeof text === 'string') &&
    Number.isSafeInteger(cycle) &&
    isAmount(elapsedMs) &&
    (latenessMs === null || isAmount(latenessMs)) &&
    (breachedAt === null || Number.isSafeInteger(breachedAt)) &&
    (ending === null ? latenessMs === null : latenessMs !== null && (ending === 'fulfilled' || ending === 'cancelled'))
  )
}

const isAmount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** Names the cause of an event among those of its ticket. */
function causeKey({ at, revision, cause }: AnyTicketEvent): string {
  const { kind, id, fact, key } = (isPlainObject(cause) ? cause : {}) as Partial<
    Record<keyof Cause | 'id' | 'fact' | 'key', string>
  >
  return JSON.stringify([at, revision, kind, id, fact, key])
}
