import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { duration, figure, table, writeSection } from '../report.ts'
import { size } from './case.ts'
import { bytesByOrdering } from './memory.ts'
import { peers } from './peer.ts'
import type { Finding } from './run.ts'

const script = fileURLToPath(new URL('run.ts', import.meta.url))

function measured(name: string): Finding {
  console.log(`· ${name}`)
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=4096', script, name],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`${name}: ${stderr}`)
  return JSON.parse(stdout) as Finding
}

const findings = Object.fromEntries(Object.keys(peers).map((name) => [name, measured(name)]))
const ours = findings.ticketwright as Finding
const works = {
  update: 'update',
  take: 'take one, add one',
  top: 'top 50',
  rank: 'rank',
  page: '50 from anywhere',
} as const

const megabytes = (bytes: number) => `${figure(bytes / 1e6)} MB`
const against = (found: number | undefined, own: number | undefined, own_: string) =>
  found === undefined || own === undefined ? '–' : found === own ? own_ : `${figure(found / own)} ×`

const lines = Object.entries(findings).map(([name, { buildMs, bytes, wrong, ns }]) => [
  wrong ? `${name} (${wrong} wrong)` : name,
  against(buildMs, ours.buildMs, duration(buildMs * 1e6)),
  ...(Object.keys(works) as (keyof typeof works)[]).map((work) =>
    against(ns[work], ours.ns[work], duration(ns[work] ?? 0)),
  ),
  megabytes(bytes),
])

const goal = (met: boolean) => (met ? 'met' : 'missed')
const { update = 0, top = 0 } = ours.ns
const placed = findings['its blocks alone, slots and keys given']?.ns.update ?? 0

const inMemory = Object.entries(bytesByOrdering())
  .map(([name, bytes]) => `\`${name}\` ${megabytes(bytes)}${bytes <= 25e6 ? '' : ' (missed)'}`)
  .join(', ')

writeSection(
  'queues',
  'Queues',
  `
${size.toLocaleString('en')} tickets by \`fifo\` (kind, then opening, then id). Ours in time, the others as multiples of it; each in a
process of its own, one after the other. Times are the processor's, of the fastest of many rounds: the machine is shared. Ours
reads the keys from tickets and finds them by id; the others are given rows with the keys read, and rows are found
by where they stood. What it costs to choose a row is left out. A heap can neither rank nor page, and shows its first fifty only by giving them away and taking
them back; \`tinyqueue\` and \`flatqueue\` cannot take one out of the middle, and \`flatqueue\` knows one number and leaves ties
to chance. Wrong are ids that stand elsewhere in a full sort, of the first fifty, of a page in the middle, and of fifty ranks.
Memory is what comes to rows and ids.

${table(['', 'build', ...Object.values(works), 'memory'], lines)}

Goals: update at most 2 µs: ${goal(update <= 2_000)} as a whole (${duration(update)}: the id is looked up, which alone takes ${duration(ours.lookupNs)}, the keys are read
from the ticket, the ticket is placed), ${goal(placed <= 2_000)} by placing alone (${duration(placed)}). Most of it is waiting
for memory ([what was tried](decisions/241-a-queue-index-of-counted-blocks.md)); top 50 at most 10 µs: ${goal(top <= 10_000)} (${duration(top)}); memory at most 25 MB besides the id
map: ${goal(ours.bytes <= 25e6)} by \`fifo\` (${megabytes(ours.bytes)}). By ordering, as the index says itself: ${inMemory}.
`,
)
console.log('wrote docs/benchmarks.md')
