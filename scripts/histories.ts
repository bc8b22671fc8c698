import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { histories, tell } from '../test/model-based/history.ts'

/** Histories of one seed; the seeds of a run follow one another. */
const BATCH = 500

interface Tally {
  histories: number
  commands: number
  events: number
  difference: string | undefined
}

const [, , count = 100_000, seed = Date.now() % 1_000_000_000, most = availableParallelism()] = process.argv
if (isMainThread) await main(Number(count), Number(seed), Number(most))
else for (const one of (workerData as { batches: number[] }).batches) parentPort?.postMessage(told(one))

async function main(count: number, seed: number, most: number) {
  if (!(count > 0 && seed >= 0 && most > 0)) throw new Error('usage: scripts/histories [histories] [seed] [workers]')
  const started = Date.now()
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, i) => seed + i)
  const workers = Math.min(most, batches.length)
  const sum = { histories: 0, commands: 0, events: 0, differences: 0 }
  const finish = () => {
    if (process.stderr.isTTY) process.stderr.write('\n')
    const seconds = Math.round((Date.now() - started) / 1000)
    console.log(JSON.stringify({ ...sum, seed, workers, seconds, tz: process.versions.tz, node: process.version }))
    if (sum.differences > 0) process.exitCode = 1
  }
  // who stops it early is told how far it came
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      finish()
      process.exit()
    })
  await Promise.all(
    Array.from({ length: workers }, (_, i) => {
      const share = batches.filter((_, k) => k % workers === i)
      return new Promise<void>((done, failed) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { batches: share } })
        worker.on('message', ({ difference, ...tally }: Tally) => {
          for (const key of ['histories', 'commands', 'events'] as const) sum[key] += tally[key]
          if (difference !== undefined) {
            sum.differences += 1
            console.log(difference)
          }
          if (process.stderr.isTTY)
            process.stderr.write(`\r${sum.histories.toLocaleString('en')} histories, ${sum.differences} differences`)
        })
        worker.on('error', failed)
        worker.on('exit', () => done())
      })
    }),
  )
  finish()
}

/** A batch, up to its first difference, which is made as small as it goes. */
function told(seed: number): Tally {
  const tally: Tally = { histories: 0, commands: 0, events: 0, difference: undefined }
  const property = fc.property(histories, (history) => {
    const { given, subject } = tell(history)
    tally.histories += 1
    tally.commands += given.length
    tally.events += subject.events.length
  })
  const { failed, counterexamplePath, errorInstance } = fc.check(property, { seed, numRuns: BATCH })
  if (failed) tally.difference = `seed ${seed}, path ${counterexamplePath}: ${errorInstance}`
  return tally
}
