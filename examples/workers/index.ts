/**
 * Three processes on one PostgreSQL server write what time causes and deliver effects, while incidents come in. One is
 * killed in the middle of its work. `npm run example:workers -- --help`
 */
import { InputError, UsageError } from '../replay-incidents/failure.ts'
import { progressBar } from '../replay-incidents/progress.ts'
import { readArguments, usage } from './arguments.ts'
import { isFaultless } from './examine.ts'
import { report } from './print.ts'
import { run } from './run.ts'
import { withoutServer } from './server.ts'

const bar = progressBar()
try {
  const args = readArguments(process.argv.slice(2))
  if (args.help) process.stdout.write(usage)
  else {
    const done = await run(args, bar.show)
    bar.clear()
    process.stdout.write(args.json ? `${JSON.stringify(done)}\n` : report(done))
    if (!isFaultless(done) || !done.workers.some(({ killed }) => killed)) process.exitCode = 1
  }
} catch (error) {
  bar.clear()
  if (!(error instanceof InputError)) withoutServer(error)
  else {
    process.stderr.write(`${error.message}\n${error instanceof UsageError ? `\n${usage}` : ''}`)
    process.exitCode = 2
  }
}
