import { figure, table } from '../report.ts'
import type { Measured } from './report.ts'
import { sizeOf } from './size.ts'
import { bytes, whole } from './word.ts'

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
