import { cpus } from 'node:os'
import { duration, figure, table } from '../report.ts'
import { commandsEach } from '../stores/case.ts'
import type { Filling } from './fill.ts'
import type { Answer } from './question.ts'
import type { Rates } from './rate.ts'
import type { IndexSize, Size } from './size.ts'
import type { Taken } from './step.ts'

export interface Measured {
  readonly filling: Filling
  readonly fillSeconds: number
  readonly taken: Taken
  readonly indexes: readonly IndexSize[]
  readonly answers: readonly Answer[]
  readonly rates: Rates
}

export interface Partitioned {
  readonly count: number
  readonly answers: readonly Answer[]
  readonly rates: Rates
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const time = (ms: number) => duration(ms * 1e6)
const bytes = (value: number) =>
  value >= 1e9 ? `${figure(value / 1e9)} GB` : value >= 1e6 ? `${figure(value / 1e6)} MB` : `${figure(value / 1e3)} kB`
const total = (sizes: readonly Size[]) =>
  sizes.reduce((sum, { rowBytes, indexBytes }) => sum + rowBytes + indexBytes, 0)
const per = (part: number, rows: number) => `${whole(part / Math.max(1, rows))} B`
const sizeOf = (sizes: readonly Size[], name: string) => sizes.find((size) => size.table === name)

/** `n` to which power: 0 is what does not depend on the number of tickets, 1 what grows as it does. */
function growth(a: Measured, b: Measured, value: (of: Measured) => number): string {
  const power = Math.log(value(b) / value(a)) / Math.log(b.filling.tickets / a.filling.tickets)
  return Number.isFinite(power) ? `n^${figure(Math.max(0, Math.round(power * 100) / 100))}` : '–'
}

/** Rows told of in words: the two last steps, for what grows in between. */
const lastTwo = (steps: readonly Measured[]): readonly [Measured, Measured] | undefined => {
  const [a, b] = steps.slice(-2)
  return a && b ? [a, b] : undefined
}

/** What a run has found. */
interface Run {
  readonly version: string
  readonly settings: Readonly<Record<string, string>>
  readonly steps: readonly Measured[]
  /** Processes that worked or waited when it began, by the machine's load of the last minute. */
  readonly loadBefore: number
  /** Tickets that were asked for. */
  readonly asked: number
  /** Tables whose indexes grew with them. */
  readonly grown: readonly Size[]
}

export function measuredSection({ version, settings, steps, loadBefore, asked, grown }: Run): string {
  const last = steps.at(-1) as Measured
  const columns = steps.map(({ filling }) => whole(filling.tickets))
  const answersOf = (what: string) => steps.map((step) => step.answers.find((answer) => answer.what === what) as Answer)
  const pair = lastTwo(steps)
  const grows = (value: (of: Measured) => number) => (pair ? [growth(...pair, value)] : [])
  const rateRow = (what: string, value: (of: Rates) => number, told: (value: number) => string) => [
    what,
    ...steps.map(({ rates }) => told(value(rates))),
    ...grows(({ rates }) => value(rates)),
  ]
  const ratios = grown
    .filter(({ table }) => table === 'tickets' || table === 'events')
    .map(({ table, indexBytes, rows }) => {
      const built = sizeOf((steps[0] as Measured).taken.sizes, table)
      return [table, indexBytes / rows / ((built?.indexBytes ?? 1) / (built?.rows ?? 1))] as const
    })
  const fewer = steps.filter(({ filling }) => filling.eventsOfOneIn > 1)
  return `
PostgreSQL ${version} on the same machine as the process that asks, \`fsync\` and \`synchronous_commit\` on,
${Object.entries(settings)
  .map(([name, value]) => `\`${name} = ${value}\``)
  .join(
    ', ',
  )}; the rest as it comes. ${loadBefore > cpus().length / 2 ? 'The machine was busy when it began: times and rates say little. ' : ''}${
    last.filling.tickets < asked
      ? `Up to ${whole(asked)} tickets were asked for; the disk and the time allowed ${whole(last.filling.tickets)}. `
      : ''
  }${fewer.map(({ filling }) => `At ${whole(filling.tickets)} tickets one in ${filling.eventsOfOneIn} has its events in the log.`).join(' ')}

${table(
  ['', ...columns.map((count) => `${count} tickets`), ...(pair ? ['grows as'] : [])],
  [
    ['events', ...steps.map(({ taken }) => whole(sizeOf(taken.sizes, 'events')?.rows ?? 0)), ...(pair ? [''] : [])],
    ['all of it', ...steps.map(({ taken }) => bytes(total(taken.sizes))), ...(pair ? [''] : [])],
    [
      'filled in',
      ...steps.map(({ fillSeconds }) => `${whole(fillSeconds)} s`),
      ...grows(({ fillSeconds }) => fillSeconds),
    ],
    rateRow('commits a second, eight at once', ({ commits }) => commits, whole),
    rateRow('a hundred at once', ({ together }) => together, whole),
    rateRow('replies through a desk a second, eight at once', ({ replies }) => replies, whole),
    rateRow('claims a second, eight at once', ({ claims }) => claims, whole),
    rateRow('log written for a commit, between checkpoints', ({ walBytes }) => walBytes.between, bytes),
    rateRow('right after a checkpoint', ({ walBytes }) => walBytes.after, bytes),
    rateRow('the same with `wal_compression`', ({ walBytes }) => walBytes.compressed, bytes),
  ],
)}

A commit is one of the ${commandsEach} of a new ticket's life, decided beforehand, with three events, an effect and a receipt;
a reply loads a ticket, decides and commits, in one process of Node. The best of three rounds counts.

What a row takes, with its indexes built at once:

${table(
  ['', 'rows', 'a row', 'its index entries', 'all'],
  last.taken.sizes.map(({ table, rows, rowBytes, indexBytes }) => [
    `\`${table}\``,
    whole(rows),
    per(rowBytes, rows),
    per(indexBytes, rows),
    bytes(rowBytes + indexBytes),
  ]),
)}

Indexes that grew with their tables take ${ratios.map(([table, ratio]) => `${figure(ratio)} times as much in \`${table}\``).join(', ')}. The indexes at ${whole(last.filling.tickets)} tickets:

${table(
  ['', 'entries', 'size'],
  last.indexes
    .filter(({ bytes }) => bytes > 1e6)
    .map(({ index, bytes: size, rows }) => [`\`${index}\``, whole(rows), bytes(size)]),
)}

Questions to the largest tenant, which has a quarter of all tickets: time in the middle of many, and pages of 8 kB that
PostgreSQL looked at, in memory or not.

${table(
  ['', ...columns, ...(pair ? ['pages grow as'] : [])],
  last.answers.map(({ what }) => [
    what,
    ...answersOf(what).map(({ medianMs, pages }) => `${time(medianMs)}, ${whole(pages)}`),
    ...grows((step) => (step.answers.find((answer) => answer.what === what) as Answer).pages),
  ]),
)}

${arithmetic(last, Math.max(...ratios.map(([, ratio]) => ratio)))}
`
}

export function planSection(steps: readonly Measured[], plain: Measured, partitioned: readonly Partitioned[]): string {
  const last = steps.at(-1) as Measured
  const of = (all: readonly Answer[], what: string) => all.find((answer) => answer.what === what) as Answer
  const rateRow = (what: string, value: (of: Rates) => number) => [
    what,
    whole(value(plain.rates)),
    ...partitioned.map(({ rates }) => whole(value(rates))),
  ]
  return `
By \`EXPLAIN (ANALYZE, BUFFERS)\` at ${whole(last.filling.tickets)} tickets; in brackets the rows that a step gave. The feed is read
in a function, of which EXPLAIN tells only that it was called.

${table(
  ['', 'found', 'steps'],
  last.answers.map(({ what, found, plans }) => [
    what,
    whole(found),
    plans.map(({ steps }) => steps.replaceAll('|', '\\|')).join('; then '),
  ]),
)}

The same at ${whole(plain.filling.tickets)} tickets, with the tables as they come and in partitions by hash of the tenant; all statements
above read one partition only.

${table(
  ['', 'one table', ...partitioned.map(({ count }) => `${count} partitions`)],
  [
    ...plain.answers.map(({ what, medianMs }) => [
      what,
      time(medianMs),
      ...partitioned.map(({ answers }) => time(of(answers, what).medianMs)),
    ]),
    rateRow('commits a second, eight at once', ({ commits }) => commits),
    rateRow('a hundred at once', ({ together }) => together),
    rateRow('replies through a desk a second', ({ replies }) => replies),
    rateRow('claims a second', ({ claims }) => claims),
  ],
)}
`
}

/** How many there would be, and how they came: see the page. */
const future = { tickets: 100e6, tenants: 1_000, years: 3, peak: 10, commitsEach: 5 } as const

/** Figures of the largest step, multiplied. */
export function arithmetic(
  { taken, rates, filling }: Pick<Measured, 'taken' | 'rates' | 'filling'>,
  grown: number,
): string {
  const { tickets, tenants, years, peak, commitsEach } = future
  const one = (name: string) => {
    const size = sizeOf(taken.sizes, name)
    return { row: (size?.rowBytes ?? 0) / (size?.rows ?? 1), index: (size?.indexBytes ?? 0) / (size?.rows ?? 1) }
  }
  const eventsEach = ((sizeOf(taken.sizes, 'events')?.rows ?? 0) / filling.tickets) * filling.eventsOfOneIn
  const tables: readonly (readonly [name: string, rows: number])[] = [
    ['tickets', tickets],
    ['events', tickets * eventsEach],
    ['external_ids', tickets * ((sizeOf(taken.sizes, 'external_ids')?.rows ?? 0) / filling.tickets)],
    ['leases', tickets / 2],
    ['receipts', (tickets * commitsEach * 30) / (years * 365)],
    ['effects', (tickets * commitsEach * 30) / (years * 365)],
  ]
  const rowsOf = tables.map(([name, rows]) => ({
    name,
    rows,
    heap: rows * one(name).row,
    index: rows * one(name).index * grown,
  }))
  const sum = rowsOf.reduce((all, { heap, index }) => ({ heap: all.heap + heap, index: all.index + index }), {
    heap: 0,
    index: 0,
  })
  const commitsADay = (tickets * commitsEach) / (years * 365)
  const mean = commitsADay / 86_400
  const work = tickets * 0.1
  const hot =
    work * (one('tickets').row + one('tickets').index * grown) +
    work * eventsEach * (one('events').row + one('events').index * grown)
  const share = (mean * peak) / rates.commits
  return `### ${whole(tickets)} tickets, ${whole(tenants)} tenants

What was measured at ${whole(filling.tickets)} tickets, multiplied: ${whole(tickets)} tickets of ${years} years, ${figure(eventsEach)} events and
${commitsEach} commits each; indexes that grew take ${figure(grown)} times what they take when built at once.

${table(
  ['', 'rows', '× a row', '= rows', '+ index entries', '= all'],
  [
    ...rowsOf.map(({ name, rows, heap, index }) => [
      `\`${name}\``,
      whole(rows),
      `${whole(one(name).row)} B`,
      bytes(heap),
      bytes(index),
      bytes(heap + index),
    ]),
    ['together', '', '', bytes(sum.heap), bytes(sum.index), bytes(sum.heap + sum.index)],
    [
      `a tenant of ${whole(tenants)}, in the middle`,
      whole(tickets / tenants),
      '',
      '',
      '',
      bytes((sum.heap + sum.index) / tenants),
    ],
  ],
)}

- Commits: ${whole(tickets)} × ${commitsEach} / (${years} × 365 d) = ${whole(commitsADay)} a day, ${figure(mean)} a second; ${peak} times that in the busiest hour,
  ${figure(mean * peak)} a second, is ${figure(share * 100)} % of the ${whole(rates.commits)} that this machine commits, eight at once.
- Log: ${whole(commitsADay)} × ${bytes(rates.walBytes.between)} to ${bytes(rates.walBytes.after)} = ${bytes(commitsADay * rates.walBytes.between)} to ${bytes(commitsADay * rates.walBytes.after)} a day, to be archived and sent to standbys.
- Memory: a tenth of the tickets is not closed, ${whole(work)}; their rows, index entries and events are ${bytes(hot)}, and what
  is read all day is the new and open ones among them, a tenth of that: ${bytes(hot / 10)}. Closed tickets lie in other parts of the
  indexes (all of a view's begin with \`tenant, actionable\`), and need be in memory for nobody.
- Vacuum: a commit leaves a row of \`tickets\` behind, ${whole(commitsADay)} a day. As it comes autovacuum begins at 20 % of the table, ${whole(tickets * 0.2)}
  rows: after ${whole((tickets * 0.2) / commitsADay)} days; at 2 %, as the page about operating says, after ${figure((tickets * 0.02) / commitsADay)}.
- Transactions: 2³¹ ids last for ${whole(2 ** 31 / (commitsADay * 3) / 365)} years at three transactions for each commit (claims and effects are others); vacuum freezes long
  before. Positions: ${whole(tickets * eventsEach)} of 2⁵³, and the locks of the feed, one for 64 positions, are numbered up to 2³¹ × 64 = ${whole(2 ** 31 * 64)}.`
}
