import type { SlaClock } from '../model/clock.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { ClockMark } from './explanation.ts'
import type { LedgerEvent } from './ledger.ts'

/** What happened during a cycle, and when it is due, in order of time. */
export function marksOf(
  events: readonly AnyTicketEvent[],
  ledger: readonly LedgerEvent[],
  to: number,
): readonly ClockMark[] {
  const marks: ClockMark[] = []
  const first = ledger[0]?.data.clock
  const last = ledger.at(-1)?.data.clock
  if (!first || !last) return marks
  const own = new Map(ledger.map((event, i) => [event.version, ledger[i - 1]?.data.clock]))
  for (const event of events) {
    const before = own.get(event.version)
    if (own.has(event.version)) marks.push(...ledgerMarks(event as LedgerEvent, before, last))
    else if (event.type === 'message_added' && event.at >= last.startedAt && event.at <= to) {
      const { role, visibility, automatic } = event.data.message
      marks.push({ at: event.at, kind: 'message', role, public: visibility === 'public', automatic })
    }
  }
  if (last.dueAt !== null) marks.push({ at: last.dueAt, kind: 'due' })
  if (last.lateFrom !== null) marks.push({ at: last.lateFrom, kind: 'lateFrom' })
  return marks.sort((a, b) => a.at - b.at) // stable: what happens at one instant stays in the order of the log
}

/** What an entry of the ledger says beside its stretch; `before` is the clock as it stood. */
function ledgerMarks(event: LedgerEvent, before: SlaClock | undefined, last: SlaClock): ClockMark[] {
  const { at, data } = event
  const { clock, reason } = data
  switch (event.type) {
    case 'sla_started':
      return [{ at: clock.startedAt, kind: 'started', reason }, ...ended(clock)]
    case 'sla_paused':
    case 'sla_resumed':
      return before?.state === 'ended' ? [{ at, kind: 'continued', reason }] : []
    case 'sla_retargeted':
      return retargeted(at, reason, before, clock)
    case 'sla_step_reached':
      return [{ at, kind: 'step', step: event.data.step, repetition: event.data.repetition }]
    case 'sla_breached':
      return [{ at, kind: 'breached', takenBack: last.breachedAt !== at }]
    case 'sla_fulfilled':
    case 'sla_cancelled':
      return ended(clock)
    default:
      return event satisfies never
  }
}

const ended = ({ endedAt, ending, endedBy }: SlaClock): ClockMark[] =>
  endedAt === null || ending === null ? [] : [{ at: endedAt, kind: 'ended', ending, by: endedBy ?? ending }]

function retargeted(at: number, reason: string, before: SlaClock | undefined, clock: SlaClock): ClockMark[] {
  if (before?.manualDueAt !== clock.manualDueAt) return [{ at, kind: 'manualDue', dueAt: clock.manualDueAt ?? null }]
  return [{ at, kind: 'switched', reason, targetMs: clock.targetMs, dueAt: clock.dueAt }]
}
