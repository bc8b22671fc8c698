import type { KeyColumns } from './key-columns.ts'

/**
 * Rows 0 to `count` by their keys, the first column weighing most; equal rows stay in the order they had. A radix sort
 * over 16 bits at a time, from the last column's lowest to the first column's highest: no comparison is made, and a
 * digit that is the same everywhere costs one look.
 */
export function sortedRows({ columns }: KeyColumns, count: number): Int32Array {
  let rows = Int32Array.from({ length: count }, (_, row) => row)
  let spare = new Int32Array(count)
  for (const column of columns.toReversed())
    for (const digits of digitsOf(column, count)) {
      const starts = startsOf(digits)
      if (!starts) continue
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number
        const digit = digits[row] as number
        const at = starts[digit] as number
        starts[digit] = at + 1
        spare[at] = row
      }
      ;[rows, spare] = [spare, rows]
    }
  return rows
}

/** The digits of a column, lowest first, such that the smaller key has the smaller digits. */
function* digitsOf(column: Int8Array | Float64Array, count: number): Generator<Uint16Array> {
  const digits = new Uint16Array(count)
  if (column instanceof Int8Array) {
    for (let row = 0; row < count; row++) digits[row] = (column[row] as number) + 128
    yield digits
    return
  }
  const parts = new Uint16Array(column.buffer)
  const littleEndian = new Uint16Array(new Float64Array([-0]).buffer)[3] === 0x8000
  for (const part of [0, 1, 2, 3]) {
    const [own, sign] = littleEndian ? [part, 3] : [3 - part, 0]
    for (let row = 0; row < count; row++) {
      const negative = ((parts[row * 4 + sign] as number) & 0x8000) !== 0
      const bits = parts[row * 4 + own] as number
      // a negative number counts down, a positive one starts above all of them
      digits[row] = negative ? ~bits : part === 3 ? bits | 0x8000 : bits
    }
    yield digits
  }
}

/** Where each digit begins among the sorted; undefined if all are the same. */
function startsOf(digits: Uint16Array): Uint32Array | undefined {
  const starts = new Uint32Array(65_536)
  for (const digit of digits) starts[digit] = (starts[digit] as number) + 1
  if (starts[digits[0] ?? 0] === digits.length) return undefined
  let sum = 0
  for (let digit = 0; digit < starts.length; digit++) {
    const count = starts[digit] as number
    starts[digit] = sum
    sum += count
  }
  return starts
}
