import { cpus } from 'node:os'
import { duration, figure, table } from '../report.ts'
import { commandsEach } from '../stores/case.ts'
import type { Filling } from './fill.ts'
import { arithmetic } from './projection.ts'
import type { Answer } from './question.ts'
import type { Rates } from './rate.ts'
import { type IndexSize, type Size, sizeOf, total } from './size.ts'
import type { Taken } from './step.ts'
import { bytes, whole } from './word.ts'

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

const time = (ms: number) => duration(ms * 1e6)
const per = (part: number, rows: number) => `${whole(part / Math.max(1, rows))} B`

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
