import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { businessCalendar } from '../../src/time/business-calendar.ts'
import { BUDGET_MS, median, perCall, randomInputs } from '../measure.ts'
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

const hour = 3_600_000
const GOAL_NS = 100
/** How many times dayjs-business-time must take, at least. */
const goalTimes: Record<string, number> = { 'add 4 h': 200, 'between, 1 year apart': 20_000 }
/** Adding 4,000 h against 4 h, at most, for calendars open so many hours a year. */
const [GOAL_RATIO, GOAL_OPEN_MS] = [1.5, 1000 * hour]
const GOAL_YEAR_NS = 400_000

/** `met`, or what is not. */
function verdict(...goals: [met: boolean, what: string][]): string {
  const missed = goals.filter(([met]) => !met).map(([, what]) => what)
  return missed.length ? `missed: ${missed.join(', ')}` : 'met'
}

const peers = ['dayjs-business-time', 'moment-business-time + moment-timezone', 'a loop over days with luxon']
const results: Record<string, Finding[]> = {}
for (const peer of ['ticketwright', ...peers]) {
  console.log(`· ${peer}`)
  results[peer] = await measured(peer)
}

const ours = (results.ticketwright as Finding[]).map(({ ns = Number.NaN }) => ns)
/** Cut off is slower than any goal. */
const timesDayjs = (i: number) =>
  ((results[peers[0] as string] as Finding[])[i]?.ns ?? Number.POSITIVE_INFINITY) / (ours[i] as number)
const comparison = jobs.map(({ name }, i) => [
  name,
  duration(ours[i] as number),
  verdict(
    [(ours[i] as number) <= GOAL_NS, `${GOAL_NS} ns`],
    [timesDayjs(i) >= (goalTimes[name] ?? 0), `${goalTimes[name]?.toLocaleString('en')} × dayjs`],
  ),
  ...peers.map((peer) => {
    const { ns, asked = 0, wrong = 0 } = (results[peer] as Finding[])[i] as Finding
    const mistakes = wrong ? ` (${figure((100 * wrong) / asked)} % wrong)` : ''
    return ns === undefined ? `cut off${mistakes}` : `${figure(ns / (ours[i] as number))} ×${mistakes}`
  }),
])

console.log('· shapes of calendars')
const inputs = randomInputs(65_536, from, to)
const empty = perCall((i) => inputs[i] as number, inputs.length, BUDGET_MS)
const shapes = Object.entries(calendars).map(([name, definition]) => {
  const calendar = businessCalendar(definition)
  const cost = (work: (at: number) => number) => perCall((i) => work(inputs[i] as number), inputs.length, BUDGET_MS)
  const costs = [4, 40, 400, 4000].map((hours) => cost((at) => calendar.add(at, hours * hour)))
  const between = cost((at) => calendar.between(at, at + 365 * 24 * hour))
  const ratio = (costs[3] as number) / (costs[0] as number)
  const often = calendar.between(from, to) / ((to - from) / (365.25 * 24 * hour)) >= GOAL_OPEN_MS
  const goals = verdict(
    [[...costs, between].every((ns) => ns <= GOAL_NS), `${GOAL_NS} ns`],
    [!often || ratio <= GOAL_RATIO, `${GOAL_RATIO} ×`],
  )
  return [name, ...costs.map(duration), duration(between), `${figure(ratio)} ×`, goals]
})

console.log('· building')
const zones = Intl.supportedValuesOf('timeZone')
/** Each of ten years of a calendar in a zone nobody asked about before, and then of another calendar in it. */
function yearBuilds(zone: string): number[][] {
  return [0, 1].map(() => {
    const calendar = businessCalendar({ ...office, zone })
    return Array.from({ length: 10 }, (_, i) => {
      const before = performance.now()
      calendar.isOpen(Date.UTC(2001 + i, 6))
      return (performance.now() - before) * 1e6
    })
  })
}
const builds = zones.filter((_, i) => i % 7 === 0).map(yearBuilds)
const [newZone, knownZone] = [0, 1].map((i) => median(builds.flatMap((build) => build[i] as number[])))

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
const firstAnswer = Math.min(...starts.map(([, first]) => first as number))

writeSection(
  'business-time',
  'Business time',
  `
65,536 random instants in ten years, ${office.zone}, Monday to Friday 9–17 with 20 holidays. Ours in time per call, the
others as multiples of it. Each was first asked up to 500 of the same questions (fewer where a second was not enough): the
share of answers that differ by more than a millisecond from ours, which agree with an oracle that walks minutes
(\`scripts/oracle\`), is given as wrong. A peer silent for a minute is cut off. An empty call in the same loop takes
${duration(empty)}, which all figures include. The inputs are asked in sixteen blocks, in turn and again;
of each block the fastest round counts.

Goals: at most ${GOAL_NS} ns a call; at least 200 × dayjs-business-time for 4 h and 20,000 × for a year; 4,000 h at most
${GOAL_RATIO} × 4 h for calendars open 1,000 hours a year or more; a year of table in at most ${duration(GOAL_YEAR_NS)}.

${table(['', 'ticketwright', 'goals', ...peers], comparison)}

Ours on calendars of other shapes (the peers have no overnight shifts); the last column is adding 4,000 h against 4 h.
4,000 hours of a calendar open for 150 hours a year reach over 26 years of table.

${table(['', 'add 4 h', '40 h', '400 h', '4,000 h', 'between, a year apart', '4,000 h / 4 h', 'goals'], shapes)}

A year of table takes ${duration(newZone as number)} in a zone not asked about before and ${duration(knownZone as number)} in one that was (medians over
${builds.length} zones and ten years of each; goal ${verdict([Math.max(newZone as number, knownZone as number) <= GOAL_YEAR_NS, duration(GOAL_YEAR_NS)])}), and ${figure(perYear / 1000)} kB of memory. In a fresh process the first answer, with its
table and the first questions to the zone, takes ${figure(firstAnswer)} ms after loading.
`,
)
console.log('wrote docs/benchmarks.md')
