import type { Figures, Remarks } from './figures.ts'
import type { Queued } from './queue.ts'
import type { Shift, Taken } from './shift/work.ts'

type Cell = string | number

/** Columns of equal width; the first is text, numbers go to the right. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => String(row[i]).length)))
  const line = (cells: readonly Cell[], like: readonly Cell[]) =>
    cells
      .map((cell, i) =>
        typeof like[i] === 'number' ? String(cell).padStart(widths[i] ?? 0) : String(cell).padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const [first] = rows
  return first
    ? [line(head, first), ...rows.map((row) => line(row, row))].map((text) => `  ${text}\n`).join('')
    : '  none\n'
}

const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)
const minutes = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

/** The figures for people. */
export function report(figures: Figures, remarks: Remarks): string {
  return [
    snapshots(figures, remarks),
    `Status changes\n${table(
      ['from', 'to', 'count'],
      figures.transitions.map(({ from, to, count }) => [from, to, count]),
    )}`,
    compliance(figures, remarks),
    `Worst breaches, by open hours beyond the target\n${table(
      ['incident', 'priority', 'metric', 'target', 'late by'],
      figures.worst.map(({ ticket, priority, metric, targetMs, latenessHours, ended }) => [
        ticket,
        priority,
        metric,
        `${targetMs / 3_600_000} h`,
        `${latenessHours.toFixed(2)} h${ended ? '' : ' so far'}`,
      ]),
    )}`,
    queues(figures, remarks),
    closing(figures),
    ...(figures.shift ? [shift(figures.shift)] : []),
  ].join('\n')
}

function snapshots({ snapshots, commands, unchanged, refused }: Figures, { incidents, brokenStates }: Remarks): string {
  const codes = Object.entries(refused)
  const total = codes.reduce((sum, [, count]) => sum + count, 0)
  const by = total === 0 ? '' : ` (${codes.map(([code, count]) => `${code} ${count}`).join(', ')})`
  return `${snapshots} snapshots of ${incidents} incidents
  ${commands} became commands, ${unchanged} changed nothing, ${total} refused${by}
  ${brokenStates} with state -100, a broken code: no change of status
`
}

const hours = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 3_600_000).toFixed(2)} h`)

function compliance({ compliance }: Figures, { agreement }: Remarks): string {
  const rows = compliance.map(({ level, priority, metric, met, breached, cancelled, open, elapsedMs, latenessMs }) => [
    level,
    priority,
    metric,
    met,
    breached,
    cancelled,
    open,
    share(met, met + breached),
    hours(elapsedMs?.median),
    hours(elapsedMs?.p90),
    hours(latenessMs?.median),
    hours(latenessMs?.most),
  ])
  const head = ['level', 'priority', 'metric', 'met', 'breached', 'cancelled', 'open', 'kept']
  return `Targets kept, from the ledger alone, in open hours (cancelled: resolved before anybody was assigned)
${table([...head, 'median', 'p90', 'late by', 'at most'], rows)}
  The log's own verdict, on targets it does not tell: agrees in ${agreement.agreed} of ${agreement.compared} resolutions
`
}

function queues({ queues, snapshots }: Figures, { queuesAtIsDefault }: Remarks): string {
  const rows = (queue: readonly Queued[]) =>
    table(
      ['incident', 'priority', 'status', 'opened', 'due', 'assignee'],
      queue.map(({ ticket, priority, status, openedAt, dueAt, late, assignee }) => [
        ticket,
        priority,
        status,
        minutes(openedAt),
        dueAt === null ? 'waits' : `${minutes(dueAt)}${late ? ' late' : ''}`,
        assignee ?? '–',
      ]),
    )
  const middle = snapshots === 0 ? 'the file is empty' : 'the snapshot in the middle of the file'
  const chosen = queuesAtIsDefault ? ` (${middle})` : ''
  return `Queues at ${queues.at}${chosen}: ${queues.unresolved} unresolved
  by priority
${rows(queues.priority)}
  due first
${rows(queues.dueFirst)}`
}

function closing({ autoClosed: { library, command, log, both, libraryOnly, logOnly, logLater } }: Figures): string {
  return `Closing, 120 h after Resolved
  ${library} closed by the library itself, ${command} by a command; ${log} closed in the log
  ${both} by both, ${libraryOnly} by the library only, ${logOnly} in the log only
  of both, the log closed in the same minute ${logLater.sameMinute}, within an hour ${logLater.withinHour}, \
within a day ${logLater.withinDay}, later ${logLater.overDay}, earlier ${logLater.earlier}
`
}

function shift({ day, order, taken, left, idle }: Shift): string {
  const rows = taken.map(({ at, agent, ticket, priority, category, waitedMinutes, place, of, ...why }) => [
    at.slice(11, 16),
    agent,
    ticket,
    priority,
    category ?? '–',
    `${waitedMinutes} min`.padStart(8),
    `${place} of ${of}`,
    reasonOf(why),
  ])
  const each = [...Map.groupBy(taken, ({ agent }) => agent)].map(([agent, list]) => `${agent} ${list.length}`)
  const longest = Math.max(0, ...taken.map(({ waitedMinutes }) => waitedMinutes))
  return `A shift on ${day}, simulated: four agents ask for the next incident whenever they are free
  first comes: ${order}
${table(['time', 'agent', 'incident', 'priority', 'category', 'waited', 'place', 'why'], rows)}
  ${taken.length} taken (${each.join(', ')}), the longest wait ${longest} min; ${left} left;\
 ${idle} times somebody had nothing they might take while others waited
`
}

function reasonOf({ passedOver }: Pick<Taken, 'passedOver'>): string {
  const kept = Object.entries(passedOver).map(([because, count]) => `${count} by ${because}`)
  return kept.length === 0 ? 'first in the queue' : `first they may take; passed over ${kept.join(', ')}`
}
