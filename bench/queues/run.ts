// One structure in a process of its own, so that none meets the garbage of another. Says what it finds as JSON.
import { compare, instant, type Row, random, rows, size, ticketOf } from './case.ts'
import { peers } from './peer.ts'

export interface Finding {
  readonly buildMs: number
  readonly bytes: number
  /**
   * Of the first fifty, the last of all fifty thousand and a page in the middle: those
   * that stand elsewhere in a full sort.
   */
  readonly wrong: number
  readonly ns: Partial<Record<'update' | 'take' | 'top' | 'rank' | 'page', number>>
  /** What it takes to find a number by an id in a plain map, part of what ours does. */
  readonly lookupNs: number
}

/** The processor's time of this thread in nanoseconds: on a shared machine the clock on the wall tells of others. */
function spent(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) * 1e3
}

const budgetNs = 1.5e9

/**
 * Per call: the fastest of rounds of many calls. What is so slow that a round has few of them is given as the mean of
 * all: a fortunate input would win otherwise.
 */
function perCall(work: () => void): number {
  let calls = 1
  while (calls < 20_000 && spent(() => repeat(calls, work)) < 2e7) calls *= 4
  const rounds: number[] = []
  for (let total = 0; total < budgetNs; ) {
    const took = spent(() => repeat(calls, work))
    rounds.push(took / calls)
    total += took
  }
  return calls >= 1_000 ? Math.min(...rounds) : rounds.reduce((sum, ns) => sum + ns, 0) / rounds.length
}

function repeat(calls: number, work: () => void): void {
  for (let i = 0; i < calls; i++) work()
}

const heap = () => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const all = rows()
const tickets = all.map(ticketOf)
const make = peers[process.argv[2] ?? ''] as (typeof peers)[string]
const before = heap()
let peer = make([], [])
const buildMs =
  spent(() => {
    peer = make(all, tickets)
  }) / 1e6
const bytes = peer.bytes ?? heap() - before

const sorted = all.toSorted(compare).map(({ id }) => id)
const differs = (found: readonly string[], expected: readonly string[]) =>
  expected.filter((id, i) => found[i] !== id).length
let wrong = differs(peer.top(50), sorted.slice(0, 50))
if (peer.page) wrong += differs(peer.page(size / 2, 50), sorted.slice(size / 2, size / 2 + 50))
if (peer.rank)
  for (let i = 0; i < size; i += size / 50)
    wrong += peer.rank(all.find(({ id }) => id === sorted[i]) as Row) === i ? 0 : 1

const next = random(2)
const anyone = () => all[Math.floor(next() * size)] as Row
/** A row that has other keys from now on, and what it was. */
function moved(row: Row): readonly [Row, Row] {
  const old = { ...row }
  row.openedAt = instant(next)
  return [row, old]
}
// what it costs to choose is not the queue's; rows are changed only together with it
const copies = all.map((row) => ({ ...row }))
// what nobody looks at afterwards would not be done at all
let seen = 0
const choosing = perCall(() => {
  seen += anyone().id.length
})
const moving = perCall(() => {
  seen += moved(copies[Math.floor(next() * size)] as Row)[1].id.length
})
const { update, rank, page } = peer
const ns: Record<string, number> = {}
// before anything has moved in it
ns.top = perCall(() => void peer.top(50))
if (rank) ns.rank = perCall(() => void rank(anyone())) - choosing
if (page) ns.page = perCall(() => void page(Math.floor(next() * (size - 50)), 50))
if (update) ns.update = perCall(() => void update(...moved(anyone()))) - moving
// whoever was taken comes again as another: the queue keeps its size
let added = size
const { take, add } = peer
if (take && add)
  ns.take = perCall(() => {
    take()
    add({ id: `ticket-${added}`, slot: added++, rank: 0, openedAt: instant(next) })
  })

const numbers = new Map(all.map(({ id, slot }) => [id, slot]))
const lookup = perCall(() => {
  seen += numbers.get(anyone().id) ?? 0
})
if (seen === 0) throw new Error('nothing was done')

process.stdout.write(JSON.stringify({ buildMs, bytes, wrong, ns, lookupNs: lookup - choosing } satisfies Finding))
