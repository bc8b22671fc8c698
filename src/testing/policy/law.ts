import { rebuild } from '../../engine/evolve.ts'
import { slaState } from '../../engine/sla-state.ts'
import type { Definitions } from '../../engine/timeline.ts'
import type { SlaClock } from '../../model/clock.ts'
import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import { check, same } from '../check.ts'
import { longerIsNotEarlier } from './longer.ts'
import { type History, type Told, tell } from './tell.ts'

/** What holds of every clock under every policy, whatever happens to the ticket. */
export interface ClockLaw {
  readonly name: string
  /** Throws an Error that says in words what does not hold. */
  run(definitions: Definitions, history: History): void
}

/** Long enough for most of what is due to become late. */
const afterwards = { hours: 240 }

/** A clock as an event of the ledger carries it; keys of later releases are absent in older logs. */
type Entry = SlaClock & { readonly manualDueAt?: number }

interface LedgerEvent {
  readonly event: AnyTicketEvent
  readonly clock: Entry
}

const ledgerOf = ({ events }: Pick<Told, 'events'>): LedgerEvent[] =>
  events.flatMap((event) => ('clock' in event.data ? [{ event, clock: event.data.clock as Entry }] : []))

const nameOf = ({ metric, cycle }: SlaClock) => `${metric}, cycle ${cycle}`
const dated = (at: number) => new Date(at).toISOString()

/** What a switch made late while it was paused breaches as the pause ends: at that instant, not before. */
function noBreachInAPause(definitions: Definitions, history: History): void {
  const breached = new Map<string, number>()
  for (const { event, clock } of ledgerOf(tell(definitions, history, { after: afterwards }))) {
    const name = nameOf(clock)
    const at = breached.get(name)
    breached.delete(name)
    check(at === undefined || at === event.at, `${name} breached at ${dated(at ?? 0)}, while it was paused`)
    if (event.type === 'sla_breached' && clock.state === 'paused' && clock.manualDueAt === undefined)
      breached.set(name, event.at)
  }
  const [left] = breached.keys()
  check(left === undefined, `${left} breached while it was paused`)
}

function lateIsBreached(definitions: Definitions, history: History): void {
  const told = tell(definitions, history, { after: afterwards })
  // the breach may follow in the same cause
  const last = new Map(ledgerOf(told).map(({ clock }) => [nameOf(clock), clock]))
  for (const clock of last.values())
    if (clock.state === 'ended' && clock.manualDueAt === undefined)
      check(
        (clock.latenessMs as number) > 0 === (clock.breachedAt !== null),
        `${nameOf(clock)} ended ${clock.latenessMs} ms late, breachedAt ${clock.breachedAt}`,
      )
  if (!told.ticket) return
  for (const clock of Object.values(slaState(definitions, told.ticket, told.until).clocks)) {
    const manual = (told.ticket.clocks[clock.metric] as Entry | undefined)?.manualDueAt !== undefined
    if (clock.state === 'running' && !manual)
      check(
        clock.elapsedMs > clock.targetMs === clock.breached,
        `${clock.metric} has used ${clock.elapsedMs} of ${clock.targetMs} ms, breached: ${clock.breached}`,
      )
  }
}

function countedTimeNeverShrinks(definitions: Definitions, history: History): void {
  const counted = new Map<string, number>()
  for (const { event, clock } of ledgerOf(tell(definitions, history, { after: afterwards }))) {
    const name = nameOf(clock)
    const before = counted.get(name) ?? 0
    const recounted = 'reason' in event.data && event.data.reason === 'reapply'
    check(recounted || clock.elapsedMs >= before, `${name} had counted ${before} ms, then ${clock.elapsedMs} ms`)
    counted.set(name, clock.elapsedMs)
  }
}

function onceEach(definitions: Definitions, history: History): void {
  const seen = new Set<string>()
  for (const { event, clock } of ledgerOf(tell(definitions, history, { after: afterwards }))) {
    const { type, data, at } = event as { type: string; data: { step?: string; repetition?: number }; at: number }
    if (type !== 'sla_breached' && type !== 'sla_step_reached') continue
    const what = type === 'sla_breached' ? 'breach' : `step ${data.step}, firing ${data.repetition}`
    const key = `${nameOf(clock)}, application ${clock.application}: ${what}`
    check(!seen.has(key), `${key} came twice, the second time at ${dated(at)}`)
    seen.add(key)
  }
}

function inOrder(definitions: Definitions, history: History): void {
  let before = 0
  for (const { at, type } of tell(definitions, history, { after: afterwards }).events) {
    check(at >= before, `${type} of ${dated(at)} stands after an event of ${dated(before)}`)
    before = at
  }
}

function polledOrNot(definitions: Definitions, history: History): void {
  const told = (pollEvery?: number) =>
    tell(definitions, history, { after: afterwards, pollEvery }).events.map(({ recordedAt: _, ...event }) => event)
  const never = told()
  for (const hours of [1, 23]) same(told(hours * 3_600_000), never, `the log of a desk polled every ${hours} h`)
}

function replays(definitions: Definitions, history: History): void {
  const { ticket, events } = tell(definitions, history, { after: afterwards })
  same(rebuild(JSON.parse(JSON.stringify(events))), ticket, 'the ticket replayed from its log')
}

/**
 * Laws of clocks, as data: no test runner is imported. Run each over generated histories of your own policy.
 * @example
 * clockLaws.map(({ name }) => name).includes('late and breached agree') // => true
 */
export const clockLaws: readonly ClockLaw[] = [
  { name: 'no breach is dated inside a pause', run: noBreachInAPause },
  { name: 'late and breached agree', run: lateIsBreached },
  { name: 'a longer target is never due earlier', run: longerIsNotEarlier },
  { name: 'counted time never shrinks', run: countedTimeNeverShrinks },
  { name: 'each breach and each firing of a step comes once', run: onceEach },
  { name: 'the log is in order of time', run: inOrder },
  { name: 'polled or not, the log is the same', run: polledOrNot },
  { name: 'the log replays to the same ticket', run: replays },
]
