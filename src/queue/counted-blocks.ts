import type { SortKey } from '../condition/sort-key.ts'
import { type HeldKeys, KeyColumns } from './key-columns.ts'

/** Slots that a block holds at most. Measured: half or twice as many is slower at a million (decision 241). */
const blockSize = 512
/** How full blocks are made when many slots come at once: room for the next ones without a split. */
const builtSize = 448

/**
 * A sequence of slots in order, cut into blocks that hold their keys side by side, with a Fenwick tree of the blocks'
 * sizes: a slot is put where it belongs by two binary searches, found by its rank, and its rank by the block it stands
 * in. Everything is in typed arrays. Splitting a block rewrites what is kept for each block: a million
 * slots that came at once lie in 2,233 of them.
 */
export class CountedBlocks {
  /** Decides between slots of equal keys: below 0 if the first comes first. */
  readonly #tie: (a: number, b: number) => number
  /** Slots of block b and their keys: from row `b * blockSize` on, as many as its size says. */
  #slots = new Int32Array(4 * blockSize)
  readonly #keys: KeyColumns
  #sizes = new Int32Array(4)
  /** The blocks in order, and where in that order each stands. */
  #order = new Int32Array(4)
  #places = new Int32Array(4)
  /** Fenwick tree of sizes over places, from 1 on. */
  #tree = new Int32Array(5)
  /** By slot: the block it stands in; -1: in none. */
  #blockOf: Int32Array
  #blocks = 0
  #made = 0
  readonly #spare: number[] = []
  #size = 0

  constructor(keys: readonly SortKey[], tie: (a: number, b: number) => number, capacity: number) {
    this.#tie = tie
    this.#keys = new KeyColumns(keys, this.#slots.length)
    this.#blockOf = new Int32Array(capacity).fill(-1)
  }

  get size(): number {
    return this.#size
  }

  /** Values of the keys as this sequence takes them, for the next call only. */
  held(values: readonly (number | null)[]): HeldKeys {
    return this.#keys.held(values)
  }

  /** Puts a slot where it belongs; it must not stand there already. */
  insert(slot: number, keys: HeldKeys): void {
    if (this.#blocks === 0) this.#place(0, this.#newBlock())
    let place = this.#placeFor(slot, keys)
    if (this.#sizes[this.#order[place] as number] === blockSize) {
      this.#makeRoom(place)
      place = this.#placeFor(slot, keys)
    }
    const block = this.#order[place] as number
    const from = block * blockSize
    const size = this.#sizes[block] as number
    const at = this.#lowerBound(from, from + size, slot, keys)
    this.#move(at + 1, at, from + size)
    this.#slots[at] = slot
    this.#keys.write(at, keys)
    this.#blockOf[slot] = block
    this.#resize(place, block, 1)
  }

  delete(slot: number): void {
    this.#deleteAt(this.#rowOf(slot), slot)
  }

  /** Moves a slot to where it belongs with other keys; nothing if they are the same. */
  move(slot: number, keys: HeldKeys): void {
    const row = this.#rowOf(slot)
    if (this.#keys.compare(row, keys) === 0) return
    this.#deleteAt(row, slot)
    this.insert(slot, keys)
  }

  /** How many stand before it. */
  rank(slot: number): number {
    const block = this.#blockOf[slot] as number
    return this.#before(this.#places[block] as number) + this.#rowOf(slot) - block * blockSize
  }

  /** How many come before a slot of these keys, whether it stands here or not. */
  rankFor(slot: number, keys: HeldKeys): number {
    if (this.#blocks === 0) return 0
    const place = this.#placeFor(slot, keys)
    const from = (this.#order[place] as number) * blockSize
    const size = this.#sizes[this.#order[place] as number] as number
    return this.#before(place) + this.#lowerBound(from, from + size, slot, keys) - from
  }

  /** Slots by rank, from one on, as many as there are up to `limit`. */
  slice(rank: number, limit: number): number[] {
    const found: number[] = []
    let [place, skip] = this.#placeAt(rank)
    for (; place < this.#blocks && found.length < limit; place++, skip = 0) {
      const block = this.#order[place] as number
      const size = this.#sizes[block] as number
      for (let i = skip; i < size && found.length < limit; i++) found.push(this.#slots[block * blockSize + i] as number)
    }
    return found
  }

  /** Takes slots that are in order already, in place of what there is; `keys` are by slot. */
  fill(sorted: Int32Array, keys: KeyColumns): void {
    this.#blocks = Math.ceil(sorted.length / builtSize)
    this.#made = this.#blocks
    this.#size = sorted.length
    this.#spare.length = 0
    this.#reserve(this.#blocks)
    for (let block = 0; block < this.#blocks; block++) {
      const part = sorted.subarray(block * builtSize, (block + 1) * builtSize)
      this.#slots.set(part, block * blockSize)
      this.#sizes[block] = part.length
      this.#order[block] = block
      this.#keys.take(block * blockSize, keys, part)
      this.#own(block, block * blockSize, part.length)
    }
    this.#reckon()
  }

  grow(capacity: number): void {
    const grown = new Int32Array(capacity).fill(-1)
    grown.set(this.#blockOf)
    this.#blockOf = grown
  }

  get bytes(): number {
    const arrays = [this.#slots, this.#sizes, this.#order, this.#places, this.#tree, this.#blockOf]
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#keys.bytes)
  }

  /** The last block that starts before this slot; the first where there is none. */
  #placeFor(slot: number, keys: HeldKeys): number {
    let low = 0
    let high = this.#blocks - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#startsBefore(middle, slot, keys)) low = middle
      else high = middle - 1
    }
    return low
  }

  #startsBefore(place: number, slot: number, keys: HeldKeys): boolean {
    return this.#compare((this.#order[place] as number) * blockSize, slot, keys) < 0
  }

  #lowerBound(from: number, end: number, slot: number, keys: HeldKeys): number {
    let low = from
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(middle, slot, keys) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #rowOf(slot: number): number {
    const slots = this.#slots
    let row = (this.#blockOf[slot] as number) * blockSize
    while (slots[row] !== slot) row++
    return row
  }

  #deleteAt(row: number, slot: number): void {
    const block = this.#blockOf[slot] as number
    const size = this.#sizes[block] as number
    this.#move(row, row + 1, block * blockSize + size)
    this.#blockOf[slot] = -1
    const place = this.#places[block] as number
    this.#resize(place, block, -1)
    if (size <= blockSize / 4) this.#shrink(place)
  }

  #compare(row: number, slot: number, keys: HeldKeys): number {
    return this.#keys.compare(row, keys) || this.#tie(this.#slots[row] as number, slot)
  }

  /** Moves rows of a block, or from one block to another. */
  #move(to: number, from: number, end: number): void {
    this.#slots.copyWithin(to, from, end)
    this.#keys.move(to, from, end)
  }

  #resize(place: number, block: number, by: number): void {
    this.#sizes[block] = (this.#sizes[block] as number) + by
    this.#size += by
    for (let i = place + 1; i <= this.#blocks; i += i & -i) this.#tree[i] = (this.#tree[i] as number) + by
  }

  /** Slots in all blocks before a place. */
  #before(place: number): number {
    let sum = 0
    for (let i = place; i > 0; i -= i & -i) sum += this.#tree[i] as number
    return sum
  }

  /** The place that holds a rank, and how many of its slots come before that. */
  #placeAt(rank: number): [place: number, skip: number] {
    let place = 0
    let left = rank
    for (let step = 1 << (31 - Math.clz32(Math.max(1, this.#blocks))); step > 0; step >>= 1) {
      const next = place + step
      if (next > this.#blocks || (this.#tree[next] as number) > left) continue
      place = next
      left -= this.#tree[next] as number
    }
    return [place, left]
  }

  /** A full block shares with a neighbour that has room; where none has, it is split. */
  #makeRoom(place: number): void {
    const roomAt = (other: number) =>
      other < 0 || other >= this.#blocks ? 0 : blockSize - (this.#sizes[this.#order[other] as number] as number)
    const [before, after] = [roomAt(place - 1), roomAt(place + 1)]
    if (Math.max(before, after) < blockSize / 8) this.#split(place)
    else if (after >= before) this.#shareUp(place, after >> 1)
    else this.#shareDown(place, before >> 1)
  }

  /** The last `count` of a block go to the one after it. */
  #shareUp(place: number, count: number): void {
    const [from, to] = [this.#order[place] as number, this.#order[place + 1] as number]
    const [size, others] = [this.#sizes[from] as number, this.#sizes[to] as number]
    const [start, end] = [to * blockSize, from * blockSize + size]
    this.#move(start + count, start, start + others)
    this.#move(start, end - count, end)
    this.#own(to, start, count)
    this.#resize(place, from, -count)
    this.#resize(place + 1, to, count)
  }

  /** The first `count` of a block go to the one before it. */
  #shareDown(place: number, count: number): void {
    const [from, to] = [this.#order[place] as number, this.#order[place - 1] as number]
    const [size, others] = [this.#sizes[from] as number, this.#sizes[to] as number]
    const [start, end] = [from * blockSize, to * blockSize + others]
    this.#move(end, start, start + count)
    this.#move(start, start + count, start + size)
    this.#own(to, end, count)
    this.#resize(place, from, -count)
    this.#resize(place - 1, to, count)
  }

  /** Slots of rows stand in this block from now on. */
  #own(block: number, row: number, count: number): void {
    for (let i = row; i < row + count; i++) this.#blockOf[this.#slots[i] as number] = block
  }

  /** The upper half goes to a block of its own. */
  #split(place: number): void {
    const lower = this.#order[place] as number
    const upper = this.#newBlock()
    const half = blockSize >> 1
    const from = lower * blockSize
    this.#move(upper * blockSize, from + half, from + blockSize)
    this.#sizes[lower] = half
    this.#sizes[upper] = blockSize - half
    this.#own(upper, upper * blockSize, blockSize - half)
    this.#place(place + 1, upper)
  }

  /** A small block is joined to the one after it, if the two stay small together; an empty one goes. */
  #shrink(place: number): void {
    const block = this.#order[place] as number
    const size = this.#sizes[block] as number
    if (size > 0) {
      if (place + 1 === this.#blocks) return
      const next = this.#order[place + 1] as number
      const more = this.#sizes[next] as number
      if (size + more > blockSize / 2) return
      const from = next * blockSize
      this.#move(from + size, from, from + more)
      this.#move(from, block * blockSize, block * blockSize + size)
      this.#sizes[next] = size + more
      this.#sizes[block] = 0
      this.#own(next, from, size)
    }
    this.#spare.push(block)
    this.#order.copyWithin(place, place + 1, this.#blocks)
    this.#blocks -= 1
    this.#reckon()
  }

  #newBlock(): number {
    const block = this.#spare.pop() ?? this.#made++
    this.#reserve(block + 1)
    this.#sizes[block] = 0
    return block
  }

  #place(place: number, block: number): void {
    this.#order.copyWithin(place + 1, place, this.#blocks)
    this.#order[place] = block
    this.#blocks += 1
    this.#reckon()
  }

  /** Works out places and tree anew. */
  #reckon(): void {
    const tree = this.#tree
    tree.fill(0, 0, this.#blocks + 1)
    for (let place = 0; place < this.#blocks; place++) {
      const block = this.#order[place] as number
      this.#places[block] = place
      const i = place + 1
      tree[i] = (tree[i] as number) + (this.#sizes[block] as number)
      const up = i + (i & -i)
      if (up <= this.#blocks) tree[up] = (tree[up] as number) + (tree[i] as number)
    }
  }

  #reserve(blocks: number): void {
    if (blocks <= this.#sizes.length) return
    const capacity = Math.max(blocks, Math.ceil(this.#sizes.length * 1.125) + 4)
    const grown = (array: Int32Array<ArrayBuffer>, length: number) => {
      const copy = new Int32Array(length)
      copy.set(array)
      return copy
    }
    this.#slots = grown(this.#slots, capacity * blockSize)
    this.#keys.grow(capacity * blockSize)
    this.#sizes = grown(this.#sizes, capacity)
    this.#order = grown(this.#order, capacity)
    this.#places = grown(this.#places, capacity)
    this.#tree = grown(this.#tree, capacity + 1)
  }
}
