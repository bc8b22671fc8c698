/**
 * The main job on real input: 2,000 incidents of a service desk, snapshot by snapshot, through a desk.
 * `npm run example:replay -- --help`
 */
import { isDeskError } from 'ticketwright'
import { type Arguments, readArguments, usage } from './arguments.ts'
import { agreementOf, autoClosedOf, logEndings } from './closing.ts'
import { complianceOf } from './compliance.ts'
import { createIncidentDesk } from './desk.ts'
import { InputError, UsageError } from './failure.ts'
import type { Figures } from './figures.ts'
import { historyOf } from './history.ts'
import { report } from './print.ts'
import { progressBar } from './progress.ts'
import { replay } from './replay.ts'
import { readSnapshots, type Snapshot } from './snapshot.ts'
import { stepsOf } from './step.ts'

async function main(args: Arguments): Promise<void> {
  const snapshots = await readSnapshots(args.file)
  const steps = stepsOf(snapshots)
  const queuesAt = args.at ?? middleOf(snapshots)
  const { desk, clock, store } = createIncidentDesk(args.sqliteFile, steps[0]?.at ?? queuesAt)
  const bar = progressBar(steps.length)
  const startedAt = performance.now()
  const { tally, queues, endsAt } = await replay(desk, clock, steps, queuesAt, bar.show)
  const seconds = (performance.now() - startedAt) / 1_000
  bar.clear()
  const history = await historyOf(desk)
  await store.close()

  const { brokenStates, ...counts } = tally
  const endings = logEndings(snapshots)
  const figures: Figures = {
    ...counts,
    transitions: history.transitions,
    ...complianceOf(history, endsAt),
    queues,
    autoClosed: autoClosedOf(history, endings),
  }
  const remarks = {
    incidents: endings.size,
    brokenStates,
    queuesAtIsDefault: args.at === null,
    agreement: agreementOf(history, endings),
  }
  process.stdout.write(args.json ? `${JSON.stringify(figures)}\n` : report(figures, remarks))
  process.stderr.write(throughput(steps.length, seconds))
}

/** The instant of the snapshot in the middle: half of the log lies behind it. */
const middleOf = (snapshots: readonly Snapshot[]): number => snapshots[snapshots.length >> 1]?.at ?? 0

/** An opening for each incident and an update for each snapshot. */
const throughput = (steps: number, seconds: number): string =>
  `${steps} commands given in ${seconds.toFixed(1)} s: ${Math.round(steps / Math.max(seconds, 0.001))} a second\n`

try {
  const args = readArguments(process.argv.slice(2))
  if (args.help) process.stdout.write(usage)
  else await main(args)
} catch (error) {
  // what the caller can put right is said in a sentence; anything else is a fault, with its stack
  if (!(error instanceof InputError) && !isDeskError(error, 'store_failed')) throw error
  process.stderr.write(`${error.message}\n${error instanceof UsageError ? `\n${usage}` : ''}`)
  process.exitCode = 2
}
