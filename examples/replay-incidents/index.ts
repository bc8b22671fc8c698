/**
 * The main job on real input: 2,000 incidents of a service desk, snapshot by snapshot, through a desk.
 * `npm run example:replay -- --help`
 */
import { writeFileSync } from 'node:fs'
import { isDeskError } from 'ticketwright'
import { readArguments, usage } from './arguments.ts'
import { InputError, UsageError } from './failure.ts'
import { report } from './print.ts'
import { progressBar } from './progress.ts'
import { type Run, run } from './run.ts'

/** The figures go to stdout, byte for byte the same for the same input; how fast it went does not. */
function print({ figures, remarks, given, seconds }: Run, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : report(figures, remarks))
  const rate = Math.round(given / Math.max(seconds, 0.001))
  process.stderr.write(`${given} commands given in ${seconds.toFixed(1)} s: ${rate} a second\n`)
}

/** The timeline goes to a file, and its name to stderr: stdout holds figures only. */
function draw(timeline: string | null, file: string | null): void {
  if (timeline === null || file === null) return
  try {
    writeFileSync(file, timeline)
  } catch (error) {
    throw new InputError(`--timeline: ${file} cannot be written: ${(error as Error).message}`)
  }
  process.stderr.write(`the worst breach, minute by minute: ${file}\n`)
}

const bar = progressBar()
try {
  const args = readArguments(process.argv.slice(2))
  if (args.help) process.stdout.write(usage)
  else {
    const done = await run(args, bar.show)
    bar.clear()
    print(done, args.json)
    draw(done.timeline, args.timelineFile)
  }
} catch (error) {
  bar.clear()
  // what the caller can put right is said in a sentence; anything else is a fault, with its stack
  if (!(error instanceof InputError) && !isDeskError(error, 'store_failed')) throw error
  process.stderr.write(`${error.message}\n${error instanceof UsageError ? `\n${usage}` : ''}`)
  process.exitCode = 2
}
