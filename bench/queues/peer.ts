import { createRequire } from 'node:module'
import { fields } from '../../src/engine/field.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import { CountedBlocks } from '../../src/queue/counted-blocks.ts'
import { KeyColumns } from '../../src/queue/key-columns.ts'
import { compileOrdering } from '../../src/queue/ordering.ts'
import { OrderedTickets } from '../../src/queue/queue-index.ts'
import { sortedRows } from '../../src/queue/radix.ts'
import { compare, type Row, ticketOf } from './case.ts'

const require = createRequire(import.meta.url)

/** What a structure can do with a queue; what it cannot is missing. */
export interface Peer {
  /** The first so many ids, the queue being as before. */
  top(limit: number): string[]
  /** Takes the first; it goes back by `add`. */
  take?(): Row | string
  add?(row: Row): void
  /** The row has other keys now; `before` is where it stood. */
  update?(row: Row, before: Row): void
  rank?(row: Row): number
  /** The ids from a rank on. */
  page?(offset: number, limit: number): string[]
  /** Bytes besides rows and ids, where it can say; else the heap is measured. */
  readonly bytes?: number
}

/** First index at which a row may stand. */
function place(list: readonly Row[], row: Row): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(list[middle] as Row, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** A key as one number, for a queue that knows nothing else: ties are left to chance. */
const oneNumber = ({ rank, openedAt }: Row): number => rank * 1e14 + openedAt

export const peers: Readonly<Record<string, (rows: readonly Row[], tickets: readonly Ticket[]) => Peer>> = {
  ticketwright: (_rows, tickets) => {
    const index = new OrderedTickets(compileOrdering('fifo', fields), tickets)
    return {
      top: (limit) => index.page({ limit }),
      take: () => index.take() as string,
      add: (row) => index.add(ticketOf(row)),
      update: (row) => void index.update(ticketOf(row)),
      rank: ({ id }) => index.rank(id) as number,
      page: (offset, limit) => index.page({ offset, limit }),
      get bytes() {
        return index.bytes
      },
    }
  },
  'its blocks alone, slots and keys given': (rows) => {
    const { keys } = compileOrdering('fifo', fields)
    const columns = new KeyColumns(keys, rows.length)
    for (const [slot, { rank, openedAt }] of rows.entries()) columns.write(slot, columns.held([rank, openedAt]))
    const sorted = sortedRows(columns, rows.length)
    const tie = (a: number, b: number) => ((rows[a] as Row).id < (rows[b] as Row).id ? -1 : 1)
    for (const [from, end] of columns.equalRuns(sorted)) sorted.subarray(from, end).sort(tie)
    const blocks = new CountedBlocks(keys, tie, rows.length)
    blocks.fill(sorted, columns)
    const ids = (offset: number, limit: number) => blocks.slice(offset, limit).map((slot) => (rows[slot] as Row).id)
    return {
      top: (limit) => ids(0, limit),
      update: (row) => blocks.move(row.slot, blocks.held([row.rank, row.openedAt])),
      rank: (row) => blocks.rank(row.slot),
      page: ids,
      get bytes() {
        return blocks.bytes
      },
    }
  },
  'a sorted array (Array.sort)': (rows) => {
    const list = [...rows].sort(compare)
    return {
      top: (limit) => list.slice(0, limit).map(({ id }) => id),
      take: () => list.shift() as Row,
      add: (row) => void list.splice(place(list, row), 0, row),
      update: (row, before) => {
        list.splice(place(list, before), 1)
        list.splice(place(list, row), 0, row)
      },
      rank: (row) => place(list, row),
      page: (offset, limit) => list.slice(offset, offset + limit).map(({ id }) => id),
    }
  },
  'sorted-btree': (rows) => {
    const { default: BTree } = require('sorted-btree')
    const tree = new BTree(
      rows.map((row) => [{ ...row }, row.id]),
      compare,
    )
    const first = (limit: number, skip = 0) => {
      const ids: string[] = []
      for (const id of tree.values()) {
        if (skip-- > 0) continue
        ids.push(id)
        if (ids.length === limit) break
      }
      return ids
    }
    return {
      top: (limit) => first(limit),
      take: () => {
        const key = tree.minKey()
        tree.delete(key)
        return key
      },
      add: (row) => void tree.set({ ...row }, row.id),
      update: (row, before) => {
        tree.delete(before)
        tree.set({ ...row }, row.id)
      },
      rank: (row) => tree.forRange(tree.minKey(), row, false),
      page: (offset, limit) => first(limit, offset),
    }
  },
  'heap-js': (rows) => {
    const { Heap } = require('heap-js')
    const heap = new Heap(compare)
    heap.init([...rows])
    return {
      top: (limit) =>
        popped(
          limit,
          () => heap.pop(),
          (row) => heap.push(row),
        ),
      take: () => heap.pop(),
      add: (row) => void heap.push(row),
      update: (row, before) => {
        heap.remove(before, (a: Row, b: Row) => a.id === b.id)
        heap.push(row)
      },
    }
  },
  tinyqueue: (rows) => {
    const { default: TinyQueue } = require('tinyqueue')
    const queue = new TinyQueue([...rows], compare)
    return {
      top: (limit) =>
        popped(
          limit,
          () => queue.pop(),
          (row) => queue.push(row),
        ),
      take: () => queue.pop(),
      add: (row) => void queue.push(row),
    }
  },
  flatqueue: (rows) => {
    const { default: FlatQueue } = require('flatqueue')
    const queue = new FlatQueue()
    for (const row of rows) queue.push(row, oneNumber(row))
    return {
      top: (limit) =>
        popped(
          limit,
          () => queue.pop(),
          (row) => queue.push(row, oneNumber(row)),
        ),
      take: () => queue.pop(),
      add: (row) => void queue.push(row, oneNumber(row)),
    }
  },
}

/** A heap shows more than its first only by giving them away. */
function popped(limit: number, pop: () => Row, push: (row: Row) => void): string[] {
  const rows = Array.from({ length: limit }, pop)
  for (const row of rows) push(row)
  return rows.map(({ id }) => id)
}
