import type { History } from './history.ts'
import { idOf } from './mapping.ts'
import type { Snapshot } from './snapshot.ts'

/** How an incident ended in the log. */
export interface LogEnding {
  /** When it entered the Closed in which it ended; null when it is not closed in the end. */
  readonly closedAt: number | null
  readonly madeSla: boolean | null
}

/** Tickets that the library closed by itself, against the incidents that are closed at the end of the log. */
export interface AutoClosed {
  /** Closed in the end, by the library itself. */
  readonly library: number
  /** Closed in the end, by a command: the log closed them without resolving them. */
  readonly command: number
  readonly log: number
  /** Of those that the library closed by itself. */
  readonly both: number
  readonly libraryOnly: number
  /** Of those that the log closed: not closed by the library itself. */
  readonly logOnly: number
  /** Of both: by how much the log closed later. Apart from `earlier`, each is counted in the first that fits. */
  readonly logLater: {
    readonly sameMinute: number
    readonly withinHour: number
    readonly withinDay: number
    readonly overDay: number
    /** The log closed more than a minute before the library. */
    readonly earlier: number
  }
}

/** How the log ended each incident, by ticket id. */
export function logEndings(snapshots: readonly Snapshot[]): ReadonlyMap<string, LogEnding> {
  const endings = new Map<string, LogEnding>()
  for (const { incident, state, at, madeSla } of snapshots) {
    const id = idOf(incident)
    const before = endings.get(id)?.closedAt ?? null
    const closedAt = state === 'Closed' ? (before ?? at) : state === '-100' ? before : null
    endings.set(id, { closedAt, madeSla })
  }
  return endings
}

export function autoClosedOf({ tickets }: History, endings: ReadonlyMap<string, LogEnding>): AutoClosed {
  const differences: number[] = []
  const figures = { library: 0, command: 0, log: 0, both: 0, libraryOnly: 0, logOnly: 0 }
  for (const [id, { closedAt }] of endings) {
    const closed = tickets.get(id)?.closed ?? null
    if (closedAt !== null) figures.log += 1
    if (closed) figures[closed.byItself ? 'library' : 'command'] += 1
    if (closed?.byItself && closedAt !== null) differences.push(closedAt - closed.at)
  }
  figures.both = differences.length
  figures.libraryOnly = figures.library - figures.both
  figures.logOnly = figures.log - figures.both
  return { ...figures, logLater: spread(differences) }
}

const minute = 60_000

function spread(differences: readonly number[]): AutoClosed['logLater'] {
  const between = (from: number, to: number) => differences.filter((by) => by >= from && by < to).length
  return {
    sameMinute: between(-minute + 1, minute),
    withinHour: between(minute, 60 * minute),
    withinDay: between(60 * minute, 1_440 * minute),
    overDay: between(1_440 * minute, Number.POSITIVE_INFINITY),
    earlier: between(Number.NEGATIVE_INFINITY, -minute + 1),
  }
}

/** How often the log's own verdict on its own, unknown targets agrees with ours on resolution. */
export function agreementOf({ tickets }: History, endings: ReadonlyMap<string, LogEnding>) {
  const agreement = { compared: 0, agreed: 0 }
  for (const [id, { closedAt, madeSla }] of endings) {
    const clock = tickets.get(id)?.clocks.get('resolution')
    if (closedAt === null || madeSla === null || clock?.ending !== 'fulfilled') continue
    agreement.compared += 1
    if (madeSla === (clock.latenessMs === 0)) agreement.agreed += 1
  }
  return agreement
}
