import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { compareCases, type Tally } from '../test/time/oracle/compare.ts'

/** Cases between two lines of progress. */
const CHUNK = 2000

interface Share {
  first: number
  count: number
}

const [, , cases = 200_000, firstCase = 100_001, most = availableParallelism()] = process.argv
if (isMainThread) await main(Number(cases), Number(firstCase), Number(most))
else work(workerData as Share)

async function main(count: number, first: number, most: number) {
  if (!(count > 0 && first >= 0 && most > 0)) throw new Error('usage: scripts/oracle [cases] [first case] [workers]')
  const started = Date.now()
  const workers = Math.min(most, Math.ceil(count / CHUNK))
  const each = Math.ceil(count / workers)
  const sum = { cases: 0, nearJump: 0, answers: 0, undecided: 0, skipped: 0, differences: 0 }
  const zones = new Set<string>()
  const shares = Array.from({ length: workers }, (_, i) => ({ first: first + i * each * 2, count: each }))
  await Promise.all(
    shares.map(
      (share) =>
        new Promise<void>((done, failed) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: share })
          worker.on('message', (tally: Tally) => {
            for (const key of ['cases', 'nearJump', 'answers', 'undecided', 'skipped'] as const) sum[key] += tally[key]
            sum.differences += tally.differences.length
            for (const zone of tally.zones) zones.add(zone)
            for (const difference of tally.differences) console.log(difference)
            console.error(`${sum.cases.toLocaleString('en')} cases, ${sum.differences} differences`)
          })
          worker.on('error', failed)
          worker.on('exit', () => done())
        }),
    ),
  )
  const seconds = Math.round((Date.now() - started) / 1000)
  console.log(JSON.stringify({ ...sum, zones: zones.size, seconds, tz: process.versions.tz, node: process.version }))
  if (sum.differences > 0) process.exitCode = 1
}

/** Some cases are skipped, so that a share takes more numbers than it has cases; shares lie two shares apart. */
function work({ first, count }: Share) {
  let next = first
  for (let left = count; left > 0; left -= CHUNK) {
    const tally = compareCases(next, Math.min(CHUNK, left))
    next += tally.cases + tally.skipped
    parentPort?.postMessage(tally)
  }
}
