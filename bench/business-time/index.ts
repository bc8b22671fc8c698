import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { businessCalendar } from '../../src/time/business-calendar.ts'
import { median, perCall, randomInputs } from '../measure.ts'
import { duration, figure, table, writeSection } from '../report.ts'
import { calendars, from, jobs, office, to } from './case.ts'

/** A peer that says nothing for so long hangs. */
const PATIENCE_MS = 60_000

interface Finding {
  asked?: number
  wrong?: number
  ns?: number
}

function measured(peer: string): Promise<Finding[]> {
  const findings: Finding[] = jobs.map(() => ({}))
  let messages = 0
  return new Promise((done) => {
    const worker = new Worker(new URL('peer.ts', import.meta.url), { workerData: { peer } })
    const stop = () => void worker.terminate().then(() => done(findings))
    let timer = setTimeout(stop, PATIENCE_MS)
    worker.on('message', (finding: Finding) => {
      Object.assign(findings[messages++ >> 1] as Finding, finding)
      clearTimeout(timer)
      timer = setTimeout(stop, PATIENCE_MS)
    })
    worker.on('error', (error) => {
      console.error(peer, error)
      stop()
    })
    worker.on('exit', () => {
      clearTimeout(timer)
      done(findings)
    })
  })
}

const peers = ['dayjs-business-time', 'moment-business-time + moment-timezone', 'a loop over days with luxon']
const results: Record<string, Finding[]> = {}
for (const peer of ['ticketwright', ...peers]) {
  console.log(`· ${peer}`)
  results[peer] = await measured(peer)
}

const ours = (results.ticketwright as Finding[]).map(({ ns = Number.NaN }) => ns)
const comparison = jobs.map(({ name }, i) => [
  name,
  duration(ours[i] as number),
  ...peers.map((peer) => {
    const { ns, asked = 0, wrong = 0 } = (results[peer] as Finding[])[i] as Finding
    const mistakes = wrong ? ` (${figure((100 * wrong) / asked)} % wrong)` : ''
    return ns === undefined ? `cut off${mistakes}` : `${figure(ns / (ours[i] as number))} ×${mistakes}`
  }),
])

console.log('· shapes of calendars')
const inputs = randomInputs(65_536, from, to)
const hour = 3_600_000
const empty = perCall((i) => inputs[i] as number, inputs.length, 400)
const shapes = Object.entries(calendars).map(([name, definition]) => {
  const calendar = businessCalendar(definition)
  const cost = (work: (at: number) => number) => perCall((i) => work(inputs[i] as number), inputs.length, 400)
  const costs = [4, 40, 400, 4000].map((hours) => cost((at) => calendar.add(at, hours * hour)))
  const between = cost((at) => calendar.between(at, at + 365 * 24 * hour))
  return [name, ...costs.map(duration), duration(between), `${figure((costs[3] as number) / (costs[0] as number))} ×`]
})

console.log('· building')
const zones = Intl.supportedValuesOf('timeZone')
/** Years of one calendar, the first ones in a zone nobody asked about before and then again. */
function yearBuild(zone: string): [number, number] {
  const spent = [0, 1].map(() => {
    const calendar = businessCalendar({ ...office, zone })
    const before = performance.now()
    for (let year = 2010; year < 2020; year++) calendar.isOpen(Date.UTC(year, 6))
    return ((performance.now() - before) * 1e6) / 10
  })
  return spent as [number, number]
}
const builds = zones.filter((_, i) => i % 7 === 0).map(yearBuild)
const [newZone, knownZone] = [0, 1].map((i) => median(builds.map((build) => build[i] as number)))

const held: unknown[] = []
globalThis.gc?.()
const before = process.memoryUsage()
for (let i = 0; i < 200; i++) {
  const calendar = businessCalendar(office)
  for (let year = 2018; year < 2028; year++) calendar.isOpen(Date.UTC(year, 6))
  held.push(calendar)
}
globalThis.gc?.()
const after = process.memoryUsage()
const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
const perYear = bytes / held.length / 10

const source = new URL('../../src/time/business-calendar.ts', import.meta.url).href
const cold = `const t = performance.now(); const { businessCalendar } = await import(${JSON.stringify(source)}); const loaded = performance.now();
businessCalendar(${JSON.stringify(office)}).add(${from}, ${4 * hour}); console.log(loaded - t, performance.now() - loaded)`
const starts = Array.from({ length: 7 }, () =>
  spawnSync(process.execPath, ['--input-type=module', '-e', cold], { encoding: 'utf8' }).stdout.split(' ').map(Number),
)
const firstAnswer = median(starts.map(([, first]) => first as number))

writeSection(
  'business-time',
  'Business time',
  `
65,536 random instants in ten years, ${office.zone}, Monday to Friday 9–17 with 20 holidays. Ours in time per call, the
others as multiples of it. Each was first asked up to 500 of the same questions (fewer where a second was not enough): the
share of answers that differ by more than a millisecond from ours, which agree with an oracle that walks minutes
(\`scripts/oracle\`), is given as wrong. A peer silent for a minute is cut off. An empty call in the same loop takes
${duration(empty)}, which all figures include.

${table(['', 'ticketwright', ...peers], comparison)}

Ours on calendars of other shapes (the peers have no overnight shifts); the last column is adding 4,000 h against 4 h.
4,000 hours of a calendar open for 150 hours a year reach over 26 years of table.

${table(['', 'add 4 h', '40 h', '400 h', '4,000 h', 'between, a year apart', '4,000 h / 4 h'], shapes)}

A year of table takes ${duration(newZone as number)} in a zone not asked about before and ${duration(knownZone as number)} in one that was (medians over
${builds.length} zones, ten years each), and ${figure(perYear / 1000)} kB of memory. In a fresh process the first answer, with its
table and the first questions to the zone, takes ${figure(firstAnswer)} ms after loading.
`,
)
console.log('wrote docs/benchmarks.md')
