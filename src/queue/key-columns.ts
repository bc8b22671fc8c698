import type { SortKey } from '../condition/sort-key.ts'

/** What a narrow column holds as it is; its two ends stand for nothing, placed first or last. */
const narrowest = -127
const widest = 126
const narrowFirst = -128
const narrowLast = 127

type Column = Int8Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** The keys of one ticket as columns hold them, turned so that the smaller always comes first. */
export type HeldKeys = Float64Array

/**
 * Keys by row, a column each. Descending keys are negated, and nothing is an end of the line. A column takes a byte a
 * row for as long as its values are small whole numbers (ranks, memberships), and eight from the first one on that is
 * not.
 */
export class KeyColumns {
  readonly #keys: readonly SortKey[]
  readonly #columns: Column[]
  readonly #held: HeldKeys

  constructor(keys: readonly SortKey[], rows: number) {
    this.#keys = keys
    this.#columns = keys.map(() => new Int8Array(rows))
    this.#held = new Float64Array(keys.length)
  }

  get columns(): readonly Column[] {
    return this.#columns
  }

  /**
   * Values as they are to be held and compared here; a column that is too narrow for one is made wide. The keys are
   * those of the next call only: there is one list of them.
   */
  held(values: readonly (number | null)[]): HeldKeys {
    const held = this.#held
    for (let i = 0; i < held.length; i++) held[i] = this.#heldIn(i, turned(this.#keys[i] as SortKey, values[i] ?? null))
    return held
  }

  write(row: number, held: HeldKeys): void {
    for (let i = 0; i < held.length; i++) (this.#columns[i] as Column)[row] = held[i] as number
  }

  /** Below 0 if the keys of the row come before those given; 0 if they are the same. */
  compare(row: number, held: HeldKeys): number {
    const columns = this.#columns
    for (let i = 0; i < held.length; i++) {
      const found = (columns[i] as Column)[row] as number
      const key = held[i] as number
      if (found !== key) return found < key ? -1 : 1
    }
    return 0
  }

  /** Copies rows from `from` up to `end` to where `to` is. */
  move(to: number, from: number, end: number): void {
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) (columns[i] as Column).copyWithin(to, from, end)
  }

  /** Takes rows of other columns of the same keys, from `to` on. */
  take(to: number, other: KeyColumns, rows: Int32Array): void {
    for (let i = 0; i < this.#columns.length; i++) {
      const source = other.#columns[i] as Column
      if (source instanceof Float64Array) this.#widen(i)
      const column = this.#columns[i] as Column
      for (let j = 0; j < rows.length; j++) column[to + j] = source[rows[j] as number] as number
    }
  }

  /** Stretches of more than one row in which all keys are equal: from and end, where rows stand in order. */
  *equalRuns(sorted: Int32Array): Generator<readonly [from: number, end: number]> {
    const equal = (a: number, b: number) => this.#columns.every((column) => column[a] === column[b])
    for (let from = 0, end = 1; from < sorted.length; from = end, end = from + 1) {
      while (end < sorted.length && equal(sorted[from] as number, sorted[end] as number)) end++
      if (end - from > 1) yield [from, end]
    }
  }

  grow(rows: number): void {
    for (const [i, column] of this.#columns.entries()) {
      const grown = column instanceof Int8Array ? new Int8Array(rows) : new Float64Array(rows)
      grown.set(column)
      this.#columns[i] = grown
    }
  }

  get bytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.byteLength, 0)
  }

  #heldIn(i: number, key: number): number {
    if (this.#columns[i] instanceof Float64Array) return key
    if (key === Number.NEGATIVE_INFINITY) return narrowFirst
    if (key === Number.POSITIVE_INFINITY) return narrowLast
    if (Number.isInteger(key) && key >= narrowest && key <= widest) return key
    this.#widen(i)
    return key
  }

  #widen(i: number): void {
    const narrow = this.#columns[i] as Column
    if (narrow instanceof Float64Array) return
    const wide = Float64Array.from(narrow)
    for (let row = 0; row < wide.length; row++) {
      if (narrow[row] === narrowFirst) wide[row] = Number.NEGATIVE_INFINITY
      else if (narrow[row] === narrowLast) wide[row] = Number.POSITIVE_INFINITY
    }
    this.#columns[i] = wide
  }
}

function turned({ direction, nulls }: SortKey, value: number | null): number {
  if (value === null) return nulls === 'first' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return (direction === 'ascending' ? value : -value) + 0 // no zero below zero
}
