import { slaTimeline } from 'ticketwright/render'
import type { Arguments } from './arguments.ts'
import { agreementOf, autoClosedOf, logEndings } from './closing.ts'
import { type Breach, complianceOf } from './compliance.ts'
import { createIncidentDesk, type IncidentDesk } from './desk.ts'
import type { Figures, Remarks } from './figures.ts'
import { historyOf } from './history.ts'
import { replay } from './replay.ts'
import { busiestDay, workShift } from './shift/work.ts'
import { readSnapshots, type Snapshot } from './snapshot.ts'
import { stepsOf } from './step.ts'

export interface Run {
  readonly figures: Figures
  readonly remarks: Remarks
  /** The worst breach, drawn; null when nothing was late. */
  readonly timeline: string | null
  /** Commands given, an opening for each incident and an update for each snapshot, and how long they took. */
  readonly given: number
  readonly seconds: number
}

/** Reads a file, replays it, reads the figures from what the desk has kept. */
export async function run(
  args: Pick<Arguments, 'file' | 'at' | 'shift' | 'sqliteFile'>,
  watch: (done: number, total: number) => void = () => {},
): Promise<Run> {
  const snapshots = await readSnapshots(args.file)
  const steps = stepsOf(snapshots)
  const queuesAt = args.at ?? middleOf(snapshots)
  const { desk, clock, store } = createIncidentDesk(args.sqliteFile, steps[0]?.at ?? queuesAt)
  const startedAt = performance.now()
  const { tally, queues, endsAt } = await replay(desk, clock, steps, queuesAt, (done) => watch(done, steps.length))
  const seconds = (performance.now() - startedAt) / 1_000
  const history = await historyOf(desk)
  const kept = complianceOf(history, endsAt)
  const timeline = await timelineOf(desk, kept.worst)
  await store.close()

  const { brokenStates, ...counts } = tally
  const day = args.shift ?? busiestDay(snapshots)
  const endings = logEndings(snapshots)
  return {
    figures: {
      ...counts,
      transitions: history.transitions,
      ...kept,
      queues,
      autoClosed: autoClosedOf(history, endings),
      shift: day === null ? null : await workShift(snapshots, day),
    },
    remarks: {
      incidents: endings.size,
      brokenStates,
      queuesAtIsDefault: args.at === null,
      agreement: agreementOf(history, endings),
    },
    timeline,
    given: steps.length,
    seconds,
  }
}

/** Every minute of the worst breach, from the ledger. */
async function timelineOf(desk: IncidentDesk, [worst]: readonly Breach[]): Promise<string | null> {
  return worst ? slaTimeline(await desk.explain(worst.ticket, worst.metric as 'resolution')) : null
}

/** The instant of the snapshot in the middle: half of the log lies behind it. */
const middleOf = (snapshots: readonly Snapshot[]): number => snapshots[snapshots.length >> 1]?.at ?? 0
